#include "clock/schedule.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iomanip>
#include <sstream>
#include <string>

#include "support/dice.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

// ---- Drawing -------------------------------------------------------------------------------------------------------

constexpr std::uint64_t first_logins = 3;
constexpr std::uint64_t usual_steps = 36;
constexpr std::uint64_t families_in_use = 6;

struct Weight {
    StepKind kind;
    unsigned weight;
};

constexpr std::array weights{
    Weight{StepKind::pass, 12},
    Weight{StepKind::pass_until_expiry, 4},
    Weight{StepKind::stand_still, 2},
    Weight{StepKind::jump, 12},
    Weight{StepKind::jump_to_expiry, 6},
    Weight{StepKind::set_right, 5},
    Weight{StepKind::set_right_and_trust, 2},
    Weight{StepKind::log_in, 14},
    Weight{StepKind::rotate, 10},
    Weight{StepKind::revoke_token, 3},
    Weight{StepKind::end_family, 4},
    Weight{StepKind::end_user, 4},
    Weight{StepKind::look_up, 3},
    Weight{StepKind::look_at_all, 10},
    Weight{StepKind::maintain, 5},
    Weight{StepKind::flush, 3},
    Weight{StepKind::compact, 8},
    Weight{StepKind::compact_ends, 4},
    Weight{StepKind::clean_up, 4},
    Weight{StepKind::reopen, 4},
    Weight{StepKind::abandon, 4},
};

class Drawing {
public:
    explicit Drawing(std::uint64_t seed) : dice_(seed) {}

    [[nodiscard]] Schedule schedule() {
        Schedule schedule;
        schedule.options = options();
        longest_lifetime_us_ = std::min(schedule.options.longest_token_lifetime_us, year_us);
        for (std::uint64_t i = 0; i < first_logins; ++i) schedule.steps.push_back(step(StepKind::log_in));
        for (std::uint64_t i = 0; i < usual_steps; ++i) schedule.steps.push_back(step(kind()));
        // Whatever happened, in the end somebody sets the clock right.
        schedule.steps.push_back(step(StepKind::look_at_all));
        schedule.steps.push_back(step(StepKind::set_right));
        schedule.steps.push_back(step(StepKind::look_at_all));
        schedule.steps.push_back(step(StepKind::compact));
        schedule.steps.push_back(step(StepKind::look_at_all));
        return schedule;
    }

private:
    [[nodiscard]] TimeOptions options() {
        TimeOptions options;
        options.longest_token_lifetime_us = pick({day_us, 30 * day_us, 400 * day_us});
        options.longest_downtime_us = pick({0, hour_us, 7 * day_us, 7 * day_us, 7 * day_us, 30 * day_us});
        options.reclaim_grace_us = pick({0, 5 * minute_us, 5 * minute_us, day_us});
        options.reclaim_interval_us = pick({second_us, hour_us, day_us});
        options.reclaim_expired = !dice_.chance(5);
        return options;
    }

    [[nodiscard]] StepKind kind() {
        static constexpr unsigned total = [] {
            unsigned sum = 0;
            for (const Weight& each : weights) sum += each.weight;
            return sum;
        }();
        auto drawn = static_cast<unsigned>(dice_.below(total));
        for (const Weight& each : weights) {
            if (drawn < each.weight) return each.kind;
            drawn -= each.weight;
        }
        return StepKind::look_at_all;
    }

    [[nodiscard]] Step step(StepKind kind) {
        Step step;
        step.kind = kind;
        switch (kind) {
            case StepKind::pass:
            case StepKind::stand_still:
                step.span_us = dice_.magnitude_us(dice_.chance(40) ? day_us : second_us, 40 * day_us);
                break;
            case StepKind::jump:
                step.shift_us = jump_us();
                break;
            case StepKind::pass_until_expiry:
            case StepKind::jump_to_expiry:
                step.token = any_token();
                step.shift_us = pick({-1, 0, 0, 1});
                break;
            case StepKind::log_in:
                step.token = next_token_++;
                step.family = a_family();
                step.span_us = lifetime_us();
                step.by_true_time = dice_.chance(50);
                break;
            case StepKind::rotate:
                step.token = any_token();
                step.successor = next_token_++;
                step.span_us = lifetime_us();
                step.by_true_time = dice_.chance(50);
                break;
            case StepKind::revoke_token:
            case StepKind::look_up:
                step.token = any_token();
                break;
            case StepKind::end_family:
            case StepKind::end_user:
                step.family = a_family();
                break;
            case StepKind::reopen:
            case StepKind::abandon:
                step.span_us = dice_.magnitude_us(second_us, 60 * day_us);
                if (dice_.chance(30)) step.shift_us = jump_us();
                step.reboots = dice_.chance(50);
                break;
            case StepKind::set_right:
            case StepKind::set_right_and_trust:
            case StepKind::look_at_all:
            case StepKind::maintain:
            case StepKind::flush:
            case StepKind::compact:
            case StepKind::compact_ends:
            case StepKind::clean_up:
                break;
        }
        return step;
    }

