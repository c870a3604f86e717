// What a report tells of a store, in figures that name nobody.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <tokenstore/token.hpp>

#include "format/expiry_histogram.hpp"

namespace tokenstore::tool {

inline constexpr std::array<TokenState, 4> all_states = {TokenState::live, TokenState::expired, TokenState::consumed,
                                                         TokenState::revoked};

/// How many things have a measure from `least` to `most`.
struct SizeClass {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    std::uint64_t things = 0;

    /// "3", "5 to 8"
    [[nodiscard]] std::string label() const;
};

/// Sorts measures into classes, each as wide as all before it together: 0, 1, 2, 3 to 4, 5 to 8 ...
class SizeClasses {
public:
    void add(std::uint64_t measure);

    /// From the first to the last that holds something.
    [[nodiscard]] std::vector<SizeClass> classes() const;

private:
    std::map<unsigned, std::uint64_t> things_;  // by the number of the class
};

struct StateFigures {
    std::uint64_t tokens = 0;
    std::uint64_t record_bytes = 0;
};

/// Memory grows with the numbers of users and families.
class StoreSummary {
public:
    explicit StoreSummary(std::int64_t as_of_us) : expiries_(as_of_us) {}

    void add(const JudgedToken& judged, std::size_t record_bytes);

    [[nodiscard]] const StateFigures& of(TokenState state) const noexcept {
        return states_[static_cast<std::size_t>(state)];
    }
    [[nodiscard]] std::uint64_t tokens() const noexcept;
    [[nodiscard]] std::uint64_t users() const noexcept { return live_of_.size(); }
    [[nodiscard]] std::uint64_t families() const noexcept { return tokens_of_.size(); }
    [[nodiscard]] const ExpiryHistogram& expiries() const noexcept { return expiries_; }

    /// Tokens that were created on each day, by the day's beginning.
    [[nodiscard]] const std::map<std::int64_t, std::uint64_t>& created_by_day() const noexcept { return created_; }

    [[nodiscard]] SizeClasses sessions_per_user() const;

    /// A family of one token has had no rotation.
    [[nodiscard]] SizeClasses rotations_per_family() const;

private:
    std::array<StateFigures, all_states.size()> states_{};
    ExpiryHistogram expiries_;
    std::map<std::int64_t, std::uint64_t> created_;
    std::unordered_map<UserId, std::uint64_t> live_of_;
    std::unordered_map<FamilyId, std::uint64_t> tokens_of_;
};

}  // namespace tokenstore::tool
