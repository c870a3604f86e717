// Point reads and the atomic write.
#include "storage/database.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <rocksdb/write_batch.h>

#include "codec/engine_log.hpp"
#include "codec/keys.hpp"
#include "codec/meta_record.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"
#include "storage/engine.hpp"
#include "storage/log_file.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace {

// The engine's MultiGet works best in small batches, and 7.8 does not take one key twice.
constexpr std::size_t multi_get_batch = 32;

/// The values stored under these keys, in any order and some of them perhaps alike, handed to `take(place, value)` for
/// each place.
template <class Key, class Take>
Result<void> multi_get(EngineCondition& condition, rocksdb::DB& db, const rocksdb::ReadOptions& read,
                       rocksdb::ColumnFamilyHandle* family, const std::vector<Key>& keys, std::string_view what,
                       Take take) {
    std::vector<std::size_t> order(keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return keys[a].view() < keys[b].view(); });
    std::array<rocksdb::Slice, multi_get_batch> slices;
    std::array<rocksdb::Status, multi_get_batch> statuses;
    std::array<std::size_t, multi_get_batch + 1> places;  // where in `order` those of each key begin
    for (std::size_t begin = 0; begin < order.size(); begin = places.back()) {
        std::size_t size = 0;
        auto end = begin;
        for (; end < order.size(); ++end) {
            const auto key = slice(keys[order[end]].view());
            if (size > 0 && slices[size - 1] == key) continue;
            if (size == multi_get_batch) break;
            slices[size] = key;
            places[size++] = end;
        }
        places[size] = places.back() = end;
        std::array<rocksdb::PinnableSlice, multi_get_batch> values;
        db.MultiGet(read, family, size, slices.data(), values.data(), statuses.data(), /*sorted_input=*/true);
        for (std::size_t i = 0; i < size; ++i) {
            if (statuses[i].IsNotFound()) continue;
            if (!statuses[i].ok()) return read_error(condition, statuses[i], what);
            for (auto n = places[i]; n < places[i + 1]; ++n) {
                if (auto taken = take(order[n], view(values[i])); !taken) return taken;
            }
        }
    }
    return {};
}

struct HashKey {
    TokenHash hash;

    [[nodiscard]] std::string_view view() const noexcept { return codec::token_key(hash); }
};

codec::DecodeStatus decode(const TokenHash& hash, std::string_view stored, Token& token) {
    return codec::decode_token(hash, stored, token);
}

codec::DecodeStatus decode(const TokenHash& hash, std::string_view stored, model::TokenHead& token) noexcept {
    return codec::decode_token_head(hash, stored, token);
}

Result<model::FamilyEnd> family_end(EngineCondition& condition, std::string_view key, std::string_view stored) {
    model::FamilyEnd end;
    const auto status = codec::decode_family_end(key, stored, end);
    if (status != codec::DecodeStatus::ok) return decode_error(condition, status, "reading a family's end");
    return end;
}

Result<model::UserEnd> user_end(EngineCondition& condition, std::string_view key, std::string_view stored) {
    model::UserEnd end;
    const auto status = codec::decode_user_end(key, stored, end);
    if (status != codec::DecodeStatus::ok) return decode_error(condition, status, "reading a user's end");
    return end;
}

}  // namespace

template <class Record>
Result<bool> Database::get_record(const TokenHash& hash, Record& token) const {
    rocksdb::PinnableSlice stored;
    const auto status =
        engine_->db->Get(engine_->point_read, engine_->handle(Family::tokens), slice(codec::token_key(hash)), &stored);
    if (!status.ok() && !status.IsNotFound()) return read_error(engine_->condition(), status, "reading a token");
    engine_->condition().note_good_read();
    if (status.IsNotFound()) return false;
    const auto decoded = decode(hash, view(stored), token);
    if (decoded != codec::DecodeStatus::ok) return decode_error(engine_->condition(), decoded, "reading a token");
    return true;
}

Result<bool> Database::get_token(const TokenHash& hash, Token& token) const { return get_record(hash, token); }
Result<bool> Database::get_token(const TokenHash& hash, model::TokenHead& token) const {
    return get_record(hash, token);
}

