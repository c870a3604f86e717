// What import_tokens may answer.
#include <algorithm>

#include "support/reference_model.hpp"
#include "support/requirements.hpp"

namespace tokenstore::test {

namespace {

/// As docs/on_disk_format.md has it: an id of version 7 as it is, else one for the row's creation.
TokenId chain_of(const Token& row) {
    if (row.id.bytes[6] >> 4U == 7 && row.id.bytes[8] >> 6U == 2) return row.id;
    TokenId chain = generate_id<TokenId>(std::max<std::int64_t>(row.created_at_us, 0)).value();
    for (std::size_t i = 8; i < 16; ++i) chain.bytes[i] = row.id.bytes[i];
    chain.bytes[8] = static_cast<std::uint8_t>(0x80U | (row.id.bytes[8] & 0x3fU));
    return chain;
}

}  // namespace

void ReferenceModel::check_merged_row(const Token& row, StoredToken& stored, const ImportedRow& answer) {
    Token& token = stored.token;
    const bool was_ended = token.revoked || token.consumed_at_us;
    if (row.revoked && !was_ended) {
        require_equal("the outcome of a row", answer.outcome, ImportOutcome::revoked);
        token.revoked = true;
        token.revoked_at_us = row.revoked_at_us;
        token.updated_at_us = row.updated_at_us;
        return;
    }
    if (!row.revoked && (was_ended || revocation_of(stored))) {
        require_equal("the outcome of a row", answer.outcome, ImportOutcome::kept);
        return;
    }
    require_equal("the outcome of a row", answer.outcome, ImportOutcome::unchanged);
}

/// A row's id is to be that of a chain of its own: one that a chain of its family or user has already contradicts it.
void ReferenceModel::find_taken_id(const Token& row, std::int64_t now_us, Codes& certain, Codes& possible) const {
    for (const auto& [hash, stored] : tokens_) {
        const Token& tip = stored.token;
        if (tip.consumed_at_us || tip.chain_id != chain_of(row)) continue;
        if (tip.family_id != row.family_id && tip.user_id != row.user_id) continue;
        const bool may_be_gone = is_reclaimable(tip.expires_at_us, now_us);
        (may_be_gone ? possible : certain).insert(ErrorCode::conflicting_record);
    }
}

void ReferenceModel::check_imported_row(const Token& row, std::int64_t now_us, const ImportedRow& answer) {
    require_equal("whether a row has an error", answer.error.has_value(), answer.outcome == ImportOutcome::refused);
    if (answer.outcome == ImportOutcome::stored) forget_if_reclaimable(row.hash, now_us);
    Codes certain = wrong_fields({row.device_id, row.device_name, row.ip_address}, row.expires_at_us, now_us);
    Codes possible;
    const auto found = tokens_.find(row.hash);
    if (found != tokens_.end()) {
        const Token& token = found->second.token;
        if (row.user_id != token.user_id || row.family_id != token.family_id ||
            row.expires_at_us != token.expires_at_us) {
            const bool may_be_gone = is_reclaimable(token.expires_at_us, now_us);
            (may_be_gone ? possible : certain).insert(ErrorCode::conflicting_record);
        }
    } else if (surely_of_another_user(row.family_id, row.user_id, now_us)) {
        certain.insert(ErrorCode::family_of_another_user);
    } else if (maybe_of_another_user(row.family_id, row.user_id)) {
        possible.insert(ErrorCode::family_of_another_user);
    }
    if (found == tokens_.end()) {
        find_taken_id(row, now_us, certain, possible);
    } else if (is_reclaimable(found->second.token.expires_at_us, now_us)) {
        // It may be gone, and the row one that is new.
        find_taken_id(row, now_us, possible, possible);
        if (maybe_of_another_user(row.family_id, row.user_id)) possible.insert(ErrorCode::family_of_another_user);
    }
    const Result<bool> verdict = answer.error ? Result<bool>(*answer.error) : Result<bool>(true);
    if (require_error_of(certain, possible, verdict)) {
        meet("import_tokens", name(answer.error->code));
        return;
    }
    if (found != tokens_.end()) {
        check_merged_row(row, found->second, answer);
    } else {
        require_equal("the outcome of a row", answer.outcome, ImportOutcome::stored);
        Token token = row;
        token.chain_id = chain_of(row);
        token.issue_stamp_us = std::min(row.created_at_us, now_us);
        token.consumed_at_us.reset();
        token.predecessor.reset();
        token.successor.reset();
        store(token);
        // What was issued elsewhere before its user's end is covered by that end, although it comes here after it. What
        // was issued after it is not, so that its stamp may have to be later than its creation.
        if (const auto end = user_ends_.find(row.user_id); end != user_ends_.end()) {
            StoredToken& stored = tokens_.at(row.hash);
            stored.is_stamp_known = token.issue_stamp_us <= end->second.ended_at_us;
            if (stored.is_stamp_known) stored.issued = 0;
        }
    }
    meet("import_tokens", text_of(answer.outcome));
}

void ReferenceModel::check_import(std::span<const Token> rows, std::int64_t now_us,
                                  const Result<std::vector<ImportedRow>>& answer) {
    require_success(answer);
    require_equal("the number of rows answered", std::uint64_t{answer->size()}, std::uint64_t{rows.size()});
    for (std::size_t i = 0; i < rows.size(); ++i) check_imported_row(rows[i], now_us, (*answer)[i]);
}

}  // namespace tokenstore::test
