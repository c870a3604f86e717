#include "linearizability/reductions.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "linearizability/specification.hpp"

namespace tokenstore::test {

namespace {

using Tokens = std::set<TokenNumber>;

bool has_answer(const RecordedCall& recorded, Answer answer) {
    return recorded.outcome && recorded.outcome->answer == answer;
}

// ---- What a call is about
// --------------------------------------------------------------------------------------------

bool names_token(const Call& call) {
    return call.operation != Operation::revoke_family && call.operation != Operation::revoke_all_user_tokens;
}

bool names_family(const Call& call) {
    return call.operation == Operation::create_token || call.operation == Operation::revoke_family;
}

/// The token that a rotation was to store matters only where it was looked at.
bool names_successor(const RecordedCall& recorded) {
    return recorded.call.operation == Operation::rotate_token &&
           (!recorded.outcome || has_answer(recorded, Answer::rotated) || has_answer(recorded, Answer::already_exists));
}

bool names_any_of(const RecordedCall& recorded, const Tokens& tokens) {
    return (names_token(recorded.call) && tokens.contains(recorded.call.token)) ||
           (names_successor(recorded) && tokens.contains(recorded.call.successor));
}

bool may_have_rotated(const RecordedCall& recorded) {
    return recorded.call.operation == Operation::rotate_token &&
           (!recorded.outcome || has_answer(recorded, Answer::rotated));
}

bool is_refused_rotation(const RecordedCall& recorded) {
    return recorded.call.operation == Operation::rotate_token &&
           (has_answer(recorded, Answer::reuse_detected) || has_answer(recorded, Answer::revoked));
}

/// Whether the call changed these tokens and nothing else, if it changed anything.
bool changes_only(const RecordedCall& recorded, const Tokens& tokens) {
    switch (recorded.call.operation) {
        case Operation::create_token:
        case Operation::revoke_token:
            return tokens.contains(recorded.call.token);
        case Operation::rotate_token:
            return has_answer(recorded, Answer::rotated) && tokens.contains(recorded.call.token) &&
                   tokens.contains(recorded.call.successor);
        default:
            return false;
    }
}

/// The tokens and what was or may have been rotated from them.
Tokens with_successors(const History& history, Tokens tokens) {
    for (bool has_grown = true; has_grown;) {
        has_grown = false;
        for (const RecordedCall& recorded : history) {
            if (!may_have_rotated(recorded) || !tokens.contains(recorded.call.token)) continue;
            has_grown |= tokens.insert(recorded.call.successor).second;
        }
    }
    return tokens;
}

/// Of the tokens that were stored for certain.
std::map<TokenNumber, FamilyNumber> families_of_tokens(const History& history) {
    std::map<TokenNumber, FamilyNumber> families;
    for (const RecordedCall& recorded : history) {
        if (recorded.span.end == never || !has_answer(recorded, Answer::stored)) continue;
        families.emplace(recorded.call.token, recorded.call.family);
    }
    for (bool has_grown = true; has_grown;) {
        has_grown = false;
        for (const RecordedCall& recorded : history) {
            const auto family = families.find(recorded.call.token);
            if (recorded.span.end == never || !has_answer(recorded, Answer::rotated) || family == families.end()) {
                continue;
            }
            has_grown |= families.emplace(recorded.call.successor, family->second).second;
        }
    }
    return families;
}

// ---- The steps
// -------------------------------------------------------------------------------------------------------

History without_call(const History& history, std::size_t index) {
    History rest = history;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(index));
    return rest;
}

void forget_count(RecordedCall& recorded) {
    if (recorded.outcome) recorded.outcome->live_ended.reset();
}

/// The history up to and with the return at this ticket. A call that returns later need not have taken effect; if it
/// has, its answer stands.
History cut_after(const History& history, std::uint64_t ticket) {
    History cut;
    for (RecordedCall recorded : history) {
        if (recorded.span.begin > ticket) continue;
        if (recorded.span.end > ticket) recorded.span.end = never;
        cut.push_back(std::move(recorded));
    }
    return cut;
}

/// Nothing if one of the calls on these tokens changed something else as well.
std::optional<History> without_chain(const History& history, const Tokens& chain) {
    History rest;
    for (RecordedCall recorded : history) {
        if (!names_any_of(recorded, chain)) {
            // The chain may have been what made the family its user's.
            if (has_answer(recorded, Answer::family_of_another_user)) continue;
            forget_count(recorded);
            rest.push_back(std::move(recorded));
        } else if (may_change_anything(recorded) && !changes_only(recorded, chain)) {
            return std::nullopt;
        }
    }
    return rest;
}

/// Nothing if a call on the family or its tokens changed something of another family.
std::optional<History> without_family(const History& history, FamilyNumber family) {
    Tokens created;
    for (const RecordedCall& recorded : history) {
        const Call& call = recorded.call;
        const bool is_made_here = call.operation == Operation::create_token && call.family == family;
        if (is_made_here && may_change_anything(recorded)) created.insert(call.token);
    }
    const Tokens tokens = with_successors(history, std::move(created));
    History rest;
    for (RecordedCall recorded : history) {
        const Call& call = recorded.call;
        const bool is_of_family = names_family(call) && call.family == family;
        if (!is_of_family && !names_any_of(recorded, tokens)) {
            if (call.operation == Operation::revoke_all_user_tokens) forget_count(recorded);
            rest.push_back(std::move(recorded));
            continue;
        }
        // A token of another family by the same number: made by two calls, or by one of two that may have made it.
        const bool is_of_another =
            names_family(call) ? call.family != family : names_token(call) && !tokens.contains(call.token);
        if (is_of_another && may_change_anything(recorded)) return std::nullopt;
    }
    return rest;
}

/// The login and the first rotation of a chain as one login that stored the second token. Nothing if the call is no
/// such rotation, or if anybody else asks for the first token.
std::optional<History> with_login_at_rotation(const History& history, std::size_t index) {
    const Call& rotation = history[index].call;
    if (!has_answer(history[index], Answer::rotated)) return std::nullopt;
    std::optional<Call> login;
    for (std::size_t i = 0; i < history.size(); ++i) {
        if (i == index || !names_any_of(history[i], {rotation.token})) continue;
        if (login || !has_answer(history[i], Answer::stored)) return std::nullopt;
        login = history[i].call;
    }
    if (!login) return std::nullopt;
    History with_login = history;
    with_login[index].call = create_token(rotation.successor, login->family, login->user);
    with_login[index].outcome->answer = Answer::stored;
    return without_chain(with_login, {rotation.token});
}

// ---- What changed nothing
// --------------------------------------------------------------------------------------------

/// Whether it is the end of a user to whom no token was ever issued.
bool ends_nothing(const History& history, const Call& end) {
    return end.operation == Operation::revoke_all_user_tokens &&
           std::ranges::none_of(history, [&](const RecordedCall& recorded) {
               return recorded.call.operation == Operation::create_token && recorded.call.user == end.user &&
                      may_change_anything(recorded);
           });
}

/// Whether it is a refused rotation in a family that an earlier call had ended or found ended.
bool ends_again(const History& history, const RecordedCall& rotation) {
    if (!is_refused_rotation(rotation)) return false;
    const auto families = families_of_tokens(history);
    const auto family = families.find(rotation.call.token);
    if (family == families.end()) return false;
    return std::ranges::any_of(history, [&](const RecordedCall& recorded) {
        if (recorded.span.end >= rotation.span.begin) return false;
        if (recorded.call.operation == Operation::revoke_family) return recorded.call.family == family->second;
        const auto of = families.find(recorded.call.token);
        return is_refused_rotation(recorded) && of != families.end() && of->second == family->second;
    });
}

void add(std::vector<History>& reductions, std::optional<History> reduction) {
    if (reduction) reductions.push_back(*std::move(reduction));
}

}  // namespace

std::vector<History> reductions_of(const History& history) {
    std::vector<History> reductions;
    std::set<std::uint64_t> returns;
    std::set<FamilyNumber> families;
    Tokens created;
    for (const auto& [call, span, outcome, thread] : history) {
        if (span.end != never) returns.insert(span.end);
        if (names_family(call)) families.insert(call.family);
        if (call.operation == Operation::create_token) created.insert(call.token);
    }
    if (!returns.empty()) returns.erase(std::prev(returns.end()));
    for (const auto ticket : returns) add(reductions, cut_after(history, ticket));
    for (const auto family : families) add(reductions, without_family(history, family));
    for (const auto token : created) add(reductions, without_chain(history, with_successors(history, {token})));
    for (std::size_t i = 0; i < history.size(); ++i) {
        const RecordedCall& recorded = history[i];
        const bool changed_nothing =
            !may_change_anything(recorded) || ends_nothing(history, recorded.call) || ends_again(history, recorded);
        if (changed_nothing) add(reductions, without_call(history, i));
        add(reductions, with_login_at_rotation(history, i));
    }
    return reductions;
}

}  // namespace tokenstore::test