Result<bool> Database::contains_token(const TokenHash& hash) const {
    rocksdb::PinnableSlice stored;
    const auto status =
        engine_->db->Get(engine_->point_read, engine_->handle(Family::tokens), slice(codec::token_key(hash)), &stored);
    if (status.IsNotFound()) return false;
    if (!status.ok()) return read_error(engine_->condition(), status, "looking for a token");
    return true;
}

template <class Record>
Result<std::vector<std::optional<Record>>> Database::get_tokens(std::span<const TokenHash> hashes) const {
    std::vector<HashKey> keys;
    keys.reserve(hashes.size());
    for (const auto& hash : hashes) keys.push_back({hash});
    std::vector<std::optional<Record>> answers(hashes.size());
    const auto read =
        multi_get(engine_->condition(), *engine_->db, engine_->point_read, engine_->handle(Family::tokens), keys,
                  "reading tokens", [&](std::size_t i, std::string_view stored) -> Result<void> {
                      const auto status = decode(hashes[i], stored, answers[i].emplace());
                      if (status != codec::DecodeStatus::ok) {
                          return decode_error(engine_->condition(), status, "reading tokens");
                      }
                      return {};
                  });
    if (!read) return read.error();
    return answers;
}

template Result<std::vector<std::optional<Token>>> Database::get_tokens(std::span<const TokenHash>) const;
template Result<std::vector<std::optional<model::TokenHead>>> Database::get_tokens(std::span<const TokenHash>) const;

Result<std::optional<model::FamilyEnd>> Database::get_family_end(const FamilyId& family) const {
    if (!engine_->may_have_ended(codec::id_view(family))) return std::nullopt;
    const auto key = codec::family_end_key(family);
    rocksdb::PinnableSlice stored;
    const auto status =
        engine_->db->Get(engine_->point_read, engine_->handle(Family::revocations), slice(key.view()), &stored);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return read_error(engine_->condition(), status, "reading a family's end");
    auto end = family_end(engine_->condition(), key.view(), view(stored));
    if (!end) return std::move(end).error();
    return *end;
}

Result<std::optional<model::UserEnd>> Database::get_user_end(const UserId& user) const {
    if (!engine_->may_have_ended(codec::id_view(user))) return std::nullopt;
    const auto key = codec::user_end_key(user);
    rocksdb::PinnableSlice stored;
    const auto status =
        engine_->db->Get(engine_->point_read, engine_->handle(Family::revocations), slice(key.view()), &stored);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return read_error(engine_->condition(), status, "reading a user's end");
    auto end = user_end(engine_->condition(), key.view(), view(stored));
    if (!end) return std::move(end).error();
    return *end;
}

Result<model::Ends> Database::get_ends(const Owner& owner) const {
    // A family's end outranks its user's. Read last, it cannot be missed where it was written first.
    auto user = get_user_end(owner.user_id);
    if (!user) return std::move(user).error();
    auto family = get_family_end(owner.family_id);
    if (!family) return std::move(family).error();
    return model::Ends{*family, *user};
}

Result<std::vector<model::Ends>> Database::get_ends(std::span<const Owner> owners, const PossibleEnds* possible) const {
    std::vector<codec::FixedKey<codec::revocation_prefix_bytes>> keys;
    std::vector<std::size_t> owner_of_key;
    for (std::size_t i = 0; i < owners.size(); ++i) {
        const auto look_up = [&](const auto& id, const auto& key) {
            const auto id_bytes = codec::id_view(id);
            if (!engine_->may_have_ended(id_bytes) || (possible != nullptr && !possible->contains(id_bytes))) return;
            keys.push_back(key);
            owner_of_key.push_back(i);
        };
        look_up(owners[i].family_id, codec::family_end_key(owners[i].family_id));
        look_up(owners[i].user_id, codec::user_end_key(owners[i].user_id));
    }
    std::vector<model::Ends> answers(owners.size());
    if (keys.empty()) return answers;
    const auto read =
        multi_get(engine_->condition(), *engine_->db, engine_->point_read, engine_->handle(Family::revocations), keys,
                  "reading ends", [&](std::size_t i, std::string_view stored) -> Result<void> {
                      const auto key = keys[i].view();
                      auto& ends = answers[owner_of_key[i]];
                      if (codec::is_family_end_key(key)) {
                          auto end = family_end(engine_->condition(), key, stored);
                          if (!end) return std::move(end).error();
                          ends.family = *end;
                      } else {
                          auto end = user_end(engine_->condition(), key, stored);
                          if (!end) return std::move(end).error();
                          ends.user = *end;
                      }
                      return {};
                  });
    if (!read) return read.error();
    return answers;
}

