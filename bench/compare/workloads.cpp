#include "compare/workloads.hpp"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cmath>
#include <deque>
#include <optional>

#include "compare/mix.hpp"
#include "compare/require.hpp"
#include "compare/zipf.hpp"

namespace tokenstore::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr double zipf_exponent = 0.99;
constexpr std::uint64_t revoked_tokens = 1'000;

double seconds_since(SteadyClock::time_point begin) {
    return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

std::int64_t ns_since(SteadyClock::time_point begin) {
    return std::chrono::nanoseconds(SteadyClock::now() - begin).count();
}

/// Cheap numbers for the choice of tokens; one for each client.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(mix(seed)) {}
    std::uint64_t below(std::uint64_t bound) { return mix(state_++) % bound; }

private:
    std::uint64_t state_;
};

void expect(bool held) {
    if (!held) throw std::runtime_error("an operation was answered wrongly while it was timed");
}

void validate_stored(Client& client, std::uint64_t number) {
    expect(client.validate(hash_of(TokenKind::stored, number)).has_value());
}

void list_sessions(Client& client, std::uint64_t number) {
    expect(!client.sessions(user_of(TokenKind::stored, number), 50).empty());
}

/// The numbers of the hot tokens, one after the other, beginning somewhere.
class HotNumbers {
public:
    HotNumbers(const StoredTokens& stored, std::uint64_t seed) : numbers_(stored.hot), next_(seed % numbers_.size()) {}

    std::uint64_t next() {
        const auto number = numbers_[next_];
        if (++next_ == numbers_.size()) next_ = 0;
        return number;
    }

private:
    const std::vector<std::uint32_t>& numbers_;
    std::size_t next_;
};

/// One client's share of the rotating chains, each of which it rotates in turn.
class Rotations {
public:
    Rotations(Contestant& contestant, std::size_t client, std::size_t clients)
        : generations_(contestant.generations()), chain_(client), stride_(clients), first_(client) {}

    void rotate(Client& client) {
        auto& generation = generations_[chain_];
        const auto next = successor(hash_in(generation + 1));
        expect(client.rotate(hash_in(generation), next).outcome == RotateOutcome::rotated);
        ++generation;
        chain_ += stride_;
        if (chain_ >= generations_.size()) chain_ = first_;
    }

private:
    [[nodiscard]] TokenHash hash_in(std::uint64_t generation) const {
        return hash_of(TokenKind::rotating, (generation << 32U) + chain_);
    }

    std::vector<std::uint32_t>& generations_;
    std::size_t chain_;
    std::size_t stride_;
    std::size_t first_;
};

void create_one(Client& client, const NewToken& token) { expect(client.create(token) == CreateOutcome::created); }

/// What a gateway does all day. Logins that it ends are its own; one login in ten lives for a second only, so that
/// there is always something that has just expired.
class GatewayMix {
public:
    GatewayMix(Contestant& contestant, std::size_t client, std::size_t clients, const StoredTokens& stored,
               std::uint64_t seed)
        : contestant_(contestant),
          rotations_(contestant, client, clients),
          hot_(stored, seed),
          random_(seed),
          stored_(stored.count) {}

    void next(Client& client) {
        const auto draw = random_.below(100);
        if (draw < 90) return validate_stored(client, hot_.next());
        if (draw < 96) return rotations_.rotate(client);
        if (draw < 97) return list_sessions(client, random_.below(stored_));
        if (draw < 98 && !logins_.empty()) return log_out(client);
        log_in(client);
    }

private:
    void log_in(Client& client) {
        const auto number = contestant_.take_numbers(1);
        auto token = token_of(TokenKind::fresh, number);
        if (number % 10 == 0) token.expires_at_us = system_clock().wall_us() + 1'000'000;
        create_one(client, token);
        logins_.push_back(token.family_id);
    }
    void log_out(Client& client) {
        expect(client.revoke_family(logins_.front(), Counting::skip).newly_ended);
        logins_.pop_front();
    }

    Contestant& contestant_;
    Rotations rotations_;
    HotNumbers hot_;
    Random random_;
    std::uint64_t stored_;
    std::deque<FamilyId> logins_;
};

Operation operation_of(std::string_view workload, Contestant& contestant, std::size_t n, std::size_t clients,
                       const StoredTokens& stored, std::uint64_t seed) {
    auto& client = contestant.client(n);
    Random random(seed);
    if (workload == "validate_hot") {
        return [&client, hot = HotNumbers(stored, seed)]() mutable { validate_stored(client, hot.next()); };
    }
    if (workload == "validate_uniform") {
        return [&client, random, count = stored.count]() mutable { validate_stored(client, random.below(count)); };
    }
    if (workload == "validate_unknown") {
        return [&client, random]() mutable {
            expect(!client.validate(hash_of(TokenKind::unknown, random.below(std::uint64_t{1} << 48U))));
        };
    }
    if (workload == "validate_revoked") {
        return [&client, random]() mutable {
            expect(!client.validate(hash_of(TokenKind::revoked, random.below(revoked_tokens))));
        };
    }
    if (workload == "sessions") {
        return [&client, random, count = stored.count]() mutable { list_sessions(client, random.below(count)); };
    }
    if (workload == "rotate") {
        return [&client, rotations = Rotations(contestant, n, clients)]() mutable { rotations.rotate(client); };
    }
    if (workload == "create") {
        return [&client, &contestant] { create_one(client, token_of(TokenKind::fresh, contestant.take_numbers(1))); };
    }
    require(workload == "gateway_mix", "no such workload: " + std::string(workload));
    return [&client, mix = GatewayMix(contestant, n, clients, stored, seed)]() mutable { mix.next(client); };
}

