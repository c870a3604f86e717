// judge(): what a log's audit comes to, by the mark and the boot.
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "storage/log_audit.hpp"

namespace tokenstore::storage {

static std::ostream& boost_test_print_type(std::ostream& out, LogVerdict verdict) {
    switch (verdict) {
        case LogVerdict::whole:
            return out << "whole";
        case LogVerdict::unsynced_end:
            return out << "unsynced_end";
        case LogVerdict::damaged:
            return out << "damaged";
        case LogVerdict::cut:
            return out << "cut";
        case LogVerdict::log_missing:
            return out << "log_missing";
        case LogVerdict::mark_missing:
            return out << "mark_missing";
    }
    return out << "unknown";
}

namespace {

using codec::HighWater;
using codec::LogFault;
using enum LogVerdict;

constexpr BootId this_boot{1};
constexpr BootId other_boot{2};

/// Logs 20 and 24 hold the changes up to 100; the store was opened with log 18 and manifest 19, and has flushed since.
LogAudit whole_audit() {
    LogAudit audit;
    audit.manifest_number = 19;
    audit.oldest_log_needed = 20;
    audit.proven_sequence = 100;
    audit.logs = {20, 24};
    audit.last_log = "000024.log";
    audit.last_log_bytes = 4'321;
    return audit;
}

/// Written in this boot; nothing was synced into a log.
HighWater mark() {
    HighWater mark;
    mark.boot = this_boot;
    mark.first_log = 18;
    return mark;
}

HighWater mark_synced(std::uint64_t sequence, std::uint64_t log_number) {
    auto synced = mark();
    synced.synced = {sequence, log_number};
    return synced;
}

LogAudit noted(LogAudit audit, std::uint64_t sequence) {
    audit.noted_sequence = sequence;
    return audit;
}

LogAudit damaged_by(LogFault fault, bool goes_on_behind = false) {
    auto audit = whole_audit();
    audit.damage = LogDamage{"000024.log", 1'234, fault, goes_on_behind};
    return audit;
}

struct Row {
    std::string_view what;
    LogAudit audit;
    std::optional<HighWater> mark;
    LogVerdict same_boot;
    LogVerdict other_boot;  // and where the boot is unknown
};

void check(const std::vector<Row>& rows) {
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.what) {
            BOOST_TEST(judge(row.audit, row.mark, this_boot) == row.same_boot);
            BOOST_TEST(judge(row.audit, row.mark, other_boot) == row.other_boot);
            BOOST_TEST(judge(row.audit, row.mark, std::nullopt) == row.other_boot);
        }
    }
}

BOOST_AUTO_TEST_SUITE(log_verdict)

BOOST_AUTO_TEST_CASE(a_log_without_damage_has_to_reach_what_was_synced) {
    check({
        {"nothing was synced", whole_audit(), mark(), whole, whole},
        {"synced before the end", whole_audit(), mark_synced(99, 20), whole, whole},
        {"synced up to the end", whole_audit(), mark_synced(100, 24), whole, whole},
        {"synced behind the end", whole_audit(), mark_synced(101, 24), cut, cut},
        {"synced behind the end, in an older log as far as is known", whole_audit(), mark_synced(101, 20), cut, cut},
        {"synced into a log that is not needed any more", whole_audit(), mark_synced(101, 19), whole, whole},
        {"synced, and in table files when the store was opened", whole_audit(), mark_synced(101, 0), whole, whole},
        {"noted as synced up to the end", noted(whole_audit(), 100), mark(), whole, whole},
        {"noted as synced behind the end", noted(whole_audit(), 101), mark(), cut, cut},
        {"noted behind the end, and the mark is older", noted(whole_audit(), 101), mark_synced(50, 20), cut, cut},
        {"noted before the end, and the mark is newer", noted(whole_audit(), 50), mark_synced(101, 20), cut, cut},
    });
}

BOOST_AUTO_TEST_CASE(damage_is_an_unsynced_end_after_a_power_failure_and_within_one_boot_a_torn_record_alone) {
    check({
        {"torn", damaged_by(LogFault::cut_short), mark(), unsynced_end, unsynced_end},
        {"torn, and changes behind it", damaged_by(LogFault::cut_short, true), mark(), damaged, unsynced_end},
        {"a checksum", damaged_by(LogFault::bad_checksum), mark(), damaged, unsynced_end},
        {"a checksum, and changes behind it", damaged_by(LogFault::bad_checksum, true), mark(), damaged, unsynced_end},
        {"zeroes", damaged_by(LogFault::zeroes), mark(), damaged, unsynced_end},
        {"zeroes, and changes behind them", damaged_by(LogFault::zeroes, true), mark(), damaged, unsynced_end},
        {"parts", damaged_by(LogFault::out_of_order), mark(), damaged, unsynced_end},
        {"a gap", damaged_by(LogFault::gap, true), mark(), damaged, unsynced_end},
    });
}

BOOST_AUTO_TEST_CASE(damage_before_what_was_synced_is_damage_whatever_happened) {
    for (const auto fault :
         {LogFault::cut_short, LogFault::bad_checksum, LogFault::zeroes, LogFault::out_of_order, LogFault::gap}) {
        for (const bool goes_on_behind : {true, false}) {
            const auto audit = damaged_by(fault, goes_on_behind);
            BOOST_TEST_CONTEXT(codec::describe(fault) << (goes_on_behind ? ", and more behind it" : "")) {
                check({
                    {"by the mark", audit, mark_synced(101, 24), damaged, damaged},
                    {"by a note", noted(audit, 101), mark(), damaged, damaged},
                });
            }
        }
    }
    check({
        {"all that was synced stands before the damage", damaged_by(LogFault::zeroes), mark_synced(100, 24), damaged,
         unsynced_end},
        {"what the mark tells is in table files", damaged_by(LogFault::zeroes), mark_synced(101, 19), damaged,
         unsynced_end},
        {"torn behind what was synced", noted(damaged_by(LogFault::cut_short), 100), mark_synced(100, 24), unsynced_end,
         unsynced_end},
    });
}

BOOST_AUTO_TEST_CASE(a_log_that_must_be_there_is_missed) {
    const auto audit_of = [](std::uint64_t oldest_needed, std::vector<std::uint64_t> logs) {
        auto audit = whole_audit();
        audit.oldest_log_needed = oldest_needed;
        audit.logs = std::move(logs);
        return audit;
    };
    check({
        {"named by a flush", audit_of(20, {24}), mark(), log_missing, log_missing},
        {"named by a flush, and no other is there", audit_of(20, {}), mark(), log_missing, log_missing},
        {"that of the opening", audit_of(18, {20, 24}), mark(), log_missing, log_missing},
        {"that of the opening, and no other is there", audit_of(18, {}), mark(), log_missing, log_missing},
        {"named while opening, by a number that may never be used", audit_of(17, {20, 24}), mark(), whole, whole},
        {"named never", audit_of(0, {20, 24}), mark(), whole, whole},
        {"a younger one", audit_of(20, {20}), mark(), whole, whole},
        {"all are there", audit_of(18, {18, 20, 24}), mark(), whole, whole},
    });
    // No log, and none that is certain to have been there: what was synced tells.
    auto without_logs = audit_of(17, {});
    without_logs.proven_sequence = 0;
    check({
        {"nothing was synced", without_logs, mark(), whole, whole},
        {"something was", without_logs, mark_synced(5, 18), cut, cut},
    });
}

BOOST_AUTO_TEST_CASE(a_missing_log_goes_before_damage_in_another_one) {
    auto audit = damaged_by(LogFault::gap, true);
    audit.logs = {24};
    check({{"a gap behind it", audit, mark_synced(101, 24), log_missing, log_missing}});
}

BOOST_AUTO_TEST_CASE(without_a_mark_nothing_is_known) {
    auto without_oldest = whole_audit();
    without_oldest.logs = {24};
    check({
        {"whole", whole_audit(), std::nullopt, mark_missing, mark_missing},
        {"damaged", damaged_by(LogFault::zeroes), std::nullopt, mark_missing, mark_missing},
        {"torn", damaged_by(LogFault::cut_short), std::nullopt, mark_missing, mark_missing},
        {"a log missing as well", without_oldest, std::nullopt, log_missing, log_missing},
    });
}

BOOST_AUTO_TEST_CASE(a_mark_written_in_an_unknown_boot_is_of_none) {
    auto nameless = mark();
    nameless.boot = {};
    BOOST_TEST(judge(damaged_by(LogFault::zeroes), nameless, this_boot) == unsynced_end);
    BOOST_TEST(judge(damaged_by(LogFault::zeroes), nameless, std::nullopt) == unsynced_end);
    BOOST_TEST(judge(noted(damaged_by(LogFault::zeroes), 101), nameless, std::nullopt) == damaged);
}

BOOST_AUTO_TEST_CASE(every_verdict_is_described_with_its_place) {
    BOOST_TEST(describe(whole, whole_audit(), mark()) == "the log is whole");
    for (const auto verdict : {damaged, unsynced_end}) {
        BOOST_TEST(describe(verdict, damaged_by(LogFault::zeroes), mark()) ==
                   "the log 000024.log is damaged: a range holds zeros only, at offset 1234");
    }
    BOOST_TEST(
        describe(cut, whole_audit(), mark_synced(120, 24)) ==
        "the log 000024.log ends with change 100, at offset 4321, but change 120 had been synced, into log 24 or a "
        "newer one; logs from 20 on are needed");
    BOOST_TEST(
        describe(cut, noted(whole_audit(), 110), mark_synced(120, 19)) ==
        "the log 000024.log ends with change 100, at offset 4321, but change 110 had been synced; logs from 20 on "
        "are needed");
    auto without_logs = whole_audit();
    without_logs.logs.clear();
    BOOST_TEST(
        describe(cut, without_logs, mark_synced(120, 24)) ==
        "there is no log, but change 120 had been synced, into log 24 or a newer one; logs from 20 on are needed");
    BOOST_TEST(describe(log_missing, whole_audit(), mark()) ==
               "the log number 20, the oldest that is needed, is missing");
    BOOST_TEST(describe(mark_missing, whole_audit(), std::nullopt) ==
               "the file HIGH_WATER, which tells how far the log was synced, is missing or unreadable");
    BOOST_TEST(describe(static_cast<LogVerdict>(99), whole_audit(), mark()) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::storage