Result<std::vector<OwnEntries>> Database::own_entries(std::span<const StoredToken> tips) const {
    std::vector<OwnEntries> answers(tips.size());
    const auto read = [&](Family index, auto owner, auto entry, auto compare) {
        std::vector<codec::FixedKey<2 * codec::id_bytes>> keys;
        keys.reserve(tips.size());
        for (const auto& tip : tips) keys.push_back(codec::index_key(tip.token.*owner, tip.token.chain_id));
        return multi_get(engine_->condition(), *engine_->db, engine_->point_read, engine_->handle(index), keys,
                         "reading index entries", [&](std::size_t i, std::string_view stored) -> Result<void> {
                             const auto status = codec::decode_index_entry(keys[i].view(), stored, entry);
                             if (status != codec::DecodeStatus::ok) {
                                 return decode_error(engine_->condition(), status, "reading index entries");
                             }
                             compare(answers[i], entry, tips[i]);
                             return {};
                         });
    };
    auto done = read(Family::by_user, &ValidToken::user_id, codec::UserIndexEntry{},
                     [](OwnEntries& own, const auto& entry, const StoredToken& tip) {
                         own.by_user = entry.tip == tip.hash;
                         own.by_family = own.by_user;
                     });
    if (!done) return done.error();
    // A family's entry does not name the tip: that is the one found under the user whom it names.
    done = read(Family::by_family, &ValidToken::family_id, codec::FamilyIndexEntry{},
                [](OwnEntries& own, const auto& entry, const StoredToken& tip) {
                    if (entry.user_id != tip.token.user_id) own.by_family = false;
                });
    if (!done) return done.error();
    return answers;
}

Result<std::optional<std::int64_t>> Database::get_number(std::string_view key) const {
    std::string stored;
    const auto status = engine_->db->Get(engine_->point_read, engine_->handle(Family::meta), slice(key), &stored);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return read_error(engine_->condition(), status, "reading the store's metadata");
    std::int64_t number = 0;
    const auto decoded = codec::decode_number(key, stored, number);
    if (decoded != codec::DecodeStatus::ok)
        return decode_error(engine_->condition(), decoded, "reading the store's metadata");
    return number;
}

Result<std::optional<std::string>> Database::get_record(Family family, std::string_view key) const {
    std::string stored;
    const auto status = engine_->db->Get(engine_->point_read, engine_->handle(family), slice(key), &stored);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return read_error(engine_->condition(), status, "reading a record");
    return stored;
}

Result<std::optional<codec::UserIndexEntry>> Database::get_user_chain(const UserId& user, const TokenId& chain) const {
    const auto key = codec::index_key(user, chain);
    const auto stored = get_record(Family::by_user, key.view());
    if (!stored) return stored.error();
    if (!*stored) return std::nullopt;
    codec::UserIndexEntry entry;
    const auto decoded = codec::decode_index_entry(key.view(), **stored, entry);
    if (decoded != codec::DecodeStatus::ok)
        return decode_error(engine_->condition(), decoded, "reading an index entry");
    return entry;
}

std::uint64_t Database::latest_sequence() const noexcept { return engine_->db->GetLatestSequenceNumber(); }

Result<void> Database::commit(Batch&& batch, Durability durability, WhenStalled when_stalled) {
    if (engine_->condition().refuses_writes()) return refused(WriteState::nothing_written);
    const auto log_number = current_log();
    rocksdb::WriteOptions write;
    write.sync = durability == Durability::lose_nothing;
    put_note(batch, write.sync);
    note_ends(batch.touched());
    write.no_slowdown = when_stalled == WhenStalled::give_up;
    const auto status = engine_->db->Write(write, batch.writes_.get());
    if (status.ok()) {
        if (engine_->events->take_manifest_record()) note_manifest();
        if (!write.sync || raise_high_water(batch, log_number)) return {};
        // What is behind the mark passes for unanswered at the next open: so it must not be answered.
        return fail_write(rocksdb::Status::IOError("the mark of what was synced cannot be written"));
    }
    if (status.IsIncomplete() && write.no_slowdown) {
        return Error{ErrorCode::busy, WriteState::nothing_written, "the engine is stalled"};
    }
    // An engine that has stopped in its background says so with the severity of that error, before it touches the log.
    // The end of a stall by such an error, and a close, are as harmless.
    const bool never_reached_the_log =
        status.severity() >= rocksdb::Status::kHardError || status.IsIncomplete() || status.IsShutdownInProgress();
    if (never_reached_the_log) return refused(WriteState::nothing_written);
    return fail_write(status);
}

