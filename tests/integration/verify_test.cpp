// What a verification finds: nothing in a healthy store, whatever happened to it, and each thing that can be wrong.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <tokenstore/verification.hpp>

#include "codec/index_entry.hpp"
#include "codec/keys.hpp"
#include "codec/meta_record.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"
#include "integration/store_image.hpp"
#include "support/dice.hpp"
#include "support/plain_database.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

using boost::test_tools::per_element;

struct VerifyFixture : StoreFixture {
    [[nodiscard]] VerifyRequest full(std::uint64_t tokens_per_pass = 8'000'000) const {
        VerifyRequest request;
        request.full = true;
        request.now_us = clock.wall_us();
        request.tokens_per_pass = tokens_per_pass;
        return request;
    }

    struct Verified {
        VerifySummary summary;
        std::vector<Finding> findings;

        /// "kind column_family", sorted.
        [[nodiscard]] std::vector<std::string> names() const {
            std::multiset<std::string> names;
            for (const auto& finding : findings) {
                names.insert(std::string(name(finding.kind)) + ' ' + std::string(finding.column_family));
            }
            return {names.begin(), names.end()};
        }
    };

    [[nodiscard]] Verified verify(const VerifyRequest& request) const {
        Verified verified;
        verified.summary = must(reader().verify(request, [&](const Finding& finding) {
            verified.findings.push_back(finding);
            return true;
        }));
        BOOST_TEST(verified.summary.findings == verified.findings.size());
        return verified;
    }

    /// In one pass and in many.
    void check_finds(const std::vector<std::string>& expected) const {
        for (const std::uint64_t tokens_per_pass : {8'000'000U, 1U}) {
            const auto verified = verify(full(tokens_per_pass));
            BOOST_TEST(verified.names() == expected, per_element());
        }
    }

    void check_is_sound() const { check_finds({}); }

    /// Changes the closed store behind the library's back.
    template <class Change>
    void tamper(const Change& change) {
        must(store.close());
        {
            PlainDatabase database(directory());
            change(database);
        }
        store = must(TokenStore::open(directory(), options));
    }

    void put_token(PlainDatabase& database, const Token& token) const {
        database.put("tokens", codec::token_key(token.hash), codec::encode_token(token));
    }

    [[nodiscard]] Token stored(std::uint64_t number) const { return get(number)->token; }

    [[nodiscard]] static std::string key_of(const codec::FixedKey<32>& key) { return std::string(key.view()); }

