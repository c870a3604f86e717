#include "format/store_summary.hpp"

#include <bit>

#include "format/calendar_time.hpp"
#include "format/table.hpp"

namespace tokenstore::tool {
namespace {

// Class 0 holds 0, class 1 holds 1, and class n what is over 2^(n-2) up to 2^(n-1).
unsigned class_of(std::uint64_t measure) noexcept {
    if (measure < 2) return static_cast<unsigned>(measure);
    return static_cast<unsigned>(std::bit_width(measure - 1)) + 1;
}

}  // namespace

std::string SizeClass::label() const {
    return least == most ? with_thousands(least) : with_thousands(least) + " to " + with_thousands(most);
}

void SizeClasses::add(std::uint64_t measure) { ++things_[class_of(measure)]; }

std::vector<SizeClass> SizeClasses::classes() const {
    std::vector<SizeClass> classes;
    if (things_.empty()) return classes;
    for (unsigned number = things_.begin()->first; number <= things_.rbegin()->first; ++number) {
        const std::uint64_t most = number == 0 ? 0 : std::uint64_t{1} << (number - 1);
        const auto found = things_.find(number);
        classes.push_back({.least = number < 2 ? number : most / 2 + 1,
                           .most = most,
                           .things = found == things_.end() ? 0 : found->second});
    }
    return classes;
}

void StoreSummary::add(const JudgedToken& judged, std::size_t record_bytes) {
    StateFigures& figures = states_[static_cast<std::size_t>(judged.state)];
    ++figures.tokens;
    figures.record_bytes += record_bytes;
    expiries_.add(judged);
    ++created_[start_of_day(judged.token.created_at_us)];
    live_of_[judged.token.user_id] += judged.state == TokenState::live ? 1 : 0;
    ++tokens_of_[judged.token.family_id];
}

std::uint64_t StoreSummary::tokens() const noexcept {
    std::uint64_t tokens = 0;
    for (const StateFigures& figures : states_) tokens += figures.tokens;
    return tokens;
}

SizeClasses StoreSummary::sessions_per_user() const {
    SizeClasses classes;
    for (const auto& [user, live] : live_of_) classes.add(live);
    return classes;
}

SizeClasses StoreSummary::rotations_per_family() const {
    SizeClasses classes;
    for (const auto& [family, tokens] : tokens_of_) classes.add(tokens - 1);
    return classes;
}

}  // namespace tokenstore::tool
