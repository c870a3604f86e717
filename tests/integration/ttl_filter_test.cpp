// The TTL filter in real compactions: what leaves the disk, what stays, and what a wrong clock must not do.
#include "expiry/ttl_filter.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <rocksdb/db.h>
#include <boost/test/unit_test.hpp>

#include "codec/meta_record.hpp"
#include "storage/column_families.hpp"
#include "support/plain_database.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

constexpr std::int64_t grace_us = Options().reclaim_grace_us;
constexpr std::int64_t ten_years_us = 10 * year_us;

// What the few records of the store's own take on disk at most: they stay.
constexpr std::uint64_t metadata_bytes = 20'000;

constexpr std::array<std::string_view, 3> token_column_families{"tokens", "by_family", "by_user"};

struct TtlFixture : StoreFixture {
    using StoreFixture::StoreFixture;

    /// Live for 30 days, each of a user and a family of its own.
    void import_live_tokens(std::uint64_t first, std::uint64_t count) { import_tokens(first, count, 30 * day_us); }

    void import_tokens(std::uint64_t first, std::uint64_t count, std::int64_t lifetime_us) {
        std::vector<Token> rows;
        for (std::uint64_t number = first; number < first + count; ++number) {
            Token row = make_token(number);
            row.expires_at_us = clock.wall_us() + lifetime_us;
            rows.push_back(row);
        }
        must(store.import_tokens(rows, buffered));
    }

    void check_column_family_sizes(std::size_t expected) {
        must(store.close());
        const PlainDatabase database(directory());
        for (const auto family : token_column_families) {
            BOOST_TEST_CONTEXT(family) { BOOST_TEST(database.count(family) == expected); }
        }
    }
};

BOOST_FIXTURE_TEST_SUITE(ttl_filter, TtlFixture)

BOOST_AUTO_TEST_CASE(a_token_leaves_every_column_family_once_its_grace_is_over_and_not_before) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    create(2, {.user = 2, .family = 2, .lifetime_us = hour_us + 1});
    clock.advance_us(hour_us + grace_us);
    flush_and_compact();
    BOOST_TEST(!get(1));
    BOOST_TEST(state(2) == TokenState::expired);
    BOOST_TEST(statistics().reclaimed_tokens == 1U);
    BOOST_TEST(statistics().reclaimed_other_records == 2U);
    BOOST_TEST(statistics().reclaim_cutoff_us == clock.wall_us() - grace_us);
    check_column_family_sizes(1);
}

BOOST_AUTO_TEST_CASE(no_grace_lets_a_token_leave_at_its_expiry) {
    options.reclaim_grace_us = 0;
    reopen();
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    create(2, {.user = 2, .family = 2, .lifetime_us = hour_us + 1});
    clock.advance_us(hour_us);
    flush_and_compact();
    BOOST_TEST(!get(1));
    BOOST_TEST(state(2) == TokenState::live);
}

BOOST_AUTO_TEST_CASE(every_column_family_whose_records_expire_is_emptied_in_the_end) {
    for (std::uint64_t number = 1; number <= 20; ++number) create(number, {.user = number % 4, .family = number});
    rotate(1, 101);
    revoke(2);
    revoke_family(3);
    revoke_user(0);
    flush_and_compact();
    must(store.close());
    {
        const PlainDatabase database(directory());
        for (const auto& family : storage::column_families) {
            BOOST_TEST_CONTEXT(family.name) { BOOST_TEST(database.count(family.name) > 0U); }
        }
    }
    reopen();
    // An end is kept until nothing that it could cover is left, however long a lifetime the options allow.
    clock.advance_us(2 * options.longest_token_lifetime_us);
    flush_and_compact();
    must(store.close());
    const PlainDatabase database(directory());
    for (const auto& family : storage::column_families) {
        BOOST_TEST_CONTEXT(family.name) { BOOST_TEST((database.count(family.name) == 0U) == family.expires); }
    }
}

