// A store with a token in every state, whose hashes and ids are always the same.
#pragma once

#include <cstdint>

#include <tokenstore/token_store.hpp>

#include "support/plain_database.hpp"
#include "support/results.hpp"
#include "support/token_builders.hpp"
#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {

/// Tokens 1 to 6, of the users 1 and 2 in turn, each in a family of its own. 1 was rotated to 7, 2 was revoked, the
/// family of 3 has ended, and 6 has expired: 4, 5 and 7 are live.
struct SmallStore : ToolFixture {
    SmallStore() {
        using namespace tokenstore::test;
        TokenStore made = opened(/*create=*/true);
        std::vector<Token> tokens;
        for (std::uint64_t number = 1; number <= 6; ++number) tokens.push_back(token(number));
        tokens.back().expires_at_us = now_us - hour_us;
        for (const ImportedRow& row : must(made.import_tokens(tokens))) {
            BOOST_REQUIRE(row.outcome == ImportOutcome::stored);
        }
        Successor next = make_successor(7);
        next.expires_at_us = now_us + 30 * day_us;
        must(made.rotate_token(make_hash(1), next));
        must(made.revoke_token(make_hash(2)));
        must(made.revoke_family(make_family_id(3)));
        must(made.close());
    }

    [[nodiscard]] TokenStore opened(bool create = false) const {
        Options options = keeping_everything();
        options.create_if_missing = create;
        return tokenstore::test::must(TokenStore::open(store(), options));
    }

    /// Changes the closed store behind the library's back.
    template <class Change>
    void tamper(const Change& change) const {
        tokenstore::test::PlainDatabase database(store());
        change(database);
    }

    [[nodiscard]] Token token(std::uint64_t number) const {
        using namespace tokenstore::test;
        Token token = make_token(number);
        token.user_id = make_user_id(2 - number % 2);
        token.family_id = make_family_id(number);
        token.expires_at_us = now_us + 30 * day_us;
        return token;
    }

    std::int64_t now_us = system_clock().wall_us();
};

}  // namespace tokenstore::tool::test
