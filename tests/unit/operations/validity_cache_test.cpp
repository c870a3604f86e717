// The validity cache by itself: what it keeps, what it forgets at a change, and what it never takes in.
#include "operations/validity_cache.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/token_builders.hpp"

namespace tokenstore::operations {

static std::ostream& boost_test_print_type(std::ostream& out, ValidityCache::Verdict verdict) {
    switch (verdict) {
        case ValidityCache::Verdict::unknown:
            return out << "unknown";
        case ValidityCache::Verdict::refused:
            return out << "refused";
        case ValidityCache::Verdict::valid:
            return out << "valid";
    }
    return out;
}

namespace {

using test::make_family_id;
using test::make_hash;
using test::make_token_id;
using test::make_user_id;
using enum ValidityCache::Verdict;

constexpr std::int64_t now_us = 1'000;
constexpr std::int64_t expires_at_us = 2'000;

ValidToken token_number(std::uint64_t number) {
    return {make_token_id(number), make_token_id(number), make_user_id(number), make_family_id(number), 10,
            expires_at_us};
}

struct CacheFixture {
    std::shared_ptr<expiry::ReclaimState> reclaim = std::make_shared<expiry::ReclaimState>();
    ValidityCache cache{1U << 20U, reclaim};

    void keep(std::uint64_t number) {
        const auto token = token_number(number);
        const auto hash = make_hash(number);
        auto filling = cache.begin_filling(hash);
        filling.note_owner(token.family_id, token.user_id);
        filling.keep_valid(token);
    }

