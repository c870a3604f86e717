// What health() tells of an open store: that it works, or what has failed, whether it goes on by itself, and what to
// do. What writes answer meanwhile is true.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "codec/keys.hpp"
#include "integration/log_syncs.hpp"
#include "integration/store_image.hpp"
#include "support/hooked_file_system.hpp"
#include "support/index_checker.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore {

static std::ostream& boost_test_print_type(std::ostream& out, HealthState state) { return out << name(state); }

}  // namespace tokenstore

namespace tokenstore::test {
namespace {

Health health_of(const TokenStore& store) { return must(store.health()); }

void check_is_healthy(const TokenStore& store) {
    const auto health = health_of(store);
    BOOST_TEST(health.state == HealthState::healthy);
    BOOST_TEST(health.takes_writes);
    BOOST_TEST(!health.recovers_by_itself);
    BOOST_TEST(!health.lost_writes_at_open);
    BOOST_TEST(health.damaged_reads == 0U);
    BOOST_TEST(!health.cause.has_value());
}

/// Each kind of change is refused with this code, and with the truth about it: nothing was written.
void check_changes_are_refused(StoreFixture& fixture, ErrorCode code, Advice advice) {
    const auto check = [&](const auto& result) {
        const auto error = error_of(result);
        BOOST_TEST(error.code == code);
        BOOST_TEST(error.write == WriteState::nothing_written);
        BOOST_TEST(error.advice() == advice);
    };
    auto& store = fixture.store;
    for (const auto durability : {Durability::lose_nothing, buffered}) {
        check(store.create_token(fixture.new_token(901, {.user = 901, .family = 901}), durability));
        check(store.rotate_token(make_hash(1), fixture.successor(902), durability));
        check(store.revoke_token(make_hash(1), durability));
        check(store.revoke_family(make_family_id(1), Counting::exact, durability));
        check(store.revoke_all_user_tokens(make_user_id(1), Counting::exact, durability));
    }
}

void check_refused_changes_never_happened(const StoreFixture& fixture) {
    BOOST_TEST(fixture.is_valid(1));
    BOOST_TEST(!fixture.get(901).has_value());
    BOOST_TEST(!fixture.get(902).has_value());
}

BOOST_FIXTURE_TEST_SUITE(health, StoreFixture)

BOOST_AUTO_TEST_CASE(a_store_that_works_is_healthy) {
    check_is_healthy(store);
    create(1);
    static_cast<void>(get(1));
    static_cast<void>(get(2));
    BOOST_TEST(error_of(store.create_token(new_token(1))).code == ErrorCode::already_exists);
    flush_and_compact();
    check_is_healthy(store);
    reopen();
    check_is_healthy(store);
}

BOOST_AUTO_TEST_CASE(a_closed_store_has_no_health) {
    must(store.close());
    BOOST_TEST(error_of(store.health()).code == ErrorCode::closed);
}

// ---- Writes that fail -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(after_a_failed_sync_of_the_log_the_store_is_degraded_until_it_is_opened_again) {
    create(1);
    must(store.flush());
    {
        const FailingLogSyncs failing;
        BOOST_TEST(error_of(store.create_token(new_token(2, {.user = 2, .family = 2}))).write ==
                   WriteState::indeterminate);
    }
    const auto health = health_of(store);
    BOOST_TEST(health.state == HealthState::degraded);
    BOOST_TEST(!health.takes_writes);
    BOOST_TEST(!health.recovers_by_itself);
    BOOST_REQUIRE(health.cause.has_value());
    BOOST_TEST(health.cause->code == ErrorCode::io_error);
    BOOST_TEST(health.cause->write == WriteState::indeterminate);
    BOOST_TEST(health.cause->advice() == Advice::call_operator);

