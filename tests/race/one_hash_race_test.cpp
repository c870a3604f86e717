// Many threads store one new hash, each for a user and family of its own: one wins, whatever call it came by.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "race/race_rounds.hpp"
#include "support/arena.hpp"
#include "support/printers.hpp"
#include "support/race_store.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t rounds_between_checks = 100;
constexpr std::uint64_t numbers_of_a_round = 64;

/// What one thread's call made of the hash.
struct Attempt {
    bool stored = false;
    bool refused_as_stored = false;
    std::string other;  // an answer that is neither
};

class OneHashRound {
public:
    OneHashRound(RaceStore& race, std::size_t threads, std::uint64_t round)
        : race_(race),
          threads_(threads),
          first_number_(round * numbers_of_a_round),
          hash_(make_hash(first_number_)),
          expires_at_us_(race.clock().wall_us() + hour_us) {}

    void run() {
        for (std::size_t index = 1; index < threads_; index += 3) {
            BOOST_REQUIRE(race_.store().create_token(request(index, own_hash(index)), weak));
        }
        std::vector<Attempt> attempts(threads_);
        run_together(threads_, [&](std::size_t index) { attempts[index] = attempt(index); });

        std::optional<std::size_t> winner;
        for (std::size_t index = 0; index < threads_; ++index) {
            const Attempt& attempt = attempts[index];
            BOOST_TEST_REQUIRE(attempt.other == "");
            BOOST_TEST_REQUIRE(attempt.stored != attempt.refused_as_stored);
            if (!attempt.stored) continue;
            BOOST_TEST_REQUIRE(!winner.has_value());
            winner = index;
        }
        BOOST_TEST_REQUIRE(winner.has_value());
        const auto stored = race_.store().get_by_hash(hash_);
        BOOST_REQUIRE(stored && *stored);
        BOOST_TEST_REQUIRE((*stored)->token.user_id == user_of(*winner));
        for (std::size_t index = 1; index < threads_; index += 3) {
            const auto own = race_.store().get_by_hash(own_hash(index));
            BOOST_REQUIRE(own && *own);
            BOOST_TEST_REQUIRE((*own)->state == (index == *winner ? TokenState::consumed : TokenState::live));
        }
    }

private:
    [[nodiscard]] UserId user_of(std::size_t index) const { return make_user_id(first_number_ + index); }
    [[nodiscard]] TokenHash own_hash(std::size_t index) const { return make_hash(first_number_ + 1 + index); }

    [[nodiscard]] NewToken request(std::size_t index, const TokenHash& hash) const {
        NewToken token = make_new_token(first_number_ + index);
        token.hash = hash;
        token.expires_at_us = expires_at_us_;
        return token;
    }

    /// A third each by create_token, rotate_token and import_tokens.
    [[nodiscard]] Attempt attempt(std::size_t index) {
        switch (index % 3) {
            case 0:
                return create(index);
            case 1:
                return rotate(index);
            default:
                return import(index);
        }
    }

    [[nodiscard]] Attempt create(std::size_t index) {
        const auto created = race_.store().create_token(request(index, hash_), weak);
        if (created) return {.stored = true, .refused_as_stored = false, .other = {}};
        if (created.error().code == ErrorCode::already_exists) return {false, true, {}};
        return {false, false, created.error().to_string()};
    }

    [[nodiscard]] Attempt rotate(std::size_t index) {
        Successor successor;
        successor.hash = hash_;
        successor.expires_at_us = expires_at_us_;
        const auto rotated = race_.store().rotate_token(own_hash(index), successor, weak);
        if (!rotated) return {false, false, rotated.error().to_string()};
        return {rotated->outcome == RotateOutcome::rotated, rotated->outcome == RotateOutcome::already_exists, {}};
    }

    [[nodiscard]] Attempt import(std::size_t index) {
        Token row = make_token(first_number_ + index);
        row.hash = hash_;
        row.expires_at_us = expires_at_us_;
        const std::vector<Token> rows{row};
        const auto imported = race_.store().import_tokens(rows, weak);
        if (!imported) return {false, false, imported.error().to_string()};
        const ImportedRow& answer = imported->at(0);
        const bool conflicts = answer.error && answer.error->code == ErrorCode::conflicting_record;
        return {answer.outcome == ImportOutcome::stored, conflicts, {}};
    }

    static constexpr Durability weak = Durability::lose_on_power_failure;

    RaceStore& race_;
    std::size_t threads_;
    std::uint64_t first_number_;
    TokenHash hash_;
    std::int64_t expires_at_us_;
};

BOOST_AUTO_TEST_SUITE(one_hash)

BOOST_DATA_TEST_CASE(of_many_threads_that_store_one_hash_exactly_one_wins, boost::unit_test::data::make({2, 4, 8, 16}),
                     threads) {
    RaceStore race;
    const std::uint64_t rounds = race_rounds(200);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        ++race_tally().rounds;
        OneHashRound(race, static_cast<std::size_t>(threads), round).run();
        if (round % rounds_between_checks == 0 || round + 1 == rounds) {
            BOOST_TEST_REQUIRE(race.check_and_begin_anew() == "");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
