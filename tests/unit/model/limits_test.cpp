#include "model/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/manual_clock.hpp"
#include "support/printers.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::model {
namespace {

using test::day_us;
using test::second_us;

constexpr std::int64_t now_us = test::ManualClock::first_wall_us;
constexpr std::int64_t longest_us = 400 * day_us;
constexpr std::int64_t century_us = 100 * 366 * day_us;
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i) result += text;
    return result;
}

/// The code of an error that says nothing was written; nothing for no error.
std::optional<ErrorCode> code_of(const std::optional<Error>& error) {
    if (!error) return std::nullopt;
    BOOST_TEST(error->write == WriteState::nothing_written);
    BOOST_TEST(!error->message.empty());
    return error->code;
}

std::optional<ErrorCode> check_device_id(const std::string& text) { return code_of(check_device(text, {}, {})); }
std::optional<ErrorCode> check_device_name(const std::string& text) { return code_of(check_device({}, text, {})); }
std::optional<ErrorCode> check_ip_address(const std::string& text) { return code_of(check_device({}, {}, text)); }

constexpr std::optional<ErrorCode> accepted;

const std::vector<std::string> invalid_utf8{
    "\x80",                  // a continuation that continues nothing
    "\xc3",                  // cut short
    "\xe2\x82",              //
    "\xf0\x9f\x94",          //
    "\xc3(",                 // broken off by ASCII
    "\xc0\xaf",              // overlong: a slash in two bytes,
    "\xc1\xbf",              //
    "\xe0\x80\xaf",          // in three,
    "\xe0\x9f\xbf",          //
    "\xf0\x80\x80\xaf",      // in four
    "\xf0\x8f\xbf\xbf",      //
    "\xc0\x80",              // a NUL in two bytes
    "\xed\xa0\x80",          // surrogates
    "\xed\xbf\xbf",          //
    "\xf4\x90\x80\x80",      // beyond U+10FFFF
    "\xf5\x80\x80\x80",      //
    "\xf8\x88\x80\x80\x80",  // forms that were withdrawn
    "\xfe",                  // bytes that never occur
    "\xff",                  //
};

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(absent_device_fields_are_accepted) { BOOST_TEST(code_of(check_device({}, {}, {})) == accepted); }

BOOST_AUTO_TEST_CASE(empty_names_are_accepted_as_they_are) {
    BOOST_TEST(check_device_id("") == accepted);
    BOOST_TEST(check_device_name("") == accepted);
}

// ---- Device id -----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_device_id_may_have_255_bytes_and_no_more) {
    BOOST_TEST(check_device_id(std::string(255, 'x')) == accepted);
    BOOST_TEST(check_device_id(std::string(256, 'x')) == ErrorCode::device_id_too_long);
    BOOST_TEST(check_device_id(std::string(1'000'000, 'x')) == ErrorCode::device_id_too_long);
}

BOOST_AUTO_TEST_CASE(a_device_id_is_measured_in_bytes) {
    BOOST_TEST(check_device_id(repeated("\xe2\x82\xac", 85)) == accepted);  // 255 bytes
    BOOST_TEST(check_device_id(repeated("\xe2\x82\xac", 85) + "x") == ErrorCode::device_id_too_long);
    BOOST_TEST(check_device_id(repeated("\xc3\xbc", 128)) == ErrorCode::device_id_too_long);  // 128 characters
}

BOOST_AUTO_TEST_CASE(a_device_id_that_is_not_utf8_is_refused) {
    for (const std::string& text : invalid_utf8) {
        BOOST_TEST(check_device_id(text) == ErrorCode::device_id_not_utf8);
        BOOST_TEST(check_device_id("before " + text + " after") == ErrorCode::device_id_not_utf8);
    }
}