// Each opening believes a clock that is no more than longest_downtime_us ahead. Were an end dropped by its expiry
// alone, it would go before the token did, and the clock, set right, would find the token live.
BOOST_AUTO_TEST_CASE(an_end_is_there_as_long_as_a_token_that_it_covers_however_wrong_the_clock_was) {
    const std::int64_t error_us = 19 * day_us;
    options.longest_token_lifetime_us = 30 * day_us;
    reopen();
    create(1, {.user = 1, .family = 1, .lifetime_us = 30 * day_us});
    flush_and_compact();  // the token rests in the last level
    revoke_user(1);
    must(store.flush());
    clock.advance_us(20 * day_us);
    for (const auto days : {7, 7, 5}) {
        must(store.close());
        clock.jump_us(days * day_us);
        reopen();
    }
    // More files, on both sides of the end, than the engine lets stand uncompacted.
    for (std::uint64_t user = 2; user < 50; ++user) {
        revoke_user(0);
        revoke_user(user);
        must(store.flush());
    }
    must(store.close());
    clock.jump_us(-error_us);
    reopen();
    must(store.trust_clock());
    BOOST_TEST(state(1) == TokenState::revoked);
    BOOST_TEST(rotate(1, 2).outcome == RotateOutcome::revoked);
}

BOOST_AUTO_TEST_CASE(an_overwritten_version_never_comes_back) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    create(2, {.user = 2, .family = 2, .lifetime_us = hour_us});
    create(3, {.user = 3, .family = 3, .lifetime_us = hour_us});
    flush_and_compact();  // the live versions rest in the last level
    rotate(1, 11, hour_us);
    revoke(2);
    must(store.flush());
    revoke_family(3);
    must(store.flush());
    clock.advance_us(hour_us + grace_us);
    for (int round = 0; round < 2; ++round) {
        flush_and_compact();
        for (const auto number : {1U, 2U, 3U, 11U}) BOOST_TEST(!get(number));
        reopen();
    }
    check_column_family_sizes(0);
}

BOOST_AUTO_TEST_CASE(a_chain_whose_tip_expired_first_lists_no_older_tip) {
    create(1, {.user = 1, .family = 1, .lifetime_us = 30 * day_us});
    flush_and_compact();
    rotate(1, 2, hour_us);
    must(store.flush());
    clock.advance_us(hour_us + grace_us);
    flush_and_compact();
    BOOST_TEST(!get(2));
    BOOST_TEST(state(1) == TokenState::consumed);
    BOOST_TEST(sessions(1).sessions.empty());
    BOOST_TEST(revoke_user(1).live_ended.value() == 0U);
}

BOOST_AUTO_TEST_CASE(a_chain_that_was_rotated_outlives_the_expiry_of_its_older_tips) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    flush_and_compact();
    rotate(1, 2, 30 * day_us);
    clock.advance_us(hour_us + grace_us);
    flush_and_compact();
    BOOST_TEST(!get(1));
    BOOST_TEST(session_hashes(1) == hashes_of({2}), boost::test_tools::per_element());
    BOOST_TEST(revoke_family(1).live_ended.value() == 1U);
}

