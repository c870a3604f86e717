#include "clock/schedule_run.hpp"

#include <cstddef>
#include <exception>
#include <filesystem>
#include <sstream>

#include <tokenstore/token_store.hpp>

#include "clock/store_folder.hpp"
#include "support/manual_clock.hpp"
#include "support/results.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

constexpr Durability buffered = Durability::lose_on_power_failure;

// Time that a step lets go by at the most to come to an expiry.
constexpr std::int64_t longest_wait_us = 60 * day_us;

class ScheduleRun {
public:
    explicit ScheduleRun(const TimeOptions& options) : options_(options), store_(open()), oracle_(options, now()) {}

    void take(const Step& step) {
        switch (step.kind) {
            case StepKind::pass:
                return pass(step.span_us);
            case StepKind::pass_until_expiry:
                return pass_until_expiry(step);
            case StepKind::stand_still:
                pass(step.span_us);
                clock_.jump_us(-step.span_us);
                return;
            case StepKind::jump:
                return jump(step.shift_us);
            case StepKind::jump_to_expiry:
                return jump_to_expiry(step);
            case StepKind::set_right:
                return set_right();
            case StepKind::set_right_and_trust:
                set_right();
                must(store_.trust_clock());
                return oracle_.trusted(now());
            case StepKind::log_in:
                return log_in(step);
            case StepKind::rotate:
                return rotate(step);
            case StepKind::revoke_token:
                return revoke_token(step);
            case StepKind::end_family:
                return end_family(make_family_id(step.family));
            case StepKind::end_user:
                return end_user(make_user_id(user_of_family(step.family)));
            case StepKind::look_up:
                if (is_known(step.token)) look_up(make_hash(step.token));
                return;
            case StepKind::look_at_all:
                return look_at_all();
            case StepKind::maintain:
                return maintain();
            case StepKind::flush:
                return must(store_.flush());
            case StepKind::compact:
                must(store_.compact());
                ++tally_.compactions;
                return oracle_.noted(now());
            case StepKind::compact_ends:
                return compact_ends();
            case StepKind::clean_up:
                return oracle_.check_clean_up(now(), store_.cleanup_expired(buffered));
            case StepKind::reopen:
                close();
                return open_after(step);
            case StepKind::abandon:
                return abandon(step);
        }
    }

    [[nodiscard]] Tally tally() const {
        auto tally = tally_;
        for (const auto& [hash, token] : oracle_.tokens()) {
            if (token.gone_while_live) ++tally.gone_while_live;
            if (token.accepted_while_expired) ++tally.accepted_while_expired;
        }
        return tally;
    }

    [[nodiscard]] std::string describe_now() const { return oracle_.describe(now()); }

private:
    // ---- The clocks ------------------------------------------------------------------------------------------------

    [[nodiscard]] Moment now() const { return {true_us_, clock_.wall_us(), clock_.steady_us()}; }

    /// The moment of a call that reads the clock. What a look-up may not notice the host's upkeep would have: done
    /// here.
    [[nodiscard]] Moment asked() {
        if (oracle_.can_miss(now())) maintain();
        return now();
    }

    void pass(std::int64_t span_us) {
        clock_.advance_us(span_us);
        true_us_ += span_us;
    }

    void jump(std::int64_t by_us) {
        if (by_us == 0) return;
        clock_.jump_us(by_us);
        ++tally_.jumps;
    }

    void set_right() { jump(true_us_ - clock_.wall_us()); }

    void pass_until_expiry(const Step& step) {
        if (!is_known(step.token)) return;
        const auto span_us = expiry_of(step.token) + step.shift_us - true_us_;
        if (span_us > 0 && span_us <= longest_wait_us) pass(span_us);
    }

    void jump_to_expiry(const Step& step) {
        if (is_known(step.token)) jump(expiry_of(step.token) + step.shift_us - clock_.wall_us());
    }

    // ---- What a gateway does ---------------------------------------------------------------------------------------

    [[nodiscard]] bool is_known(std::uint64_t token) const { return oracle_.tokens().contains(make_hash(token)); }

    [[nodiscard]] std::int64_t expiry_of(std::uint64_t token) const {
        return oracle_.tokens().at(make_hash(token)).expires_at_us;
    }

    [[nodiscard]] std::int64_t expiry_for(const Step& step) const {
        return (step.by_true_time ? true_us_ : clock_.wall_us()) + step.span_us;
    }

    void log_in(const Step& step) {
        NewToken request = make_new_token(step.token);
        request.user_id = make_user_id(user_of_family(step.family));
        request.family_id = make_family_id(step.family);
        request.expires_at_us = expiry_for(step);
        const auto at = asked();
        oracle_.check_create(request, at, store_.create_token(request, buffered));
    }

