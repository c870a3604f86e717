// A participant under measurement: its connections, and how far its tokens have been rotated.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compare/participants.hpp"
#include "compare/population.hpp"

namespace tokenstore::bench {

class Contestant {
public:
    /// Makes the participant in a folder of its own below `folder`, empty.
    Contestant(const ParticipantEntry& entry, const std::filesystem::path& folder, DurabilityClass durability,
               std::size_t tokens);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Participant& participant() { return *participant_; }

    /// The connection of the n-th client, made by its first use: not to be called while clients are at work.
    [[nodiscard]] Client& client(std::size_t n);
    void disconnect() { clients_.clear(); }

    /// Stores tokens made by `token(i)`, i from 0.
    void load(std::uint64_t count, const std::function<NewToken(std::uint64_t)>& token);

    /// Numbers of tokens that nothing has used yet.
    [[nodiscard]] std::uint64_t take_numbers(std::uint64_t count) { return next_number_.fetch_add(count); }

    /// How often each of the rotating chains was rotated. A client changes only chains of its own.
    [[nodiscard]] std::vector<std::uint32_t>& generations() { return generations_; }

private:
    std::string name_;
    std::unique_ptr<Participant> participant_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::atomic<std::uint64_t> next_number_{0};
    std::vector<std::uint32_t> generations_;
};

}  // namespace tokenstore::bench
