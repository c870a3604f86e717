// Histories: what several threads asked about a few families of a few users, when, and what they were answered.
//
// Users, families and tokens are numbers here, and nothing of the library is included: what judges a history shares no
// code with what it judges. Plain values.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/arena.hpp"

namespace tokenstore::test {

using UserNumber = unsigned;
using FamilyNumber = unsigned;
using TokenNumber = unsigned;

enum class Operation {
    create_token,
    rotate_token,
    revoke_token,
    revoke_family,
    revoke_all_user_tokens,
    get_by_hash,
    get_valid_by_hash,
    listed,  ///< one token of a page of get_user_active_sessions. A page shows no single moment, but each of its tokens
             ///< was live at some moment of that call
};

struct Call {
    Operation operation = Operation::get_by_hash;
    TokenNumber token = 0;      ///< made, presented, ended or asked for
    TokenNumber successor = 0;  ///< of rotate_token
    FamilyNumber family = 0;    ///< of create_token and revoke_family
    UserNumber user = 0;        ///< of create_token and revoke_all_user_tokens

    friend bool operator==(const Call&, const Call&) = default;
};

[[nodiscard]] Call create_token(TokenNumber token, FamilyNumber family = 0, UserNumber user = 0);
[[nodiscard]] Call rotate_token(TokenNumber presented, TokenNumber successor);
[[nodiscard]] Call revoke_token(TokenNumber token);
[[nodiscard]] Call revoke_family(FamilyNumber family = 0);
[[nodiscard]] Call revoke_all_user_tokens(UserNumber user = 0);
[[nodiscard]] Call get_by_hash(TokenNumber token);
[[nodiscard]] Call get_valid_by_hash(TokenNumber token);
[[nodiscard]] Call listed(TokenNumber token);

enum class Answer {
    stored,                  ///< create_token
    already_exists,          ///< create_token, rotate_token
    family_ended,            ///< create_token
    family_of_another_user,  ///< create_token
    rotated,                 ///< rotate_token
    reuse_detected,          ///< rotate_token
    revoked,                 ///< rotate_token, get_by_hash: dead already. revoke_token: by this call
    already_revoked,         ///< revoke_token
    already_consumed,        ///< revoke_token
    ended,                   ///< revoke_family: news; revoke_all_user_tokens
    ended_before,            ///< revoke_family: no news
    not_found,               ///< every operation on a token
    live,                    ///< get_by_hash, get_valid_by_hash, listed
    consumed,                ///< get_by_hash
    not_valid,               ///< get_valid_by_hash: nothing
    unforeseen,              ///< what no order of calls explains; see Outcome::unforeseen
};

/// Why a token is revoked.
enum class Reason { token_revoked, family_revoked, reuse_detected, revoked_presented, user_revoked };

struct Outcome {
    Answer answer = Answer::unforeseen;
    std::optional<std::uint64_t> live_ended = std::nullopt;  ///< of what ends a family or user; absent: not counted
    std::optional<TokenNumber> successor = std::nullopt;     ///< of get_by_hash, if the token was rotated
    std::optional<Reason> reason = std::nullopt;  ///< of rotate_token and get_by_hash where they answer revoked
    std::string unforeseen = {};

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// The end of a call that need not have taken effect: it may do so at any time after its beginning, or never.
inline constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

struct RecordedCall {
    Call call;
    Span span;
    std::optional<Outcome> outcome;  ///< absent: nobody was or will be told, and the end of the span is `never`
    std::size_t thread = 0;
};

/// In any order.
using History = std::vector<RecordedCall>;

[[nodiscard]] std::string_view name(Operation operation);
[[nodiscard]] std::string_view name(Answer answer);

/// One line for each call, in the order in which they began.
[[nodiscard]] std::string to_string(History history);

}  // namespace tokenstore::test
