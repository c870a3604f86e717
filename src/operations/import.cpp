#include "operations/import.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>
#include <utility>

#include "model/imported_token.hpp"
#include "model/limits.hpp"
#include "model/token_state.hpp"
#include "operations/revoke.hpp"

namespace tokenstore::operations {

namespace {

// Rows that are locked, read and written together.
constexpr std::size_t rows_per_step = 256;

ImportedRow refused(ErrorCode code, std::string message) {
    return {ImportOutcome::refused, Error{code, WriteState::nothing_written, std::move(message)}};
}

/// Rows that are imported together: later rows see what earlier ones are about to write.
class ImportStep {
public:
    ImportStep(Context& context, std::span<const Token> rows)
        : context_(context), rows_(rows), batch_(context.database) {}

    [[nodiscard]] Result<std::vector<ImportedRow>> run(Durability durability) {
        std::vector<std::size_t> stripes;
        for (const auto& row : rows_) {
            stripes.push_back(context_.stripe(row.user_id));
            stripes.push_back(context_.stripe(row.family_id));
            stripes.push_back(context_.stripe(row.hash));
        }
        const auto guard = context_.locks.lock(stripes);
        auto answers = judge();
        if (!answers || batch_.empty()) return answers;
        put_ends();
        if (auto covered = context_.bounds.cover_expiry(longest_expiry_us_); !covered) {
            return std::move(covered).error();
        }
        // Later stamps are greater than these, too: a clock that was ahead must not put a row behind its user's end.
        if (auto stamp = context_.bounds.next_stamp(last_stamp_us_); !stamp) return std::move(stamp).error();
        if (auto committed = context_.commit(std::move(batch_), durability); !committed) {
            return std::move(committed).error();
        }
        return answers;
    }

    /// The answers; what is to be written is then in the batch, which only run() commits.
    [[nodiscard]] Result<std::vector<ImportedRow>> judge() {
        now_us_ = context_.clock.now_us();
        std::vector<TokenHash> hashes;
        for (const auto& row : rows_) hashes.push_back(row.hash);
        const auto stored = context_.database.get_tokens<Token>(hashes);
        if (!stored) return stored.error();
        for (const auto& token : *stored) {
            if (token) known_.emplace(token->hash, *token);
        }
        std::vector<ImportedRow> answers;
        for (const auto& row : rows_) {
            auto answer = import_row(row);
            if (!answer) return std::move(answer).error();
            answers.push_back(*std::move(answer));
        }
        return answers;
    }

private:
    [[nodiscard]] Result<ImportedRow> import_row(const Token& row) {
        if (auto error = model::check_import(row, now_us_, context_.longest_token_lifetime_us)) {
            return ImportedRow{ImportOutcome::refused, std::move(error)};
        }
        if (const auto found = known_.find(row.hash); found != known_.end()) return merge(row, found->second);
        auto owner = owner_of(row.family_id);
        if (!owner) return std::move(owner).error();
        if (*owner && **owner != row.user_id) {
            return refused(ErrorCode::family_of_another_user, "the family belongs to another user");
        }
        const auto chain = model::chain_of_imported(row);
        auto chain_exists = contains_chain(row, chain);
        if (!chain_exists) return std::move(chain_exists).error();
        if (*chain_exists) {
            return refused(ErrorCode::conflicting_record,
                           "another token of the family or the user is stored under this id");
        }
        const auto ends = context_.database.get_ends({row.family_id, row.user_id});
        if (!ends) return ends.error();
        note_ends(row, *ends);
        auto token = model::imported_token(row, ends->user, now_us_);
        owners_.insert_or_assign(row.family_id, row.user_id);
        family_chains_.emplace(row.family_id, chain);
        user_chains_.emplace(row.user_id, chain);
        put(token);
        known_.emplace(row.hash, std::move(token));
        return ImportedRow{ImportOutcome::stored, std::nullopt};
    }