    check_changes_are_refused(*this, ErrorCode::write_refused, Advice::reopen_store);
    check_refused_changes_never_happened(*this);
    BOOST_TEST(health_of(store).cause->message == health.cause->message);  // the first failure is the cause
    BOOST_TEST(!store.close().has_value());
    store = must(TokenStore::open(directory(), options));
    check_refused_changes_never_happened(*this);
    check_is_healthy(store);
}

BOOST_AUTO_TEST_CASE(a_store_opened_at_a_loss_says_so_as_long_as_it_is_open) {
    must(store.close());
    std::ofstream(directory() / "HIGH_WATER", std::ios::binary) << "garbled";
    options.on_log_damage = OnLogDamage::lose_what_follows;
    store = must(TokenStore::open(directory(), options));
    create(1);
    must(store.flush());
    BOOST_TEST(health_of(store).lost_writes_at_open);
    BOOST_TEST(health_of(store).state == HealthState::healthy);  // now it works
    reopen();
    check_is_healthy(store);
}

// ---- Damage ---------------------------------------------------------------------------------------------------------

/// Damaged tokens in table files.
struct DamagedTokens : StoreFixture {
    static constexpr std::uint64_t all = 200;

    DamagedTokens() {
        for (std::uint64_t number = 1; number <= all; ++number) create(number, {.user = number, .family = number});
        const Token damaged = get(1)->token;
        must(store.flush());
        must(store.close());
        damage_table_at(directory(),
                        std::string(codec::id_view(damaged.id)) + std::string(codec::id_view(damaged.user_id)));
        store = must(TokenStore::open(directory(), options));
    }

    /// A token of a block that is whole.
    [[nodiscard]] std::uint64_t readable_token() const {
        for (std::uint64_t number = 2; number <= all; ++number) {
            if (store.get_by_hash(make_hash(number))) return number;
        }
        throw std::runtime_error("no token can be read");
    }
};

BOOST_FIXTURE_TEST_CASE(damage_met_by_a_read_is_counted_and_degrades_the_store, DamagedTokens) {
    const auto readable = readable_token();
    reopen();
    check_is_healthy(store);  // it was not met yet
    BOOST_TEST(error_of(store.get_by_hash(make_hash(1))).code == ErrorCode::corrupt);
    const auto health = health_of(store);
    BOOST_TEST(health.state == HealthState::degraded);
    BOOST_TEST(health.takes_writes);
    BOOST_TEST(!health.recovers_by_itself);
    BOOST_TEST(health.damaged_reads == 1U);
    BOOST_REQUIRE(health.cause.has_value());
    BOOST_TEST(health.cause->code == ErrorCode::corrupt);
    BOOST_TEST(health.cause->advice() == Advice::call_operator);

    BOOST_TEST(is_valid(readable));  // does not make it well again
    BOOST_TEST(error_of(store.get_valid_by_hashes(hashes_of({readable, 1}))).code == ErrorCode::corrupt);
    BOOST_TEST(error_of(store.get_user_active_sessions(make_user_id(1))).code == ErrorCode::corrupt);
    BOOST_TEST(health_of(store).damaged_reads == 3U);
    BOOST_TEST(health_of(store).state == HealthState::degraded);
    create(all + 1, {.user = all + 1, .family = all + 1});
}

BOOST_FIXTURE_TEST_CASE(a_compaction_that_meets_damage_ends_all_writing, DamagedTokens) {
    const auto readable = readable_token();
    reopen();
    const auto error = error_of(store.compact());
    BOOST_TEST(error.code == ErrorCode::corrupt);
    const auto health = health_of(store);
    BOOST_TEST(health.state == HealthState::degraded);
    BOOST_TEST(!health.takes_writes);
    BOOST_TEST(!health.recovers_by_itself);
    BOOST_REQUIRE(health.cause.has_value());
    BOOST_TEST(health.cause->code == ErrorCode::corrupt);

    const auto refused = error_of(store.revoke_family(make_family_id(readable)));
    BOOST_TEST(refused.code == ErrorCode::write_refused);
    BOOST_TEST(refused.write == WriteState::nothing_written);
    BOOST_TEST(refused.advice() == Advice::reopen_store);
    BOOST_TEST(is_valid(readable));
    static_cast<void>(store.close());
    store = must(TokenStore::open(directory(), options));
    BOOST_TEST(is_valid(readable));  // refused was refused
    check_is_healthy(store);
    revoke_family(readable, Counting::skip);
}

// ---- A host whose disk fails ----------------------------------------------------------------------------------------

/// A disk that has no room for table files while a test says so. Before the engine tries again, on a thread of its own,
/// it asks how much is free; as long as it gets an error it asks again every five seconds. (It must not be kept waiting
/// for the answer: it asks under a lock that the next failing flush wants, which holds the lock that everybody wants.)
class Disk final : public IoHook {
public:
    IoFault before(const Io& io) override {
        const bool is_table = io.path.ends_with(".sst");
        thread_local bool writes_tables = false;
        if (io.kind == IoKind::create && is_table) {
            writes_tables = true;
            if (lazy_) wait_for_impatience();
            if (full_ && room_for_tables_-- <= 0) return IoFault::no_space;
        }
        if (io.kind == IoKind::ask_room && !writes_tables && full_) return IoFault::no_space;
        if (io.kind == IoKind::read && is_table && unreadable_) return IoFault::input_output_error;
        return IoFault::none;
    }

