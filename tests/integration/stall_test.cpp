// A write that the engine stalls waits without holding a lock: calls for the same user and family go on meanwhile.
#include <atomic>
#include <future>
#include <thread>

#include <boost/test/unit_test.hpp>

#include <tokenstore/raw_token.hpp>

#include "integration/database_access.hpp"
#include "operations/context.hpp"
#include "operations/create.hpp"
#include "operations/rotate.hpp"
#include "support/manual_clock.hpp"
#include "support/results.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

/// What the facade assembles, with the engine in reach.
struct Assembly {
    TemporaryDirectory folder;
    ManualClock clock;
    std::unique_ptr<storage::Database> database = open();
    expiry::BoundedClock bounded{clock, std::nullopt, 0};
    std::unique_ptr<operations::IssueBounds> bounds = must(operations::IssueBounds::load(*database));
    base::LockStripes locks;
    operations::Counters counters;
    operations::ValidityCache validity{Options().validity_cache_bytes, std::make_shared<expiry::ReclaimState>()};
    operations::Context context{*database,
                                bounded,
                                *bounds,
                                locks,
                                counters,
                                validity,
                                Options().longest_token_lifetime_us,
                                Options().longest_downtime_us};

    std::unique_ptr<storage::Database> open() {
        Options options;
        options.write_buffer_bytes = 1U << 20U;  // a few thousand tokens fill what the engine buffers
        return must(
            storage::Database::open(folder.path() / "store", options, std::make_shared<expiry::ReclaimState>()));
    }
};

NewToken token_for(std::uint64_t number, const UserId& user, std::int64_t expires_at_us) {
    NewToken token;
    token.hash = hash_token("stall " + std::to_string(number));
    token.user_id = user;
    token.family_id = make_family_id(number);
    token.expires_at_us = expires_at_us;
    token.device_name = std::string(100, 'd');
    return token;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stall)

BOOST_AUTO_TEST_CASE(a_stalled_write_holds_no_lock_and_is_done_when_the_engine_recovers) {
    Assembly store;
    const auto user = make_user_id(1);
    const auto later_us = store.clock.wall_us() + 3'600'000'000;

    // An expired token of the same user: rotating it takes the same stripes and writes nothing.
    const auto expired = token_for(0, user, store.clock.wall_us());
    must(operations::create_token(store.context, expired, Durability::lose_nothing));

    auto& engine = storage::DatabaseAccess::engine(*store.database);
    BOOST_REQUIRE(engine.PauseBackgroundWork().ok());  // no flush: the memtables fill up, then the engine stops writers

    std::atomic<bool> stalled{false};
    std::uint64_t created = 0;
    auto writer = std::async(std::launch::async, [&] {
        while (!stalled) {
            const auto request = token_for(++created, user, later_us);
            const auto answer = store.context.until_writable([&] {
                auto once = operations::create_token(store.context, request, Durability::lose_on_power_failure);
                if (!once && once.error().code == ErrorCode::busy) stalled = true;
                return once;
            });
            if (!answer) return answer.error().to_string();
        }
        return std::string();
    });
    while (!stalled) std::this_thread::yield();

    // The writer waits in the engine now, or is about to; the same stripes are free.
    const auto refused = must(operations::rotate_token(
        store.context, expired.hash, {hash_token("next"), later_us, {}, {}, {}}, Durability::lose_nothing));
    BOOST_TEST(name(refused.outcome) == "expired");

    BOOST_REQUIRE(engine.ContinueBackgroundWork().ok());
    BOOST_TEST(writer.get() == "");
    for (std::uint64_t number = 1; number <= created; ++number) {
        BOOST_TEST(must(store.database->contains_token(token_for(number, user, later_us).hash)));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tokenstore::test