    /// Tokens in all states, in table files and in the log.
    void live_a_while(Dice& dice) {
        for (std::uint64_t number = 1; number <= 300; ++number) {
            create(
                number,
                {.user = number % 20, .family = number % 100, .lifetime_us = dice.chance(20) ? hour_us : 30 * day_us});
            if (number == 150) flush_and_compact();
        }
        for (std::uint64_t number = 1; number <= 300; number += 3) rotate(number, 1'000 + number);
        for (std::uint64_t number = 1; number <= 300; number += 6) rotate(1'000 + number, 2'000 + number);
        for (std::uint64_t number = 2; number <= 300; number += 30) revoke(number);
        for (std::uint64_t family = 0; family < 100; family += 10) revoke_family(family);
        rotate(4, 5'000);  // reuse: its family ends
        revoke_user(5);
    }
};

BOOST_FIXTURE_TEST_SUITE(verifying, VerifyFixture)

// ---- Healthy stores -------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_empty_store_is_sound) {
    check_is_sound();
    BOOST_TEST(verify(full()).summary.complete);
}

BOOST_AUTO_TEST_CASE(a_store_with_tokens_in_all_states_is_sound_at_every_stage_of_its_life) {
    Dice dice(test_seed());
    live_a_while(dice);
    check_is_sound();
    must(store.flush());
    check_is_sound();
    clock.advance_us(2 * hour_us);
    check_is_sound();
    must(store.maintain());
    must(store.compact());
    check_is_sound();
    must(store.cleanup_expired());
    check_is_sound();
    reopen();
    check_is_sound();
    clock.advance_us(31 * day_us);
    must(store.maintain());
    check_is_sound();
    must(store.compact());
    check_is_sound();
}

BOOST_AUTO_TEST_CASE(what_the_filter_took_from_one_column_family_alone_is_no_finding) {
    for (std::uint64_t number = 1; number <= 30; ++number) {
        create(number, {.user = number % 5, .family = number % 10, .lifetime_us = hour_us});
    }
    rotate(1, 101, hour_us);
    clock.advance_us(2 * hour_us);
    must(store.maintain());
    const std::vector<std::string_view> families = {"tokens", "by_family", "by_user"};
    for (const auto family : families) {
        BOOST_TEST_CONTEXT("reclaimed from " << family) {
            const StoreImage before(directory());
            tamper([&](PlainDatabase& database) {
                for (const auto& key : database.keys(family)) database.remove(family, key);
            });
            check_is_sound();
            must(store.close());
            copy_store(before.directory(), directory());
            store = must(TokenStore::open(directory(), options));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_summary_says_what_was_looked_at) {
    for (std::uint64_t number = 1; number <= 10; ++number) create(number, {.user = number, .family = number});
    rotate(1, 11);
    revoke_family(2);
    revoke_user(3);
    must(store.flush());
    const auto summary = verify(full()).summary;
    BOOST_TEST(summary.tokens == 11U);
    BOOST_TEST(summary.index_entries == 20U);
    BOOST_TEST(summary.ends == 3U);
    BOOST_TEST(summary.numbers >= 3U);
    BOOST_TEST(summary.files >= 4U);
    BOOST_TEST(summary.complete);
}

BOOST_AUTO_TEST_CASE(a_visitor_that_stops_ends_the_verification) {
    create(1);
    create(2, {.user = 2, .family = 2});
    tamper([&](PlainDatabase& database) {
        for (const auto& key : database.keys("by_user")) database.remove("by_user", key);
    });
    int visits = 0;
    const auto summary = must(reader().verify(full(), [&](const Finding&) { return ++visits < 1; }));
    BOOST_TEST(visits == 1);
    BOOST_TEST(summary.findings == 1U);
    BOOST_TEST(!summary.complete);
}

// ---- Damage ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_undecodable_record_of_each_kind_is_found_even_without_comparing) {
    create(1);
    revoke_family(1);
    create(2, {.user = 2, .family = 2});
    revoke_user(2);
    const std::vector<std::pair<std::string, std::string>> records = {
        {"tokens", std::string(codec::token_key(make_hash(1)))},
        {"by_family", key_of(codec::index_key(make_family_id(1), stored(1).chain_id))},
        {"by_user", key_of(codec::index_key(make_user_id(1), stored(1).chain_id))},
        {"revocations", std::string(codec::family_end_key(make_family_id(1)).view())},
        {"revocations", std::string(codec::user_end_key(make_user_id(2)).view())},
        {"default", std::string(codec::longest_expiry_key)},
    };
    const StoreImage sound(directory());
    for (const auto& [family, key] : records) {
        BOOST_TEST_CONTEXT("in " << family) {
            const StoreImage image(sound.directory());
            PlainDatabase(image.directory()).put(family, key, "no record of ours, by any means");
            VerifyRequest request;
            request.now_us = clock.wall_us();
            std::vector<Finding> findings;
            const auto view = must(StoreReader::open(image.directory()));
            must(view.verify(request, [&](const Finding& finding) {
                findings.push_back(finding);
                return true;
            }));
            BOOST_REQUIRE(findings.size() == 1U);
            BOOST_TEST((findings.front().kind == FindingKind::undecodable_record));
            BOOST_TEST(findings.front().column_family == family);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_key_of_the_wrong_length_is_found) {
    create(1);
    tamper([](PlainDatabase& database) {
        database.put("tokens", "short", "value");
        database.put("by_user", "short", "value");
        database.put("revocations", "X", "value");
    });
    check_finds({"undecodable_record by_user", "undecodable_record revocations", "undecodable_record tokens"});
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_in_a_table_file_names_the_file_and_leaves_the_verification_incomplete) {
    for (std::uint64_t number = 1; number <= 400; ++number) create(number, {.user = number, .family = number});
    const Token token = stored(200);
    flush_and_compact();
    must(store.close());
    damage_table_at(directory(), std::string(codec::id_view(token.id)) + std::string(codec::id_view(token.user_id)));
    const auto verified = verify(full());
    BOOST_TEST(!verified.summary.complete);
    const std::vector<std::string> expected = {"damaged_file tokens", "unreadable_part tokens"};
    BOOST_TEST(verified.names() == expected, per_element());
    BOOST_TEST(verified.findings.front().file.value().ends_with(".sst"));
    BOOST_TEST(is_damage(verified.findings.front().kind));
}

// ---- Disagreement ---------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_tip_without_its_entry_is_found) {
    create(1);
    create(2, {.user = 2, .family = 2});
    const auto chain = stored(1).chain_id;
    tamper(
        [&](PlainDatabase& database) { database.remove("by_user", key_of(codec::index_key(make_user_id(1), chain))); });
    check_finds({"missing_entry by_user"});
    BOOST_TEST(verify(full()).findings.front().token_hash.value() == make_hash(1));
    tamper([&](PlainDatabase& database) {
        database.remove("by_family", key_of(codec::index_key(make_family_id(1), chain)));
    });
    check_finds({"missing_entry by_family", "missing_entry by_user"});
}

BOOST_AUTO_TEST_CASE(an_entry_without_a_token_is_found) {
    create(1);
    create(2, {.user = 2, .family = 2});
    tamper([&](PlainDatabase& database) { database.remove("tokens", codec::token_key(make_hash(1))); });
    check_finds({"orphan_entry by_family", "orphan_entry by_user"});
}

BOOST_AUTO_TEST_CASE(an_entry_that_stayed_behind_a_rotation_is_found) {
    create(1);
    const auto key = key_of(codec::index_key(make_user_id(1), stored(1).chain_id));
    must(store.close());
    const auto before = PlainDatabase(directory()).get("by_user", key).value();
    store = must(TokenStore::open(directory(), options));
    rotate(1, 2);
    tamper([&](PlainDatabase& database) { database.put("by_user", key, before); });
    check_finds({"orphan_entry by_user"});
}

BOOST_AUTO_TEST_CASE(an_entry_that_differs_from_its_record_is_found) {
    create(1);
    Token changed = stored(1);
    changed.expires_at_us += 1;
    tamper([&](PlainDatabase& database) { put_token(database, changed); });
    check_finds({"differing_entry by_family", "differing_entry by_user"});
}

BOOST_AUTO_TEST_CASE(a_chain_with_two_tips_is_found) {
    create(1);
    rotate(1, 2);
    Token revived = stored(1);
    revived.consumed_at_us.reset();
    revived.successor.reset();
    tamper([&](PlainDatabase& database) { put_token(database, revived); });
    const auto verified = verify(full());
    const std::multiset<std::string> names = [&] {
        const auto found = verified.names();
        return std::multiset<std::string>(found.begin(), found.end());
    }();
    BOOST_TEST(names.count("two_tips by_user") == 1U);
    for (const auto& finding : verified.findings) {
        if (finding.kind != FindingKind::two_tips) continue;
        BOOST_TEST(finding.token_hash.value() == make_hash(1));
        BOOST_TEST(finding.other_token_hash.value() == make_hash(2));
    }
}

BOOST_AUTO_TEST_CASE(a_family_of_two_users_is_found) {
    create(1);
    Token other = stored(1);
    other.hash = make_hash(2);
    other.id = must(generate_id<TokenId>(clock.wall_us()));
    other.chain_id = other.id;
    other.user_id = make_user_id(2);
    tamper([&](PlainDatabase& database) {
        put_token(database, other);
        const auto in_family = codec::index_key(other.family_id, other.chain_id);
        const auto of_user = codec::index_key(other.user_id, other.chain_id);
        const codec::FamilyIndexEntry entry{other.expires_at_us, other.issue_stamp_us, other.user_id, other.revoked};
        database.put("by_family", in_family.view(), codec::encode_index_entry(in_family.view(), entry));
        const codec::UserIndexEntry user_entry{other.expires_at_us, other.issue_stamp_us, other.family_id, other.hash,
                                               other.revoked};
        database.put("by_user", of_user.view(), codec::encode_index_entry(of_user.view(), user_entry));
    });
    check_finds({"two_users by_family"});
}

BOOST_AUTO_TEST_CASE(a_consumed_token_without_a_successor_is_found) {
    create(1);
    rotate(1, 2);
    Token changed = stored(1);
    changed.successor.reset();
    tamper([&](PlainDatabase& database) { put_token(database, changed); });
    check_finds({"broken_lineage tokens", "broken_rotation tokens"});
}

BOOST_AUTO_TEST_CASE(a_successor_that_names_another_predecessor_is_found) {
    create(1);
    rotate(1, 2);
    Token changed = stored(2);
    changed.predecessor = make_hash(7);
    tamper([&](PlainDatabase& database) { put_token(database, changed); });
    check_finds({"broken_lineage tokens"});
}

BOOST_AUTO_TEST_CASE(an_end_that_its_user_does_not_list_is_found_and_so_is_the_reverse) {
    create(1);
    revoke_family(1);
    create(2, {.user = 2, .family = 2});
    revoke_family(2);
    tamper([&](PlainDatabase& database) {
        database.remove("revocations", codec::ended_family_key(make_user_id(1), make_family_id(1)).view());
        database.remove("revocations", codec::family_end_key(make_family_id(2)).view());
    });
    check_finds({"end_not_listed revocations", "end_not_listed revocations"});
}

// The end is kept longer then, for the tokens of the other user; the note under the first one stays as it is.
BOOST_AUTO_TEST_CASE(the_note_of_an_end_under_a_user_from_whom_the_family_has_passed_on_is_no_finding) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    revoke_family(1);
    clock.advance_us(day_us);
    must(store.cleanup_expired());
    clock.advance_us(300 * day_us);
    Token row = make_token(2);
    row.user_id = make_user_id(2);
    row.family_id = make_family_id(1);
    row.expires_at_us = clock.wall_us() + options.longest_token_lifetime_us;
    BOOST_REQUIRE(must(store.import_tokens({&row, 1})).at(0).outcome == ImportOutcome::stored);
    check_is_sound();
    BOOST_TEST(state(2) == TokenState::revoked);
}

BOOST_AUTO_TEST_CASE(an_end_that_is_kept_too_short_is_found) {
    create(1);
    revoke_user(1);
    tamper([&](PlainDatabase& database) {
        const auto key = codec::user_end_key(make_user_id(1));
        model::UserEnd end;
        static_cast<void>(codec::decode_user_end(key.view(), database.get("revocations", key.view()).value(), end));
        end.keep_until_us = clock.wall_us() + day_us;
        database.put("revocations", key.view(), codec::encode_user_end(key.view(), end));
    });
    check_finds({"end_kept_too_short tokens"});
}

BOOST_AUTO_TEST_CASE(a_token_that_outlives_the_bound_of_all_expiries_is_found) {
    create(1);
    tamper([&](PlainDatabase& database) {
        database.put("default", codec::longest_expiry_key,
                     codec::encode_number(codec::longest_expiry_key, clock.wall_us()));
    });
    check_finds({"expiry_beyond_bound tokens"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
