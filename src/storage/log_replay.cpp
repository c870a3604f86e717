#include "storage/log_replay.hpp"

#include <set>
#include <utility>

#include <rocksdb/write_batch.h>

#include "codec/engine_log.hpp"
#include "codec/keys.hpp"
#include "codec/token_record.hpp"
#include "storage/column_families.hpp"
#include "storage/engine.hpp"

namespace tokenstore::storage {

namespace {

/// The tokens that rotations in a batch consumed, of callers that asked for a sync and were not answered. The engine
/// writes the batches of several callers as one; each ends with its caller's note.
class ConsumedTokens final : public rocksdb::WriteBatch::Handler {
public:
    ConsumedTokens(std::uint32_t tokens_family, std::uint64_t first_sequence, std::uint64_t answered_sequence) noexcept
        : tokens_family_(tokens_family), next_sequence_(first_sequence), answered_sequence_(answered_sequence) {}

    rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
        ++next_sequence_;
        if (family != tokens_family_) return rocksdb::Status::OK();
        const auto hash = codec::parse_token_key(view(key));
        Token token;
        if (hash && codec::decode_token(*hash, view(value), token) == codec::DecodeStatus::ok) {
            stored_.insert(token.hash);
            if (token.consumed_at_us && token.successor) {
                consumed_.push_back({{token.hash, *token.consumed_at_us}, *token.successor});
            }
        }
        return rocksdb::Status::OK();
    }

    rocksdb::Status DeleteCF(std::uint32_t /*family*/, const rocksdb::Slice& /*key*/) override {
        ++next_sequence_;
        return rocksdb::Status::OK();
    }

    void LogData(const rocksdb::Slice& data) override {
        const auto note = codec::decode_batch_note(view(data));
        const bool is_unanswered = note && note->asks_for_sync && next_sequence_ - 1 > answered_sequence_;
        for (const auto& [rotation, successor] : consumed_) {
            // Other calls may write the record of a consumed token again, without its successor's.
            if (is_unanswered && stored_.contains(successor)) found_.push_back(rotation);
        }
        stored_.clear();
        consumed_.clear();
    }

    [[nodiscard]] const std::vector<codec::InDoubtNote>& found() const noexcept { return found_; }

private:
    std::uint32_t tokens_family_;
    std::uint64_t next_sequence_;
    std::uint64_t answered_sequence_;
    std::set<TokenHash> stored_;                                      // by the caller whose changes are being read
    std::vector<std::pair<codec::InDoubtNote, TokenHash>> consumed_;  // with its successor
    std::vector<codec::InDoubtNote> found_;
};

}  // namespace

void LogReplay::ColumnFamilyLogNumberMap(const std::map<std::uint32_t, std::uint64_t>& /*log_numbers*/,
                                         const std::map<std::string, std::uint32_t>& ids) {
    const auto found = ids.find(std::string(column_families[position(Family::tokens)].name));
    if (found != ids.end()) tokens_family_ = found->second;
}

rocksdb::WalFilter::WalProcessingOption LogReplay::LogRecordFound(unsigned long long /*log_number*/,
                                                                  const std::string& /*log_file_name*/,
                                                                  const rocksdb::WriteBatch& batch,
                                                                  rocksdb::WriteBatch* /*new_batch*/,
                                                                  bool* /*batch_changed*/) {
    const auto head = codec::decode_batch_head(batch.Data());
    if (!head) return WalProcessingOption::kCorruptedRecord;
    if (head->next_sequence() - 1 <= answered_sequence_) return WalProcessingOption::kContinueProcessing;
    ConsumedTokens consumed(tokens_family_, head->first_sequence, answered_sequence_);
    if (!batch.Iterate(&consumed).ok()) return WalProcessingOption::kContinueProcessing;
    for (const auto& rotation : consumed.found()) {
        unanswered_.push_back(rotation);
        file_.note(rotation);  // best effort: it is kept in memory, too
    }
    return WalProcessingOption::kContinueProcessing;
}

}  // namespace tokenstore::storage
