// Requests that can never succeed: each its own clear error, nothing written, nothing personal in the message.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

/// The fields that create_token and rotate_token take alike.
struct Fields {
    std::int64_t lifetime_us = day_us;
    std::optional<std::string> device_id;
    std::optional<std::string> device_name;
    std::optional<std::string> ip_address;
};

Fields with_lifetime(std::int64_t lifetime_us) { return {lifetime_us, {}, {}, {}}; }
Fields with_device_id(std::string text) { return {day_us, std::move(text), {}, {}}; }
Fields with_device_name(std::string text) { return {day_us, {}, std::move(text), {}}; }
Fields with_ip_address(std::string text) { return {day_us, {}, {}, std::move(text)}; }

struct BadFields {
    std::string_view name;
    Fields fields;
    ErrorCode code;
};

const std::int64_t longest_us = Options().longest_token_lifetime_us;

const std::vector<BadFields>& bad_fields() {
    static const std::vector<BadFields> table{
        {"device id of 256 bytes", with_device_id(std::string(256, 'd')), ErrorCode::device_id_too_long},
        {"device id with a stray byte", with_device_id("id\xff"), ErrorCode::device_id_not_utf8},
        {"device name of 101 characters", with_device_name(repeated("\xc3\xbc", 101)), ErrorCode::device_name_too_long},
        {"device name cut within a character", with_device_name("name\xc3"), ErrorCode::device_name_not_utf8},
        {"device name with an overlong character", with_device_name("\xc0\xaf"), ErrorCode::device_name_not_utf8},
        {"device name with a surrogate", with_device_name("\xed\xa0\x80"), ErrorCode::device_name_not_utf8},
        {"address of three numbers", with_ip_address("192.0.2"), ErrorCode::ip_address_malformed},
        {"address with a number too large", with_ip_address("192.0.2.256"), ErrorCode::ip_address_malformed},
        {"address with a word", with_ip_address("localhost"), ErrorCode::ip_address_malformed},
        {"address with a zone", with_ip_address("fe80::1%eth0"), ErrorCode::ip_address_malformed},
        {"address with a space", with_ip_address("192.0.2.1 "), ErrorCode::ip_address_malformed},
        {"address with a null byte", with_ip_address(std::string("192.0.2.1\0", 10)), ErrorCode::ip_address_malformed},
        {"empty address", with_ip_address(""), ErrorCode::ip_address_malformed},
        {"address of 46 bytes", with_ip_address("0" + repeated("ffff:", 6) + "255.255.255.255"),
         ErrorCode::ip_address_malformed},
        {"expiry a microsecond too far ahead", with_lifetime(longest_us + 1), ErrorCode::expiry_out_of_range},
        {"expiry at the end of time",
         with_lifetime(std::numeric_limits<std::int64_t>::max() - ManualClock::first_wall_us),
         ErrorCode::expiry_out_of_range},
        {"expiry before 1970", with_lifetime(-ManualClock::first_wall_us - 1), ErrorCode::expiry_out_of_range},
    };
    return table;
}

const std::vector<Fields>& fields_at_the_limit() {
    static const std::vector<Fields> table{
        with_device_id(std::string(255, 'd')),
        with_device_id(""),
        with_device_name(repeated("\xf0\x9f\x94\x91", 100)),
        with_ip_address("0.0.0.0"),
        with_ip_address("::"),
        with_ip_address(repeated("ffff:", 6) + "255.255.255.255"),
        with_lifetime(longest_us),
        with_lifetime(-ManualClock::first_wall_us),  // expired from the start
    };
    return table;
}

struct BadInputFixture : StoreFixture {
    [[nodiscard]] NewToken request(std::uint64_t number, const Fields& fields) const {
        NewToken token = new_token(number, {.user = number, .family = number, .lifetime_us = fields.lifetime_us});
        token.device_id = fields.device_id;
        token.device_name = fields.device_name;
        token.ip_address = fields.ip_address;
        return token;
    }

    [[nodiscard]] Successor succession(std::uint64_t number, const Fields& fields) const {
        const NewToken token = request(number, fields);
        return {token.hash, token.expires_at_us, token.device_id, token.device_name, token.ip_address};
    }

    static void check_nothing_personal(const Error& error, const Fields& fields) {
        for (const auto& value : {fields.device_id, fields.device_name, fields.ip_address}) {
            if (value && value->size() > 2) BOOST_TEST(error.message.find(*value) == std::string::npos);
        }
        BOOST_TEST(!error.message.empty());
    }

