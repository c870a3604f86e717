// One login, one refresh, and a stolen token that comes back.
#include <cstdlib>
#include <iostream>
#include <utility>

#include <tokenstore/token_store.hpp>

// Failures are values. This example stops at one; a gateway denies the request and does what error().advice() says.
template <class T>
T need(tokenstore::Result<T> result) {
    if (result) return *std::move(result);
    std::cerr << result.error().to_string() << '\n';
    std::quick_exit(EXIT_FAILURE);
}

int main(int argc, char** argv) {
    const auto now_us = tokenstore::system_clock().wall_us();
    const auto expires_at_us = now_us + 30LL * 24 * 3600 * 1'000'000;
    auto store = need(tokenstore::TokenStore::open(argc > 1 ? argv[1] : "tokens"));

    // Login: the client gets the raw token, the store keeps its hash.
    const auto first = need(tokenstore::generate_token());
    const auto user = need(tokenstore::generate_id<tokenstore::UserId>(now_us));
    const auto family = need(tokenstore::generate_id<tokenstore::FamilyId>(now_us));
    const auto login =
        need(store.create_token({hash_token(first), user, family, expires_at_us, "phone-7", "Pixel 8", "203.0.113.7"}));

    // Refresh: in one atomic step the presented token is consumed and its successor stored. The device stays the same.
    const auto second = need(tokenstore::generate_token());
    const tokenstore::Successor next{hash_token(second), expires_at_us, {}, {}, "198.51.100.4"};
    const auto refresh = need(store.rotate_token(login.hash, next));
    std::cout << "refresh with the first token:  " << name(refresh.outcome) << '\n';

    // The first token comes in again, from a thief or from a careless client: the whole family ends.
    const auto replay = need(store.rotate_token(login.hash, next));
    std::cout << "the first token once more:     " << name(replay.outcome) << '\n';
    const bool usable = need(store.get_valid_by_hash(hash_token(second))).has_value();
    std::cout << "the second token:              " << (usable ? "usable" : "dead; log in again") << '\n';
    return store.close() ? EXIT_SUCCESS : EXIT_FAILURE;
}
