// What the engine's reports make of the store's condition.
#include "storage/engine_events.hpp"

#include <boost/test/unit_test.hpp>

#include <rocksdb/listener.h>
#include <rocksdb/status.h>

namespace tokenstore::storage {
namespace {

using Reason = rocksdb::BackgroundErrorReason;
using Severity = rocksdb::Status::Severity;

rocksdb::Status no_room() { return {rocksdb::Status::NoSpace("full"), Severity::kHardError}; }

/// As the engine reports an error that it recovers from: answers whether it is to.
bool report_no_room(EngineEvents& events) {
    auto error = no_room();
    bool recover = true;
    events.OnBackgroundError(Reason::kFlush, &error);
    events.OnErrorRecoveryBegin(Reason::kFlush, error, &recover);
    return recover;
}

BOOST_AUTO_TEST_SUITE(engine_events)

BOOST_AUTO_TEST_CASE(a_full_disk_is_recovered_from_until_the_engine_says_that_it_goes_on) {
    EngineEvents events;
    BOOST_TEST(report_no_room(events));
    BOOST_TEST(events.condition().is_recovering());
    BOOST_TEST(!events.condition().health().takes_writes);
    events.OnErrorRecoveryEnd({no_room(), rocksdb::Status::OK()});
    BOOST_TEST(!events.condition().is_recovering());
    BOOST_TEST(events.condition().health().takes_writes);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_recovery_is_none_where_the_next_error_has_come_between) {
    EngineEvents events;
    report_no_room(events);
    events.OnErrorRecoveryEnd({no_room(), no_room()});
    BOOST_TEST(events.condition().is_recovering());
    BOOST_TEST(!events.condition().health().takes_writes);
}

BOOST_AUTO_TEST_CASE(a_fatal_error_ends_a_recovery_for_which_the_engine_reports_no_end) {
    EngineEvents events;
    report_no_room(events);
    rocksdb::Status fatal(rocksdb::Status::IOError("gone"), Severity::kFatalError);
    events.OnBackgroundError(Reason::kFlush, &fatal);
    BOOST_TEST(!events.condition().is_recovering());
    BOOST_TEST(!events.condition().health().takes_writes);
}

BOOST_AUTO_TEST_CASE(a_store_that_closes_recovers_no_more) {
    EngineEvents events;
    events.refuse_recoveries();
    BOOST_TEST(!report_no_room(events));
    BOOST_TEST(!events.condition().is_recovering());
    BOOST_TEST(!events.condition().health().takes_writes);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::storage