    void rotate(const Step& step) {
        if (!is_known(step.token)) return;
        Successor request = make_successor(step.successor);
        request.expires_at_us = expiry_for(step);
        const auto at = asked();
        const auto presented = make_hash(step.token);
        oracle_.check_rotate(presented, request, at, store_.rotate_token(presented, request, buffered));
    }

    void revoke_token(const Step& step) {
        if (!is_known(step.token)) return;
        const auto at = asked();
        oracle_.check_revoke_token(make_hash(step.token), at, store_.revoke_token(make_hash(step.token), buffered));
    }

    void end_family(const FamilyId& family) {
        const auto at = asked();
        oracle_.check_revoke_family(family, at, store_.revoke_family(family, Counting::exact, buffered));
    }

    void end_user(const UserId& user) {
        const auto at = asked();
        oracle_.check_revoke_user(user, at, store_.revoke_all_user_tokens(user, Counting::exact, buffered));
    }

    void look_up(const TokenHash& hash) {
        const auto at = asked();
        const auto valid = store_.get_valid_by_hash(hash);
        oracle_.check_get_valid(hash, at, valid);
        oracle_.check_validate(store_.validate(hash), valid);
    }

    void look_at_all() {
        const auto at = asked();
        for (const auto& [hash, token] : oracle_.tokens()) {
            look_up(hash);
            oracle_.check_get(hash, at, store_.get_by_hash(hash));
        }
        for (std::uint64_t user = 0; user < user_count; ++user) {
            oracle_.check_sessions(make_user_id(user), at,
                                   store_.get_user_active_sessions(make_user_id(user), {max_page_limit, {}}));
        }
        oracle_.check_statistics(at, store_.statistics());
    }

    // ---- Upkeep and restarts ---------------------------------------------------------------------------------------

    void maintain() {
        must(store_.maintain());
        oracle_.noted(now());
        oracle_.check_doubt(now(), store_.statistics());
    }

    void close() {
        must(store_.close());
        oracle_.noted(now());
    }

    void compact_ends() {
        close();
        if (options_.reclaim_expired) compact_ends_alone(directory_, options_.reclaim_grace_us);
        open_after({});
    }

    void abandon(const Step& step) {
        const auto left = directory_;
        directory_ = folder_.path() / ("store " + std::to_string(++copies_));
        copy_of_open_store(left, directory_);
        must(store_.close());  // of what is left behind
        std::filesystem::remove_all(left);
        open_after(step);
    }

    void open_after(const Step& step) {
        pass(step.span_us);
        jump(step.shift_us);
        if (step.reboots) clock_.reboot();
        store_ = open();
        oracle_.reopened(now());
    }

    [[nodiscard]] TokenStore open() const {
        Options options;
        options.clock = &clock_;
        options.longest_token_lifetime_us = options_.longest_token_lifetime_us;
        options.longest_downtime_us = options_.longest_downtime_us;
        options.reclaim_grace_us = options_.reclaim_grace_us;
        options.reclaim_interval_us = options_.reclaim_interval_us;
        options.reclaim_expired = options_.reclaim_expired;
        options.maintenance_interval_ms = 0;
        options.block_cache_bytes = 1U << 20U;
        options.write_buffer_bytes = 1U << 20U;
        return must(TokenStore::open(directory_, options));
    }

    TimeOptions options_;
    TemporaryDirectory folder_{folder_in_memory()};
    std::filesystem::path directory_ = folder_.path() / "store";
    ManualClock clock_;
    std::int64_t true_us_ = ManualClock::first_wall_us;
    TokenStore store_;
    Oracle oracle_;
    Tally tally_;
    std::uint64_t copies_ = 0;
};

}  // namespace

Tally& Tally::operator+=(const Tally& other) noexcept {
    jumps += other.jumps;
    compactions += other.compactions;
    gone_while_live += other.gone_while_live;
    accepted_while_expired += other.accepted_while_expired;
    return *this;
}

Tally run_schedule(const Schedule& schedule) {
    ScheduleRun run(schedule.options);
    for (std::size_t i = 0; i < schedule.steps.size(); ++i) {
        const auto report = [&](const std::exception& exception) {
            std::ostringstream text;
            text << "step " << i << ", " << schedule.steps[i] << ": " << exception.what() << "\n" << run.describe_now();
            return text.str();
        };
        try {
            run.take(schedule.steps[i]);
        } catch (const BrokenPromise& broken) {
            throw BrokenPromise(broken.finding(), report(broken));
        } catch (const std::exception& failure) {
            throw BrokenPromise(Finding::other, report(failure));
        }
    }
    return run.tally();
}

}  // namespace tokenstore::test