    void check_the_store_is_empty_and_usable() {
        const auto counted = counts();
        BOOST_TEST(counted.tokens == 0U);
        BOOST_TEST(counted.families == 0U);
        BOOST_TEST(counted.users == 0U);
        BOOST_TEST(statistics().failed_writes == 0U);
        create(1000);
        BOOST_TEST(is_valid(1000));
    }
};

BOOST_FIXTURE_TEST_SUITE(bad_input, BadInputFixture)

BOOST_AUTO_TEST_CASE(create_with_a_field_out_of_its_limits_is_refused_and_writes_nothing) {
    for (const auto& row : bad_fields()) {
        BOOST_TEST_CONTEXT(row.name) {
            const auto error = error_of(store.create_token(request(1, row.fields)));
            BOOST_TEST(error.code == row.code);
            BOOST_TEST(error.write == WriteState::nothing_written);
            BOOST_TEST(error.advice() == Advice::fix_request);
            check_nothing_personal(error, row.fields);
            BOOST_TEST(!get(1));
        }
    }
    check_the_store_is_empty_and_usable();
}

BOOST_AUTO_TEST_CASE(rotate_with_a_field_out_of_its_limits_is_refused_and_leaves_the_token_live) {
    create(1);
    for (const auto& row : bad_fields()) {
        BOOST_TEST_CONTEXT(row.name) {
            const auto error = error_of(store.rotate_token(make_hash(1), succession(2, row.fields)));
            BOOST_TEST(error.code == row.code);
            BOOST_TEST(error.write == WriteState::nothing_written);
            check_nothing_personal(error, row.fields);
            BOOST_TEST(state(1) == TokenState::live);
            BOOST_TEST(!get(2));
        }
    }
    BOOST_TEST((rotate(1, 2).outcome == RotateOutcome::rotated));
}

BOOST_AUTO_TEST_CASE(import_of_a_row_out_of_its_limits_refuses_that_row_alone) {
    std::vector<Token> rows;
    for (std::uint64_t number = 1; const auto& row : bad_fields()) {
        const NewToken bad = request(number, row.fields);
        Token token = make_token(number++);
        token.expires_at_us = bad.expires_at_us;
        token.device_id = bad.device_id;
        token.device_name = bad.device_name;
        token.ip_address = bad.ip_address;
        rows.push_back(token);
    }
    const std::uint64_t good = rows.size() + 1;
    rows.push_back(make_token(good));
    const auto answers = must(store.import_tokens(rows));
    BOOST_REQUIRE(answers.size() == rows.size());
    for (std::size_t i = 0; i < bad_fields().size(); ++i) {
        BOOST_TEST_CONTEXT(bad_fields()[i].name) {
            BOOST_TEST(answers[i].outcome == ImportOutcome::refused);
            BOOST_TEST(answers[i].error.value().code == bad_fields()[i].code);
            check_nothing_personal(*answers[i].error, bad_fields()[i].fields);
        }
    }
    BOOST_TEST(answers.back().outcome == ImportOutcome::stored);
    BOOST_TEST(counts().tokens == 1U);
    BOOST_TEST(is_valid(good));
}

BOOST_AUTO_TEST_CASE(fields_at_their_limits_are_stored_to_the_letter) {
    for (std::uint64_t number = 1; const auto& fields : fields_at_the_limit()) {
        BOOST_TEST_CONTEXT("row " << number) {
            const auto created = must(store.create_token(request(number, fields), buffered));
            BOOST_TEST((created.device_id == fields.device_id));
            BOOST_TEST((created.device_name == fields.device_name));
            BOOST_TEST((created.ip_address == fields.ip_address));
            BOOST_TEST(get(number)->token == created);
        }
        ++number;
    }
    BOOST_TEST(counts().tokens == fields_at_the_limit().size());
}

BOOST_AUTO_TEST_CASE(a_stored_hash_is_refused_whoever_asks) {
    const auto first = create(1, {.user = 1, .family = 1});
    for (const Login login :
         {Login{.user = 1, .family = 1}, Login{.user = 1, .family = 2}, Login{.user = 2, .family = 2}}) {
        const auto error = error_of(store.create_token(new_token(1, login)));
        BOOST_TEST(error.code == ErrorCode::already_exists);
        BOOST_TEST(error.write == WriteState::nothing_written);
        BOOST_TEST(error.message.find(to_hex(make_hash(1))) == std::string::npos);
    }
    BOOST_TEST(get(1)->token == first);
    BOOST_TEST(counts().families == 1U);
    BOOST_TEST(counts().users == 1U);
}

