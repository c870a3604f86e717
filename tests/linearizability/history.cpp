#include "linearizability/history.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace tokenstore::test {

namespace {

std::string_view name(Reason reason) {
    switch (reason) {
        case Reason::token_revoked:
            return "token_revoked";
        case Reason::family_revoked:
            return "family_revoked";
        case Reason::reuse_detected:
            return "reuse_detected";
        case Reason::revoked_presented:
            return "revoked_presented";
        case Reason::user_revoked:
            return "user_revoked";
    }
    return "?";
}

std::string token_text(TokenNumber token) { return "t" + std::to_string(token); }
std::string family_text(FamilyNumber family) { return "f" + std::to_string(family); }
std::string user_text(UserNumber user) { return "u" + std::to_string(user); }

std::string arguments_of(const Call& call) {
    switch (call.operation) {
        case Operation::create_token:
            return token_text(call.token) + " in " + family_text(call.family) + " of " + user_text(call.user);
        case Operation::rotate_token:
            return token_text(call.token) + " to " + token_text(call.successor);
        case Operation::revoke_family:
            return family_text(call.family);
        case Operation::revoke_all_user_tokens:
            return user_text(call.user);
        case Operation::revoke_token:
        case Operation::get_by_hash:
        case Operation::get_valid_by_hash:
        case Operation::listed:
            return token_text(call.token);
    }
    return "?";
}

std::string text_of(const Outcome& outcome) {
    std::string text(name(outcome.answer));
    if (outcome.reason) text.append(": ").append(name(*outcome.reason));
    if (outcome.successor) text.append(" to ").append(token_text(*outcome.successor));
    if (outcome.live_ended) text.append(", ").append(std::to_string(*outcome.live_ended)).append(" live ended");
    if (!outcome.unforeseen.empty()) text.append(": ").append(outcome.unforeseen);
    return text;
}

}  // namespace

Call create_token(TokenNumber token, FamilyNumber family, UserNumber user) {
    return {.operation = Operation::create_token, .token = token, .family = family, .user = user};
}

Call rotate_token(TokenNumber presented, TokenNumber successor) {
    return {.operation = Operation::rotate_token, .token = presented, .successor = successor};
}

Call revoke_token(TokenNumber token) { return {.operation = Operation::revoke_token, .token = token}; }

Call revoke_family(FamilyNumber family) { return {.operation = Operation::revoke_family, .family = family}; }

Call revoke_all_user_tokens(UserNumber user) { return {.operation = Operation::revoke_all_user_tokens, .user = user}; }

Call get_by_hash(TokenNumber token) { return {.operation = Operation::get_by_hash, .token = token}; }

Call get_valid_by_hash(TokenNumber token) { return {.operation = Operation::get_valid_by_hash, .token = token}; }

Call listed(TokenNumber token) { return {.operation = Operation::listed, .token = token}; }

std::string_view name(Operation operation) {
    switch (operation) {
        case Operation::create_token:
            return "create_token";
        case Operation::rotate_token:
            return "rotate_token";
        case Operation::revoke_token:
            return "revoke_token";
        case Operation::revoke_family:
            return "revoke_family";
        case Operation::revoke_all_user_tokens:
            return "revoke_all_user_tokens";
        case Operation::get_by_hash:
            return "get_by_hash";
        case Operation::get_valid_by_hash:
            return "get_valid_by_hash";
        case Operation::listed:
            return "listed";
    }
    return "?";
}

std::string_view name(Answer answer) {
    switch (answer) {
        case Answer::stored:
            return "stored";
        case Answer::already_exists:
            return "already_exists";
        case Answer::family_ended:
            return "family_ended";
        case Answer::family_of_another_user:
            return "family_of_another_user";
        case Answer::rotated:
            return "rotated";
        case Answer::reuse_detected:
            return "reuse_detected";
        case Answer::revoked:
            return "revoked";
        case Answer::already_revoked:
            return "already_revoked";
        case Answer::already_consumed:
            return "already_consumed";
        case Answer::ended:
            return "ended";
        case Answer::ended_before:
            return "ended_before";
        case Answer::not_found:
            return "not_found";
        case Answer::live:
            return "live";
        case Answer::consumed:
            return "consumed";
        case Answer::not_valid:
            return "not_valid";
        case Answer::unforeseen:
            return "unforeseen";
    }
    return "?";
}

std::string to_string(History history) {
    std::ranges::sort(history, {}, [](const RecordedCall& recorded) { return recorded.span.begin; });
    std::ostringstream out;
    for (const auto& [call, span, outcome, thread] : history) {
        const std::string end = span.end == never ? "" : std::to_string(span.end);
        const std::string text = std::string(name(call.operation)) + "(" + arguments_of(call) + ")";
        out << std::setw(5) << span.begin << " to " << std::setw(5) << end << "  thread " << thread << "  " << std::left
            << std::setw(36) << text << std::right << (outcome ? text_of(*outcome) : "unknown") << '\n';
    }
    return out.str();
}

}  // namespace tokenstore::test
