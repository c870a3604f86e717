// What a live store answers to many threads at once. TOKENSTORE_HISTORIES sets how many histories are recorded,
// TOKENSTORE_TEST_SEED what the threads do in them.
#include <cstdint>
#include <iostream>
#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "linearizability/checker.hpp"
#include "linearizability/recorder.hpp"
#include "linearizability/shrink.hpp"
#include "support/race_store.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t histories_between_checks = 100;

/// How often each answer was met.
class Tally {
public:
    void add(const History& history) {
        for (const auto& [call, span, outcome, thread] : history) {
            if (call.operation != Operation::listed) ++calls_;
            ++met_[std::string(name(call.operation)) + ": " +
                   (outcome ? std::string(name(outcome->answer)) : "unknown")];
        }
    }

    [[nodiscard]] std::uint64_t calls() const { return calls_; }

    /// A run that never meets an answer says nothing about it.
    void require_all() {
        for (const auto& [answer, times] : met_) BOOST_TEST_MESSAGE(answer << ": " << times);
        for (const char* const answer : {"create_token: stored",
                                         "create_token: already_exists",
                                         "create_token: family_ended",
                                         "create_token: family_of_another_user",
                                         "rotate_token: rotated",
                                         "rotate_token: not_found",
                                         "rotate_token: reuse_detected",
                                         "rotate_token: revoked",
                                         "rotate_token: already_exists",
                                         "revoke_token: revoked",
                                         "revoke_token: already_revoked",
                                         "revoke_token: already_consumed",
                                         "revoke_token: not_found",
                                         "revoke_family: ended",
                                         "revoke_family: ended_before",
                                         "revoke_all_user_tokens: ended",
                                         "get_by_hash: not_found",
                                         "get_by_hash: live",
                                         "get_by_hash: consumed",
                                         "get_by_hash: revoked",
                                         "get_valid_by_hash: live",
                                         "get_valid_by_hash: not_valid",
                                         "listed: live"}) {
            BOOST_TEST(met_[answer] > 0U, "never met " << answer);
        }
    }

private:
    std::map<std::string, std::uint64_t> met_;
    std::uint64_t calls_ = 0;
};

BOOST_AUTO_TEST_SUITE(histories)

BOOST_AUTO_TEST_CASE(what_many_threads_are_answered_is_what_one_would_have_been_answered) {
    const auto wanted = test_number("TOKENSTORE_HISTORIES", 1'000);
    RaceStore race;
    Tally tally;
    std::uint64_t recorded = 0;
    std::string violation;
    while (recorded < wanted && violation.empty()) {
        const auto seed = test_seed() + recorded;
        const History history = record_history(race, recorded, seed);
        tally.add(history);
        if (!is_linearizable(history)) {
            violation = "history " + std::to_string(recorded) +
                        " is not linearizable; TOKENSTORE_TEST_SEED=" + std::to_string(seed) +
                        " begins with its calls. Its shortest form, from ticket to ticket, " +
                        "with rotations that led there shown as logins:\n" + to_string(shrink(history));
        }
        ++recorded;
        if (recorded % histories_between_checks == 0 || recorded == wanted) {
            BOOST_TEST_REQUIRE(race.check_and_begin_anew() == "");
        }
    }
    std::cout << recorded << " histories, " << tally.calls() << " calls, " << (violation.empty() ? 0 : 1)
              << " violations" << std::endl;
    BOOST_TEST_REQUIRE(violation.empty(), violation);
    if (wanted >= 500) tally.require_all();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
