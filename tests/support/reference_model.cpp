#include "support/reference_model.hpp"

#include <algorithm>
#include <utility>

#include "support/requirements.hpp"

namespace tokenstore::test {

namespace {

constexpr std::size_t most_device_id_bytes = 255;
constexpr std::size_t most_device_name_characters = 100;

bool is_version_7_of(const TokenId& id, std::int64_t time_us) {
    std::int64_t time_ms = 0;
    for (std::size_t i = 0; i < 6; ++i) time_ms = time_ms * 256 + id.bytes[i];
    return id.bytes[6] >> 4U == 7 && id.bytes[8] >> 6U == 2 && time_ms == time_us / 1000;
}

}  // namespace

// The requests that the test makes are wrong in known ways only, so that this needs no second parser: text that is no
// UTF-8 holds the byte 0xff, all other text is ASCII, and an address that is none has no digit.
ReferenceModel::Codes ReferenceModel::wrong_fields(const DeviceFields& fields, std::int64_t expires_at_us,
                                                   std::int64_t now_us) const {
    Codes codes;
    const auto is_utf8 = [](const std::string& text) { return text.find('\xff') == std::string::npos; };
    if (fields.device_id) {
        if (fields.device_id->size() > most_device_id_bytes) codes.insert(ErrorCode::device_id_too_long);
        if (!is_utf8(*fields.device_id)) codes.insert(ErrorCode::device_id_not_utf8);
    }
    if (fields.device_name) {
        if (fields.device_name->size() > most_device_name_characters) codes.insert(ErrorCode::device_name_too_long);
        if (!is_utf8(*fields.device_name)) codes.insert(ErrorCode::device_name_not_utf8);
    }
    if (fields.ip_address && fields.ip_address->find_first_of("0123456789") == std::string::npos) {
        codes.insert(ErrorCode::ip_address_malformed);
    }
    if (expires_at_us < 0 || expires_at_us > now_us + terms_.longest_token_lifetime_us) {
        codes.insert(ErrorCode::expiry_out_of_range);
    }
    return codes;
}

std::optional<Revocation> ReferenceModel::revocation_of(const StoredToken& stored) const {
    const Token& token = stored.token;
    if (token.revoked) return Revocation{RevocationReason::token_revoked, token.revoked_at_us};
    if (const auto end = family_ends_.find(token.family_id); end != family_ends_.end()) {
        return Revocation{end->second.reason, end->second.ended_at_us};
    }
    if (const auto end = user_ends_.find(token.user_id); end != user_ends_.end() && stored.issued < end->second.ended) {
        return Revocation{RevocationReason::user_revoked, end->second.ended_at_us};
    }
    return std::nullopt;
}

TokenState ReferenceModel::state_of(const StoredToken& stored, std::int64_t now_us) const {
    if (revocation_of(stored)) return TokenState::revoked;
    if (stored.token.consumed_at_us) return TokenState::consumed;
    if (now_us >= stored.token.expires_at_us) return TokenState::expired;
    return TokenState::live;
}

bool ReferenceModel::is_live(const StoredToken& stored, std::int64_t now_us) const {
    return state_of(stored, now_us) == TokenState::live;
}

std::uint64_t ReferenceModel::live_in_family(const FamilyId& family, std::int64_t now_us) const {
    return static_cast<std::uint64_t>(std::ranges::count_if(tokens_, [&](const auto& entry) {
        return entry.second.token.family_id == family && is_live(entry.second, now_us);
    }));
}

std::uint64_t ReferenceModel::live_of_user(const UserId& user, std::int64_t now_us) const {
    return static_cast<std::uint64_t>(std::ranges::count_if(tokens_, [&](const auto& entry) {
        return entry.second.token.user_id == user && is_live(entry.second, now_us);
    }));
}

bool ReferenceModel::surely_of_another_user(const FamilyId& family, const UserId& user, std::int64_t now_us) const {
    return std::ranges::any_of(tokens_, [&](const auto& entry) {
        const Token& token = entry.second.token;
        // A family is known by its tips: once they are gone, what was rotated away keeps nobody out.
        return token.family_id == family && token.user_id != user && !token.consumed_at_us &&
               !is_reclaimable(token.expires_at_us, now_us);
    });
}

bool ReferenceModel::maybe_of_another_user(const FamilyId& family, const UserId& user) const {
    const auto past = past_owners_.find(family);
    if (past != past_owners_.end() &&
        std::ranges::any_of(past->second, [&](const UserId& owner) { return owner != user; })) {
        return true;
    }
    return std::ranges::any_of(tokens_, [&](const auto& entry) {
        return entry.second.token.family_id == family && entry.second.token.user_id != user;
    });
}

const ReferenceModel::StoredToken* ReferenceModel::find(const TokenHash& hash) const {
    const auto found = tokens_.find(hash);
    return found == tokens_.end() ? nullptr : &found->second;
}

void ReferenceModel::forget_if_reclaimable(const TokenHash& hash, std::int64_t now_us) {
    const auto found = tokens_.find(hash);
    if (found == tokens_.end() || !is_reclaimable(found->second.token.expires_at_us, now_us)) return;
    past_owners_[found->second.token.family_id].insert(found->second.token.user_id);
    tokens_.erase(found);
}

/// What import_tokens has made up is seen for the first time: from then on it stays.
void ReferenceModel::learn_stamp(const Token& answered) {
    const auto found = tokens_.find(answered.hash);
    if (found == tokens_.end() || found->second.is_stamp_known) return;
    StoredToken& stored = found->second;
    require(answered.issue_stamp_us >= stored.token.issue_stamp_us,
            "the stamp of an imported token is before its creation: " + text_of(answered));
    stored.token.issue_stamp_us = answered.issue_stamp_us;
    stored.is_stamp_known = true;
}

void ReferenceModel::adopt_issue(Token& expected, const Token& answered, std::int64_t now_us) {
    require(is_version_7_of(answered.id, now_us), "the id is no UUID of version 7 for the time: " + text_of(answered));
    require(ids_.insert(answered.id).second, "the id was given before: " + text_of(answered));
    require(answered.issue_stamp_us > last_stamp_us_, "the issue stamp does not grow: " + text_of(answered));
    last_stamp_us_ = answered.issue_stamp_us;
    expected.id = answered.id;
    expected.issue_stamp_us = answered.issue_stamp_us;
}

void ReferenceModel::store(const Token& token) { tokens_.insert_or_assign(token.hash, StoredToken{token, ++order_}); }

void ReferenceModel::end_family(const FamilyId& family, RevocationReason reason, std::int64_t now_us) {
    if (family_ends_.emplace(family, FamilyEnd{now_us, reason}).second) ++counters_.families_ended;
}

void ReferenceModel::meet(std::string_view operation, std::string_view answer) {
    ++met_[std::string(operation) + ": " + std::string(answer)];
}

void ReferenceModel::check_create(const NewToken& request, std::int64_t now_us, const Result<Token>& answer) {
    Codes certain =
        wrong_fields({request.device_id, request.device_name, request.ip_address}, request.expires_at_us, now_us);
    Codes possible;
    if (answer) forget_if_reclaimable(request.hash, now_us);
    if (family_ends_.contains(request.family_id)) certain.insert(ErrorCode::family_ended);
    if (surely_of_another_user(request.family_id, request.user_id, now_us)) {
        certain.insert(ErrorCode::family_of_another_user);
    } else if (maybe_of_another_user(request.family_id, request.user_id)) {
        possible.insert(ErrorCode::family_of_another_user);
    }
    if (const auto* stored = find(request.hash)) {
        (is_reclaimable(stored->token.expires_at_us, now_us) ? possible : certain).insert(ErrorCode::already_exists);
    }
    if (require_error_of(certain, possible, answer)) {
        meet("create_token", name(answer.error().code));
        return;
    }
    Token expected;
    expected.hash = request.hash;
    expected.user_id = request.user_id;
    expected.family_id = request.family_id;
    expected.created_at_us = now_us;
    expected.expires_at_us = request.expires_at_us;
    expected.device_id = request.device_id;
    expected.device_name = request.device_name;
    expected.ip_address = request.ip_address;
    adopt_issue(expected, *answer, now_us);
    expected.chain_id = expected.id;
    require_equal("the token created", *answer, expected);
    store(expected);
    ++counters_.created;
    meet("create_token", "stored");
}

void ReferenceModel::check_get(const TokenHash& hash, std::int64_t now_us,
                               const Result<std::optional<JudgedToken>>& answer) {
    require_success(answer);
    if (!*answer) forget_if_reclaimable(hash, now_us);
    const auto* stored = find(hash);
    require_equal("whether the token is stored", answer->has_value(), stored != nullptr);
    if (stored == nullptr) {
        meet("get_by_hash", "nothing");
        return;
    }
    learn_stamp((*answer)->token);
    require_equal("the token", (*answer)->token, stored->token);
    require_equal("its state", (*answer)->state, state_of(*stored, now_us));
    require_equal("its revocation", (*answer)->revocation, revocation_of(*stored));
    meet("get_by_hash", name((*answer)->state));
}

void ReferenceModel::check_valid_answer(const TokenHash& hash, std::int64_t now_us,
                                        const std::optional<Token>& answer) {
    if (answer) learn_stamp(*answer);
    const auto* valid = check_validity("get_valid_by_hash", hash, now_us, answer.has_value());
    if (valid != nullptr) require_equal("the token", *answer, valid->token);
}

void ReferenceModel::check_valid_answer(const TokenHash& hash, std::int64_t now_us,
                                        const std::optional<ValidToken>& answer) {
    const auto* valid = check_validity("validate", hash, now_us, answer.has_value());
    if (valid == nullptr) return;
    const Token& token = valid->token;
    const ValidToken expected{token.id,        token.chain_id,      token.user_id,
                              token.family_id, token.created_at_us, token.expires_at_us};
    require(*answer == expected, "validate() does not answer what the record says");
}

const ReferenceModel::StoredToken* ReferenceModel::check_validity(std::string_view call, const TokenHash& hash,
                                                                  std::int64_t now_us, bool is_answered) {
    const auto* stored = find(hash);
    const bool is_valid = stored != nullptr && is_live(*stored, now_us);
    require_equal("whether the token is valid", is_answered, is_valid);
    // Whether an unusable token counts as refused or as unknown is not told apart where it may have been reclaimed.
    ++(is_valid ? counters_.lookups_valid : stored == nullptr ? counters_.lookups_unknown : counters_.lookups_refused);
    meet(call, is_valid ? "valid" : stored == nullptr ? "unknown" : "refused");
    return is_valid ? stored : nullptr;
}

void ReferenceModel::check_get_valid(const TokenHash& hash, std::int64_t now_us,
                                     const Result<std::optional<Token>>& answer) {
    require_success(answer);
    check_valid_answer(hash, now_us, *answer);
}

void ReferenceModel::check_get_valid(std::span<const TokenHash> hashes, std::int64_t now_us,
                                     const Result<std::vector<std::optional<Token>>>& answer) {
    require_success(answer);
    require_equal("how many answers there are", std::uint64_t{answer->size()}, std::uint64_t{hashes.size()});
    for (std::size_t i = 0; i < hashes.size(); ++i) check_valid_answer(hashes[i], now_us, (*answer)[i]);
}

void ReferenceModel::check_validate(const TokenHash& hash, std::int64_t now_us,
                                    const Result<std::optional<ValidToken>>& answer) {
    require_success(answer);
    check_valid_answer(hash, now_us, *answer);
}

void ReferenceModel::check_validate(std::span<const TokenHash> hashes, std::int64_t now_us,
                                    const Result<std::vector<std::optional<ValidToken>>>& answer) {
    require_success(answer);
    require_equal("how many answers there are", std::uint64_t{answer->size()}, std::uint64_t{hashes.size()});
    for (std::size_t i = 0; i < hashes.size(); ++i) check_valid_answer(hashes[i], now_us, (*answer)[i]);
}

void ReferenceModel::check_rotate(const TokenHash& presented, const Successor& request, std::int64_t now_us,
                                  const Result<RotateResult>& answer) {
    const Codes wrong =
        wrong_fields({request.device_id, request.device_name, request.ip_address}, request.expires_at_us, now_us);
    const bool is_not_found = answer && answer->outcome == RotateOutcome::not_found;
    if (is_not_found) forget_if_reclaimable(presented, now_us);
    if (answer && answer->outcome == RotateOutcome::rotated && request.hash != presented) {
        forget_if_reclaimable(request.hash, now_us);
    }
    const auto found = tokens_.find(presented);
    // Of an unknown token and a wrong request either may be named.
    if (require_error_of(found == tokens_.end() && is_not_found ? Codes{} : wrong, wrong, answer)) {
        meet("rotate_token", name(answer.error().code));
        return;
    }
    meet("rotate_token", name(answer->outcome));

    if (found == tokens_.end()) {
        require_equal("the outcome", answer->outcome, RotateOutcome::not_found);
        require(!answer->predecessor && !answer->successor && !answer->revocation && answer->live_tokens_ended == 0,
                "not_found says more than that");
        ++counters_.rotations_refused;
        return;
    }
    if (answer->predecessor) learn_stamp(*answer->predecessor);
    StoredToken& stored = found->second;
    const FamilyId family = stored.token.family_id;
    const auto require_refusal = [&](RotateOutcome outcome, const std::optional<Revocation>& revocation,
                                     std::uint64_t live_tokens_ended) {
        require_equal("the outcome", answer->outcome, outcome);
        require_equal("the presented token", answer->predecessor, std::optional(stored.token));
        require_equal("the successor", answer->successor, std::optional<Token>());
        require_equal("the revocation", answer->revocation, revocation);
        require_equal("the live tokens ended", answer->live_tokens_ended, live_tokens_ended);
        ++(outcome == RotateOutcome::reuse_detected ? counters_.reuse_detected : counters_.rotations_refused);
    };
    switch (state_of(stored, now_us)) {
        case TokenState::revoked:
            require_refusal(RotateOutcome::revoked, revocation_of(stored), live_in_family(family, now_us));
            end_family(family, RevocationReason::revoked_presented, now_us);
            return;
        case TokenState::consumed:
            require_refusal(RotateOutcome::reuse_detected, std::nullopt, live_in_family(family, now_us));
            end_family(family, RevocationReason::reuse_detected, now_us);
            return;
        case TokenState::expired:
            require_refusal(RotateOutcome::expired, std::nullopt, 0);
            return;
        case TokenState::live:
            break;
    }
    if (find(request.hash) != nullptr && answer->outcome != RotateOutcome::rotated) {
        require_refusal(RotateOutcome::already_exists, std::nullopt, 0);
        return;
    }
    require(find(request.hash) == nullptr, "rotated to a hash that is stored");
    require_equal("the outcome", answer->outcome, RotateOutcome::rotated);
    require(answer->predecessor && answer->successor, "rotated without telling both tokens");

    Token predecessor = stored.token;
    predecessor.consumed_at_us = now_us;
    predecessor.updated_at_us = now_us;
    predecessor.successor = request.hash;
    require_equal("the predecessor", *answer->predecessor, predecessor);

    Token successor;
    successor.hash = request.hash;
    successor.chain_id = predecessor.chain_id;
    successor.user_id = predecessor.user_id;
    successor.family_id = predecessor.family_id;
    successor.created_at_us = now_us;
    successor.expires_at_us = request.expires_at_us;
    successor.predecessor = presented;
    successor.device_id = request.device_id ? request.device_id : predecessor.device_id;
    successor.device_name = request.device_name ? request.device_name : predecessor.device_name;
    successor.ip_address = request.ip_address ? request.ip_address : predecessor.ip_address;
    adopt_issue(successor, *answer->successor, now_us);
    require_equal("the successor", *answer->successor, successor);
    require_equal("the revocation", answer->revocation, std::optional<Revocation>());
    require_equal("the live tokens ended", answer->live_tokens_ended, std::uint64_t{0});

    stored.token = predecessor;
    store(successor);
    ++counters_.rotated;
}

void ReferenceModel::check_revoke_token(const TokenHash& hash, std::int64_t now_us,
                                        const Result<RevokeTokenOutcome>& answer) {
    require_success(answer);
    if (*answer == RevokeTokenOutcome::not_found) forget_if_reclaimable(hash, now_us);
    meet("revoke_token", name(*answer));
    const auto found = tokens_.find(hash);
    if (found == tokens_.end()) {
        require_equal("the outcome", *answer, RevokeTokenOutcome::not_found);
        return;
    }
    switch (state_of(found->second, now_us)) {
        case TokenState::revoked:
            require_equal("the outcome", *answer, RevokeTokenOutcome::already_revoked);
            return;
        case TokenState::consumed:
            require_equal("the outcome", *answer, RevokeTokenOutcome::already_consumed);
            return;
        case TokenState::expired:
        case TokenState::live:
            break;
    }
    require_equal("the outcome", *answer, RevokeTokenOutcome::revoked);
    Token& token = found->second.token;
    token.revoked = true;
    token.revoked_at_us = now_us;
    token.updated_at_us = now_us;
    ++counters_.tokens_revoked;
}

void ReferenceModel::check_revoke_family(const FamilyId& family, Counting counting, std::int64_t now_us,
                                         const Result<RevokeResult>& answer) {
    require_success(answer);
    const bool is_first = !family_ends_.contains(family);
    require_equal("whether the family is newly ended", answer->newly_ended, is_first);
    const auto live =
        counting == Counting::exact ? std::optional(live_in_family(family, now_us)) : std::optional<std::uint64_t>();
    require_equal("the live tokens ended", answer->live_ended, live);
    end_family(family, RevocationReason::family_revoked, now_us);
    meet("revoke_family", !is_first ? "again" : live.value_or(0) > 0 ? "ended live tokens" : "ended");
}

void ReferenceModel::check_revoke_user(const UserId& user, Counting counting, std::int64_t now_us,
                                       const Result<RevokeResult>& answer) {
    require_success(answer);
    require_equal("whether the user is newly ended", answer->newly_ended, true);
    const auto live =
        counting == Counting::exact ? std::optional(live_of_user(user, now_us)) : std::optional<std::uint64_t>();
    require_equal("the live tokens ended", answer->live_ended, live);
    user_ends_.insert_or_assign(user, UserEnd{now_us, ++order_});
    ++counters_.users_ended;
    meet("revoke_all_user_tokens", live.value_or(0) > 0 ? "ended live tokens" : "ended");
}

void ReferenceModel::check_sessions(const UserId& user, const SessionPageRequest& request, std::int64_t now_us,
                                    const Result<SessionPage>& answer) {
    if (request.limit == 0 || request.limit > max_page_limit) {
        static_cast<void>(require_error_of({ErrorCode::invalid_page}, {}, answer));
        meet("get_user_active_sessions", name(answer.error().code));
        return;
    }
    require_success(answer);
    for (const Token& token : answer->sessions) learn_stamp(token);
    std::vector<Token> sessions;
    for (const auto& [hash, stored] : tokens_) {
        if (stored.token.user_id != user || !is_live(stored, now_us)) continue;
        if (request.after && stored.token.chain_id >= request.after->last_chain) continue;
        sessions.push_back(stored.token);
    }
    std::ranges::sort(sessions, std::ranges::greater{}, &Token::chain_id);
    const bool has_more = sessions.size() > request.limit;
    if (has_more) sessions.resize(request.limit);

    require_equal("the number of sessions", std::uint64_t{answer->sessions.size()}, std::uint64_t{sessions.size()});
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        require_equal("session " + std::to_string(i), answer->sessions[i], sessions[i]);
    }
    require_equal("whether there is a next page", answer->next.has_value(), has_more);
    if (has_more) require_equal("the next page", answer->next->last_chain, sessions.back().chain_id);
    meet("get_user_active_sessions", has_more ? "a page" : sessions.empty() ? "none" : "the last page");
}

