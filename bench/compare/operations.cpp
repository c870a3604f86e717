#include "compare/operations.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <string>

#include "compare/mix.hpp"
#include "compare/require.hpp"
#include "compare/stopwatch.hpp"
#include "compare/zipf.hpp"

namespace tokenstore::bench {

namespace {

constexpr double zipf_exponent = 0.99;
constexpr std::uint64_t revoked_tokens = 1'000;

/// Cheap numbers for the choice of tokens; one for each client.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(mix(seed)) {}
    std::uint64_t below(std::uint64_t bound) { return mix(state_++) % bound; }

private:
    std::uint64_t state_;
};

void validate_stored(Client& client, std::uint64_t number) {
    require_answer(client.validate(hash_of(TokenKind::stored, number)).has_value());
}

void list_sessions(Client& client, std::uint64_t number) {
    require_answer(!client.sessions(user_of(TokenKind::stored, number), sessions_of_a_page).empty());
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
        require_answer(client.rotate(hash_in(generation), next).outcome == RotateOutcome::rotated);
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

void create_one(Client& client, const NewToken& token) {
    require_answer(client.create(token) == CreateOutcome::created);
}

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
        require_answer(client.revoke_family(logins_.front(), Counting::skip).newly_ended);
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
            require_answer(!client.validate(hash_of(TokenKind::unknown, random.below(std::uint64_t{1} << 48U))));
        };
    }
    if (workload == "validate_revoked") {
        return [&client, random]() mutable {
            require_answer(!client.validate(hash_of(TokenKind::revoked, random.below(revoked_tokens))));
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

}  // namespace

StoredTokens::StoredTokens(std::size_t tokens, std::uint64_t seed)
    : count(tokens), hot(zipf_numbers(tokens, zipf_exponent, std::size_t{1} << 20U, seed)) {}

double nanoseconds_of_a_request(const StoredTokens& stored) {
    constexpr std::size_t requests = 2'000'000;
    HotNumbers hot(stored, 0);
    std::uint8_t all = 0;
    const Stopwatch stopwatch;
    for (std::size_t i = 0; i < requests; ++i) all ^= hash_of(TokenKind::stored, hot.next()).bytes[i % 32];
    const auto took_ns = stopwatch.seconds() * 1e9 / static_cast<double>(requests);
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

}  // namespace tokenstore::bench
