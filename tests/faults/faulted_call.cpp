#include "faults/faulted_call.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

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

MaybeFinding found_if(bool wrong, FaultKind kind, std::string sentence) {
    if (!wrong) return {};
    return FaultFinding{kind, std::move(sentence)};
}

/// A change is there after a success, and is not where the error says that nothing was written.
MaybeFinding compare(const Attempt& made, bool is_there) {
    const bool denied = made.error && made.error->write == WriteState::nothing_written;
    if (denied) return found_if(is_there, FaultKind::half_done, "nothing was said to be written, and it is there");
    return found_if(!made.error && !is_there, FaultKind::false_success,
                    "the call succeeded, and its change is missing");
}

/// What is answered with a fault is what is answered without one, or an error.
MaybeFinding compare(const Attempt& made, const Attempt& healthy) {
    return found_if(!made.error && made.answer != healthy.answer, FaultKind::false_success,
                    "it answered " + made.answer + " instead of " + healthy.answer);
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

MaybeFinding after_create(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    return compare(made, is_valid(store, 50));
}

Attempt rotate(TokenStore& store, ManualClock& clock) {
    return attempt(store.rotate_token(make_hash(7), successor(107, clock), synced));
}

/// The client that got no answer presents its token again.
MaybeFinding after_rotate(TokenStore& store, ManualClock& clock, const Attempt& made) {
    const bool rotated = is_stored(store, 107);
    if (auto wrong = compare(made, rotated); wrong) return wrong;
    if (rotated == is_valid(store, 7)) return FaultFinding{FaultKind::half_done, "the rotation is there by half"};
    if (!made.error) return {};
    const auto retried = must(store.rotate_token(make_hash(7), successor(207, clock), synced));
    if (retried.outcome != RotateOutcome::rotated) {
        return FaultFinding{FaultKind::taken_for_reuse,
                            "the honest retry was answered " + std::string(name(retried.outcome))};
    }
    const auto sessions = must(store.get_user_active_sessions(make_user_id(7))).sessions;
    return found_if(sessions.size() != 1 || sessions[0].hash != make_hash(207), FaultKind::half_done,
                    "the family does not have one live tip");
}

Attempt replay(TokenStore& store, ManualClock& clock) {
    return attempt(store.rotate_token(make_hash(3), successor(203, clock), synced));
}

/// Where the alarm could not be stored it is raised again.
MaybeFinding after_replay(TokenStore& store, ManualClock& clock, const Attempt& made) {
    if (auto wrong = compare(made, !is_valid(store, 103)); wrong) return wrong;
    const auto again = must(store.rotate_token(make_hash(3), successor(204, clock), synced));
    const bool refused = again.outcome == RotateOutcome::reuse_detected || again.outcome == RotateOutcome::revoked;
    return found_if(!refused || is_valid(store, 103), FaultKind::lost, "a replayed token did not end its family");
}

Attempt revoke_token(TokenStore& store, ManualClock& /*clock*/) {
    return attempt(store.revoke_token(make_hash(8), synced));
}

MaybeFinding after_revoke_token(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    if (auto wrong = compare(made, !is_valid(store, 8)); wrong) return wrong;
    must(store.revoke_token(make_hash(8), synced));
    return found_if(is_valid(store, 8), FaultKind::lost, "a revoked token is valid");
}

Attempt revoke_family(TokenStore& store, ManualClock& /*clock*/) {
    return attempt(store.revoke_family(make_family_id(9), Counting::exact, synced));
}

MaybeFinding after_revoke_family(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    if (auto wrong = compare(made, !is_valid(store, 9)); wrong) return wrong;
    must(store.revoke_family(make_family_id(9), Counting::exact, synced));
    return found_if(is_valid(store, 9), FaultKind::lost, "a token of an ended family is valid");
}

Attempt revoke_user(TokenStore& store, ManualClock& /*clock*/) {
    return attempt(store.revoke_all_user_tokens(make_user_id(1), Counting::exact, synced));
}

MaybeFinding after_revoke_user(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    if (is_valid(store, 1) != is_valid(store, 2)) {
        return FaultFinding{FaultKind::half_done, "the user was ended by half"};
    }
    if (auto wrong = compare(made, !is_valid(store, 1)); wrong) return wrong;
    must(store.revoke_all_user_tokens(make_user_id(1), Counting::exact, synced));
    return found_if(is_valid(store, 1) || is_valid(store, 2), FaultKind::lost, "a token of an ended user is valid");
}

std::vector<Token> rows_to_import(const ManualClock& clock) {
    std::vector<Token> rows;
    for (const std::uint64_t number : {60U, 61U}) {
        Token row = make_token(number);
        row.user_id = make_user_id(number);
        row.family_id = make_family_id(number);
        row.expires_at_us = clock.wall_us() + day_us;
        rows.push_back(row);
    }
    return rows;
}

Attempt import(TokenStore& store, ManualClock& clock) {
    return attempt(store.import_tokens(rows_to_import(clock), synced));
}

MaybeFinding after_import(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    if (auto wrong = compare(made, is_valid(store, 60)); wrong) return wrong;
    return compare(made, is_valid(store, 61));
}

Attempt cleanup(TokenStore& store, ManualClock& /*clock*/) {
    const auto removed = store.cleanup_expired(synced);
    if (removed) return {.error = {}, .answer = std::to_string(*removed)};
    return attempt(removed);
}

MaybeFinding after_cleanup(TokenStore& store, ManualClock& /*clock*/, const Attempt& made) {
    if (auto wrong = compare(made, {.error = {}, .answer = "1"}); wrong) return wrong;
    if (auto wrong = compare(made, !is_stored(store, 6)); wrong) return wrong;
    must(store.cleanup_expired(synced));
    return found_if(is_stored(store, 6), FaultKind::lost, "an expired token outlived the clean-up");
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

MaybeFinding after_look_up(TokenStore& store, ManualClock& clock, const Attempt& made) {
    return compare(made, look_up(store, clock));
}

Attempt get(TokenStore& store, ManualClock& /*clock*/) {
    std::ostringstream answer;
    for (std::uint64_t number = 1; number <= prepared_tokens; ++number) {
        const auto found = store.get_by_hash(make_hash(number));
        if (!found) return attempt(found);
        answer << (*found ? name((*found)->state) : "nothing") << ' ';
    }
    return {.error = {}, .answer = answer.str()};
}

MaybeFinding after_get(TokenStore& store, ManualClock& clock, const Attempt& made) {
    return compare(made, get(store, clock));
}

Attempt look_up_together(TokenStore& store, ManualClock& /*clock*/) {
    std::vector<TokenHash> hashes;
    for (std::uint64_t number = 1; number <= prepared_tokens; ++number) hashes.push_back(make_hash(number));
    const auto found = store.get_valid_by_hashes(hashes);
    if (!found) return attempt(found);
    std::ostringstream answer;
    for (const auto& token : *found) answer << token.has_value();
    return {.error = {}, .answer = answer.str()};
}

MaybeFinding after_look_up_together(TokenStore& store, ManualClock& clock, const Attempt& made) {
    return compare(made, look_up(store, clock));
}

/// Each token twice: from the engine, and from memory.
Attempt validate(TokenStore& store, ManualClock& /*clock*/) {
    std::ostringstream answer;
    for (std::uint64_t number = 1; number <= prepared_tokens; ++number) {
        const auto first = store.validate(make_hash(number));
        if (!first) return attempt(first);
        const auto again = store.validate(make_hash(number));
        if (!again) return attempt(again);
        answer << first->has_value() << (first->has_value() == again->has_value() ? "" : " and then not");
    }
    return {.error = {}, .answer = answer.str()};
}

Attempt validate_together(TokenStore& store, ManualClock& /*clock*/) {
    std::vector<TokenHash> hashes;
    for (std::uint64_t number = 1; number <= prepared_tokens; ++number) hashes.push_back(make_hash(number));
    const auto found = store.validate_many(hashes);
    if (!found) return attempt(found);
    std::ostringstream answer;
    for (const auto& token : *found) answer << token.has_value();
    return {.error = {}, .answer = answer.str()};
}

/// Of one row that is stored, and of two that are not.
Attempt check_import(TokenStore& store, ManualClock& clock) {
    auto rows = rows_to_import(clock);
    const auto stored = store.get_by_hash(make_hash(1));
    if (!stored) return attempt(stored);
    if (*stored) rows.push_back((*stored)->token);
    const auto checked = store.check_import(rows);
    if (!checked) return attempt(checked);
    std::ostringstream answer;
    for (const auto& row : *checked) answer << static_cast<int>(row.outcome) << ' ';
    return {.error = {}, .answer = answer.str()};
}

MaybeFinding after_check_import(TokenStore& store, ManualClock& clock, const Attempt& made) {
    return compare(made, check_import(store, clock));
}

Attempt list(TokenStore& store, ManualClock& /*clock*/) {
    const auto page = store.get_user_active_sessions(make_user_id(1));
    if (!page) return attempt(page);
    return {.error = {}, .answer = as_text(*page)};
}

MaybeFinding after_list(TokenStore& store, ManualClock& clock, const Attempt& made) {
    return compare(made, list(store, clock));
}

MaybeFinding nothing_wrong(TokenStore& /*store*/, ManualClock& /*clock*/, const Attempt& /*made*/) { return {}; }

Attempt flush(TokenStore& store, ManualClock& /*clock*/) { return attempt(store.flush()); }
Attempt compact(TokenStore& store, ManualClock& /*clock*/) { return attempt(store.compact()); }
Attempt maintain(TokenStore& store, ManualClock& /*clock*/) { return attempt(store.maintain()); }
Attempt trust_clock(TokenStore& store, ManualClock& /*clock*/) { return attempt(store.trust_clock()); }
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

Attempt make_later_call(TokenStore& store, ManualClock& clock) {
    return attempt(store.create_token(new_token(90, clock), synced));
}

MaybeFinding find_wrong_with_later_call(TokenStore& store, const Attempt& attempt) {
    auto wrong = compare(attempt, is_valid(store, 90));
    if (wrong) wrong->sentence.insert(0, "of the call that came after: ");
    return wrong;
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
        {"check_import", {}, false, check_import, after_check_import},
        {"get_by_hash", {}, false, get, after_get},
        {"get_valid_by_hash", {}, false, look_up, after_look_up},
        {"get_valid_by_hashes", {}, false, look_up_together, after_look_up_together},
        {"validate", {}, false, validate, after_look_up},
        {"validate_many", {}, false, validate_together, after_look_up_together},
        {"get_user_active_sessions", {}, false, list, after_list},
        {"flush", {}, true, flush, nothing_wrong},
        {"compact", {6}, true, compact, nothing_wrong},
        {"maintain", {6}, true, maintain, nothing_wrong},
        {"trust_clock", {}, true, trust_clock, nothing_wrong},
        {"close", {}, true, close, nothing_wrong},
    };
    return calls;
}

}  // namespace tokenstore::test
