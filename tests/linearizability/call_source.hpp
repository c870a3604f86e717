// What the threads of a live history ask for: drawn from a seed, most of it about the same few tokens.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "linearizability/history.hpp"
#include "support/dice.hpp"

namespace tokenstore::test {

/// How often each operation is called, relative to the others.
struct Weights {
    unsigned create_token = 0;
    unsigned rotate_token = 0;
    unsigned revoke_token = 0;
    unsigned revoke_family = 0;
    unsigned revoke_all_user_tokens = 0;
    unsigned get_by_hash = 0;
    unsigned get_valid_by_hash = 0;
};

/// Tokens are numbered: first those of the logins, then each thread's own, then those that several threads try to
/// store.
struct Plan {
    std::size_t threads = 2;
    std::size_t calls_per_thread = 4;
    unsigned families = 1;
    unsigned users = 1;       // they have the families in turn
    TokenNumber logins = 1;   // tokens that are there before the threads begin
    unsigned heat = 50;       // per cent of the calls that are about the newest token of all
    unsigned contention = 5;  // per cent of the new tokens that other threads try to store, too
    bool is_synced = false;   // changes are on disk before they return
    Weights weights;

    [[nodiscard]] TokenNumber first_token_of(std::size_t thread) const;
    [[nodiscard]] TokenNumber first_contested() const { return first_token_of(threads); }
    [[nodiscard]] TokenNumber tokens() const { return first_token_of(2 * threads); }
};

[[nodiscard]] Plan draw_plan(Dice& dice);

/// Where the threads meet. Any thread.
struct Hotspot {
    std::atomic<TokenNumber> newest;     ///< the token that any thread stored last
    std::atomic<TokenNumber> contested;  ///< the one that several try to store now
};

/// The calls of one thread. Used by that thread alone.
class CallSource {
public:
    CallSource(const Plan& plan, Hotspot& hotspot, std::size_t thread, std::uint64_t seed);

    [[nodiscard]] Call next();

    /// Later calls follow from what this one was answered.
    void learn(const RecordedCall& recorded);

    [[nodiscard]] UserNumber some_user() { return static_cast<UserNumber>(dice_.below(plan_.users)); }

private:
    [[nodiscard]] TokenNumber some_token();
    [[nodiscard]] TokenNumber new_token();
    [[nodiscard]] FamilyNumber some_family() { return static_cast<FamilyNumber>(dice_.below(plan_.families)); }

    const Plan& plan_;
    Hotspot& hotspot_;
    Dice dice_;
    TokenNumber next_token_;
    TokenNumber own_newest_;
};

}  // namespace tokenstore::test