// The store's own compactions take all levels of a range; the engine's may take the upper ones alone.
BOOST_AUTO_TEST_CASE(a_version_dropped_above_hides_the_one_below_in_a_partial_compaction) {
    const auto state = std::make_shared<expiry::ReclaimState>();
    state->cutoff_us = clock.wall_us();
    rocksdb::Options engine;
    engine.create_if_missing = true;
    engine.disable_auto_compactions = true;
    engine.compaction_filter_factory = std::make_shared<expiry::TtlFilterFactory>(state, expiry::RecordKind::token);
    rocksdb::DB* opened = nullptr;
    BOOST_REQUIRE(rocksdb::DB::Open(engine, (folder.path() / "engine").string(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    const auto put = [&](const std::string& key, std::int64_t expires_at_us) {
        BOOST_REQUIRE(db->Put(rocksdb::WriteOptions(), key, codec::encode_number(key, expires_at_us)).ok());
    };
    const auto flush_to_level = [&](int level) {
        BOOST_REQUIRE(db->Flush(rocksdb::FlushOptions()).ok());
        rocksdb::ColumnFamilyMetaData metadata;
        db->GetColumnFamilyMetaData(&metadata);
        BOOST_REQUIRE(metadata.levels[0].files.size() == 1U);
        BOOST_REQUIRE(db->CompactFiles(rocksdb::CompactionOptions(), {metadata.levels[0].files[0].name}, level).ok());
    };
    for (const std::string key : {"a", "b", "c"}) put(key, clock.wall_us() + day_us);
    flush_to_level(6);
    put("b", clock.wall_us());
    flush_to_level(3);

    BOOST_TEST(state->reclaimed_tokens == 1U);
    std::string value;
    BOOST_TEST(db->Get(rocksdb::ReadOptions(), "a", &value).ok());
    BOOST_TEST(db->Get(rocksdb::ReadOptions(), "b", &value).IsNotFound());
    BOOST_TEST(db->Get(rocksdb::ReadOptions(), "c", &value).ok());
    BOOST_REQUIRE(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr).ok());
    BOOST_TEST(db->Get(rocksdb::ReadOptions(), "b", &value).IsNotFound());
}

BOOST_AUTO_TEST_CASE(tombstones_above_expired_rows_leave_with_them) {
    import_tokens(1, 200, hour_us);
    flush_and_compact();
    clock.advance_us(hour_us + grace_us);
    BOOST_TEST(must(store.cleanup_expired()) == 200U);
    must(store.flush());
    flush_and_compact();
    BOOST_TEST(must(store.cleanup_expired()) == 0U);
    BOOST_TEST(statistics().cleaned_up == 200U);
    BOOST_TEST(statistics().disk_bytes < metadata_bytes);
    check_column_family_sizes(0);
}

BOOST_AUTO_TEST_CASE(undecodable_bytes_are_kept_and_counted) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    create(2, {.user = 2, .family = 2});
    must(store.close());
    const std::string too_short = "x";
    const std::string of_another_version = "\x7f" + std::string(40, '\0');
    const auto key_of = [](std::string_view family, char fill) {
        return std::string(family == "revocations" ? 17 : 32, fill);
    };
    std::size_t planted = 0;
    {
        PlainDatabase database(directory());
        for (const auto& family : storage::column_families) {
            if (!family.expires) continue;
            database.put(family.name, key_of(family.name, 'k'), too_short);
            database.put(family.name, key_of(family.name, 'l'), of_another_version);
            planted += 2;
        }
    }
    reopen();
    clock.advance_us(hour_us + grace_us);
    flush_and_compact();
    flush_and_compact();  // ends are looked at once the tokens were
    BOOST_TEST(planted == 8U);
    BOOST_TEST(statistics().undecodable_records_kept >= planted);
    BOOST_TEST(statistics().reclaimed_tokens == 1U);
    BOOST_TEST(!get(1));
    BOOST_TEST(is_valid(2));
    must(store.close());
    const PlainDatabase database(directory());
    for (const auto& family : storage::column_families) {
        if (!family.expires) continue;
        BOOST_TEST_CONTEXT(family.name) {
            BOOST_TEST(database.get(family.name, key_of(family.name, 'k')).value() == too_short);
            BOOST_TEST(database.get(family.name, key_of(family.name, 'l')).value() == of_another_version);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_clock_ten_years_ahead_deletes_nothing_and_back_again_every_token_is_live) {
    import_live_tokens(1, 1000);
    must(store.flush());
    clock.jump_us(ten_years_us);
    BOOST_TEST(!is_valid(1));  // denied for as long as the clock is wrong
    must(store.compact());
    must(store.maintain());
    BOOST_TEST(must(store.cleanup_expired()) == 0U);
    BOOST_TEST(statistics().clock_doubted);
    clock.jump_us(-ten_years_us);
    must(store.compact());
    BOOST_TEST(!statistics().clock_doubted);
    BOOST_TEST(is_valid(1));
    BOOST_TEST(counts().live == 1000U);
    BOOST_TEST(statistics().reclaimed_tokens == 0U);
}

BOOST_AUTO_TEST_CASE(a_store_opened_while_the_clock_is_ten_years_ahead_deletes_nothing) {
    import_live_tokens(1, 100);
    must(store.flush());
    must(store.close());
    clock.jump_us(ten_years_us);
    reopen();
    flush_and_compact();
    must(store.maintain());
    BOOST_TEST(statistics().clock_doubted);
    must(store.close());  // persists what the clock is believed to be
    clock.jump_us(-ten_years_us);
    reopen();
    BOOST_TEST(!statistics().clock_doubted);
    BOOST_TEST(counts().live == 100U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_ten_years_to_and_fro_during_compactions_loses_no_live_token) {
    constexpr std::uint64_t expired_tokens = 4'000;
    constexpr std::uint64_t live_tokens = 36'000;  // with their index entries more than 100,000 rows
    import_tokens(1, expired_tokens, hour_us);
    clock.advance_us(hour_us + grace_us);
    import_live_tokens(expired_tokens + 1, live_tokens);
    must(store.flush());

    std::atomic<bool> compacted{false};
    std::uint64_t jumps = 0;
    std::thread jumper([&] {
        while (!compacted) {
            clock.jump_us(ten_years_us);
            static_cast<void>(store.get_valid_by_hash(make_hash(expired_tokens + 1)));
            static_cast<void>(store.maintain());
            clock.jump_us(-ten_years_us);
            static_cast<void>(store.maintain());
            ++jumps;
        }
    });
    for (int round = 0; round < 3; ++round) must(store.compact());
    compacted = true;
    jumper.join();

    BOOST_TEST(jumps > 0U);
    BOOST_TEST(statistics().reclaimed_tokens >= expired_tokens);
    const auto counted = counts();
    BOOST_TEST(counted.tokens == live_tokens);
    BOOST_TEST(counted.live == live_tokens);
    BOOST_TEST(counted.users == live_tokens);
    BOOST_TEST(counted.families == live_tokens);
}

BOOST_AUTO_TEST_CASE(a_doubted_clock_reclaims_once_somebody_vouches_for_it) {
    import_tokens(1, 100, day_us);
    must(store.flush());
    clock.jump_us(2 * day_us);
    flush_and_compact();
    BOOST_TEST(statistics().clock_doubted);
    BOOST_TEST(statistics().reclaimed_tokens == 0U);
    BOOST_TEST(state(1) == TokenState::expired);

    must(store.trust_clock());
    BOOST_TEST(!statistics().clock_doubted);
    must(store.compact());
    BOOST_TEST(statistics().reclaimed_tokens == 100U);
    BOOST_TEST(!get(1));
}

BOOST_AUTO_TEST_CASE(a_doubted_clock_is_believed_once_the_time_has_caught_up) {
    import_tokens(1, 100, hour_us);
    must(store.flush());
    clock.jump_us(2 * minute_us);
    must(store.maintain());
    BOOST_TEST(statistics().clock_doubted);
    // Behind by two minutes, the bounded time catches up one minute an hour.
    for (int hour = 0; hour < 3; ++hour) {
        clock.advance_us(hour_us);
        must(store.maintain());
    }
    BOOST_TEST(!statistics().clock_doubted);
    must(store.compact());
    BOOST_TEST(!get(1));
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_does_not_bring_back_what_had_expired) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    clock.advance_us(hour_us);
    must(store.maintain());
    BOOST_TEST(state(1) == TokenState::expired);
    clock.jump_us(-ten_years_us);
    BOOST_TEST(state(1) == TokenState::expired);
    BOOST_TEST(!is_valid(1));
    BOOST_TEST(sessions(1).sessions.empty());
    reopen();
    BOOST_TEST(state(1) == TokenState::expired);
}

BOOST_AUTO_TEST_CASE(expired_bytes_leave_an_idle_store_within_the_promised_time) {
    constexpr std::int64_t maintenance_interval_us = 10 * minute_us;
    options.reclaim_interval_us = hour_us;
    std::uint64_t first = 1;
    for (const auto offset_us : {std::int64_t{0}, 25 * minute_us, 59 * minute_us}) {
        for (const bool flushed : {false, true}) {
            BOOST_TEST_CONTEXT("rounds are " << offset_us << " us away, " << (flushed ? "flushed" : "in memory")) {
                reopen();
                must(store.maintain());
                clock.advance_us(offset_us);
                const auto expires_at_us = clock.wall_us() + 2 * hour_us;
                import_tokens(first, 1000, 2 * hour_us);
                if (flushed) must(store.flush());
                const auto promised_us =
                    expires_at_us + grace_us + options.reclaim_interval_us + maintenance_interval_us;
                std::uint64_t most_bytes = 0;
                while (clock.wall_us() < promised_us) {
                    clock.advance_us(maintenance_interval_us);
                    must(store.maintain());
                    most_bytes = std::max(most_bytes, statistics().disk_bytes);
                }
                if (flushed) BOOST_TEST(most_bytes > 10 * metadata_bytes);
                BOOST_TEST(statistics().disk_bytes < metadata_bytes);
                BOOST_TEST(!get(first));
                first += 1000;
            }
        }
    }
    check_column_family_sizes(0);
}

BOOST_AUTO_TEST_CASE(live_tokens_stay_through_every_round_of_upkeep) {
    options.reclaim_interval_us = second_us;
    reopen();
    import_live_tokens(1, 500);
    import_tokens(501, 500, hour_us);
    for (int hour = 0; hour < 24; ++hour) {
        clock.advance_us(hour_us);
        must(store.maintain());
    }
    BOOST_TEST(counts().live == 500U);
    BOOST_TEST(counts().tokens == 500U);
}

BOOST_AUTO_TEST_CASE(the_store_s_own_thread_reclaims_without_any_call) {
    must(store.close());
    options.maintenance_interval_ms = 1;
    options.reclaim_interval_us = second_us;
    store = must(TokenStore::open(directory(), options));
    import_tokens(1, 1000, hour_us);
    must(store.flush());
    BOOST_TEST(statistics().disk_bytes > 10 * metadata_bytes);
    clock.advance_us(hour_us + grace_us + second_us);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (statistics().disk_bytes >= metadata_bytes && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    BOOST_TEST(statistics().disk_bytes < metadata_bytes);
    BOOST_TEST(statistics().reclaimed_tokens == 1000U);
    BOOST_TEST(statistics().failed_maintenance == 0U);
    BOOST_TEST(!get(1));
}

BOOST_AUTO_TEST_CASE(a_store_that_was_only_imported_into_is_safe_from_a_wrong_clock_at_its_first_use) {
    must(store.close());
    const auto other = folder.path() / "imported";
    auto importing = options;
    importing.reclaim_expired = false;
    for (const bool killed : {false, true}) {
        const auto at = killed ? folder.path() / "as after a kill" : other;
        {
            auto target = must(TokenStore::open(other, importing));
            std::vector<Token> rows;
            for (std::uint64_t number = 1; number <= 100; ++number) {
                rows.push_back(make_token(number));
                rows.back().expires_at_us = clock.wall_us() + 30 * day_us;
            }
            must(target.import_tokens(rows, Durability::lose_nothing));
            if (killed) std::filesystem::copy(other, at, std::filesystem::copy_options::recursive);
            must(target.close());
        }
        clock.jump_us(ten_years_us);
        store = must(TokenStore::open(at, options));
        must(store.maintain());
        flush_and_compact();
        BOOST_TEST(must(store.cleanup_expired()) == 0U);
        BOOST_TEST(statistics().clock_doubted);
        clock.jump_us(-ten_years_us);
        BOOST_TEST(is_valid(1));
        BOOST_TEST(is_valid(100));
        must(store.close());
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_believed_at_open_brings_no_ended_token_back_when_it_is_set_right) {
    create(1, {.user = 1, .family = 1, .lifetime_us = 30 * day_us});
    options.longest_token_lifetime_us = 30 * day_us;
    reopen();
    revoke_user(1);
    flush_and_compact();
    clock.advance_us(26 * day_us);
    must(store.maintain());
    must(store.close());
    clock.jump_us(options.longest_downtime_us);  // wrong, and within what is believed
    store = must(TokenStore::open(directory(), options));
    must(store.maintain());
    must(store.close());
    // As long as the record could come back from a file that was not compacted, its user's end has to be there.
    BOOST_TEST(PlainDatabase(directory()).count("revocations") == 1U);
    clock.jump_us(-options.longest_downtime_us);
    store = must(TokenStore::open(directory(), options));
    must(store.trust_clock());
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_store_that_is_not_to_reclaim_keeps_every_record) {
    import_tokens(1, 100, hour_us);
    options.reclaim_expired = false;
    reopen();
    clock.advance_us(day_us);
    flush_and_compact();
    must(store.maintain());
    must(store.trust_clock());
    must(store.compact());
    BOOST_TEST(counts().expired == 100U);
    BOOST_TEST(statistics().reclaimed_tokens == 0U);
    reopen();
    BOOST_TEST(must(store.cleanup_expired()) == 100U);  // on request it still removes
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