/// The rate and the latencies of operations that are done one after the other.
template <class Operate>
Sample timed(std::size_t operations, const Operate& operate) {
    Sample sample;
    const auto begin = SteadyClock::now();
    for (std::size_t i = 0; i < operations; ++i) {
        const auto start = SteadyClock::now();
        operate(i);
        sample.latencies.record(ns_since(start));
    }
    sample.operations_per_second = static_cast<double>(operations) / seconds_since(begin);
    return sample;
}

}  // namespace

StoredTokens::StoredTokens(std::size_t tokens, std::uint64_t seed)
    : count(tokens), hot(zipf_numbers(tokens, zipf_exponent, std::size_t{1} << 20U, seed)) {}

double nanoseconds_of_a_request(const StoredTokens& stored) {
    constexpr std::size_t requests = 2'000'000;
    HotNumbers hot(stored, 0);
    std::uint8_t all = 0;
    const auto begin = SteadyClock::now();
    for (std::size_t i = 0; i < requests; ++i) all ^= hash_of(TokenKind::stored, hot.next()).bytes[i % 32];
    const auto took_ns = seconds_since(begin) * 1e9 / static_cast<double>(requests);
    return all == 0 ? took_ns : std::nextafter(took_ns, 0);  // or nothing would have to be computed
}

void prepare_look_ups(Contestant& contestant) {
    contestant.load(revoked_tokens, [](std::uint64_t i) { return token_of(TokenKind::revoked, i); });
    for (std::uint64_t i = 0; i < revoked_tokens; ++i) {
        (void)contestant.client(0).revoke_family(family_of(TokenKind::revoked, i), Counting::skip);
    }
}

void prepare_changes(Contestant& contestant, std::size_t tokens) {
    const auto chains = std::max<std::size_t>(1'000, tokens / 10);
    contestant.load(chains, [](std::uint64_t i) { return token_of(TokenKind::rotating, i); });
    contestant.generations().assign(chains, 0);
}

std::vector<Operation> operations_of(std::string_view workload, Contestant& contestant, std::size_t clients,
                                     const StoredTokens& stored, std::uint64_t seed) {
    std::vector<Operation> operations;
    for (std::size_t n = 0; n < clients; ++n) {
        operations.push_back(operation_of(workload, contestant, n, clients, stored, mix(seed + n)));
    }
    return operations;
}

Sample run_race(Contestant& contestant, std::size_t clients, std::size_t races) {
    const auto first = contestant.take_numbers(races);
    contestant.load(races, [&](std::uint64_t i) { return token_of(TokenKind::raced, first + i); });
    (void)contestant.client(clients - 1);  // all are connected before the first race

    std::vector<std::atomic<unsigned>> winners(races);
    std::vector<LatencyHistogram> latencies(clients);
    std::barrier start(static_cast<std::ptrdiff_t>(clients));
    const auto begin = SteadyClock::now();
    run_at_once(clients, [&](std::size_t n) {
        auto& client = contestant.client(n);
        for (std::uint64_t race = 0; race < races; ++race) try {
                const auto presented = hash_of(TokenKind::raced, first + race);
                const auto next = successor(hash_of(TokenKind::fresh, contestant.take_numbers(1)));
                start.arrive_and_wait();
                const auto asked = SteadyClock::now();
                const auto outcome = client.rotate(presented, next).outcome;
                latencies[n].record(ns_since(asked));
                if (outcome == RotateOutcome::rotated) ++winners[race];
            } catch (...) {
                start.arrive_and_drop();  // or the others would wait for ever
                throw;
            }
    });
    Sample sample;
    sample.operations_per_second = static_cast<double>(races * clients) / seconds_since(begin);
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
        expect(result.newly_ended && result.live_ended.value_or(size) == size);
    });
}

std::optional<Sample> run_clean_up(Contestant& contestant, std::size_t tokens) {
    const auto expired = tokens / 9;
    const auto first = contestant.take_numbers(expired);
    const auto expired_at_us = system_clock().wall_us() - 1'000'000;
    auto& client = contestant.client(0);
    if (!client.cleanup_expired()) return std::nullopt;  // nor is anything left of the rounds before
    contestant.load(expired, [&](std::uint64_t i) {
        auto token = token_of(TokenKind::expired, first + i);
        token.expires_at_us = expired_at_us;
        return token;
    });
    std::uint64_t removed = 0;
    auto sample = timed(1, [&](std::size_t) { removed = client.cleanup_expired().value_or(0); });
    require(removed >= expired, contestant.name() + ": the clean-up left expired tokens behind");
    sample.operations_per_second *= static_cast<double>(removed);
    return sample;
}

}  // namespace tokenstore::bench
