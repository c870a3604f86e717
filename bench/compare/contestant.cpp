#include "compare/contestant.hpp"

#include <algorithm>

namespace tokenstore::bench {

namespace {

std::unique_ptr<Participant> make_in(const ParticipantEntry& entry, const std::filesystem::path& folder,
                                     DurabilityClass durability, std::size_t tokens) {
    std::filesystem::create_directories(folder);
    return entry.make({folder, durability, tokens});
}

}  // namespace

Contestant::Contestant(const ParticipantEntry& entry, const std::filesystem::path& folder, DurabilityClass durability,
                       std::size_t tokens)
    : name_(entry.name), participant_(make_in(entry, folder / entry.name, durability, tokens)) {}

Client& Contestant::client(std::size_t n) {
    while (clients_.size() <= n) clients_.push_back(participant_->connect());
    return *clients_[n];
}

void Contestant::load(std::uint64_t count, const std::function<NewToken(std::uint64_t)>& token) {
    constexpr std::uint64_t chunk = 10'000;
    std::vector<NewToken> tokens;
    for (std::uint64_t begin = 0; begin < count; begin += chunk) {
        tokens.clear();
        for (auto i = begin; i < std::min(count, begin + chunk); ++i) tokens.push_back(token(i));
        client(0).load(tokens);
    }
}

}  // namespace tokenstore::bench
