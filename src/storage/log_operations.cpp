#include "storage/log_operations.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <rocksdb/write_batch.h>

#include "codec/engine_log.hpp"
#include "codec/keys.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"
#include "storage/column_families.hpp"
#include "storage/engine.hpp"

namespace tokenstore::storage {

namespace {

/// The changes of one caller.
struct CallersChanges {
    std::uint64_t first_sequence = 0;
    std::uint64_t changes = 0;
    std::vector<Token> tokens;
    std::vector<LogOperation> ends;
    std::uint64_t removed_tokens = 0;
    std::uint64_t entries = 0;
    std::uint64_t numbers = 0;
    std::uint64_t undecodable = 0;
};

/// The engine numbers column families in the order in which they were made, which is that of our table.
std::optional<Family> family_of(std::uint32_t id) {
    if (id >= column_families.size()) return std::nullopt;
    return column_families[id].family;
}

class OperationVisitor final : public rocksdb::WriteBatch::Handler {
public:
    OperationVisitor(std::uint64_t first_sequence, std::uint64_t log,
                     const std::function<bool(const LogOperation&)>& visit)
        : next_sequence_(first_sequence), log_(log), visit_(visit) {
        changes_.first_sequence = first_sequence;
    }

    rocksdb::Status PutCF(std::uint32_t id, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
        take_put(family_of(id), view(key), view(value));
        return counted();
    }

    rocksdb::Status DeleteCF(std::uint32_t id, const rocksdb::Slice& /*key*/) override {
        const auto family = family_of(id);
        if (family == Family::tokens) ++changes_.removed_tokens;
        if (family == Family::by_family || family == Family::by_user) ++changes_.entries;
        if (family == Family::meta) ++changes_.numbers;
        return counted();
    }

    void LogData(const rocksdb::Slice& data) override {
        const auto note = codec::decode_batch_note(view(data));
        finish(note && note->asks_for_sync);
    }

    bool Continue() override { return goes_on_; }

    /// What stands behind the last note.
    void finish(bool synced) {
        if (changes_.changes > 0) tell(synced);
        changes_ = {};
        changes_.first_sequence = next_sequence_;
    }

    [[nodiscard]] bool goes_on() const noexcept { return goes_on_; }

private:
    rocksdb::Status counted() {
        ++next_sequence_;
        ++changes_.changes;
        return rocksdb::Status::OK();
    }

    void take_put(std::optional<Family> family, std::string_view key, std::string_view value) {
        if (family == Family::tokens) {
            const auto hash = codec::parse_token_key(key);
            Token token;
            if (hash && codec::decode_token(*hash, value, token) == codec::DecodeStatus::ok) {
                changes_.tokens.push_back(std::move(token));
            } else {
                ++changes_.undecodable;
            }
        } else if (family == Family::revocations) {
            take_end(key, value);
        } else if (family == Family::meta) {
            ++changes_.numbers;
        } else {
            ++changes_.entries;
        }
    }

    void take_end(std::string_view key, std::string_view value) {
        LogOperation operation;
        if (codec::is_user_end_key(key)) {
            model::UserEnd end;
            if (codec::decode_user_end(key, value, end) != codec::DecodeStatus::ok) return count_undecodable();
            operation.kind = LogOperationKind::user_ended;
            operation.user_id = codec::trailing_id<UserId>(key, key.size());
            operation.at_us = end.ended_at_us;
            operation.reason = RevocationReason::user_revoked;
            changes_.ends.push_back(operation);
            return;
        }
        model::FamilyEnd end;
        const bool is_ours = codec::is_family_end_key(key) || codec::is_ended_family_key(key);
        if (!is_ours || codec::decode_family_end(key, value, end) != codec::DecodeStatus::ok)
            return count_undecodable();
        operation.kind = LogOperationKind::family_ended;
        operation.family_id = codec::trailing_id<FamilyId>(key, key.size());
        operation.at_us = end.ended_at_us;
        operation.reason = end.reason;
        if (codec::is_family_end_key(key)) {
            changes_.ends.push_back(operation);
            return;
        }
        // The note of it under its user follows the end itself.
        const auto noted = std::ranges::find(changes_.ends, operation.family_id, &LogOperation::family_id);
        if (noted == changes_.ends.end()) return;
        noted->user_id =
            codec::trailing_id<UserId>(key.substr(0, codec::revocation_prefix_bytes), codec::revocation_prefix_bytes);
    }

    void count_undecodable() { ++changes_.undecodable; }

    void tell(bool synced) {
        synced_ = synced;
        for (const Token& token : changes_.tokens) tell_token(token);
        for (const auto& end : changes_.ends) tell(end);
        const auto tell_count = [&](LogOperationKind kind, std::uint64_t count) {
            LogOperation operation;
            operation.kind = kind;
            operation.count = count;
            if (count > 0) tell(operation);
        };
        tell_count(LogOperationKind::removed, changes_.removed_tokens);
        const bool entries_alone = changes_.tokens.empty() && changes_.removed_tokens == 0;
        tell_count(LogOperationKind::index_repaired, entries_alone ? changes_.entries : 0);
        tell_count(LogOperationKind::undecodable, changes_.undecodable);
        tell_count(LogOperationKind::upkeep, changes_.numbers);
    }

    void tell_token(const Token& token) {
        LogOperation operation;
        operation.token_hash = token.hash;
        operation.family_id = token.family_id;
        operation.user_id = token.user_id;
        const auto written = [&](const TokenHash& hash) {
            return std::ranges::find(changes_.tokens, hash, &Token::hash) != changes_.tokens.end();
        };
        // A successor is told with the token that it succeeds.
        if (token.predecessor && written(*token.predecessor)) return;
        if (token.successor) {
            operation.kind = written(*token.successor) ? LogOperationKind::rotated : LogOperationKind::rewritten;
            operation.successor = token.successor;
            operation.at_us = token.consumed_at_us;
        } else if (token.revoked) {
            operation.kind = LogOperationKind::revoked;
            operation.at_us = token.revoked_at_us;
            operation.reason = RevocationReason::token_revoked;
        } else if (token.predecessor) {
            operation.kind = LogOperationKind::rewritten;
        } else {
            operation.kind = LogOperationKind::stored;
            operation.at_us = token.created_at_us;
        }
        tell(operation);
    }

    void tell(LogOperation operation) {
        if (!goes_on_) return;
        operation.sequence = changes_.first_sequence;
        operation.log = log_;
        operation.synced = synced_;
        goes_on_ = visit_(operation);
    }

    std::uint64_t next_sequence_;
    std::uint64_t log_;
    const std::function<bool(const LogOperation&)>& visit_;
    CallersChanges changes_;
    bool synced_ = false;
    bool goes_on_ = true;
};

}  // namespace

bool visit_operations(std::string_view record, std::uint64_t log,
                      const std::function<bool(const LogOperation&)>& visit) {
    const auto head = codec::decode_batch_head(record);
    if (!head || head->changes == 0) return true;
    OperationVisitor visitor(head->first_sequence, log, visit);
    const rocksdb::WriteBatch batch{std::string(record)};
    if (!batch.Iterate(&visitor).ok()) return visitor.goes_on();
    visitor.finish(/*synced=*/false);
    return visitor.goes_on();
}

}  // namespace tokenstore::storage