/// Before they are written: whoever looks for an end that can be seen has to ask the engine.
void Database::note_ends(const Touched& touched) const noexcept {
    if (!engine_->possible_ends) return;
    for (const auto& family : touched.families) engine_->possible_ends->add(codec::id_view(family));
    for (const auto& user : touched.users) engine_->possible_ends->add(codec::id_view(user));
}

Error Database::fail_write(const rocksdb::Status& status) const {
    auto error = write_error(status, "writing");
    engine_->failed_writes.fetch_add(1, std::memory_order_relaxed);
    engine_->condition().note_failed_write(error);
    return error;
}

Error Database::refused(WriteState write) const {
    engine_->failed_writes.fetch_add(1, std::memory_order_relaxed);
    return writes_refused_error(engine_->condition().health(), write);
}

/// Asks the engine only when it may have begun a new log: the answer takes its mutex.
std::uint64_t Database::current_log() const {
    if (engine_->events->take_new_log()) {
        std::unique_ptr<rocksdb::LogFile> log;
        if (engine_->db->GetCurrentWalFile(&log).ok() && log) engine_->log_number.store(log->LogNumber());
    }
    return engine_->log_number.load(std::memory_order_relaxed);
}

/// Synced, as the engine has it.
codec::ManifestExtent Database::current_manifest() const {
    std::vector<std::string> files;
    codec::ManifestExtent manifest;
    const auto status = engine_->db->GetLiveFiles(files, &manifest.bytes, /*flush_memtable=*/false);
    if (!status.ok()) return {};  // nothing is known then, and nothing proven by it
    for (const auto& file : files) {
        manifest.number = number_in_name(file, "/MANIFEST-", "").value_or(manifest.number);
    }
    return manifest;
}

void Database::note_manifest() const {
    if (engine_->high_water) engine_->high_water->raise_manifest(current_manifest());
}

void Database::put_note(Batch& batch, bool asks_for_sync) const {
    if (!engine_->high_water) return;
    const auto note = codec::encode_batch_note({engine_->high_water->synced(), asks_for_sync});
    batch.writes_->PutLogData(rocksdb::Slice(note.data(), note.size()));
}

bool Database::raise_high_water(const Batch& batch, std::uint64_t log_number) const noexcept {
    // The engine numbers a batch in place.
    const auto head = codec::decode_batch_head(batch.writes_->Data());
    if (!engine_->high_water || !head || head->changes == 0) return true;
    return engine_->high_water->raise({head->next_sequence() - 1, log_number});
}

Result<void> Database::wait_until_writable() {
    // A batch without changes waits in the engine's own queue until the stall is over. Its note is all that it leaves.
    return commit(Batch(*this), Durability::lose_on_power_failure, WhenStalled::wait);
}

Health Database::health() const { return engine_->condition().health(); }

bool Database::may_have_doubts() const noexcept { return engine_->may_have_doubts; }

Result<void> Database::sync() {
    if (engine_->condition().refuses_writes()) return refused(WriteState::indeterminate);
    // A small change, synced: the engine's SyncWAL() ends the process, in Debian's build, where a write fails beside
    // it. Not an empty batch: what is synced has to have a number in the log that is synced.
    Batch batch(*this);
    batch.put_number(codec::synced_key, static_cast<std::int64_t>(latest_sequence()));
    if (auto synced = commit(std::move(batch), Durability::lose_nothing, WhenStalled::wait); !synced) return synced;
    return persist_high_water();
}

Result<void> Database::persist_high_water() {
    note_manifest();
    return engine_->high_water->sync();
}

void Database::note_in_doubt(const codec::InDoubtNote& note) noexcept { engine_->in_doubt->note(note); }

}  // namespace tokenstore::storage
