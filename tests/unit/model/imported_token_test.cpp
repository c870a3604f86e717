#include "model/imported_token.hpp"

#include <cstdint>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "support/manual_clock.hpp"
#include "support/printers.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::model {
namespace {

using test::make_token;

constexpr std::int64_t now_us = test::ManualClock::first_wall_us;

Token row_with_id(std::string_view id, std::int64_t created_at_us) {
    Token row = make_token(1);
    row.id = parse_id<TokenId>(id).value();
    row.created_at_us = created_at_us;
    return row;
}

std::string chain_text(std::string_view id, std::int64_t created_at_us) {
    return to_string(chain_of_imported(row_with_id(id, created_at_us)));
}

BOOST_AUTO_TEST_SUITE(imported_token_rules)

BOOST_AUTO_TEST_CASE(an_id_of_version_7_names_its_chain) {
    BOOST_TEST(chain_text("019db28b-8e1b-7095-8647-b45183dc32ab", now_us) == "019db28b-8e1b-7095-8647-b45183dc32ab");
}

BOOST_AUTO_TEST_CASE(an_id_of_another_version_names_its_chain_together_with_its_creation) {
    // 1,000,000,000,500 us: 0x3b9aca00 ms, and half a millisecond in the twelve bits that follow the version.
    BOOST_TEST(chain_text("b30c35ee-e001-4c95-b03d-dfbc69d455e4", 1'000'000'000'500) ==
               "00003b9a-ca00-7800-b03d-dfbc69d455e4");
    // Bits 6 and 7 of the ninth byte are the variant's.
    BOOST_TEST(chain_text("b30c35ee-e001-7c95-f03d-dfbc69d455e4", 0) == "00000000-0000-7000-b03d-dfbc69d455e4");
}

BOOST_AUTO_TEST_CASE(a_creation_that_no_version_7_can_hold_is_taken_for_the_nearest_that_it_can) {
    BOOST_TEST(chain_text("b30c35ee-e001-4c95-b03d-dfbc69d455e4", -1) == "00000000-0000-7000-b03d-dfbc69d455e4");
    BOOST_TEST(chain_text("b30c35ee-e001-4c95-b03d-dfbc69d455e4", std::numeric_limits<std::int64_t>::max()) ==
               "ffffffff-ffff-7ffb-b03d-dfbc69d455e4");
}

BOOST_AUTO_TEST_CASE(a_row_is_issued_when_it_was_created_but_not_in_the_future) {
    Token row = make_token(1);
    row.created_at_us = now_us - 5;
    BOOST_TEST(imported_token(row, std::nullopt, now_us).issue_stamp_us == now_us - 5);
    row.created_at_us = now_us + 5;
    BOOST_TEST(imported_token(row, std::nullopt, now_us).issue_stamp_us == now_us);
}

BOOST_AUTO_TEST_CASE(a_row_created_after_its_users_end_is_issued_after_it_although_the_stamp_ran_ahead) {
    const UserEnd end{.ended_at_us = now_us - 10, .stamp_us = now_us + 1000};
    Token row = make_token(1);
    row.created_at_us = now_us - 10;
    BOOST_TEST(imported_token(row, end, now_us).issue_stamp_us == now_us - 10);
    row.created_at_us = now_us - 9;
    BOOST_TEST(imported_token(row, end, now_us).issue_stamp_us == now_us + 1001);
}

BOOST_AUTO_TEST_CASE(lineage_is_not_taken_over_and_everything_else_is) {
    Token row = make_token(1);
    row.created_at_us = now_us;
    Token expected = row;
    expected.chain_id = chain_of_imported(row);
    expected.issue_stamp_us = now_us;
    row.consumed_at_us = now_us;
    row.predecessor = test::make_hash(2);
    row.successor = test::make_hash(3);
    BOOST_TEST(imported_token(row, std::nullopt, now_us) == expected);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::model
