#include "compare/single_runs.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <thread>

#include "compare/require.hpp"
#include "compare/stopwatch.hpp"

namespace tokenstore::bench {

namespace {

/// The rate and the latencies of operations that are done one after the other.
template <class Operate>
Sample timed(std::size_t operations, const Operate& operate) {
    Sample sample;
    const Stopwatch all;
    for (std::size_t i = 0; i < operations; ++i) {
        const Stopwatch one;
        operate(i);
        sample.latencies.record(one.nanoseconds());
    }
    sample.operations_per_second = static_cast<double>(operations) / all.seconds();
    return sample;
}

/// Stores a tenth of the tokens anew, expired. Answers how many; nothing where they go by themselves.
std::optional<std::uint64_t> store_expired(Contestant& contestant, Client& client, std::size_t tokens) {
    const auto expired = tokens / 9;
    const auto first = contestant.take_numbers(expired);
    const auto expired_at_us = system_clock().wall_us() - 1'000'000;
    if (!client.cleanup_expired()) return std::nullopt;  // nor is anything left of the rounds before
    contestant.load(expired, [&](std::uint64_t i) {
        auto token = token_of(TokenKind::expired, first + i);
        token.expires_at_us = expired_at_us;
        return token;
    });
    return expired;
}

}  // namespace

Sample run_race(Contestant& contestant, std::size_t clients, std::size_t races) {
    const auto first = contestant.take_numbers(races);
    contestant.load(races, [&](std::uint64_t i) { return token_of(TokenKind::raced, first + i); });
    (void)contestant.client(clients - 1);  // all are connected before the first race

    std::vector<std::atomic<unsigned>> winners(races);
    std::vector<LatencyHistogram> latencies(clients);
    std::barrier start(static_cast<std::ptrdiff_t>(clients));
    const Stopwatch all;
    run_at_once(clients, [&](std::size_t n) {
        try {
            auto& client = contestant.client(n);
            for (std::uint64_t race = 0; race < races; ++race) {
                const auto presented = hash_of(TokenKind::raced, first + race);
                const auto next = successor(hash_of(TokenKind::fresh, contestant.take_numbers(1)));
                start.arrive_and_wait();
                const Stopwatch one;
                const auto outcome = client.rotate(presented, next).outcome;
                latencies[n].record(one.nanoseconds());
                if (outcome == RotateOutcome::rotated) ++winners[race];
            }
        } catch (...) {
            start.arrive_and_drop();  // or the others would wait for ever
            throw;
        }
    });
    Sample sample;
    sample.operations_per_second = static_cast<double>(races * clients) / all.seconds();
    for (const auto& one : latencies) sample.latencies.add(one);
    for (const auto& count : winners) require(count == 1, contestant.name() + ": a race without exactly one winner");
    return sample;
}

Sample run_ends(std::string_view workload, Contestant& contestant, std::size_t size) {
    // A number of owners that takes about as long to load whatever their size.
    const auto owners = std::clamp<std::size_t>(1'000 / size, 1, 50);
    const auto first = contestant.take_numbers(owners * size);
    const auto family = [&](std::uint64_t i) { return family_of(TokenKind::ended, first + i / size * size); };
    const auto user = [&](std::uint64_t i) {
        return user_of(TokenKind::ended, (first + i / size * size) * tokens_of_a_user);
    };
    const bool of_families = workload == "revoke_family";
    contestant.load(owners * size, [&](std::uint64_t i) {
        auto token = token_of(TokenKind::ended, first + i);
        token.user_id = user(i);
        if (of_families) token.family_id = family(i);
        return token;
    });
    const auto counting = workload == "revoke_user_counted" ? Counting::exact : Counting::skip;
    auto& client = contestant.client(0);
    return timed(owners, [&](std::size_t owner) {
        const auto result = of_families ? client.revoke_family(family(owner * size), Counting::exact)
                                        : client.revoke_user(user(owner * size), counting);
        require_answer(result.newly_ended && result.live_ended.value_or(size) == size);
    });
}

std::optional<Sample> run_clean_up(bool as_the_origin, Contestant& contestant, std::size_t tokens) {
    auto& client = contestant.client(0);
    const auto clean_up = [&] {
        return as_the_origin ? client.cleanup_expired_as_the_origin() : client.cleanup_expired();
    };
    if (!clean_up()) return std::nullopt;
    const auto expired = store_expired(contestant, client, tokens);
    if (!expired) return std::nullopt;
    std::uint64_t removed = 0;
    auto sample = timed(1, [&](std::size_t) { removed = clean_up().value_or(0); });
    require(removed >= *expired, contestant.name() + ": the clean-up left expired tokens behind");
    sample.operations_per_second *= static_cast<double>(removed);
    return sample;
}

std::optional<Sample> run_beside_clean_up(bool cleans_up, Contestant& contestant, std::size_t tokens,
                                          const Operation& rotate, std::chrono::milliseconds undisturbed) {
    // Low enough for everyone's undisturbed rotations.
    constexpr double rotations_per_second = 200;
    auto& cleaner = contestant.client(1);
    if (!store_expired(contestant, cleaner, cleans_up ? tokens : 0)) return std::nullopt;
    std::atomic<bool> goes_on{true};
    Sample sample;
    const Stopwatch all;
    const auto clean_up_or_wait = [&] {
        if (!cleans_up) return std::this_thread::sleep_for(undisturbed);
        (void)cleaner.cleanup_expired();
    };
    run_at_once(2, [&](std::size_t n) {
        if (n == 0) {
            sample.latencies = run_open_loop_while(rotate, rotations_per_second, [&] { return goes_on.load(); });
            return;
        }
        try {
            clean_up_or_wait();
        } catch (...) {
            goes_on = false;
            throw;
        }
        goes_on = false;
    });
    sample.operations_per_second = static_cast<double>(sample.latencies.count()) / all.seconds();
    return sample;
}

}  // namespace tokenstore::bench
