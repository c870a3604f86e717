// One login, one refresh, and a stolen token that comes back.
#include <iostream>

#include <tokenstore/token_store.hpp>

using namespace tokenstore;

// Failures are values. This example ends at one, by value(); a gateway denies the request and does what error()
// advises.
int main(int argc, char** argv) {
    const auto in_30_days_us = system_clock().wall_us() + 30LL * 24 * 3600 * 1'000'000;
    auto store = TokenStore::open(argc > 1 ? argv[1] : "tokens").value();

    // Login: the client gets the raw token, the store keeps its hash.
    const auto first = generate_token().value();
    const auto user = generate_id<UserId>().value();
    const auto family = generate_id<FamilyId>().value();
    store.create_token({hash_token(first), user, family, in_30_days_us, "phone-7", "Pixel 8", "203.0.113.7"}).value();

    // Refresh: in one atomic step the presented token is consumed and its successor stored. The device stays the same.
    const auto second = generate_token().value();
    const Successor next{.hash = hash_token(second), .expires_at_us = in_30_days_us, .ip_address = "198.51.100.4"};
    const auto refresh = store.rotate_token(hash_token(first), next).value();
    std::cout << "refresh with the first token:  " << name(refresh.outcome) << '\n';

    // The first token comes in again, from a thief or from a careless client: the whole family ends.
    const auto replay = store.rotate_token(hash_token(first), next).value();
    std::cout << "the first token once more:     " << name(replay.outcome) << '\n';
    const bool usable = store.get_valid_by_hash(hash_token(second)).value().has_value();
    std::cout << "the second token:              " << (usable ? "usable" : "dead; log in again") << '\n';
    return store.close() ? 0 : 1;
}