    [[nodiscard]] std::int64_t pick(std::initializer_list<std::int64_t> choices) {
        return choices.begin()[dice_.below(choices.size())];
    }

    /// A second to ten years, ahead or back.
    [[nodiscard]] std::int64_t jump_us() {
        const auto size_us = dice_.magnitude_us(second_us, 10 * year_us);
        return dice_.chance(50) ? size_us : -size_us;
    }

    [[nodiscard]] std::int64_t lifetime_us() {
        return dice_.chance(10) ? longest_lifetime_us_ : dice_.magnitude_us(second_us, longest_lifetime_us_);
    }

    /// Of the newest, mostly: the older ones are at rest.
    [[nodiscard]] std::uint64_t any_token() {
        const auto span = dice_.chance(60) ? std::min<std::uint64_t>(next_token_, 4) : next_token_;
        return next_token_ - 1 - dice_.below(span);
    }

    /// One of a few, which are given up for new ones as the schedule goes on.
    [[nodiscard]] std::uint64_t a_family() {
        if (dice_.chance(20)) ++first_family_;
        return first_family_ + dice_.below(families_in_use);
    }

    Dice dice_;
    std::int64_t longest_lifetime_us_ = 0;  // of the tokens of this schedule
    std::uint64_t next_token_ = 1;
    std::uint64_t first_family_ = 1;
};

// ---- Printing ------------------------------------------------------------------------------------------------------

/// "86400000000 us (1 d)": to be taken over exactly, and to be understood.
std::string text_of_span(std::int64_t span_us) {
    struct Unit {
        std::int64_t us;
        const char* name;
    };
    static constexpr std::array units{Unit{year_us, "y"}, Unit{day_us, "d"}, Unit{hour_us, "h"}, Unit{minute_us, "min"},
                                      Unit{second_us, "s"}};
    std::ostringstream text;
    text << span_us << " us";
    const auto size_us = span_us < 0 ? -span_us : span_us;
    const auto* const unit = std::ranges::find_if(units, [&](const Unit& each) { return size_us >= each.us; });
    if (unit != units.end()) {
        text << " (" << std::setprecision(3) << static_cast<double>(span_us) / static_cast<double>(unit->us) << ' '
             << unit->name << ')';
    }
    return text.str();
}

}  // namespace

std::string_view name(StepKind kind) noexcept {
    switch (kind) {
        case StepKind::pass:
            return "time passes";
        case StepKind::pass_until_expiry:
            return "time passes until an expiry";
        case StepKind::stand_still:
            return "time passes, the wall clock stands still";
        case StepKind::jump:
            return "the wall clock is set";
        case StepKind::jump_to_expiry:
            return "the wall clock is set to an expiry";
        case StepKind::set_right:
            return "the wall clock is set right";
        case StepKind::set_right_and_trust:
            return "the wall clock is set right and trusted";
        case StepKind::log_in:
            return "create_token";
        case StepKind::rotate:
            return "rotate_token";
        case StepKind::revoke_token:
            return "revoke_token";
        case StepKind::end_family:
            return "revoke_family";
        case StepKind::end_user:
            return "revoke_all_user_tokens";
        case StepKind::look_up:
            return "get_valid_by_hash";
        case StepKind::look_at_all:
            return "look at everything";
        case StepKind::maintain:
            return "maintain";
        case StepKind::flush:
            return "flush";
        case StepKind::compact:
            return "compact";
        case StepKind::compact_ends:
            return "the engine compacts the ends alone";
        case StepKind::clean_up:
            return "cleanup_expired";
        case StepKind::reopen:
            return "close and open";
        case StepKind::abandon:
            return "abandon and open";
    }
    return "";
}

std::ostream& operator<<(std::ostream& out, const Step& step) {
    out << name(step.kind);
    if (step.token != 0) out << " token " << step.token;
    if (step.successor != 0) out << " to " << step.successor;
    if (step.kind == StepKind::end_user) {
        out << " user " << user_of_family(step.family);
    } else if (step.family != 0) {
        out << " family " << step.family << " of user " << user_of_family(step.family);
    }
    if (step.span_us != 0) out << ", span " << text_of_span(step.span_us);
    if (step.by_true_time) out << " from the true time";
    if (step.shift_us != 0) out << ", wall clock set by " << text_of_span(step.shift_us);
    if (step.reboots) out << ", the steady clock begins again";
    return out;
}

std::ostream& operator<<(std::ostream& out, const TimeOptions& options) {
    return out << "longest_token_lifetime_us " << text_of_span(options.longest_token_lifetime_us)
               << "\nlongest_downtime_us       " << text_of_span(options.longest_downtime_us)
               << "\nreclaim_grace_us          " << text_of_span(options.reclaim_grace_us)
               << "\nreclaim_interval_us       " << text_of_span(options.reclaim_interval_us)
               << "\nreclaim_expired           " << (options.reclaim_expired ? "true" : "false");
}

Schedule draw_schedule(std::uint64_t seed) { return Drawing(seed).schedule(); }

}  // namespace tokenstore::test