    ValidityCache::Verdict verdict(std::uint64_t number, std::int64_t at_us = now_us) {
        ValidToken token;
        const auto found = cache.find(make_hash(number), at_us, token);
        if (found == valid) BOOST_TEST((token == token_number(number)));
        if (found != unknown) BOOST_TEST(cache.may_know(make_hash(number)));
        return found;
    }
};

BOOST_FIXTURE_TEST_SUITE(validity_cache, CacheFixture)

BOOST_AUTO_TEST_CASE(what_was_kept_is_found_and_nothing_else) {
    BOOST_TEST(verdict(1) == unknown);
    keep(1);
    BOOST_TEST(verdict(1) == valid);
    BOOST_TEST(verdict(2) == unknown);
}

BOOST_AUTO_TEST_CASE(a_kept_token_is_refused_from_its_expiry_on) {
    keep(1);
    BOOST_TEST(verdict(1, expires_at_us - 1) == valid);
    BOOST_TEST(verdict(1, expires_at_us) == refused);
    BOOST_TEST(verdict(1, expires_at_us - 1) == valid);  // a clock that was set back
}

BOOST_AUTO_TEST_CASE(an_expired_token_is_refused_as_long_as_the_clock_says_so) {
    const auto hash = make_hash(1);
    cache.begin_filling(hash).keep_expired(expires_at_us);
    BOOST_TEST(verdict(1, expires_at_us) == refused);
    BOOST_TEST(verdict(1, expires_at_us - 1) == unknown);
}

BOOST_AUTO_TEST_CASE(a_dead_token_stays_refused_at_any_time) {
    const auto hash = make_hash(1);
    cache.begin_filling(hash).keep_refused();
    for (const std::int64_t at_us : {std::int64_t{0}, now_us, expires_at_us}) BOOST_TEST(verdict(1, at_us) == refused);
}

BOOST_AUTO_TEST_CASE(a_change_of_a_token_forgets_it_before_it_is_written) {
    keep(1);
    keep(2);
    const auto change = cache.begin_change({{make_hash(1)}, {}, {}});
    BOOST_TEST(verdict(1) == unknown);
    BOOST_TEST(verdict(2) == valid);
}

BOOST_AUTO_TEST_CASE(an_end_of_a_family_or_a_user_hides_its_tokens_at_once_and_for_good) {
    for (const bool is_family : {true, false}) {
        keep(1);
        keep(2);
        {
            const auto change = is_family ? cache.begin_change({{}, {make_family_id(1)}, {}})
                                          : cache.begin_change({{}, {}, {make_user_id(1)}});
            BOOST_TEST(verdict(1) == unknown);
        }
        BOOST_TEST(verdict(1) == unknown);
        BOOST_TEST(verdict(2) == valid);
        keep(1);  // read after the end
        BOOST_TEST(verdict(1) == valid);
    }
}

BOOST_AUTO_TEST_CASE(what_was_read_before_a_change_of_the_token_is_not_kept_after_it) {
    const auto hash = make_hash(1);
    const auto token = token_number(1);
    auto filling = cache.begin_filling(hash);
    filling.note_owner(token.family_id, token.user_id);
    { const auto change = cache.begin_change({{hash}, {}, {}}); }
    filling.keep_valid(token);
    BOOST_TEST(verdict(1) == unknown);
    filling.keep_refused();
    BOOST_TEST(verdict(1) == unknown);
}

BOOST_AUTO_TEST_CASE(what_was_read_before_an_end_is_not_valid_after_it) {
    const auto hash = make_hash(1);
    const auto token = token_number(1);
    auto filling = cache.begin_filling(hash);
    filling.note_owner(token.family_id, token.user_id);
    { const auto change = cache.begin_change({{}, {token.family_id}, {}}); }
    filling.keep_valid(token);
    BOOST_TEST(verdict(1) == unknown);
}

BOOST_AUTO_TEST_CASE(nothing_is_kept_that_was_read_while_a_change_was_under_way) {
    const auto token = token_number(1);
    for (const storage::Touched& touched :
         {storage::Touched{{make_hash(1)}, {}, {}}, storage::Touched{{}, {token.family_id}, {}},
          storage::Touched{{}, {}, {token.user_id}}}) {
        std::optional<ValidityCache::Change> change(cache.begin_change(touched));
        const auto hash = make_hash(1);
        auto filling = cache.begin_filling(hash);
        filling.note_owner(token.family_id, token.user_id);
        filling.keep_valid(token);
        BOOST_TEST(verdict(1) == unknown);
        change.reset();
        filling.keep_valid(token);
        BOOST_TEST(verdict(1) == unknown);
    }
}

BOOST_AUTO_TEST_CASE(changes_under_way_at_once_end_each_by_itself) {
    keep(1);
    std::optional<ValidityCache::Change> one(cache.begin_change({{}, {make_family_id(1)}, {}}));
    std::optional<ValidityCache::Change> other(cache.begin_change({{}, {make_family_id(1)}, {}}));
    one.reset();
    keep(1);
    BOOST_TEST(verdict(1) == unknown);
    other.reset();
    keep(1);
    BOOST_TEST(verdict(1) == valid);
}

BOOST_AUTO_TEST_CASE(a_token_that_the_ttl_filter_may_have_dropped_is_not_good_any_more_when_the_clock_goes_back) {
    keep(1);
    reclaim->greatest_cutoff_us = expires_at_us - 1;
    BOOST_TEST(verdict(1) == valid);
    reclaim->greatest_cutoff_us = expires_at_us;
    BOOST_TEST(verdict(1, expires_at_us) == refused);
    BOOST_TEST(verdict(1) == unknown);
}

/// Two hashes of one bucket, told apart by their tags or by nothing but the rest of the hash.
TokenHash hash_with(std::uint8_t tag_byte, std::uint8_t last_byte) {
    TokenHash hash;
    hash.bytes[8] = tag_byte;
    hash.bytes[31] = last_byte;
    return hash;
}

void keep_as(ValidityCache& cache, const TokenHash& hash, std::uint64_t number) {
    const auto token = token_number(number);
    auto filling = cache.begin_filling(hash);
    filling.note_owner(token.family_id, token.user_id);
    filling.keep_valid(token);
}

BOOST_AUTO_TEST_CASE(tokens_of_one_bucket_do_not_answer_for_each_other) {
    for (std::uint8_t i = 0; i < 20; ++i) {
        const auto hash = hash_with(static_cast<std::uint8_t>(2 * i), i);
        keep_as(cache, hash, i);
        ValidToken found;
        BOOST_REQUIRE(cache.find(hash, now_us, found) == valid);
        BOOST_TEST((found == token_number(i)));
        for (std::uint8_t other = 0; other < i; ++other) {
            const auto verdict = cache.find(hash_with(static_cast<std::uint8_t>(2 * other), other), now_us, found);
            BOOST_TEST((verdict == unknown || found == token_number(other)));
        }
    }
}

BOOST_AUTO_TEST_CASE(tokens_that_look_alike_but_for_the_rest_of_their_hash_do_not_answer_for_each_other) {
    const auto one = hash_with(2, 1);
    const auto other = hash_with(2, 2);
    ValidToken found;
    keep_as(cache, one, 1);
    BOOST_TEST(cache.find(other, now_us, found) == unknown);
    keep_as(cache, other, 2);
    BOOST_TEST(cache.find(one, now_us, found) == unknown);
    BOOST_REQUIRE(cache.find(other, now_us, found) == valid);
    BOOST_TEST((found == token_number(2)));
    const auto change = cache.begin_change({{one}, {}, {}});
    BOOST_TEST(cache.find(one, now_us, found) == unknown);
}

BOOST_AUTO_TEST_CASE(a_change_of_one_token_keeps_its_neighbours_out_while_it_is_under_way_and_no_longer) {
    const auto one = hash_with(2, 1);
    const auto neighbour = hash_with(4, 2);
    ValidToken found;
    std::optional<ValidityCache::Change> change(cache.begin_change({{one}, {}, {}}));
    keep_as(cache, neighbour, 2);
    BOOST_TEST(cache.find(neighbour, now_us, found) == unknown);
    change.reset();
    keep_as(cache, neighbour, 2);
    BOOST_TEST(cache.find(neighbour, now_us, found) == valid);
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_again_outlives_what_was_asked_for_once) {
    constexpr std::uint64_t hot = 100;
    for (std::uint64_t number = 0; number < hot; ++number) keep(number);
    for (std::uint64_t number = hot; number < 100'000; ++number) {
        keep(number);
        if (number % 50 != 0) continue;
        for (std::uint64_t used = 0; used < hot; ++used) static_cast<void>(verdict(used));
    }
    std::uint64_t kept = 0;
    for (std::uint64_t number = 0; number < hot; ++number) kept += verdict(number) == valid ? 1U : 0U;
    BOOST_TEST(kept >= hot * 9 / 10);
}

BOOST_AUTO_TEST_CASE(as_many_tokens_are_kept_as_the_options_promise) {
    constexpr std::uint64_t promised = (1U << 20U) / 136;
    for (std::uint64_t number = 0; number < 10 * promised; ++number) keep(number);
    std::uint64_t kept = 0;
    for (std::uint64_t number = 0; number < 10 * promised; ++number) kept += verdict(number) == valid ? 1U : 0U;
    BOOST_TEST(kept >= promised * 9 / 10);
    BOOST_TEST(kept <= promised);
}

BOOST_AUTO_TEST_CASE(hardly_a_token_that_was_not_kept_may_be_known) {
    constexpr std::uint64_t more_than_fit = 20'000;
    for (std::uint64_t number = 0; number < more_than_fit; ++number) keep(number);
    std::uint64_t strangers = 0;
    for (std::uint64_t number = 0; number < more_than_fit; ++number) {
        strangers += cache.may_know(make_hash(more_than_fit + number)) ? 1U : 0U;
    }
    BOOST_TEST(strangers < more_than_fit / 16);  // eight tags, of which one byte each is compared
}

BOOST_AUTO_TEST_CASE(a_token_that_changed_is_not_known_any_more) {
    keep(1);
    BOOST_TEST(cache.may_know(make_hash(1)));
    { const auto change = cache.begin_change({{make_hash(1)}, {}, {}}); }
    BOOST_TEST(!cache.may_know(make_hash(1)));
}

BOOST_AUTO_TEST_CASE(a_cache_without_memory_knows_nothing) {
    ValidityCache none(0, reclaim);
    const auto hash = make_hash(1);
    const auto token = token_number(1);
    auto filling = none.begin_filling(hash);
    filling.note_owner(token.family_id, token.user_id);
    filling.keep_valid(token);
    filling.keep_refused();
    const auto change = none.begin_change({{hash}, {token.family_id}, {token.user_id}});
    none.prefetch(std::array{hash});
    BOOST_TEST(!none.may_know(hash));
    ValidToken found;
    BOOST_TEST(none.find(hash, now_us, found) == unknown);
}

// The engine's part is played by atomics: a token is good in it until its end was written. A reader that has seen the
// end anywhere never finds the token valid after that.
BOOST_AUTO_TEST_CASE(no_thread_finds_a_token_valid_after_any_has_seen_its_end) {
    constexpr std::uint64_t rounds = 1'000;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const auto token = token_number(round);
        const auto hash = make_hash(round);
        std::atomic<bool> ended{false};         // in the engine
        std::atomic<bool> end_was_seen{false};  // by anybody
        std::atomic<int> wrong{0};
        std::atomic<bool> done{false};
        const auto look = [&] {
            const bool was_seen = end_was_seen.load();
            ValidToken found;
            auto answer = cache.find(hash, now_us, found);
            if (answer == unknown) {
                auto filling = cache.begin_filling(hash);
                filling.note_owner(token.family_id, token.user_id);
                answer = ended.load() ? refused : valid;
                if (answer == valid) {
                    filling.keep_valid(token);
                } else {
                    filling.keep_refused();
                }
            }
            if (answer == refused) end_was_seen = true;
            if (answer == valid && was_seen) ++wrong;
        };
        std::vector<std::thread> readers;
        for (int i = 0; i < 2; ++i) {
            readers.emplace_back([&] {
                while (!done) look();
                for (int last = 0; last < 3; ++last) look();
            });
        }
        {
            const storage::Touched touched = round % 3 == 0   ? storage::Touched{{hash}, {}, {}}
                                             : round % 3 == 1 ? storage::Touched{{}, {token.family_id}, {}}
                                                              : storage::Touched{{}, {}, {token.user_id}};
            const auto change = cache.begin_change(touched);
            ended = true;
        }
        end_was_seen = true;
        done = true;
        for (auto& reader : readers) reader.join();
        BOOST_TEST_REQUIRE(wrong == 0, "in round " << round);
        BOOST_TEST_REQUIRE(verdict(round) != valid);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::operations
