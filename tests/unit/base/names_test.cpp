#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include <tokenstore/error.hpp>
#include <tokenstore/health.hpp>
#include <tokenstore/log_reader.hpp>
#include <tokenstore/outcomes.hpp>
#include <tokenstore/token.hpp>
#include <tokenstore/verification.hpp>

namespace tokenstore {
namespace {

struct CodeRow {
    ErrorCode code;
    int number;
    std::string_view name;
    Advice advice;
};

// Number and name are promised to be stable; this is the promise written out.
constexpr std::array<CodeRow, 34> codes{{
    {ErrorCode::malformed_token, 1, "malformed_token", Advice::reject_client},
    {ErrorCode::malformed_hash, 2, "malformed_hash", Advice::fix_request},
    {ErrorCode::malformed_id, 3, "malformed_id", Advice::fix_request},
    {ErrorCode::device_id_too_long, 4, "device_id_too_long", Advice::fix_request},
    {ErrorCode::device_name_too_long, 5, "device_name_too_long", Advice::fix_request},
    {ErrorCode::device_name_not_utf8, 6, "device_name_not_utf8", Advice::fix_request},
    {ErrorCode::device_id_not_utf8, 7, "device_id_not_utf8", Advice::fix_request},
    {ErrorCode::ip_address_malformed, 8, "ip_address_malformed", Advice::fix_request},
    {ErrorCode::expiry_out_of_range, 9, "expiry_out_of_range", Advice::fix_request},
    {ErrorCode::invalid_options, 10, "invalid_options", Advice::fix_request},
    {ErrorCode::invalid_page, 11, "invalid_page", Advice::fix_request},
    {ErrorCode::time_out_of_range, 12, "time_out_of_range", Advice::fix_request},
    {ErrorCode::already_exists, 20, "already_exists", Advice::fix_request},
    {ErrorCode::family_ended, 21, "family_ended", Advice::fix_request},
    {ErrorCode::family_of_another_user, 22, "family_of_another_user", Advice::reject_client},
    {ErrorCode::conflicting_record, 23, "conflicting_record", Advice::fix_request},
    {ErrorCode::store_missing, 30, "store_missing", Advice::fix_request},
    {ErrorCode::not_a_store, 31, "not_a_store", Advice::call_operator},
    {ErrorCode::newer_format, 32, "newer_format", Advice::call_operator},
    {ErrorCode::held_by_another_process, 33, "held_by_another_process", Advice::retry_call},
    {ErrorCode::read_only_directory, 34, "read_only_directory", Advice::call_operator},
    {ErrorCode::unsafe_directory, 35, "unsafe_directory", Advice::call_operator},
    {ErrorCode::log_damaged, 36, "log_damaged", Advice::call_operator},
    {ErrorCode::older_format, 37, "older_format", Advice::call_operator},
    {ErrorCode::closed, 40, "closed", Advice::reopen_store},
    {ErrorCode::forked, 41, "forked", Advice::call_operator},
    {ErrorCode::corrupt, 42, "corrupt", Advice::call_operator},
    {ErrorCode::disk_full, 43, "disk_full", Advice::call_operator},
    {ErrorCode::io_error, 44, "io_error", Advice::call_operator},
    {ErrorCode::random_unavailable, 45, "random_unavailable", Advice::retry_call},
    {ErrorCode::write_refused, 46, "write_refused", Advice::reopen_store},
    {ErrorCode::internal, 47, "internal", Advice::call_operator},
    {ErrorCode::busy, 48, "busy", Advice::retry_call},
    {ErrorCode::stopped, 49, "stopped", Advice::retry_call},
}};

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(every_error_code_has_its_number_name_and_advice) {
    std::set<std::string_view> different;
    for (const CodeRow& row : codes) {
        BOOST_TEST(static_cast<int>(row.code) == row.number);
        BOOST_TEST(name(row.code) == row.name);
        BOOST_TEST((advice_for(row.code) == row.advice), row.name);
        different.insert(row.name);
    }
    BOOST_TEST(different.size() == codes.size());
}

BOOST_AUTO_TEST_CASE(a_number_is_named_exactly_if_it_is_a_code) {
    for (int number = -1; number < 100; ++number) {
        bool is_code = false;
        for (const CodeRow& row : codes) is_code = is_code || row.number == number;
        BOOST_TEST((name(static_cast<ErrorCode>(number)) != "unknown") == is_code, "number " << number);
    }
    BOOST_TEST((advice_for(static_cast<ErrorCode>(99)) == Advice::call_operator));
}

BOOST_AUTO_TEST_CASE(write_states_and_advice_have_names) {
    BOOST_TEST(name(WriteState::nothing_written) == "nothing_written");
    BOOST_TEST(name(WriteState::indeterminate) == "indeterminate");
    BOOST_TEST(name(WriteState::partly_written) == "partly_written");
    BOOST_TEST(name(Advice::fix_request) == "fix_request");
    BOOST_TEST(name(Advice::reject_client) == "reject_client");
    BOOST_TEST(name(Advice::retry_call) == "retry_call");
    BOOST_TEST(name(Advice::reopen_store) == "reopen_store");
    BOOST_TEST(name(Advice::call_operator) == "call_operator");
}

BOOST_AUTO_TEST_CASE(states_of_health_have_names) {
    BOOST_TEST(name(HealthState::healthy) == "healthy");
    BOOST_TEST(name(HealthState::degraded) == "degraded");
    BOOST_TEST(name(HealthState::failed) == "failed");
}

BOOST_AUTO_TEST_CASE(token_states_and_reasons_have_names) {
    BOOST_TEST(name(TokenState::revoked) == "revoked");
    BOOST_TEST(name(TokenState::consumed) == "consumed");
    BOOST_TEST(name(TokenState::expired) == "expired");
    BOOST_TEST(name(TokenState::live) == "live");
    BOOST_TEST(name(RevocationReason::token_revoked) == "token_revoked");
    BOOST_TEST(name(RevocationReason::family_revoked) == "family_revoked");
    BOOST_TEST(name(RevocationReason::reuse_detected) == "reuse_detected");
    BOOST_TEST(name(RevocationReason::revoked_presented) == "revoked_presented");
    BOOST_TEST(name(RevocationReason::user_revoked) == "user_revoked");
}

BOOST_AUTO_TEST_CASE(outcomes_have_names) {
    BOOST_TEST(name(RotateOutcome::rotated) == "rotated");
    BOOST_TEST(name(RotateOutcome::not_found) == "not_found");
    BOOST_TEST(name(RotateOutcome::reuse_detected) == "reuse_detected");
    BOOST_TEST(name(RotateOutcome::revoked) == "revoked");
    BOOST_TEST(name(RotateOutcome::expired) == "expired");
    BOOST_TEST(name(RotateOutcome::already_exists) == "already_exists");
    BOOST_TEST(name(RevokeTokenOutcome::revoked) == "revoked");
    BOOST_TEST(name(RevokeTokenOutcome::already_revoked) == "already_revoked");
    BOOST_TEST(name(RevokeTokenOutcome::already_consumed) == "already_consumed");
    BOOST_TEST(name(RevokeTokenOutcome::not_found) == "not_found");
}

// Stable: scripts compare them.
constexpr std::array<std::string_view, 13> findings{
    "damaged_file",   "unreadable_part",    "undecodable_record", "missing_entry",   "differing_entry",
    "orphan_entry",   "two_tips",           "two_users",          "broken_rotation", "broken_lineage",
    "end_not_listed", "end_kept_too_short", "expiry_beyond_bound"};

BOOST_AUTO_TEST_CASE(findings_have_names_and_only_what_is_derived_is_repairable) {
    const std::set<std::string_view> repairable = {"missing_entry", "differing_entry", "orphan_entry",
                                                   "end_not_listed"};
    for (std::size_t i = 0; i < findings.size(); ++i) {
        Finding finding{static_cast<FindingKind>(i), "tokens", ""};
        BOOST_TEST(name(finding.kind) == findings[i]);
        BOOST_TEST(is_damage(finding.kind) == (i < 2), findings[i]);
        BOOST_TEST(is_repairable(finding) == repairable.contains(findings[i]), findings[i]);
    }
    Finding entry{FindingKind::undecodable_record, "by_user", ""};
    entry.chain_id.emplace();
    BOOST_TEST(is_repairable(entry));
}

BOOST_AUTO_TEST_CASE(operations_of_the_log_have_names) {
    constexpr std::array<std::string_view, 11> operations{"stored",       "rotated",     "revoked", "rewritten",
                                                          "family_ended", "user_ended",  "removed", "index_repaired",
                                                          "upkeep",       "undecodable", "lost"};
    for (std::size_t i = 0; i < operations.size(); ++i) {
        BOOST_TEST(name(static_cast<LogOperationKind>(i)) == operations[i]);
    }
}

BOOST_AUTO_TEST_CASE(a_value_outside_its_enumeration_is_called_unknown) {
    BOOST_TEST(name(static_cast<FindingKind>(99)) == "unknown");
    BOOST_TEST(name(static_cast<LogOperationKind>(99)) == "unknown");
    BOOST_TEST(name(static_cast<WriteState>(9)) == "unknown");
    BOOST_TEST(name(static_cast<Advice>(9)) == "unknown");
    BOOST_TEST(name(static_cast<TokenState>(9)) == "unknown");
    BOOST_TEST(name(static_cast<RevocationReason>(0)) == "unknown");
    BOOST_TEST(name(static_cast<RevocationReason>(9)) == "unknown");
    BOOST_TEST(name(static_cast<RotateOutcome>(9)) == "unknown");
    BOOST_TEST(name(static_cast<RevokeTokenOutcome>(9)) == "unknown");
    BOOST_TEST(name(static_cast<HealthState>(9)) == "unknown");
    const Error odd{static_cast<ErrorCode>(99), static_cast<WriteState>(9), "something happened"};
    BOOST_TEST(odd.to_string() ==
               "unknown: something happened (whether anything was written is unknown; a person has to look at it)");
}

BOOST_AUTO_TEST_CASE(an_error_in_text_says_what_happened_what_was_written_and_what_to_do) {
    const Error refused{ErrorCode::already_exists, WriteState::nothing_written, "a token with this hash is stored"};
    BOOST_TEST(refused.to_string() ==
               "already_exists: a token with this hash is stored "
               "(nothing was written; fix the request, it cannot succeed as it is)");
    const Error failed{ErrorCode::io_error, WriteState::indeterminate, "the log could not be synced"};
    BOOST_TEST(failed.to_string() ==
               "io_error: the log could not be synced "
               "(it may have been written: look before you retry; a person has to look at it)");
    const Error half{ErrorCode::closed, WriteState::partly_written, "the store was closed during the call"};
    BOOST_TEST(half.to_string() ==
               "closed: the store was closed during the call "
               "(a part was written: the same call goes on from there; close the store and open it again)");
}

BOOST_AUTO_TEST_CASE(the_advice_of_an_error_is_that_of_its_code) {
    const Error error{ErrorCode::closed, WriteState::nothing_written, "the store is closed"};
    BOOST_TEST((error.advice() == Advice::reopen_store));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore
