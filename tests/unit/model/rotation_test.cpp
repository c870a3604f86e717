#include "model/rotation.hpp"

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/manual_clock.hpp"
#include "support/printers.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::model {

static std::ostream& boost_test_print_type(std::ostream& out, const RotationDecision& decision) {
    out << name(decision.outcome);
    return decision.end_family ? out << ", ends the family: " << name(*decision.end_family) : out;
}

namespace {

using test::make_hash;
using test::make_successor;
using test::make_token;
using test::make_token_id;

constexpr std::int64_t now_us = test::ManualClock::first_wall_us;

// ---- The table at RotateOutcome ------------------------------------------------------------------------------------

struct PresentedToken {
    std::string_view what;
    bool revoked;
    bool consumed;
    std::int64_t expires_at_us;
};

constexpr std::int64_t last_live_us = now_us + 1;
constexpr std::int64_t first_expired_us = now_us;
constexpr std::int64_t long_expired_us = now_us - test::year_us;

constexpr PresentedToken live{"live", false, false, last_live_us};
constexpr PresentedToken consumed_only{"consumed", false, true, last_live_us};
constexpr PresentedToken consumed_expired{"consumed and expired", false, true, first_expired_us};
constexpr PresentedToken revoked_only{"revoked", true, false, last_live_us};
constexpr PresentedToken revoked_expired{"revoked and expired", true, false, first_expired_us};
constexpr PresentedToken revoked_consumed{"revoked and consumed", true, true, last_live_us};
constexpr PresentedToken revoked_consumed_expired{"revoked, consumed and expired", true, true, first_expired_us};
constexpr PresentedToken expired_now{"expired this microsecond", false, false, first_expired_us};
constexpr PresentedToken expired_long_ago{"expired long ago", false, false, long_expired_us};

constexpr std::int64_t stamp_us = now_us - test::hour_us;

Token presented_token(const PresentedToken& row) {
    auto token = make_token();
    token.issue_stamp_us = stamp_us;
    token.revoked = row.revoked;
    if (row.consumed) {
        token.consumed_at_us = now_us - test::minute_us;
        token.successor = make_hash(2);
    }
    token.expires_at_us = row.expires_at_us;
    return token;
}

struct NamedEnds {
    std::string_view what;
    Ends ends;
};

FamilyEnd family_ended_for(RevocationReason reason) { return {.ended_at_us = now_us - 1, .reason = reason}; }

UserEnd user_ended_at(std::int64_t end_stamp_us) { return {.ended_at_us = now_us - 1, .stamp_us = end_stamp_us}; }

std::vector<NamedEnds> no_ends() { return {{"nothing ended", {}}}; }

std::vector<NamedEnds> user_ended_before_issue() {
    return {{"the user ended just before the issue", {.family = {}, .user = user_ended_at(stamp_us - 1)}}};
}

std::vector<NamedEnds> user_ended_since_issue() {
    return {{"the user ended at the stamp of the issue", {.family = {}, .user = user_ended_at(stamp_us)}},
            {"the user ended after the issue", {.family = {}, .user = user_ended_at(stamp_us + 1)}}};
}

std::vector<NamedEnds> family_ended() {
    std::vector<NamedEnds> all;
    for (const auto reason :
         {RevocationReason::family_revoked, RevocationReason::reuse_detected, RevocationReason::revoked_presented}) {
        const auto end = family_ended_for(reason);
        all.push_back({name(reason), {.family = end, .user = {}}});
        all.push_back(
            {"the family and, before the issue, the user ended", {.family = end, .user = user_ended_at(stamp_us - 1)}});
        all.push_back(
            {"the family and, since the issue, the user ended", {.family = end, .user = user_ended_at(stamp_us)}});
    }
    return all;
}

constexpr RotationDecision rotates{RotateOutcome::rotated, std::nullopt};
constexpr RotationDecision not_found{RotateOutcome::not_found, std::nullopt};
constexpr RotationDecision reuse{RotateOutcome::reuse_detected, RevocationReason::reuse_detected};
constexpr RotationDecision dead{RotateOutcome::revoked, RevocationReason::revoked_presented};
constexpr RotationDecision dead_family{RotateOutcome::revoked, std::nullopt};  // no second end is written
constexpr RotationDecision too_late{RotateOutcome::expired, std::nullopt};
constexpr RotationDecision hash_taken{RotateOutcome::already_exists, std::nullopt};

struct Row {
    PresentedToken presented;
    RotationDecision if_nothing_ended;
    RotationDecision if_user_ended_before_issue;
    RotationDecision if_user_ended_since_issue;
    RotationDecision if_family_ended;
};

// clang-format off
const std::vector<Row> table{
    // presented                 nothing ended  user ended before  user ended since  family ended
    {live,                       rotates,       rotates,           dead,             dead_family},
    {consumed_only,              reuse,         reuse,             dead,             dead_family},
    {consumed_expired,           reuse,         reuse,             dead,             dead_family},
    {revoked_only,               dead,          dead,              dead,             dead_family},
    {revoked_expired,            dead,          dead,              dead,             dead_family},
    {revoked_consumed,           dead,          dead,              dead,             dead_family},
    {revoked_consumed_expired,   dead,          dead,              dead,             dead_family},
    {expired_now,                too_late,      too_late,          dead,             dead_family},
    {expired_long_ago,           too_late,      too_late,          dead,             dead_family},
};
// clang-format on

void check_decisions(const PresentedToken& presented, const std::vector<NamedEnds>& all_ends,
                     const RotationDecision& expected) {
    const Token token = presented_token(presented);
    for (const auto& [what, ends] : all_ends) {
        BOOST_TEST_CONTEXT("presented: " << presented.what << "; ends: " << what) {
            BOOST_TEST(decide_rotation({&token, ends, false, now_us}) == expected);
            // Whether the new hash is free matters only to a token that would be rotated.
            const auto& with_hash_taken = expected == rotates ? hash_taken : expected;
            BOOST_TEST(decide_rotation({&token, ends, true, now_us}) == with_hash_taken);
        }
    }
}

Token token_with_device() {
    auto token = make_token();
    token.device_id = "device-7f3a";
    token.device_name = "Laptop";
    token.ip_address = "192.0.2.7";
    return token;
}

BOOST_AUTO_TEST_SUITE(rotation)

BOOST_AUTO_TEST_CASE(every_presented_token_is_answered_as_the_table_says) {
    for (const Row& row : table) {
        check_decisions(row.presented, no_ends(), row.if_nothing_ended);
        check_decisions(row.presented, user_ended_before_issue(), row.if_user_ended_before_issue);
        check_decisions(row.presented, user_ended_since_issue(), row.if_user_ended_since_issue);
        check_decisions(row.presented, family_ended(), row.if_family_ended);
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_token_is_not_found_whatever_else_is_known) {
    for (const auto& all_ends : {no_ends(), user_ended_before_issue(), user_ended_since_issue(), family_ended()}) {
        for (const auto& [what, ends] : all_ends) {
            BOOST_TEST(decide_rotation({nullptr, ends, false, now_us}) == not_found, what);
            BOOST_TEST(decide_rotation({nullptr, ends, true, now_us}) == not_found, what);
        }
    }
}

// ---- What is stored ------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_consumed_token_notes_when_and_for_what_and_stays_what_it_was) {
    const auto token = token_with_device();
    auto expected = token;
    expected.consumed_at_us = now_us;
    expected.updated_at_us = now_us;
    expected.successor = make_hash(2);
    BOOST_TEST(consumed(token, make_hash(2), now_us) == expected);
}

BOOST_AUTO_TEST_CASE(a_successor_belongs_to_the_same_user_family_and_chain) {
    auto presented = token_with_device();
    presented.chain_id = make_token_id(50);
    const auto request = make_successor(2);
    const auto successor = successor_of(presented, request, make_token_id(60), now_us + 3, now_us);

    Token expected;
    expected.hash = request.hash;
    expected.id = make_token_id(60);
    expected.chain_id = presented.chain_id;
    expected.user_id = presented.user_id;
    expected.family_id = presented.family_id;
    expected.created_at_us = now_us;
    expected.expires_at_us = request.expires_at_us;
    expected.issue_stamp_us = now_us + 3;
    expected.predecessor = presented.hash;
    expected.device_id = presented.device_id;
    expected.device_name = presented.device_name;
    expected.ip_address = presented.ip_address;
    BOOST_TEST(successor == expected);
}

BOOST_AUTO_TEST_CASE(a_successor_takes_over_each_device_field_that_the_request_leaves_open) {
    const auto presented = token_with_device();
    auto request = make_successor(2);
    const auto rotated = [&] { return successor_of(presented, request, make_token_id(2), now_us, now_us); };

    request.device_id = "device-new";
    BOOST_TEST(*rotated().device_id == "device-new");
    BOOST_TEST(*rotated().device_name == "Laptop");
    BOOST_TEST(*rotated().ip_address == "192.0.2.7");

    request.device_name = "Phone";
    BOOST_TEST(*rotated().device_name == "Phone");
    BOOST_TEST(*rotated().ip_address == "192.0.2.7");

    request.ip_address = "2001:db8::1";
    BOOST_TEST(*rotated().ip_address == "2001:db8::1");
}

BOOST_AUTO_TEST_CASE(an_empty_device_field_of_the_request_is_a_value_and_not_an_open_field) {
    auto request = make_successor(2);
    request.device_id = "";
    request.device_name = "";
    const auto successor = successor_of(token_with_device(), request, make_token_id(2), now_us, now_us);
    BOOST_TEST_REQUIRE(successor.device_id.has_value());
    BOOST_TEST_REQUIRE(successor.device_name.has_value());
    BOOST_TEST(successor.device_id->empty());
    BOOST_TEST(successor.device_name->empty());
}

BOOST_AUTO_TEST_CASE(a_device_field_that_neither_has_stays_absent) {
    const auto successor = successor_of(make_token(), make_successor(2), make_token_id(2), now_us, now_us);
    BOOST_TEST(!successor.device_id.has_value());
    BOOST_TEST(!successor.device_name.has_value());
    BOOST_TEST(!successor.ip_address.has_value());
}

BOOST_AUTO_TEST_CASE(a_successor_inherits_nothing_of_the_end_of_its_predecessor) {
    const auto presented = test::with_all_fields(make_token());
    const auto successor = successor_of(presented, make_successor(2), make_token_id(2), now_us, now_us);
    BOOST_TEST(!successor.revoked);
    BOOST_TEST(!successor.revoked_at_us.has_value());
    BOOST_TEST(!successor.consumed_at_us.has_value());
    BOOST_TEST(!successor.updated_at_us.has_value());
    BOOST_TEST(!successor.successor.has_value());
    BOOST_TEST(*successor.predecessor == presented.hash);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::model