    /// A row whose hash is stored: it may add an end, and nothing else.
    [[nodiscard]] Result<ImportedRow> merge(const Token& row, Token& stored) {
        if (row.user_id != stored.user_id || row.family_id != stored.family_id ||
            row.expires_at_us != stored.expires_at_us) {
            return refused(ErrorCode::conflicting_record,
                           "a token with this hash is stored with another user, family or expiry");
        }
        const bool ended = stored.revoked || stored.consumed_at_us.has_value();
        if (row.revoked && !ended) {
            stored.revoked = true;
            stored.revoked_at_us = row.revoked_at_us;
            stored.updated_at_us = row.updated_at_us;
            put(stored);
            return ImportedRow{ImportOutcome::revoked, std::nullopt};
        }
        if (row.revoked) return ImportedRow{ImportOutcome::unchanged, std::nullopt};
        if (ended) return ImportedRow{ImportOutcome::kept, std::nullopt};
        const auto ends = context_.database.get_ends(storage::owner_of(stored));
        if (!ends) return ends.error();
        const bool ended_with_others = model::revocation_of(stored, *ends).has_value();
        return ImportedRow{ended_with_others ? ImportOutcome::kept : ImportOutcome::unchanged, std::nullopt};
    }

    void put(const Token& tip) {
        batch_.put_tip(tip);
        longest_expiry_us_ = std::max(longest_expiry_us_, tip.expires_at_us);
        last_stamp_us_ = std::max(last_stamp_us_, tip.issue_stamp_us);
    }

    /// An end that stands already may have been made for shorter-lived tokens, and before the family had a user: it has
    /// to outlive this row, and to be where the listing of the user's sessions looks.
    void note_ends(const Token& row, const model::Ends& ends) {
        const auto extend = [&](auto& noted, const auto& id, auto end) {
            auto& kept = noted.try_emplace(id, end).first->second;
            kept.keep_until_us = std::max(kept.keep_until_us, keep_until_us(context_, row.expires_at_us));
        };
        if (ends.family) extend(family_ends_, row.family_id, *ends.family);
        if (ends.user) extend(user_ends_, row.user_id, *ends.user);
    }

    void put_ends() {
        for (const auto& [family, end] : family_ends_) batch_.put_family_end(family, &*owners_.at(family), end);
        for (const auto& [user, end] : user_ends_) batch_.put_user_end(user, end);
    }

    [[nodiscard]] Result<bool> contains_chain(const Token& row, const TokenId& chain) {
        if (family_chains_.contains({row.family_id, chain}) || user_chains_.contains({row.user_id, chain})) {
            return true;
        }
        return context_.database.contains_chain({row.family_id, row.user_id}, chain);
    }

    [[nodiscard]] Result<std::optional<UserId>> owner_of(const FamilyId& family) {
        if (const auto known = owners_.find(family); known != owners_.end()) return known->second;
        auto owner = context_.database.owner_of(family);
        if (owner) owners_.emplace(family, *owner);
        return owner;
    }

    Context& context_;
    std::span<const Token> rows_;
    storage::Batch batch_;
    std::int64_t now_us_ = 0;
    std::int64_t longest_expiry_us_ = 0;
    std::int64_t last_stamp_us_ = 0;
    std::unordered_map<TokenHash, Token> known_;            // stored, or about to be
    std::set<std::pair<FamilyId, TokenId>> family_chains_;  // about to be stored
    std::set<std::pair<UserId, TokenId>> user_chains_;
    std::unordered_map<FamilyId, model::FamilyEnd> family_ends_;
    std::unordered_map<UserId, model::UserEnd> user_ends_;
    std::unordered_map<FamilyId, std::optional<UserId>> owners_;
};

}  // namespace

Result<std::vector<ImportedRow>> import_tokens(Context& context, std::span<const Token> rows, Durability durability) {
    std::vector<ImportedRow> answers;
    answers.reserve(rows.size());
    while (answers.size() < rows.size()) {
        const auto begin = answers.size();
        const auto step = rows.subspan(begin, std::min(rows_per_step, rows.size() - begin));
        auto done = context.until_writable([&] { return ImportStep(context, step).run(durability); });
        if (!done) {
            auto error = std::move(done).error();
            if (begin > 0 && error.write == WriteState::nothing_written) error.write = WriteState::partly_written;
            return error;
        }
        std::move(done->begin(), done->end(), std::back_inserter(answers));
    }
    return answers;
}

Result<std::vector<ImportedRow>> check_import(Context& context, std::span<const Token> rows) {
    return ImportStep(context, rows).judge();
}

}  // namespace tokenstore::operations
