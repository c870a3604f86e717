#include "faults/faulted_call.hpp"

#include <algorithm>
#include <sstream>

#include "support/printers.hpp"
#include "support/results.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

constexpr auto synced = Durability::lose_nothing;
constexpr auto buffered = Durability::lose_on_power_failure;

template <class Value>
Attempt attempt(const Result<Value>& result) {
    if (!result) return {.error = result.error(), .answer = {}};
    return {};
}

NewToken new_token(std::uint64_t number, const ManualClock& clock) {
    NewToken token = make_new_token(number);
    token.user_id = make_user_id(number == 2 ? 1 : number);
    token.family_id = make_family_id(number);
    token.expires_at_us = clock.wall_us() + (number == 6 ? hour_us : 30 * day_us);
    return token;
}

Successor successor(std::uint64_t number, const ManualClock& clock) {
    Successor made = make_successor(number);
    made.expires_at_us = clock.wall_us() + 30 * day_us;
    return made;
}

bool is_valid(const TokenStore& store, std::uint64_t number) {
    return must(store.get_valid_by_hash(make_hash(number))).has_value();
}

bool is_stored(const TokenStore& store, std::uint64_t number) {
    return must(store.get_by_hash(make_hash(number))).has_value();
}

/// A change is there after a success, and is not where the error says that nothing was written.
std::string compare(const Attempt& made, bool is_there) {
    if (!made.error && !is_there) return "the call succeeded, and its change is missing";
    if (made.error && made.error->write == WriteState::nothing_written && is_there) {
        return "nothing was said to be written, and it is there";
    }
    return {};
}

std::string as_text(const SessionPage& page) {
    std::string text;
    for (const auto& token : page.sessions) text += to_hex(token.hash) + "\n";
    return text;
}

// ---- The calls
// --------------------------------------------------------------------------------------------------------

Attempt create(TokenStore& store, ManualClock& clock) {
    return attempt(store.create_token(new_token(50, clock), synced));
}

std::string after_create(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    return compare(made, is_valid(store, 50));
}

Attempt rotate(TokenStore& store, ManualClock& clock) {
    return attempt(store.rotate_token(make_hash(7), successor(107, clock), synced));
}

/// The client that got no answer presents its token again.
std::string after_rotate(TokenStore& store, ManualClock& clock, const Attempt& made) {
    const bool rotated = is_stored(store, 107);
    if (auto wrong = compare(made, rotated); !wrong.empty()) return wrong;
    if (rotated == is_valid(store, 7)) return "the rotation is there by half";
    if (!made.error) return {};
    const auto retried = must(store.rotate_token(make_hash(7), successor(207, clock), synced));
    if (retried.outcome != RotateOutcome::rotated) {
        return "the honest retry was answered " + std::string(name(retried.outcome));
    }
    const auto sessions = must(store.get_user_active_sessions(make_user_id(7))).sessions;
    if (sessions.size() != 1 || sessions[0].hash != make_hash(207)) return "the family does not have one live tip";
    return {};
}

Attempt replay(TokenStore& store, ManualClock& clock) {
    return attempt(store.rotate_token(make_hash(3), successor(203, clock), synced));
}

/// Where the alarm could not be stored it is raised again.
std::string after_replay(TokenStore& store, ManualClock& clock, const Attempt& made) {
    if (auto wrong = compare(made, !is_valid(store, 103)); !wrong.empty()) return wrong;
    const auto again = must(store.rotate_token(make_hash(3), successor(204, clock), synced));
    const bool refused = again.outcome == RotateOutcome::reuse_detected || again.outcome == RotateOutcome::revoked;
    if (!refused || is_valid(store, 103)) return "a replayed token did not end its family";
    return {};
}

Attempt revoke_token(TokenStore& store, ManualClock& /*clock*/) {
    return attempt(store.revoke_token(make_hash(8), synced));
}

std::string after_revoke_token(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    if (auto wrong = compare(made, !is_valid(store, 8)); !wrong.empty()) return wrong;
    must(store.revoke_token(make_hash(8), synced));
    return is_valid(store, 8) ? "a revoked token is valid" : "";
}

Attempt revoke_family(TokenStore& store, ManualClock& /*clock*/) {
    return attempt(store.revoke_family(make_family_id(9), Counting::exact, synced));
}

std::string after_revoke_family(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    if (auto wrong = compare(made, !is_valid(store, 9)); !wrong.empty()) return wrong;
    must(store.revoke_family(make_family_id(9), Counting::exact, synced));
    return is_valid(store, 9) ? "a token of an ended family is valid" : "";
}

Attempt revoke_user(TokenStore& store, ManualClock& /*clock*/) {
    return attempt(store.revoke_all_user_tokens(make_user_id(1), Counting::exact, synced));
}

std::string after_revoke_user(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    if (is_valid(store, 1) != is_valid(store, 2)) return "the user was ended by half";
    if (auto wrong = compare(made, !is_valid(store, 1)); !wrong.empty()) return wrong;
    must(store.revoke_all_user_tokens(make_user_id(1), Counting::exact, synced));
    return is_valid(store, 1) || is_valid(store, 2) ? "a token of an ended user is valid" : "";
}

