#include "compare/equality_check.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <string_view>
#include <thread>

#include "compare/mix.hpp"

namespace tokenstore::bench {

namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t hour_us = 60 * minute_us;
constexpr std::string_view uncounted = "cleanup: uncounted";

enum Kind : std::uint64_t { kind_token = 101, kind_user, kind_family, kind_unknown };

std::string_view name(CreateOutcome outcome) {
    switch (outcome) {
        case CreateOutcome::created:
            return "created";
        case CreateOutcome::already_exists:
            return "already_exists";
        case CreateOutcome::family_ended:
            return "family_ended";
        case CreateOutcome::family_of_another_user:
            return "family_of_another_user";
    }
    return {};
}

/// Few users and families, so that operations meet. Families come and go with the steps: ended ones stay ended.
class Script {
public:
    Script(Client& client, std::uint64_t seed) : client_(client), random_(seed), now_us_(system_clock().wall_us()) {}

    void step(std::uint64_t step) {
        const auto family = step / 40 + below(12);
        switch (below(20)) {
            case 0:
            case 1:
            case 2:
            case 3:
            case 4:
                return create(fresh_token(), family, family % users);
            case 5:
                return create(below(2) == 0 ? any_token() : fresh_token(), family, below(users));
            case 6:
                return create_expired();
            case 7:
            case 8:
            case 9:
            case 10:
            case 11:
                return validate();
            case 12:
            case 13:
            case 14:
            case 15:
                return rotate();
            case 16:
                return revoke_family(family);
            case 17:
                return below(4) == 0 ? revoke_user() : sessions();
            case 18:
                return sessions();
            default:
                return below(8) == 0 ? cleanup() : validate();
        }
    }

