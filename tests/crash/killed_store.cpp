#include "crash/killed_store.hpp"

#include <chrono>
#include <exception>
#include <optional>

#include <tokenstore/token_store.hpp>

#include "crash/victim.hpp"
#include "storage/store_directory.hpp"
#include "support/index_checker.hpp"

namespace tokenstore::test {

namespace {

constexpr std::uint64_t most_answers_before_a_kill = 1'000;

// By then a victim has come by every point that it is going to come by.
constexpr std::uint64_t answers_at_most = 1'500;

// Longer than an opening takes.
constexpr std::int64_t longest_into_an_opening_us = 20'000;

constexpr int attempts_at_openings = 8;

std::string describe(const KillOrder& order) {
    return name(order.point) + ", time " + std::to_string(order.nth) + ", " + std::string(name(order.moment));
}

}  // namespace

KillOrder PointCycle::next(Work work, Dice& dice) {
    const auto points = kill_points(work);
    const KillPoint& point = points[next_[work]++ % points.size()];
    const std::uint64_t nth = dice.chance(30) ? 1 : 1 + dice.below(point.usual);
    return {point, static_cast<KillMoment>(dice.below(3)), nth};
}

void KilledStore::go_round(bool is_last) {
    for (std::size_t i = 0; i < ledgers_.size(); ++i) std::filesystem::remove(ledger_file(i));
    ledgers_.clear();
    deaths_.clear();
    try {
        const bool kills_openings = rounds_ % 2 == 0;
        // The making of a store is an opening, too.
        if (!kills_openings || dice_.chance(rounds_ == 0 ? 30 : 90)) kill_at_work();
        if (kills_openings) kill_openings();
        evidence_.note_store(store());
        check(is_last);
    } catch (const std::exception& error) {
        findings_.add(Finding::failed, error.what());
    }
    ++rounds_;
}

void KilledStore::kill_at_work() {
    const auto drawn = dice_.below(100);
    if (drawn < 10) {
        static_cast<void>(kill_an_opening());
    } else if (drawn < 40) {
        const std::chrono::microseconds later(dice_.below_us(200));
        static_cast<void>(kill({}, {LedgerStage::open, dice_.below(most_answers_before_a_kill), later}));
    } else {
        const Work work = drawn < 60 ? Work::calling : drawn < 80 ? Work::flushing : Work::compacting;
        static_cast<void>(kill(points_.next(work, dice_), {LedgerStage::open, answers_at_most}));
    }
}

/// Two in a row, or three.
void KilledStore::kill_openings() {
    const int wanted = dice_.chance(70) ? 2 : 3;
    int in_a_row = 0;
    for (int attempt = 0; attempt < attempts_at_openings && in_a_row < wanted; ++attempt) {
        in_a_row = kill_an_opening() ? in_a_row + 1 : 0;
        if (in_a_row == 2) ++tally_.double_kills;
    }
}

bool KilledStore::kill_an_opening() {
    if (dice_.chance(25)) {
        const std::chrono::microseconds later(dice_.magnitude_us(100, longest_into_an_opening_us));
        return kill({}, {LedgerStage::opening, 0, later});
    }
    const bool is_made = storage::examine_directory(store()) == storage::DirectoryContent::store;
    return kill(points_.next(is_made ? Work::opening : Work::making, dice_), {LedgerStage::open, 0});
}

/// Answers whether it happened in an opening.
bool KilledStore::kill(const KillOrder& order, const KillTime& time) {
    const auto file = ledger_file(ledgers_.size());
    Ledger& ledger = ledgers_.emplace_back(Ledger::make(file));
    LedgerPages& pages = ledger.pages();
    pages.order = order;
    deaths_.push_back(order.nth > 0 ? "to end itself at " + describe(order) : "to be killed at a random moment");
    VictimProcess({store(), file, seed_ + kills_, kills_ * numbers_of_a_victim}).kill(time, ledger);
    ++kills_;
    ++tally_.kills;
    const bool is_opening = pages.stage.load() == LedgerStage::opening;
    if (pages.was_at_point) {
        ++tally_.at_points[name(order.point)];
        if (order.point.work == Work::flushing || order.point.work == Work::compacting) ++tally_.in_background;
        deaths_.back() = "killed at " + describe(order);
    } else {
        deaths_.back() = std::string("killed ") + (is_opening ? "in an opening" : "at work") + ", after " +
                         std::to_string(pages.answered.load()) + " answers";
    }
    return is_opening;
}

void KilledStore::check(bool is_last) {
    auto opened = TokenStore::open(store(), crash_options());
    if (!opened) return findings_.add(Finding::failed, "it does not open: " + opened.error().to_string());
    for (const Ledger& ledger : ledgers_) expected_.take_over(ledger, *opened);
    expected_.check(*opened);
    if (findings_.empty()) {
        expected_.present_dead_tokens(*opened, dice_, is_last ? 1 : 50);
        expected_.check(*opened);
    }
    if (const auto closed = opened->close(); !closed) {
        findings_.add(Finding::failed, "it does not close: " + closed.error().to_string());
    }
    for (const auto& sentence : find_disagreements(read_closed_store(store()), system_clock().wall_us())) {
        findings_.add(Finding::half_applied, sentence);
    }
}

std::string KilledStore::describe_round(const std::string& name) const {
    std::string text;
    for (const std::string& death : deaths_) text += "victim " + death + "\n";
    return text + evidence_.keep(name) + "\n";
}

}  // namespace tokenstore::test
