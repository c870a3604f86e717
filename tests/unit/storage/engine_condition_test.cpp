// What health() makes of what the engine and the calls have met, and in which order of gravity.
#include "storage/engine_condition.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "support/printers.hpp"

namespace tokenstore::storage {
namespace {

Error error_saying(const std::string& what, ErrorCode code = ErrorCode::io_error) {
    return {code, WriteState::nothing_written, what};
}

std::string cause(const EngineCondition& condition) {
    const auto health = condition.health();
    return health.cause ? health.cause->message : "";
}

struct ConditionFixture {
    EngineCondition condition;
};

BOOST_FIXTURE_TEST_SUITE(engine_condition, ConditionFixture)

BOOST_AUTO_TEST_CASE(nothing_met_is_healthy) {
    const auto health = condition.health();
    BOOST_TEST((health.state == HealthState::healthy));
    BOOST_TEST(health.takes_writes);
    BOOST_TEST(!health.cause.has_value());
}

BOOST_AUTO_TEST_CASE(the_first_failed_write_is_the_cause_and_ends_writing_for_good) {
    condition.note_failed_write(error_saying("first"));
    condition.note_failed_write(error_saying("second"));
    condition.note_recovery_begun();
    condition.note_recovery_ended(/*recovered=*/true);
    const auto health = condition.health();
    BOOST_TEST((health.state == HealthState::degraded));
    BOOST_TEST(!health.takes_writes);
    BOOST_TEST(!health.recovers_by_itself);
    BOOST_TEST(cause(condition) == "first");
    BOOST_TEST(condition.refuses_writes());
}

BOOST_AUTO_TEST_CASE(an_engine_that_stopped_in_its_background_takes_writes_again_once_it_has_recovered) {
    condition.note_background_error(error_saying("slow"), /*stops_writes=*/false);
    BOOST_TEST(condition.health().takes_writes);
    BOOST_TEST(!condition.was_stopped());
    condition.note_background_error(error_saying("full"), /*stops_writes=*/true);
    condition.note_background_error(error_saying("a consequence"), /*stops_writes=*/true);
    BOOST_TEST(cause(condition) == "full");
    BOOST_TEST(!condition.health().takes_writes);

    condition.note_recovery_begun();
    BOOST_TEST(condition.health().recovers_by_itself);
    BOOST_TEST(condition.is_recovering());
    condition.note_recovery_ended(/*recovered=*/false);
    BOOST_TEST(!condition.health().recovers_by_itself);
    BOOST_TEST(!condition.is_recovering());
    BOOST_TEST(!condition.health().takes_writes);

    condition.note_recovery_ended(/*recovered=*/true);
    BOOST_TEST((condition.health().state == HealthState::healthy));
    BOOST_TEST(!condition.refuses_writes());
    BOOST_TEST(condition.was_stopped());
}

BOOST_AUTO_TEST_CASE(reads_that_fail_are_graver_than_damage_and_pass_with_the_next_good_one) {
    condition.note_failed_read(error_saying("damage", ErrorCode::corrupt));
    condition.note_failed_read(error_saying("more damage", ErrorCode::corrupt));
    BOOST_TEST((condition.health().state == HealthState::degraded));
    BOOST_TEST(condition.health().damaged_reads == 2U);
    BOOST_TEST(cause(condition) == "damage");

    condition.note_failed_read(error_saying("no disk"));
    BOOST_TEST((condition.health().state == HealthState::failed));
    BOOST_TEST(cause(condition) == "no disk");
    condition.note_good_read();
    BOOST_TEST((condition.health().state == HealthState::degraded));
    BOOST_TEST(cause(condition) == "damage");
}

BOOST_AUTO_TEST_CASE(what_was_lost_at_open_is_told) {
    condition.note_lost_writes_at_open();
    BOOST_TEST(condition.health().lost_writes_at_open);
    BOOST_TEST((condition.health().state == HealthState::healthy));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::storage