    /// A token that expires while it is looked at.
    void expire_one() {
        const auto token = fresh_token();
        const auto expires_at_us = system_clock().wall_us() + 300'000;
        create(token, 1'000'000, users, expires_at_us);
        say_whether_there("short-lived token", token);
        std::this_thread::sleep_for(std::chrono::microseconds(expires_at_us + 1'000 - system_clock().wall_us()));
        say_whether_there("after its expiry", token);
    }

    [[nodiscard]] std::vector<std::string> take_lines() { return std::move(lines_); }

private:
    static constexpr std::uint64_t users = 6;
    static constexpr std::uint64_t expired_tokens = 1'000'000'000;  // a range of numbers of their own

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    std::uint64_t fresh_token() { return next_token_++; }
    std::uint64_t any_token() { return next_token_ == 0 ? 0 : next_token_ - 1 - below(std::min(next_token_, recent)); }

    void say(std::string line) { lines_.push_back(std::move(line)); }

    static NewToken token_of(std::uint64_t token, std::uint64_t family, std::uint64_t user,
                             std::int64_t expires_at_us) {
        NewToken made;
        made.hash = mixed<TokenHash>(kind_token, token);
        made.user_id = mixed<UserId>(kind_user, user);
        made.family_id = mixed<FamilyId>(kind_family, family);
        made.expires_at_us = expires_at_us;
        if (token % 3 != 0) made.device_id = "device " + std::to_string(token);
        if (token % 4 != 0) made.device_name = token % 5 == 0 ? "" : "Pixel " + std::to_string(token);
        if (token % 5 != 0) made.ip_address = "198.51.100." + std::to_string(token % 256);
        return made;
    }

    void create(std::uint64_t token, std::uint64_t family, std::uint64_t user, std::int64_t expires_at_us) {
        const auto outcome = client_.create(token_of(token, family, user, expires_at_us));
        say("create token " + std::to_string(token) + " of family " + std::to_string(family) + ": " +
            std::string(name(outcome)));
    }
    void create(std::uint64_t token, std::uint64_t family, std::uint64_t user) {
        create(token, family, user, now_us_ + hour_us + static_cast<std::int64_t>(token) * 1'000);
    }

    /// In families that hold nothing else, and a minute ago only: what has expired long ago may be removed by itself,
    /// and would be missing from the count of the clean-up.
    void create_expired() {
        const auto number = expired_tokens + next_expired_++;
        create(number, number, below(users), now_us_ - minute_us);
    }

    [[nodiscard]] std::string usable(std::uint64_t token) {
        const auto valid = client_.validate(mixed<TokenHash>(kind_token, token));
        if (!valid) return "refused";
        return "usable, user " + to_string(valid->user_id) + ", family " + to_string(valid->family_id) + ", expires " +
               std::to_string(valid->expires_at_us - now_us_);
    }
    void validate() {
        const auto token = below(10) == 0 && next_expired_ > 0 ? expired_tokens + below(next_expired_) : any_token();
        say("validate token " + std::to_string(token) + ": " + usable(token));
        if (below(10) == 0) {
            const auto unknown = client_.validate(mixed<TokenHash>(kind_unknown, token));
            say(std::string("validate an unknown token: ") + (unknown ? "usable" : "refused"));
        }
    }

    void say_whether_there(const std::string& when, std::uint64_t token) {
        const bool valid = client_.validate(mixed<TokenHash>(kind_token, token)).has_value();
        const auto sessions = client_.sessions(mixed<UserId>(kind_user, users), 10).size();
        say(when + (valid ? ": usable, " : ": refused, ") + std::to_string(sessions) + " sessions");
    }

    void rotate() {
        const bool of_expired = below(10) == 0 && next_expired_ > 0;
        const auto presented = of_expired ? expired_tokens + below(next_expired_) : any_token();
        const auto next = below(12) == 0 ? any_token() : fresh_token();
        Successor successor{.hash = mixed<TokenHash>(kind_token, next),
                            .expires_at_us = now_us_ + 2 * hour_us + static_cast<std::int64_t>(next)};
        if (next % 2 == 0) successor.ip_address = "203.0.113." + std::to_string(next % 256);
        const auto rotation = client_.rotate(mixed<TokenHash>(kind_token, presented), successor);
        const auto what = "rotate token " + std::to_string(presented) + " to " + std::to_string(next) + ": ";
        // Whether an expired token is still known, and so whether it counts as revoked, is the participant's affair.
        if (of_expired) return say(what + (rotation.outcome == RotateOutcome::rotated ? "rotated" : "refused"));
        say(what + std::string(tokenstore::name(rotation.outcome)) + ", ended " +
            std::to_string(rotation.live_tokens_ended));
    }

    void say_revoked(const std::string& what, const RevokeResult& result) {
        say(what + ": " + (result.newly_ended ? "newly" : "before") + ", ended " +
            (result.live_ended ? std::to_string(*result.live_ended) : "uncounted"));
    }
    Counting counting() { return below(2) == 0 ? Counting::exact : Counting::skip; }
    void revoke_family(std::uint64_t family) {
        say_revoked("revoke family " + std::to_string(family),
                    client_.revoke_family(mixed<FamilyId>(kind_family, family), counting()));
    }
    void revoke_user() {
        const auto user = below(users);
        say_revoked("revoke user " + std::to_string(user),
                    client_.revoke_user(mixed<UserId>(kind_user, user), counting()));
    }

    [[nodiscard]] std::string sessions_of(std::uint64_t user, std::size_t limit) {
        auto line = "sessions of user " + std::to_string(user) + ':';
        for (const auto& session : client_.sessions(mixed<UserId>(kind_user, user), limit)) {
            line += ' ' + to_hex(session.hash).substr(0, 8) + '/' + to_string(session.family_id) + '/' +
                    std::to_string(session.expires_at_us - now_us_) + '/' + session.device_name + '/' +
                    session.ip_address;
        }
        return line;
    }
    void sessions() {
        const auto user = below(users);
        say(sessions_of(user, below(2) == 0 ? 3 : 50));
    }

    void cleanup() {
        const auto removed = client_.cleanup_expired();
        say(removed ? "cleanup: removed " + std::to_string(*removed) : std::string(uncounted));
    }

    static constexpr std::uint64_t recent = 60;

    Client& client_;
    std::mt19937_64 random_;
    std::int64_t now_us_;
    std::uint64_t next_token_ = 0;
    std::uint64_t next_expired_ = 0;
    std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> answers_to_script(Client& client, std::uint64_t seed, std::size_t steps) {
    Script script(client, seed);
    for (std::size_t step = 0; step < steps; ++step) script.step(step);
    script.expire_one();
    return script.take_lines();
}

std::string first_difference(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
    for (std::size_t line = 0; line < std::max(expected.size(), actual.size()); ++line) {
        const auto wanted = line < expected.size() ? std::string_view(expected[line]) : "nothing";
        const auto got = line < actual.size() ? std::string_view(actual[line]) : "nothing";
        if (wanted == got || (got == uncounted && wanted.starts_with("cleanup:"))) continue;
        return "answer " + std::to_string(line) + " is '" + std::string(got) + "' and not '" + std::string(wanted) +
               "'";
    }
    return {};
}

}  // namespace tokenstore::bench
