// A program of somebody who installed the package: stores a token, checks it, rotates it, and sees the old one refused.
#include <tokenstore/token_store.hpp>
#include <tokenstore/version.hpp>

#include <cstdint>
#include <iostream>
#include <string_view>

namespace {

[[nodiscard]] bool report(bool holds, std::string_view what) {
    if (!holds) std::cerr << "failed: " << what << '\n';
    return holds;
}

template <class T>
[[nodiscard]] bool succeeded(const tokenstore::Result<T>& result, std::string_view what) {
    if (!result) std::cerr << what << ": " << result.error().to_string() << '\n';
    return result.has_value();
}

bool rotate_one_token(const char* directory) {
    constexpr std::int64_t hour_us = 3600LL * 1'000'000;
    const std::int64_t now_us = tokenstore::system_clock().wall_us();

    auto store = tokenstore::TokenStore::open(directory);
    const auto user = tokenstore::generate_id<tokenstore::UserId>(now_us);
    const auto family = tokenstore::generate_id<tokenstore::FamilyId>(now_us);
    const auto first = tokenstore::generate_token();
    const auto second = tokenstore::generate_token();
    if (!succeeded(store, "open") || !succeeded(user, "user id") || !succeeded(family, "family id") ||
        !succeeded(first, "first token") || !succeeded(second, "second token")) {
        return false;
    }
    const auto first_hash = tokenstore::hash_token(*first);
    const auto second_hash = tokenstore::hash_token(*second);

    const auto created = store->create_token(
        {.hash = first_hash, .user_id = *user, .family_id = *family, .expires_at_us = now_us + hour_us});
    if (!succeeded(created, "create_token")) return false;

    const auto valid = store->get_valid_by_hash(first_hash);
    if (!succeeded(valid, "get_valid_by_hash") || !report(valid->has_value(), "a new token is valid")) return false;

    const auto rotated = store->rotate_token(first_hash, {.hash = second_hash, .expires_at_us = now_us + hour_us});
    if (!succeeded(rotated, "rotate_token") ||
        !report(rotated->outcome == tokenstore::RotateOutcome::rotated, "a live token rotates")) {
        return false;
    }

    const auto old_token = store->get_valid_by_hash(first_hash);
    const auto new_token = store->get_valid_by_hash(second_hash);
    return succeeded(old_token, "look-up of the old token") && succeeded(new_token, "look-up of the new token") &&
           report(!old_token->has_value(), "a consumed token is not valid") &&
           report(new_token->has_value(), "its successor is valid") && succeeded(store->close(), "close");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: consumer DIRECTORY\n";
        return 2;
    }
    if (!rotate_one_token(argv[1])) return 1;
    std::cout << "ok: tokenstore " << tokenstore::version() << " on " << tokenstore::engine_version() << '\n';
    return 0;
}