BOOST_AUTO_TEST_CASE(a_device_id_with_a_nul_is_utf8_like_any_other) {
    BOOST_TEST(check_device_id(std::string("a\0b", 3)) == accepted);
    BOOST_TEST(check_device_id(std::string(255, '\0')) == accepted);
    BOOST_TEST(check_device_id(std::string(256, '\0')) == ErrorCode::device_id_too_long);
    BOOST_TEST(check_device_id(std::string("a\0\xff", 3)) == ErrorCode::device_id_not_utf8);
}

// ---- Device name ---------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_device_name_may_have_100_characters_and_no_more) {
    for (const std::string_view character : {"x", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x94\x91", "\xef\xbf\xbf"}) {
        BOOST_TEST(check_device_name(repeated(character, 100)) == accepted, character);
        BOOST_TEST(check_device_name(repeated(character, 101)) == ErrorCode::device_name_too_long, character);
        BOOST_TEST(check_device_name("x" + repeated(character, 100)) == ErrorCode::device_name_too_long, character);
    }
    BOOST_TEST(check_device_name(std::string(100, '\0')) == accepted);
    BOOST_TEST(check_device_name(std::string(101, '\0')) == ErrorCode::device_name_too_long);
}

BOOST_AUTO_TEST_CASE(a_combining_mark_counts_as_a_character) {
    BOOST_TEST(check_device_name(repeated("e\xcc\x81", 50)) == accepted);
    BOOST_TEST(check_device_name(repeated("e\xcc\x81", 50) + "\xcc\x81") == ErrorCode::device_name_too_long);
}

BOOST_AUTO_TEST_CASE(a_device_name_that_is_not_utf8_is_refused) {
    for (const std::string& text : invalid_utf8) {
        BOOST_TEST(check_device_name(text) == ErrorCode::device_name_not_utf8);
        BOOST_TEST(check_device_name("before " + text + " after") == ErrorCode::device_name_not_utf8);
        BOOST_TEST(check_device_name(std::string(99, 'x') + text) == ErrorCode::device_name_not_utf8);
        // Counting characters means something in valid text alone.
        BOOST_TEST(check_device_name(std::string(500, 'x') + text) == ErrorCode::device_name_not_utf8);
    }
}

// ---- IP address ----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(addresses_of_both_kinds_are_accepted_in_all_their_forms) {
    for (const char* const text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "1::", "2001:db8::17",
                                   "2001:DB8::AbCd", "2001:0db8:0000:0000:0000:0000:0000:0017", "1:2:3:4:5:6:7:8",
                                   "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::ffff:192.0.2.1", "64:ff9b::192.0.2.33",
                                   "1:2:3:4:5:6:192.0.2.1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
        BOOST_TEST(check_ip_address(text) == accepted, text);
    }
}

BOOST_AUTO_TEST_CASE(an_address_may_have_45_bytes_and_no_more) {
    const std::string longest = "0000:0000:0000:0000:0000:ffff:255.255.255.255";
    BOOST_TEST_REQUIRE(longest.size() == 45U);
    BOOST_TEST(check_ip_address(longest) == accepted);
    BOOST_TEST(check_ip_address("0" + longest) == ErrorCode::ip_address_malformed);
    BOOST_TEST(check_ip_address(std::string(46, '0')) == ErrorCode::ip_address_malformed);
    BOOST_TEST(check_ip_address(std::string(1'000'000, '1')) == ErrorCode::ip_address_malformed);
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_refused) {
    for (const char* const text : {"",
                                   " ",
                                   "localhost",
                                   "1",
                                   "1.2.3",
                                   "1.2.3.",
                                   ".1.2.3",
                                   "1..2.3",
                                   "1.2.3.4.5",
                                   "256.1.1.1",
                                   "1.2.3.1000",
                                   "-1.2.3.4",
                                   "+1.2.3.4",
                                   "01.2.3.4",
                                   "1.2.3.00",
                                   "0x7f.0.0.1",
                                   "1.2.3.4 ",
                                   " 1.2.3.4",
                                   "1.2.3.4\n",
                                   "1.2.3.4/24",
                                   "1.2.3.4:443",
                                   "1,2,3,4",
                                   ":",
                                   ":::",
                                   "1:",
                                   ":1",
                                   "1:2:3:4:5:6:7",
                                   "1:2:3:4:5:6:7:8:9",
                                   "1::2::3",
                                   "1:2:3:4::5:6:7:8:9",
                                   "12345::",
                                   "g::",
                                   "::1.2.3",
                                   "::1.2.3.4.5",
                                   "::256.1.1.1",
                                   "1.2.3.4::",
                                   "[::1]",
                                   "::1/128",
                                   "::1 ",
                                   " ::1",
                                   "\xd9\xa1.2.3.4"}) {
        BOOST_TEST(check_ip_address(text) == ErrorCode::ip_address_malformed, "'" << text << "'");
    }
}

