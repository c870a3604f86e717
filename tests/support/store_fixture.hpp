// A store in a folder of its own, on a clock that stands still, without a maintenance thread: what most tests begin
// with. Tokens are named by the numbers of token_builders.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <tokenstore/store_reader.hpp>
#include <tokenstore/token_store.hpp>

#include "support/manual_clock.hpp"
#include "support/results.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

/// Enough for what a test looks at; a sync for each write is for the tests of durability.
inline constexpr Durability buffered = Durability::lose_on_power_failure;

/// Where a token belongs and how long it lives from now on.
struct Login {
    std::uint64_t user = 1;
    std::uint64_t family = 1;
    std::int64_t lifetime_us = 30 * day_us;
};

struct StoreFixture {
    /// `wanted` is taken over but for the clock and the maintenance thread.
    explicit StoreFixture(const Options& wanted = {}) : options(with_our_clock(wanted)), store(opened()) {}

    [[nodiscard]] std::filesystem::path directory() const { return folder.path() / "store"; }

    void reopen() {
        must(store.close());
        store = opened();
    }

    void flush_and_compact() {
        must(store.flush());
        must(store.compact());
    }

    [[nodiscard]] NewToken new_token(std::uint64_t number, const Login& login = {}) const {
        NewToken token = make_new_token(number);
        token.user_id = make_user_id(login.user);
        token.family_id = make_family_id(login.family);
        token.expires_at_us = clock.wall_us() + login.lifetime_us;
        return token;
    }

    Token create(std::uint64_t number, const Login& login = {}) {
        return must(store.create_token(new_token(number, login), buffered));
    }

    [[nodiscard]] Successor successor(std::uint64_t number, std::int64_t lifetime_us = 30 * day_us) const {
        Successor successor = make_successor(number);
        successor.expires_at_us = clock.wall_us() + lifetime_us;
        return successor;
    }

    RotateResult rotate(std::uint64_t presented, std::uint64_t number, std::int64_t lifetime_us = 30 * day_us) {
        return must(store.rotate_token(make_hash(presented), successor(number, lifetime_us), buffered));
    }

    RevokeTokenOutcome revoke(std::uint64_t number) { return must(store.revoke_token(make_hash(number), buffered)); }

    RevokeResult revoke_family(std::uint64_t family, Counting counting = Counting::exact) {
        return must(store.revoke_family(make_family_id(family), counting, buffered));
    }

    RevokeResult revoke_user(std::uint64_t user, Counting counting = Counting::exact) {
        return must(store.revoke_all_user_tokens(make_user_id(user), counting, buffered));
    }

    [[nodiscard]] std::optional<JudgedToken> get(std::uint64_t number) const {
        return must(store.get_by_hash(make_hash(number)));
    }

    /// Nothing if the token is not stored.
    [[nodiscard]] std::optional<TokenState> state(std::uint64_t number) const {
        const auto judged = get(number);
        return judged ? std::optional(judged->state) : std::nullopt;
    }

    /// By the engine and by the cache before it, which have to agree.
    [[nodiscard]] bool is_valid(std::uint64_t number) const {
        const bool stored = must(store.get_valid_by_hash(make_hash(number))).has_value();
        BOOST_TEST(must(store.validate(make_hash(number))).has_value() == stored);
        return stored;
    }

    /// The hashes of the user's live tokens, newest login first, from one page.
    [[nodiscard]] std::vector<TokenHash> session_hashes(std::uint64_t user) const {
        std::vector<TokenHash> hashes;
        for (const Token& token : sessions(user).sessions) hashes.push_back(token.hash);
        return hashes;
    }

    [[nodiscard]] SessionPage sessions(std::uint64_t user,
                                       const SessionPageRequest& request = {max_page_limit, std::nullopt}) const {
        return must(store.get_user_active_sessions(make_user_id(user), request));
    }

    [[nodiscard]] Statistics statistics() const { return must(store.statistics()); }

    [[nodiscard]] StoreReader reader() const { return must(StoreReader::open(directory())); }

    [[nodiscard]] TokenCounts counts() const { return must(reader().count(clock.wall_us())); }

    TemporaryDirectory folder;
    ManualClock clock;
    Options options;
    TokenStore store;

private:
    [[nodiscard]] Options with_our_clock(Options wanted) const {
        wanted.clock = &clock;
        wanted.maintenance_interval_ms = 0;
        return wanted;
    }

    [[nodiscard]] TokenStore opened() const { return must(TokenStore::open(directory(), options)); }
};

/// For BOOST_TEST(hashes == hashes_of({...}), per_element()).
[[nodiscard]] inline std::vector<TokenHash> hashes_of(const std::vector<std::uint64_t>& numbers) {
    std::vector<TokenHash> hashes;
    for (const auto number : numbers) hashes.push_back(make_hash(number));
    return hashes;
}

}  // namespace tokenstore::test