void ReferenceModel::check_cleanup(std::int64_t now_us, const Result<std::uint64_t>& answer) {
    require_success(answer);
    std::uint64_t certain = 0;
    std::uint64_t possible = 0;
    for (auto entry = tokens_.begin(); entry != tokens_.end();) {
        const Token& token = entry->second.token;
        if (now_us < token.expires_at_us) {
            ++entry;
            continue;
        }
        if (is_reclaimable(token.expires_at_us, now_us)) {
            ++possible;
            past_owners_[token.family_id].insert(token.user_id);
        } else {
            ++certain;
        }
        entry = tokens_.erase(entry);
    }
    require(*answer >= certain && *answer <= certain + possible, "cleanup_expired answered " + std::to_string(*answer) +
                                                                     ", expected " + std::to_string(certain) + " to " +
                                                                     std::to_string(certain + possible));
    counters_.cleaned_up += *answer;
    meet("cleanup_expired", *answer > 0 ? "removed some" : "removed none");
}

void ReferenceModel::check_walk(std::span<const JudgedToken> visited, std::int64_t now_us) {
    require(std::ranges::is_sorted(visited, {}, [](const JudgedToken& judged) { return judged.token.hash; }),
            "the tokens were not visited in the order of hashes");
    std::set<TokenHash> hashes;
    for (const JudgedToken& judged : visited) {
        require(hashes.insert(judged.token.hash).second, "a token was visited twice");
        check_get(judged.token.hash, now_us, std::optional(judged));
    }
    for (auto entry = tokens_.begin(); entry != tokens_.end();) {
        const TokenHash hash = entry->first;
        ++entry;
        if (!hashes.contains(hash)) check_get(hash, now_us, std::optional<JudgedToken>());
    }
}