    /// So many more table files find room.
    void fill_up(int room_for_tables = 0) {
        room_for_tables_ = room_for_tables;
        full_ = true;
    }
    void make_room() { full_ = false; }
    void set_unreadable(bool unreadable) { unreadable_ = unreadable; }

    /// From now on no table file is begun before somebody has got tired of waiting for it, or a moment has passed.
    void be_lazy() { lazy_ = true; }
    void get_impatient() { impatient_ = true; }
    [[nodiscard]] bool moment_has_passed() const { return moment_has_passed_; }

private:
    void wait_for_impatience() {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
        while (!impatient_ && std::chrono::steady_clock::now() < until) std::this_thread::yield();
        if (!impatient_) moment_has_passed_ = true;
    }

    std::atomic<bool> lazy_ = false;
    std::atomic<bool> impatient_ = false;
    std::atomic<bool> moment_has_passed_ = false;
    std::atomic<bool> full_ = false;
    std::atomic<int> room_for_tables_ = 0;
    std::atomic<bool> unreadable_ = false;
};

struct FailingDisk {
    Disk disk;
    HookedHost host{disk};
    storage::HostOverride override_host{host.boot(1)};
    StoreFixture fixture;
    TokenStore& store = fixture.store;

    void wait_until(const std::function<bool(const Health&)>& reached) const {
        while (!reached(health_of(store))) std::this_thread::yield();
    }
};

BOOST_FIXTURE_TEST_CASE(a_flush_without_room_refuses_changes_until_there_is_some, FailingDisk) {
    for (std::uint64_t number = 1; number <= 100; ++number) {
        fixture.create(number, {.user = number, .family = number});
    }
    disk.fill_up();
    BOOST_TEST(error_of(store.flush()).code == ErrorCode::disk_full);
    const auto health = health_of(store);
    BOOST_TEST(health.state == HealthState::degraded);
    BOOST_TEST(!health.takes_writes);
    BOOST_TEST(health.recovers_by_itself);
    BOOST_REQUIRE(health.cause.has_value());
    BOOST_TEST(health.cause->code == ErrorCode::disk_full);
    BOOST_TEST(health.cause->advice() == Advice::call_operator);
    check_changes_are_refused(fixture, ErrorCode::disk_full, Advice::call_operator);
    check_refused_changes_never_happened(fixture);
    BOOST_TEST(fixture.session_hashes(7) == hashes_of({7}), boost::test_tools::per_element());

    disk.make_room();
    wait_until([](const Health& now) { return now.takes_writes; });
    check_is_healthy(store);
    check_refused_changes_never_happened(fixture);
    BOOST_TEST(fixture.rotate(2, 202).outcome == RotateOutcome::rotated);
    must(store.create_token(fixture.new_token(203, {.user = 203, .family = 203})));
    must(store.flush());
    fixture.reopen();
    check_is_healthy(store);
    check_refused_changes_never_happened(fixture);
    for (std::uint64_t number = 3; number <= 100; ++number) BOOST_TEST(fixture.is_valid(number));
    BOOST_TEST(fixture.is_valid(202));
    BOOST_TEST(fixture.is_valid(203));
    must(store.close());
    BOOST_TEST(check_closed_store(fixture.directory()) == "");
}

// The engine does not wait for a flush any more then; the end of a session must not go before the tokens that it
// covers, and what a flush leaves out of the table files is left out of that reckoning.
BOOST_FIXTURE_TEST_CASE(after_a_disk_was_full_a_flush_still_returns_only_when_it_is_done, FailingDisk) {
    fixture.create(1);
    disk.fill_up();
    BOOST_TEST(error_of(store.flush()).code == ErrorCode::disk_full);
    disk.make_room();
    wait_until([](const Health& now) { return now.takes_writes; });
    fixture.create(2, {.user = 2, .family = 2});
    disk.be_lazy();
    must(store.flush());
    disk.get_impatient();
    BOOST_TEST(disk.moment_has_passed());
}

// Neither the end of the process nor an orderly close in that state leaves a log that is taken for damaged.
BOOST_FIXTURE_TEST_CASE(a_store_closed_without_room_opens_again, FailingDisk) {
    for (std::uint64_t number = 1; number <= 100; ++number) {
        fixture.create(number, {.user = number, .family = number});
    }
    disk.fill_up();
    BOOST_TEST(error_of(store.flush()).code == ErrorCode::disk_full);
    BOOST_TEST(error_of(store.create_token(fixture.new_token(901))).write == WriteState::nothing_written);
    static_cast<void>(store.close());
    disk.make_room();
    store = must(TokenStore::open(fixture.directory(), fixture.options));
    check_is_healthy(store);
    for (std::uint64_t number = 1; number <= 100; ++number) BOOST_TEST(fixture.is_valid(number));
    BOOST_TEST(!fixture.get(901).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_compaction_without_room_degrades_the_store_and_stops_no_change, FailingDisk) {
    for (std::uint64_t number = 1; number <= 100; ++number) {
        fixture.create(number, {.user = number, .family = number});
        if (number % 50 == 0) must(store.flush());
    }
    disk.fill_up(/*room_for_tables=*/1);  // compact() flushes the clock's mark before it compacts
    BOOST_TEST(error_of(store.compact()).code == ErrorCode::disk_full);
    const auto health = health_of(store);
    BOOST_TEST(health.state == HealthState::degraded);
    BOOST_TEST(health.takes_writes);
    BOOST_REQUIRE(health.cause.has_value());
    BOOST_TEST(health.cause->code == ErrorCode::disk_full);
    must(store.create_token(fixture.new_token(101, {.user = 101, .family = 101})));
    disk.make_room();
    wait_until([](const Health& now) { return now.state == HealthState::healthy; });
    must(store.compact());
    BOOST_TEST(fixture.counts().live == 101U);
}

BOOST_FIXTURE_TEST_CASE(while_the_disk_cannot_be_read_the_store_has_failed, FailingDisk) {
    for (std::uint64_t number = 1; number <= 100; ++number) {
        fixture.create(number, {.user = number, .family = number});
    }
    must(store.flush());
    fixture.reopen();  // with an empty cache
    disk.set_unreadable(true);
    BOOST_TEST(error_of(store.get_valid_by_hash(make_hash(1))).code == ErrorCode::io_error);
    const auto health = health_of(store);
    BOOST_TEST(health.state == HealthState::failed);
    BOOST_TEST(health.damaged_reads == 0U);
    BOOST_REQUIRE(health.cause.has_value());
    BOOST_TEST(health.cause->code == ErrorCode::io_error);
    BOOST_TEST(health.cause->advice() == Advice::call_operator);
    disk.set_unreadable(false);
    BOOST_TEST(fixture.is_valid(1));
    check_is_healthy(store);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
