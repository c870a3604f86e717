// A hit in the validity cache asks nothing of the heap: what validate() answers owns its bytes in place. To see that,
// all that this program's threads ask of the heap is counted.
//
// A sanitizer's own operators would be lost to the whole program: under one these tests are left out.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include <boost/test/unit_test.hpp>

#include "support/store_fixture.hpp"

namespace {

thread_local std::uint64_t allocations = 0;

}  // namespace

// The forms for arrays or without exceptions come down to these. Not inlined: GCC takes one half without the other for
// a mismatch.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
    ++allocations;
    if (void* const memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/) noexcept { std::free(memory); }

namespace tokenstore::test {
namespace {

template <class Call>
std::uint64_t allocations_of(Call call) {
    const auto before = allocations;
    call();
    return allocations - before;
}

struct KnownTokens : StoreFixture {
    KnownTokens() {
        create(1);
        create(2, {.user = 2, .family = 2});
        must(store.revoke_token(make_hash(2), buffered));
        for (const std::uint64_t number : {1U, 2U}) must(store.validate(make_hash(number)));
    }
};

BOOST_FIXTURE_TEST_SUITE(validate_allocations, KnownTokens)

BOOST_AUTO_TEST_CASE(the_count_sees_what_is_allocated) {
    BOOST_TEST(allocations_of([] { BOOST_TEST(std::make_unique<std::uint64_t>(7).get() != nullptr); }) > 0U);
    BOOST_TEST(allocations_of([&] { BOOST_TEST(must(store.get_by_hash(make_hash(1))).has_value()); }) > 0U);
}

BOOST_AUTO_TEST_CASE(a_hit_allocates_nothing) {
    const auto hash = make_hash(1);
    bool valid = false;
    BOOST_TEST(allocations_of([&] {
                   const auto answer = store.validate(hash);
                   valid = answer && *answer;
               }) == 0U);
    BOOST_TEST(valid);
}

BOOST_AUTO_TEST_CASE(a_dead_token_that_is_known_allocates_nothing) {
    const auto hash = make_hash(2);
    bool refused = false;
    BOOST_TEST(allocations_of([&] {
                   const auto answer = store.validate(hash);
                   refused = answer && !*answer;
               }) == 0U);
    BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(a_raw_token_that_is_known_allocates_nothing) {
    const auto raw = must(generate_token());
    NewToken token = make_new_token(3);
    token.hash = hash_token(raw);
    token.expires_at_us = clock.wall_us() + hour_us;
    must(store.create_token(token, buffered));
    must(store.validate_presented(raw.reveal()));
    bool valid = false;
    BOOST_TEST(allocations_of([&] {
                   const auto answer = store.validate_presented(raw.reveal());
                   valid = answer && *answer;
               }) == 0U);
    BOOST_TEST(valid);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test

#endif
