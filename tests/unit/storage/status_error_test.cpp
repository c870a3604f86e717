// What becomes of the engine's answers, of damaged records and of errors of the system.
#include "storage/status_error.hpp"

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/printers.hpp"

namespace tokenstore::storage {
namespace {

using codec::DecodeStatus;
using rocksdb::Status;

bool contains(const Error& error, std::string_view words) { return error.message.find(words) != std::string::npos; }

BOOST_AUTO_TEST_SUITE(status_errors)

BOOST_AUTO_TEST_CASE(each_answer_of_the_engine_has_its_code_and_says_what_was_being_done) {
    const std::vector<std::pair<Status, ErrorCode>> rows{
        {Status::Corruption("block checksum mismatch"), ErrorCode::corrupt},
        {Status::NoSpace(), ErrorCode::disk_full},
        {Status::IOError("input/output error"), ErrorCode::io_error},
        {Status::PathNotFound("gone"), ErrorCode::io_error},
        {Status::NotSupported("no such thing"), ErrorCode::internal},
    };
    for (const auto& [status, code] : rows) {
        BOOST_TEST_CONTEXT(status.ToString()) {
            const auto reading = read_error(status, "reading a token");
            BOOST_TEST(reading.code == code);
            BOOST_TEST(reading.write == WriteState::nothing_written);
            BOOST_TEST(contains(reading, "reading a token failed: " + status.ToString()));
            const auto writing = write_error(status, "writing");
            BOOST_TEST(writing.code == code);
            BOOST_TEST(writing.write == WriteState::indeterminate);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_control_character_that_the_engine_repeats_gets_into_a_message) {
    const auto error = read_error(Status::Corruption("a\x1b[31mb\nc\x7f"), "opening");
    BOOST_TEST(contains(error, "a?[31mb?c?"));
}

BOOST_AUTO_TEST_CASE(each_kind_of_damage_to_a_record_is_described) {
    const std::vector<std::pair<DecodeStatus, std::string>> rows{
        {DecodeStatus::ok, "nothing is wrong"},
        {DecodeStatus::truncated, "cut short"},
        {DecodeStatus::unknown_version, "unknown version"},
        {DecodeStatus::bad_checksum, "checksum"},
        {DecodeStatus::malformed, "contradict"},
        {static_cast<DecodeStatus>(99), "unknown"},
    };
    for (const auto& [status, words] : rows) {
        const auto error = decode_error(status, "reading a token");
        BOOST_TEST(error.code == ErrorCode::corrupt);
        BOOST_TEST(error.write == WriteState::nothing_written);
        BOOST_TEST(contains(error, "reading a token: "));
        BOOST_TEST(contains(error, words), error.message);
    }
}

BOOST_AUTO_TEST_CASE(each_error_of_the_system_has_its_code) {
    const std::vector<std::pair<int, ErrorCode>> rows{
        {ENOSPC, ErrorCode::disk_full},           {EDQUOT, ErrorCode::disk_full},
        {EACCES, ErrorCode::read_only_directory}, {EROFS, ErrorCode::read_only_directory},
        {EPERM, ErrorCode::read_only_directory},  {EIO, ErrorCode::io_error},
    };
    for (const auto& [number, code] : rows) {
        const auto error = system_error(number, "making the store's directory");
        BOOST_TEST(error.code == code);
        BOOST_TEST(contains(error, "making the store's directory failed: "));
    }
}

BOOST_AUTO_TEST_CASE(a_refused_write_says_why_and_whether_that_passes) {
    Health health;
    auto error = writes_refused_error(health, WriteState::nothing_written);
    BOOST_TEST(error.code == ErrorCode::write_refused);

    health.cause = Error{ErrorCode::disk_full, WriteState::indeterminate, "writing failed"};
    error = writes_refused_error(health, WriteState::nothing_written);
    BOOST_TEST(error.code == ErrorCode::write_refused);
    BOOST_TEST(contains(error, "since writing failed"));

    health.recovers_by_itself = true;
    error = writes_refused_error(health, WriteState::nothing_written);
    BOOST_TEST(error.code == ErrorCode::disk_full);
    BOOST_TEST(error.write == WriteState::nothing_written);
    BOOST_TEST(contains(error, "recovered by itself"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::storage