BOOST_AUTO_TEST_CASE(an_address_with_a_zone_is_refused) {
    for (const char* const text : {"fe80::1%eth0", "fe80::1%1", "fe80::1%", "::%lo", "192.0.2.1%eth0"}) {
        BOOST_TEST(check_ip_address(text) == ErrorCode::ip_address_malformed, text);
    }
}

// A C string would end at the NUL and hide what follows it.
BOOST_AUTO_TEST_CASE(an_address_with_a_nul_is_refused) {
    using std::string_literals::operator""s;
    for (const std::string& text : {"\0"s, "192.0.2.1\0"s, "192.0.2.1\0.evil"s, "::1\0"s, "\0::1"s, "192.0\0.2.1"s}) {
        BOOST_TEST(check_ip_address(text) == ErrorCode::ip_address_malformed);
    }
}

// ---- What the errors say -------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_first_thing_wrong_is_named) {
    const std::string long_id(256, 'x');
    const std::string long_name(101, 'x');
    BOOST_TEST(code_of(check_device(long_id, long_name, "nowhere")) == ErrorCode::device_id_too_long);
    BOOST_TEST(code_of(check_device("id", long_name, "nowhere")) == ErrorCode::device_name_too_long);
    BOOST_TEST(code_of(check_device("id", "name", "nowhere")) == ErrorCode::ip_address_malformed);
    BOOST_TEST(code_of(check_device("id", "name", "192.0.2.1")) == accepted);
    BOOST_TEST(check_device_id(std::string(256, '\xff')) == ErrorCode::device_id_too_long);
}

BOOST_AUTO_TEST_CASE(no_error_repeats_the_value_that_was_refused) {
    const std::string secret = "Quixotic";
    const auto repeats = [&](const std::optional<Error>& error) {
        BOOST_TEST_REQUIRE(error.has_value());
        return error->to_string().find(secret) != std::string::npos;
    };
    BOOST_TEST(!repeats(check_device(repeated(secret, 40), {}, {})));
    BOOST_TEST(!repeats(check_device(secret + "\xff", {}, {})));
    BOOST_TEST(!repeats(check_device({}, repeated(secret, 40), {})));
    BOOST_TEST(!repeats(check_device({}, secret + "\xff", {})));
    BOOST_TEST(!repeats(check_device({}, {}, secret)));
}

// ---- Expiry --------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_expiry_lies_between_the_epoch_and_the_longest_lifetime_from_now) {
    const auto check = [](std::int64_t expires_at_us) {
        return code_of(check_expiry(expires_at_us, now_us, longest_us));
    };
    BOOST_TEST(check(lowest) == ErrorCode::expiry_out_of_range);
    BOOST_TEST(check(-1) == ErrorCode::expiry_out_of_range);
    BOOST_TEST(check(0) == accepted);
    BOOST_TEST(check(1) == accepted);
    BOOST_TEST(check(now_us) == accepted);
    BOOST_TEST(check(now_us + longest_us) == accepted);
    BOOST_TEST(check(now_us + longest_us + 1) == ErrorCode::expiry_out_of_range);
    BOOST_TEST(check(highest) == ErrorCode::expiry_out_of_range);
}

