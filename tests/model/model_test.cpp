// Random operations against the reference. TOKENSTORE_MODEL_OPERATIONS sets how many in all, TOKENSTORE_TEST_SEED
// which.
#include <cstdint>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include "model/model_run.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

// Half of them in each of the two runs.
std::uint64_t operations_of_one_run() { return test_number("TOKENSTORE_MODEL_OPERATIONS", 100'000) / 2; }

void run_and_report(const ModelRunOptions& options) {
    std::map<std::string, std::uint64_t> met;
    try {
        met = run_model(options);
    } catch (const std::runtime_error& difference) {
        BOOST_FAIL(difference.what());
    }
    for (const auto& [answer, times] : met) BOOST_TEST_MESSAGE(answer << ": " << times);
    std::cout << "model: " << options.operations << " operations, " << met.size()
              << " kinds of answers, 0 differences; seed " << options.seed << std::endl;

    // A run that never meets an answer says nothing about it. A short run may miss the rare ones.
    if (options.operations < 20'000) return;
    for (const char* const answer : {"create_token: stored",
                                     "create_token: already_exists",
                                     "create_token: family_ended",
                                     "create_token: family_of_another_user",
                                     "create_token: expiry_out_of_range",
                                     "get_by_hash: nothing",
                                     "get_by_hash: revoked",
                                     "get_by_hash: consumed",
                                     "get_by_hash: expired",
                                     "get_by_hash: live",
                                     "get_valid_by_hash: valid",
                                     "get_valid_by_hash: refused",
                                     "get_valid_by_hash: unknown",
                                     "validate: valid",
                                     "validate: refused",
                                     "validate: unknown",
                                     "rotate_token: rotated",
                                     "rotate_token: not_found",
                                     "rotate_token: reuse_detected",
                                     "rotate_token: revoked",
                                     "rotate_token: expired",
                                     "rotate_token: already_exists",
                                     "rotate_token: expiry_out_of_range",
                                     "revoke_token: revoked",
                                     "revoke_token: already_revoked",
                                     "revoke_token: already_consumed",
                                     "revoke_token: not_found",
                                     "revoke_family: ended live tokens",
                                     "revoke_family: ended",
                                     "revoke_family: again",
                                     "revoke_all_user_tokens: ended live tokens",
                                     "get_user_active_sessions: a page",
                                     "get_user_active_sessions: the last page",
                                     "get_user_active_sessions: none",
                                     "get_user_active_sessions: invalid_page",
                                     "cleanup_expired: removed some",
                                     "import_tokens: stored",
                                     "import_tokens: unchanged",
                                     "import_tokens: revoked",
                                     "import_tokens: kept",
                                     "import_tokens: conflicting_record",
                                     "import_tokens: family_of_another_user"}) {
        BOOST_TEST(met[answer] > 0U, "never met " << answer);
    }
}

BOOST_AUTO_TEST_SUITE(model)

BOOST_AUTO_TEST_CASE(every_answer_is_the_references_where_only_cleanup_removes) {
    run_and_report({.seed = test_seed(), .operations = operations_of_one_run(), .reclaim_grace_us = {}});
}

BOOST_AUTO_TEST_CASE(every_answer_is_the_references_where_the_filter_removes_too) {
    run_and_report({.seed = test_seed() + 1, .operations = operations_of_one_run(), .reclaim_grace_us = 5 * minute_us});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