void ReferenceModel::check_record(const Token& record) {
    learn_stamp(record);
    const auto* known = find(record.hash);
    require(known != nullptr, "the closed store holds a token too many: " + text_of(record));
    require_equal("a token of the closed store", record, known->token);
}

void ReferenceModel::check_counts(const TokenCounts& counts, std::int64_t now_us) const {
    TokenCounts expected;
    std::set<UserId> users;
    std::set<FamilyId> families;
    for (const auto& [hash, stored] : tokens_) {
        ++expected.tokens;
        if (is_live(stored, now_us)) ++expected.live;
        if (revocation_of(stored)) ++expected.revoked;
        if (stored.token.consumed_at_us) ++expected.consumed;
        if (now_us >= stored.token.expires_at_us) ++expected.expired;
        // Only what was not rotated away makes its user and family count.
        if (stored.token.consumed_at_us) continue;
        users.insert(stored.token.user_id);
        families.insert(stored.token.family_id);
    }
    require_equal("the tokens counted", counts.tokens, expected.tokens);
    require_equal("the live tokens counted", counts.live, expected.live);
    require_equal("the revoked tokens counted", counts.revoked, expected.revoked);
    require_equal("the consumed tokens counted", counts.consumed, expected.consumed);
    require_equal("the expired tokens counted", counts.expired, expected.expired);
    // The filter takes index entries apart from the records that they stand for.
    if (terms_.reclaim_grace_us) return;
    require_equal("the users counted", counts.users, std::uint64_t{users.size()});
    require_equal("the families counted", counts.families, std::uint64_t{families.size()});
}

