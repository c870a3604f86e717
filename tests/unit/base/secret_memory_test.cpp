#include "base/secret_memory.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <set>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>
#include <boost/test/unit_test.hpp>

#include "memory_flags.hpp"

namespace tokenstore::base {
namespace {

bool all_zero(const char* bytes, std::size_t size) {
    return std::all_of(bytes, bytes + size, [](char byte) { return byte == 0; });
}

BOOST_AUTO_TEST_SUITE(secret_memory)

BOOST_AUTO_TEST_CASE(a_new_slot_holds_zeros) {
    const SecretSlot slot = make_secret_slot();
    BOOST_TEST_REQUIRE(slot != nullptr);
    BOOST_TEST(all_zero(slot.get(), secret_slot_bytes));
}

BOOST_AUTO_TEST_CASE(a_used_slot_comes_back_as_zeros) {
    std::vector<SecretSlot> slots;
    for (int i = 0; i < 10; ++i) {
        slots.push_back(make_secret_slot());
        std::memset(slots.back().get(), 'S', secret_slot_bytes);
    }
    slots.clear();
    for (int i = 0; i < 10; ++i) {
        slots.push_back(make_secret_slot());
        BOOST_TEST(all_zero(slots.back().get(), secret_slot_bytes));
    }
}

BOOST_AUTO_TEST_CASE(a_released_slot_is_wiped_at_once) {
    char* const slot = acquire_secret();
    BOOST_TEST_REQUIRE(slot != nullptr);
    std::memset(slot, 'S', secret_slot_bytes);
    release_secret(slot);
    // The pages stay mapped, so what is left in them can be seen: zeros, and the pool's link in the last bytes.
    BOOST_TEST(all_zero(slot, secret_slot_bytes - sizeof(char*)));
    BOOST_TEST(std::string_view(slot, secret_slot_bytes).find("SS") == std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(releasing_nothing_does_nothing) { release_secret(nullptr); }

BOOST_AUTO_TEST_CASE(slots_stay_out_of_core_dumps_in_every_growth_of_the_pool) {
    std::vector<SecretSlot> slots;
    slots.reserve(1000);
    for (int i = 0; i < 1000; ++i) slots.push_back(make_secret_slot());
    for (const std::size_t i : {std::size_t{0}, std::size_t{499}, std::size_t{999}}) {
        BOOST_TEST(memory_flags_at(slots[i].get()).contains("dd"));  // MADV_DONTDUMP
    }
    // The probe itself: ordinary memory is dumped.
    const std::vector<char> ordinary(100);
    BOOST_TEST(!memory_flags_at(ordinary.data()).contains("dd"));
}

BOOST_AUTO_TEST_CASE(slots_in_use_never_overlap) {
    std::vector<SecretSlot> slots;
    std::set<std::uintptr_t> addresses;
    for (int i = 0; i < 1000; ++i) {
        slots.push_back(make_secret_slot());
        BOOST_TEST_REQUIRE(slots.back() != nullptr);
        addresses.insert(reinterpret_cast<std::uintptr_t>(slots.back().get()));
    }
    BOOST_TEST_REQUIRE(addresses.size() == slots.size());
    for (auto next = std::next(addresses.begin()); next != addresses.end(); ++next) {
        BOOST_TEST(*next - *std::prev(next) >= secret_slot_bytes);
    }
}

BOOST_AUTO_TEST_CASE(threads_share_the_pool) {
    std::vector<std::thread> threads;
    std::atomic<int> disturbed = 0;
    for (char mark = 'a'; mark < 'e'; ++mark) {
        threads.emplace_back([mark, &disturbed] {
            for (int i = 0; i < 2000; ++i) {
                const SecretSlot slot = make_secret_slot();
                std::memset(slot.get(), mark, secret_slot_bytes);
                if (std::count(slot.get(), slot.get() + secret_slot_bytes, mark) != 64) ++disturbed;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(disturbed == 0);
}

BOOST_AUTO_TEST_CASE(a_child_forked_while_the_pool_is_busy_can_use_it) {
    std::atomic<bool> stop = false;
    std::thread busy([&stop] {
        while (!stop) release_secret(acquire_secret());
    });
    for (int round = 0; round < 50; ++round) {
        const pid_t child = fork();
        BOOST_TEST_REQUIRE(child >= 0);
        if (child == 0) {
            alarm(60);  // a child that inherited a locked pool dies instead of hanging the test
            const SecretSlot slot = make_secret_slot();
            _exit(slot != nullptr && all_zero(slot.get(), secret_slot_bytes) ? 0 : 1);
        }
        int status = -1;
        BOOST_TEST(waitpid(child, &status, 0) == child);
        BOOST_TEST(status == 0);
    }
    stop = true;
    busy.join();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::base
