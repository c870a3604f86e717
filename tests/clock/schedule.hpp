// A schedule: what happens to one store and its clock, step by step. Drawn from a seed, printed so that a reader can
// follow it, and still a schedule when steps are left out: a step names its tokens by number, and does nothing where
// there is no such token.
#pragma once

#include <cstdint>
#include <ostream>
#include <string_view>
#include <vector>

namespace tokenstore::test {

enum class StepKind {
    // The clocks.
    pass,                 ///< `span_us` goes by on every clock
    pass_until_expiry,    ///< time goes by until `shift_us` after the expiry of `token`
    stand_still,          ///< `span_us` goes by and the wall clock does not move
    jump,                 ///< the wall clock is set by `shift_us`
    jump_to_expiry,       ///< the wall clock is set to `shift_us` after the expiry of `token`
    set_right,            ///< the wall clock is set to the true time
    set_right_and_trust,  ///< and the operator vouches for it

    // What a gateway does.
    log_in,        ///< creates `token` in `family`, to live for `span_us`
    rotate,        ///< `token` to `successor`, to live for `span_us`
    revoke_token,  ///< `token`
    end_family,    ///< `family`
    end_user,      ///< the user of `family`
    look_up,       ///< `token`, by get_valid_by_hash
    look_at_all,   ///< every token and every user by every look-up, and the statistics

    // Upkeep and restarts.
    maintain,
    flush,
    compact,
    compact_ends,  ///< the engine, which compacts what it likes, compacts the ends of families and users alone
    clean_up,
    reopen,   ///< an orderly close, `span_us` of downtime in which the wall clock is set by `shift_us`, and an open
    abandon,  ///< the same, but what is opened is a copy of the folder as it was while the store was open
};

[[nodiscard]] std::string_view name(StepKind kind) noexcept;

struct Step {
    StepKind kind = StepKind::pass;
    std::uint64_t token = 0;
    std::uint64_t successor = 0;
    std::uint64_t family = 0;
    std::int64_t span_us = 0;
    std::int64_t shift_us = 0;
    bool by_true_time = false;  ///< a lifetime counts from the true time, not from what the wall clock shows
    bool reboots = false;       ///< the machine is started anew in the downtime: the steady clock begins again
};

std::ostream& operator<<(std::ostream& out, const Step& step);

/// The options of the store that matter to its time.
struct TimeOptions {
    std::int64_t longest_token_lifetime_us = 0;
    std::int64_t longest_downtime_us = 0;
    std::int64_t reclaim_grace_us = 0;
    std::int64_t reclaim_interval_us = 0;
    bool reclaim_expired = true;
};

std::ostream& operator<<(std::ostream& out, const TimeOptions& options);

struct Schedule {
    TimeOptions options;
    std::vector<Step> steps;
};

[[nodiscard]] Schedule draw_schedule(std::uint64_t seed);

inline constexpr std::uint64_t user_count = 3;

/// A family belongs to one user for good.
[[nodiscard]] constexpr std::uint64_t user_of_family(std::uint64_t family) noexcept { return family % user_count; }

}  // namespace tokenstore::test
