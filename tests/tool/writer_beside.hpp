// A gateway at work: this process owns a store and writes to it on and on, while a test runs the tool beside it.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include <tokenstore/token_store.hpp>

#include "support/results.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::tool::test {

/// Logs in, rotates, ends and cleans up, flushes and compacts. Every token of it has a number from 1,000,000 on.
class WriterBeside {
public:
    explicit WriterBeside(TokenStore& store) : store_(store), thread_([this] { write_until_stopped(); }) {
        while (rounds_ < 3) std::this_thread::yield();
    }
    WriterBeside(const WriterBeside&) = delete;
    WriterBeside& operator=(const WriterBeside&) = delete;
    ~WriterBeside() {
        stopping_ = true;
        thread_.join();
    }

    [[nodiscard]] bool failed() const { return failed_; }

private:
    void write_until_stopped() {
        using namespace tokenstore::test;
        constexpr auto buffered = Durability::lose_on_power_failure;
        const auto check = [this](const auto& result) { failed_ = failed_ || !result.has_value(); };
        for (std::uint64_t number = 1'000'000; !stopping_; number += 10, ++rounds_) {
            for (std::uint64_t i = 0; i < 8; ++i) {
                NewToken login = make_new_token(number + i);
                login.user_id = make_user_id(number % 700);
                login.family_id = make_family_id(number + i);
                login.expires_at_us = system_clock().wall_us() + (i == 0 ? -1 : 1) * hour_us;
                check(store_.create_token(login, buffered));
            }
            Successor next = make_successor(number + 8);
            next.expires_at_us = system_clock().wall_us() + hour_us;
            check(store_.rotate_token(make_hash(number + 1), next, buffered));
            check(store_.revoke_family(make_family_id(number + 2), Counting::exact, buffered));
            check(store_.revoke_token(make_hash(number + 3)));
            if (rounds_ % 50 == 49) check(store_.revoke_all_user_tokens(make_user_id(number % 700)));
            if (rounds_ % 400 == 399) check(store_.flush());
            if (rounds_ % 1600 == 1599) check(store_.compact());
            if (rounds_ % 200 == 199) check(store_.cleanup_expired(buffered));
        }
    }

    TokenStore& store_;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> failed_ = false;
    std::atomic<std::uint64_t> rounds_ = 0;
    std::thread thread_;
};

}  // namespace tokenstore::tool::test
