// The checker and the shrinking on histories drawn at random.
#include <cstddef>
#include <cstdint>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "linearizability/checker.hpp"
#include "linearizability/permutation_checker.hpp"
#include "linearizability/random_history.hpp"
#include "linearizability/reductions.hpp"
#include "linearizability/shrink.hpp"
#include "linearizability/specification.hpp"
#include "support/dice.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

/// How many histories each case draws, of `usual` ones.
std::uint64_t random_histories(std::uint64_t usual) { return test_number("TOKENSTORE_RANDOM_HISTORIES", usual); }

RandomHistoryShape tiny(Dice& dice) {
    RandomHistoryShape shape;
    shape.calls = 1 + static_cast<std::size_t>(dice.below(5));
    shape.tokens = 1 + static_cast<unsigned>(dice.below(3));
    shape.families = 1 + static_cast<unsigned>(dice.below(2));
    shape.longest_wait = 10 + dice.below(40);
    return shape;
}

RandomHistoryShape large() {
    RandomHistoryShape shape;
    shape.calls = 30;
    shape.tokens = 12;
    shape.families = 3;
    shape.unknown_percent = 5;
    return shape;
}

BOOST_AUTO_TEST_SUITE(random_histories_of_calls)

BOOST_AUTO_TEST_CASE(the_checker_says_what_trying_all_permutations_says) {
    Dice dice(test_seed());
    const auto histories = random_histories(3'000);
    std::uint64_t refused = 0;
    for (std::uint64_t i = 0; i < histories; ++i) {
        const auto shape = tiny(dice);
        History history = random_linearizable_history(dice, shape);
        for (auto lies = dice.below(5); lies > 0; --lies) falsify(dice, history, shape);
        const bool is_explained = has_explaining_permutation(history);
        BOOST_TEST_REQUIRE(is_linearizable(history) == is_explained, to_string(history));
        if (!is_explained) ++refused;
    }
    BOOST_TEST(refused * 5 > histories);
    BOOST_TEST((histories - refused) * 5 > histories);
}

BOOST_AUTO_TEST_CASE(a_call_whose_answer_says_that_it_changed_nothing_changed_nothing) {
    Dice dice(test_seed());
    for (auto left = random_histories(1'000); left > 0; --left) {
        StoreState state;
        for (const RecordedCall& recorded : random_linearizable_history(dice, large())) {
            auto [next, outcome] = apply(state, recorded.call);
            const RecordedCall answered{recorded.call, recorded.span, outcome, recorded.thread};
            BOOST_TEST_REQUIRE((may_change_anything(answered) || next == state), to_string({answered}));
            state = std::move(next);
        }
    }
}

BOOST_AUTO_TEST_CASE(calls_that_took_effect_one_after_the_other_are_linearizable) {
    Dice dice(test_seed());
    for (auto left = random_histories(1'000); left > 0; --left) {
        const History history = random_linearizable_history(dice, large());
        BOOST_TEST_REQUIRE(is_linearizable(history), to_string(history));
    }
}

BOOST_AUTO_TEST_CASE(no_reduction_makes_a_violation_of_what_is_none) {
    Dice dice(test_seed());
    std::uint64_t reductions = 0;
    for (auto left = random_histories(300); left > 0; --left) {
        RandomHistoryShape shape = large();
        shape.calls = 15;
        const History history = random_linearizable_history(dice, shape);
        for (const History& reduction : reductions_of(history)) {
            ++reductions;
            BOOST_TEST_REQUIRE(is_linearizable(reduction), to_string(history) << "became\n" << to_string(reduction));
        }
    }
    BOOST_TEST(reductions > 0U);
}

BOOST_AUTO_TEST_CASE(what_a_violation_is_shrunk_to_is_a_violation) {
    Dice dice(test_seed());
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    for (auto left = random_histories(300); left > 0; --left) {
        History history = random_linearizable_history(dice, large());
        falsify(dice, history, large());
        if (is_linearizable(history)) continue;
        const History shrunk = shrink(history);
        BOOST_TEST_REQUIRE(!is_linearizable(shrunk), to_string(history) << "became\n" << to_string(shrunk));
        before += history.size();
        after += shrunk.size();
    }
    BOOST_TEST(after * 3 < before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