BOOST_AUTO_TEST_CASE(an_expiry_in_the_past_is_accepted) {
    BOOST_TEST(code_of(check_expiry(now_us - 50 * test::year_us, now_us, second_us)) == accepted);
}

BOOST_AUTO_TEST_CASE(the_longest_lifetime_counts_from_now_wherever_the_clock_stands) {
    for (const std::int64_t moment_us : {std::int64_t{0}, -10 * second_us, latest_time_us - century_us}) {
        BOOST_TEST(code_of(check_expiry(moment_us + century_us, moment_us, century_us)) == accepted);
        BOOST_TEST(code_of(check_expiry(moment_us + century_us + 1, moment_us, century_us)) ==
                   ErrorCode::expiry_out_of_range);
    }
}

BOOST_AUTO_TEST_CASE(no_expiry_lies_beyond_the_year_9999) {
    BOOST_TEST(code_of(check_expiry(latest_time_us, latest_time_us, century_us)) == accepted);
    BOOST_TEST(code_of(check_expiry(latest_time_us + 1, latest_time_us, century_us)) == ErrorCode::expiry_out_of_range);
}

// ---- Imported rows -------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_imported_row_has_the_limits_of_a_new_token) {
    const auto check = [](const std::function<void(Token&)>& change) {
        auto token = test::make_token();
        change(token);
        return code_of(check_import(token, now_us, longest_us));
    };
    BOOST_TEST(check([](Token&) {}) == accepted);
    BOOST_TEST(check([](Token& t) { t = test::with_all_fields(t); }) == accepted);
    BOOST_TEST(check([](Token& t) { t.device_id = std::string(256, 'x'); }) == ErrorCode::device_id_too_long);
    BOOST_TEST(check([](Token& t) { t.device_id = "\xff"; }) == ErrorCode::device_id_not_utf8);
    BOOST_TEST(check([](Token& t) { t.device_name = std::string(101, 'x'); }) == ErrorCode::device_name_too_long);
    BOOST_TEST(check([](Token& t) { t.device_name = "\xff"; }) == ErrorCode::device_name_not_utf8);
    BOOST_TEST(check([](Token& t) { t.ip_address = "fe80::1%eth0"; }) == ErrorCode::ip_address_malformed);
    BOOST_TEST(check([](Token& t) { t.expires_at_us = -1; }) == ErrorCode::expiry_out_of_range);
    BOOST_TEST(check([](Token& t) { t.expires_at_us = now_us + longest_us + 1; }) == ErrorCode::expiry_out_of_range);
}

BOOST_AUTO_TEST_CASE(the_times_of_an_imported_row_lie_in_the_years_1_to_9999) {
    const auto with_created = [](std::int64_t time_us) {
        auto token = test::make_token();
        token.created_at_us = time_us;
        return token;
    };
    const auto with_updated = [](std::int64_t time_us) {
        auto token = test::make_token();
        token.updated_at_us = time_us;
        return token;
    };
    const auto with_revoked = [](std::int64_t time_us) {
        auto token = test::make_token();
        token.revoked = true;
        token.revoked_at_us = time_us;
        return token;
    };
    const std::vector<std::function<Token(std::int64_t)>> rows{with_created, with_updated, with_revoked};
    for (const auto& row : rows) {
        for (const std::int64_t good_us : {earliest_time_us, std::int64_t{-1}, std::int64_t{0}, latest_time_us}) {
            BOOST_TEST(code_of(check_import(row(good_us), now_us, longest_us)) == accepted, good_us);
        }
        for (const std::int64_t bad_us : {lowest, earliest_time_us - 1, latest_time_us + 1, highest}) {
            BOOST_TEST(code_of(check_import(row(bad_us), now_us, longest_us)) == ErrorCode::time_out_of_range, bad_us);
        }
    }
}

