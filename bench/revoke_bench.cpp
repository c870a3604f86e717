// Ending a family or a user: by size, with and without the count.
#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "workload.hpp"

namespace tokenstore::bench {

namespace {

constexpr std::int64_t many = 100'000;

Workload& revoked() { return workload("revoke"); }

FamilyId new_family() { return take(generate_id<FamilyId>(system_clock().wall_us())); }
UserId new_user() { return take(generate_id<UserId>(system_clock().wall_us())); }

/// A family of `size` tokens, each a login of its own.
FamilyId family_of_logins(std::int64_t size) {
    const auto family = new_family();
    const auto user = new_user();
    for (std::int64_t i = 0; i < size; ++i) {
        take(revoked().store->create_token(new_token(fresh_hash(), user, family), Durability::lose_on_power_failure));
    }
    return family;
}

/// A family of one login, rotated `times` times.
FamilyId family_rotated(std::int64_t times) {
    const auto family = new_family();
    auto tip = fresh_hash();
    take(revoked().store->create_token(new_token(tip, new_user(), family), Durability::lose_on_power_failure));
    for (std::int64_t i = 0; i < times; ++i) {
        const auto next = fresh_hash();
        take(revoked().store->rotate_token(tip, successor(next), Durability::lose_on_power_failure));
        tip = next;
    }
    return family;
}

/// A user with `size` sessions, each a family of its own.
UserId user_with_sessions(std::int64_t size) {
    const auto user = new_user();
    for (std::int64_t i = 0; i < size; ++i) {
        take(revoked().store->create_token(new_token(fresh_hash(), user, new_family()),
                                           Durability::lose_on_power_failure));
    }
    return user;
}

void settle() {
    take(revoked().store->flush());
    take(revoked().store->compact());
}

template <class Made>
const Made& made_once(std::int64_t size, Made (*make)(std::int64_t)) {
    static std::map<std::pair<std::int64_t, void*>, Made> all;
    const std::pair key(size, reinterpret_cast<void*>(make));
    const auto found = all.find(key);
    if (found != all.end()) return found->second;
    const auto entry = all.emplace(key, make(size)).first;
    settle();
    return entry->second;
}

/// Ending an ended family writes the same record again: the cost is that of the first time.
void end_family_uncounted(benchmark::State& state) {
    const auto family = made_once(state.range(0), &family_of_logins);
    for (auto _ : state) {
        take(revoked().store->revoke_family(family, Counting::skip, Durability::lose_on_power_failure));
    }
}
BENCHMARK(end_family_uncounted)->Arg(1)->Arg(many);

void end_user_uncounted(benchmark::State& state) {
    const auto user = made_once(state.range(0), &user_with_sessions);
    for (auto _ : state) {
        take(revoked().store->revoke_all_user_tokens(user, Counting::skip, Durability::lose_on_power_failure));
    }
}
BENCHMARK(end_user_uncounted)->Arg(1)->Arg(many);

constexpr std::int64_t counted_families = 3;

/// Counting looks only at a family that was not ended before: each iteration has its own, rotated as often.
void end_rotated_family_counted(benchmark::State& state) {
    std::vector<FamilyId> families;
    for (std::int64_t i = 0; i < counted_families; ++i) families.push_back(family_rotated(state.range(0)));
    settle();
    std::size_t next = 0;
    for (auto _ : state) {
        const auto ended =
            take(revoked().store->revoke_family(families[next++], Counting::exact, Durability::lose_on_power_failure));
        if (ended.live_ended != std::uint64_t{1}) state.SkipWithError("a rotated family has one live token");
    }
}
BENCHMARK(end_rotated_family_counted)->Arg(1)->Arg(many)->Iterations(counted_families);

/// The first call counts all sessions as live; later ones look at the same entries and find them ended.
void end_user_counted(benchmark::State& state) {
    const auto size = state.range(0);
    const auto user = user_with_sessions(size);
    settle();
    auto expected = static_cast<std::uint64_t>(size);
    for (auto _ : state) {
        const auto ended =
            take(revoked().store->revoke_all_user_tokens(user, Counting::exact, Durability::lose_on_power_failure));
        if (ended.live_ended != expected) state.SkipWithError("the count is wrong");
        expected = 0;
    }
}
BENCHMARK(end_user_counted)->Arg(1)->Arg(many)->Iterations(5)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace tokenstore::bench