Attempt import(TokenStore& store, ManualClock& clock) {
    std::vector<Token> rows;
    for (const std::uint64_t number : {60U, 61U}) {
        Token row = make_token(number);
        row.user_id = make_user_id(number);
        row.family_id = make_family_id(number);
        row.expires_at_us = clock.wall_us() + day_us;
        rows.push_back(row);
    }
    return attempt(store.import_tokens(rows, synced));
}

std::string after_import(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    if (auto wrong = compare(made, is_valid(store, 60)); !wrong.empty()) return wrong;
    return compare(made, is_valid(store, 61));
}

Attempt cleanup(TokenStore& store, ManualClock& /*clock*/) {
    const auto removed = store.cleanup_expired(synced);
    if (removed) return {.error = {}, .answer = std::to_string(*removed)};
    return attempt(removed);
}

std::string after_cleanup(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    if (!made.error && made.answer != "1") return "removed " + made.answer + " instead of 1";
    if (auto wrong = compare(made, !is_stored(store, 6)); !wrong.empty()) return wrong;
    must(store.cleanup_expired(synced));
    return is_stored(store, 6) ? "an expired token outlived the clean-up" : "";
}

Attempt look_up(TokenStore& store, ManualClock& /*clock*/) {
    std::ostringstream answer;
    for (std::uint64_t number = 1; number <= prepared_tokens; ++number) {
        const auto valid = store.get_valid_by_hash(make_hash(number));
        if (!valid) return attempt(valid);
        answer << valid->has_value();
    }
    return {.error = {}, .answer = answer.str()};
}

std::string after_look_up(TokenStore& store, ManualClock& clock, const Attempt& made) {
    const auto healthy = look_up(store, clock);
    return made.error || made.answer == healthy.answer ? "" : "a look-up answered wrongly: " + made.answer;
}

Attempt list(TokenStore& store, ManualClock& /*clock*/) {
    const auto page = store.get_user_active_sessions(make_user_id(1));
    if (!page) return attempt(page);
    return {.error = {}, .answer = as_text(*page)};
}

std::string after_list(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    const auto healthy = as_text(must(store.get_user_active_sessions(make_user_id(1))));
    return made.error || made.answer == healthy ? "" : "a list is not whole";
}

std::string nothing_wrong(TokenStore& /*store*/, ManualClock& /*clock*/, const Attempt& /*made*/) { return {}; }

Attempt flush(TokenStore& store, ManualClock& /*clock*/) { return attempt(store.flush()); }
Attempt compact(TokenStore& store, ManualClock& /*clock*/) { return attempt(store.compact()); }
Attempt maintain(TokenStore& store, ManualClock& /*clock*/) { return attempt(store.maintain()); }
Attempt close(TokenStore& store, ManualClock& /*clock*/) { return attempt(store.close()); }

}  // namespace

void prepare(TokenStore& store, ManualClock& clock) {
    for (std::uint64_t number = 1; number <= prepared_tokens; ++number) {
        must(store.create_token(new_token(number, clock), buffered));
        if (number == 3) {
            must(store.flush());
            must(store.compact());
        }
        if (number != 6) continue;
        must(store.rotate_token(make_hash(3), successor(103, clock), buffered));
        must(store.revoke_family(make_family_id(4), Counting::skip, buffered));
        must(store.revoke_token(make_hash(5), buffered));
        must(store.flush());
    }
    clock.advance_us(hour_us);
}

std::string states_but(const TokenStore& store, const std::vector<std::uint64_t>& touched) {
    std::ostringstream text;
    std::vector<std::uint64_t> numbers{103};
    for (std::uint64_t number = 1; number <= prepared_tokens; ++number) numbers.push_back(number);
    for (const auto number : numbers) {
        if (std::find(touched.begin(), touched.end(), number) != touched.end()) continue;
        const auto found = must(store.get_by_hash(make_hash(number)));
        text << number << ": " << (found ? name(found->state) : "lost") << '\n';
    }
    return text.str();
}

const std::vector<FaultedCall>& faulted_calls() {
    static const std::vector<FaultedCall> calls{
        {"create_token", {}, true, create, after_create},
        {"rotate_token", {7}, true, rotate, after_rotate},
        {"rotate_token, a replay", {3, 103}, true, replay, after_replay},
        {"revoke_token", {8}, true, revoke_token, after_revoke_token},
        {"revoke_family", {9}, true, revoke_family, after_revoke_family},
        {"revoke_all_user_tokens", {1, 2}, true, revoke_user, after_revoke_user},
        {"import_tokens", {}, true, import, after_import},
        {"cleanup_expired", {6}, true, cleanup, after_cleanup},
        {"get_valid_by_hash", {}, false, look_up, after_look_up},
        {"get_user_active_sessions", {}, false, list, after_list},
        {"flush", {}, true, flush, nothing_wrong},
        {"compact", {6}, true, compact, nothing_wrong},
        {"maintain", {6}, true, maintain, nothing_wrong},
        {"close", {}, true, close, nothing_wrong},
    };
    return calls;
}

}  // namespace tokenstore::test