// ---- Pages and options ---------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_page_holds_1_to_1000_sessions) {
    const auto check = [](std::size_t limit) { return code_of(check_page({.limit = limit, .after = {}})); };
    BOOST_TEST(code_of(check_page({})) == accepted);
    BOOST_TEST(check(0) == ErrorCode::invalid_page);
    BOOST_TEST(check(1) == accepted);
    BOOST_TEST(check(1000) == accepted);
    BOOST_TEST(check(1001) == ErrorCode::invalid_page);
    BOOST_TEST(check(std::numeric_limits<std::size_t>::max()) == ErrorCode::invalid_page);
}

BOOST_AUTO_TEST_CASE(the_default_options_are_valid) { BOOST_TEST(code_of(check_options({})) == accepted); }

BOOST_AUTO_TEST_CASE(every_option_is_valid_up_to_its_limits) {
    struct Row {
        std::string_view option;
        std::function<void(Options&, std::int64_t)> set;
        std::int64_t least;
        std::int64_t most;
    };
    const std::vector<Row> rows{
        {"longest_token_lifetime_us", [](Options& o, std::int64_t v) { o.longest_token_lifetime_us = v; }, second_us,
         century_us},
        {"reclaim_grace_us", [](Options& o, std::int64_t v) { o.reclaim_grace_us = v; }, 0, century_us},
        {"reclaim_interval_us", [](Options& o, std::int64_t v) { o.reclaim_interval_us = v; }, second_us, century_us},
        {"longest_downtime_us", [](Options& o, std::int64_t v) { o.longest_downtime_us = v; }, 0, century_us},
        {"background_jobs", [](Options& o, std::int64_t v) { o.background_jobs = static_cast<int>(v); }, 1, 64},
    };
    for (const auto& [option, set, least, most] : rows) {
        for (const std::int64_t good : {least, most}) {
            Options options;
            set(options, good);
            BOOST_TEST(code_of(check_options(options)) == accepted, option << " = " << good);
        }
        for (const std::int64_t bad : {least - 1, most + 1}) {
            Options options;
            set(options, bad);
            const auto error = check_options(options);
            BOOST_TEST_REQUIRE((code_of(error) == ErrorCode::invalid_options), option << " = " << bad);
            BOOST_TEST(error->message.starts_with(option), error->message);
        }
    }
}

BOOST_AUTO_TEST_CASE(times_at_the_ends_of_their_type_are_invalid_options) {
    for (const std::int64_t extreme : {lowest, highest}) {
        BOOST_TEST(code_of(check_options({.longest_token_lifetime_us = extreme})) == ErrorCode::invalid_options);
        BOOST_TEST(code_of(check_options({.reclaim_grace_us = extreme})) == ErrorCode::invalid_options);
        BOOST_TEST(code_of(check_options({.reclaim_interval_us = extreme})) == ErrorCode::invalid_options);
        BOOST_TEST(code_of(check_options({.longest_downtime_us = extreme})) == ErrorCode::invalid_options);
    }
}

BOOST_AUTO_TEST_CASE(the_memtables_take_at_least_a_mebibyte) {
    BOOST_TEST(code_of(check_options({.write_buffer_bytes = 1U << 20U})) == accepted);
    BOOST_TEST(code_of(check_options({.write_buffer_bytes = (1U << 20U) - 1})) == ErrorCode::invalid_options);
    BOOST_TEST(code_of(check_options({.write_buffer_bytes = 0})) == ErrorCode::invalid_options);
}

BOOST_AUTO_TEST_CASE(a_cache_and_a_maintenance_thread_can_be_done_without) {
    BOOST_TEST(code_of(check_options({.block_cache_bytes = 0})) == accepted);
    BOOST_TEST(code_of(check_options({.maintenance_interval_ms = 0})) == accepted);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::model