BOOST_AUTO_TEST_CASE(a_family_of_another_user_is_refused) {
    create(1, {.user = 1, .family = 1});
    const auto error = error_of(store.create_token(new_token(2, {.user = 2, .family = 1})));
    BOOST_TEST(error.code == ErrorCode::family_of_another_user);
    BOOST_TEST(error.write == WriteState::nothing_written);
    BOOST_TEST(error.advice() == Advice::reject_client);
    for (const auto user : {1U, 2U}) {
        BOOST_TEST(error.message.find(to_string(make_user_id(user))) == std::string::npos);
    }
    BOOST_TEST(!get(2));
    BOOST_TEST(counts().users == 1U);
    create(3, {.user = 1, .family = 1});  // its own user may begin another chain in it
    BOOST_TEST(session_hashes(1).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_family_is_its_users_until_its_last_tip_has_expired_and_was_removed) {
    create(1, {.user = 1, .family = 1, .lifetime_us = 30 * day_us});
    rotate(1, 2, hour_us);
    const auto of_another_user = [this] {
        return store.create_token(new_token(3, {.user = 2, .family = 1}), buffered);
    };
    BOOST_TEST(error_of(of_another_user()).code == ErrorCode::family_of_another_user);
    clock.advance_us(hour_us);
    BOOST_TEST(error_of(of_another_user()).code == ErrorCode::family_of_another_user);  // expired and still there

    BOOST_TEST(must(store.cleanup_expired()) == 1U);
    BOOST_TEST(state(1) == TokenState::consumed);  // a consumed token holds no family
    must(of_another_user());
    BOOST_TEST(is_valid(3));
    BOOST_TEST(session_hashes(2) == hashes_of({3}), boost::test_tools::per_element());
    BOOST_TEST(session_hashes(1).empty());
}

BOOST_AUTO_TEST_CASE(an_ended_family_is_refused) {
    create(1, {.user = 1, .family = 1});
    revoke_family(1);
    revoke_family(2);  // never seen
    for (const std::uint64_t family : {1U, 2U}) {
        const auto error = error_of(store.create_token(new_token(2, {.user = 1, .family = family})));
        BOOST_TEST(error.code == ErrorCode::family_ended);
        BOOST_TEST(error.write == WriteState::nothing_written);
        BOOST_TEST(!get(2));
    }
    create(2, {.user = 1, .family = 3});
    BOOST_TEST(is_valid(2));
}

BOOST_AUTO_TEST_CASE(text_of_a_wrong_length_is_refused_without_being_repeated) {
    for (const std::size_t length : {0U, 1U, 42U, 44U, 1000U}) {
        const auto error = error_of(RawToken::from_text(std::string(length, 'A')));
        BOOST_TEST(error.code == ErrorCode::malformed_token);
        if (length > 1) BOOST_TEST(error.message.find(std::string(length, 'A')) == std::string::npos);
    }
    for (const std::size_t length : {0U, 63U, 65U}) {
        BOOST_TEST(error_of(parse_token_hash(std::string(length, 'a'))).code == ErrorCode::malformed_hash);
    }
    for (const auto* const text : {"", "01234567-89ab-cdef-0123-456789abcde", "0123456789abcdef0123456789abcdef",
                                   "{01234567-89ab-cdef-0123-456789abcdef}"}) {
        BOOST_TEST(error_of(parse_id<UserId>(text)).code == ErrorCode::malformed_id);
    }
}

BOOST_AUTO_TEST_CASE(options_out_of_their_range_are_refused_before_anything_is_made) {
    const std::vector<std::function<void(Options&)>> changes{
        [](Options& wrong) { wrong.longest_token_lifetime_us = second_us - 1; },
        [](Options& wrong) { wrong.longest_token_lifetime_us = 101 * 366 * day_us; },
        [](Options& wrong) { wrong.reclaim_grace_us = -1; },
        [](Options& wrong) { wrong.reclaim_interval_us = second_us - 1; },
        [](Options& wrong) { wrong.longest_downtime_us = -1; },
        [](Options& wrong) { wrong.write_buffer_bytes = (1U << 20U) - 1; },
        [](Options& wrong) { wrong.background_jobs = 0; },
        [](Options& wrong) { wrong.background_jobs = 65; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        BOOST_TEST_CONTEXT("change " << i) {
            Options wrong = options;
            changes[i](wrong);
            const auto error = error_of(TokenStore::open(folder.path() / "other", wrong));
            BOOST_TEST(error.code == ErrorCode::invalid_options);
            BOOST_TEST(!std::filesystem::exists(folder.path() / "other"));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