void ReferenceModel::check_statistics(const Statistics& statistics) const {
    require_equal("created", statistics.created, counters_.created);
    require_equal("lookups_valid", statistics.lookups_valid, counters_.lookups_valid);
    require_equal("lookups_refused and lookups_unknown", statistics.lookups_refused + statistics.lookups_unknown,
                  counters_.lookups_refused + counters_.lookups_unknown);
    if (!terms_.reclaim_grace_us) {
        require_equal("lookups_unknown", statistics.lookups_unknown, counters_.lookups_unknown);
    }
    require_equal("rotated", statistics.rotated, counters_.rotated);
    require_equal("reuse_detected", statistics.reuse_detected, counters_.reuse_detected);
    require_equal("rotations_refused", statistics.rotations_refused, counters_.rotations_refused);
    require_equal("tokens_revoked", statistics.tokens_revoked, counters_.tokens_revoked);
    require_equal("families_ended", statistics.families_ended, counters_.families_ended);
    require_equal("users_ended", statistics.users_ended, counters_.users_ended);
    require_equal("cleaned_up", statistics.cleaned_up, counters_.cleaned_up);
    require_equal("failed_writes", statistics.failed_writes, std::uint64_t{0});
    require_equal("failed_maintenance", statistics.failed_maintenance, std::uint64_t{0});
}

}  // namespace tokenstore::test
