// Scans: for listing, counting and cleaning up. An undecodable entry ends a scan with an error, never quietly.
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "codec/keys.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"
#include "expiry/expiry_properties.hpp"
#include "storage/engine.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace {

// The store deletes no ranges. Saying so is more than a saving: an iterator of RocksDB before 8.7 that looks for
// deleted ranges takes a damaged first block of a table file for the end of the level and answers a short scan with
// status OK (facebook/rocksdb#11782). One that does not look for them reports the damage.
constexpr bool never_deleted_by_range = true;

/// The smallest key that is greater than every key with this prefix; nothing if there is none.
std::optional<std::string> prefix_end(std::string_view prefix) {
    std::string end(prefix);
    while (!end.empty()) {
        auto& last = end.back();
        if (last != '\xff') {
            last = static_cast<char>(static_cast<unsigned char>(last) + 1);
            return end;
        }
        end.pop_back();
    }
    return std::nullopt;
}

/// An iterator over the keys of one prefix: bounded on both sides, so that a seek never wanders over the tombstones of
/// its neighbours, and using the prefix filters.
class PrefixScan {
public:
    PrefixScan(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, std::string_view prefix)
        : lower_(prefix), upper_(prefix_end(prefix)), lower_slice_(lower_) {
        read_.prefix_same_as_start = true;
        read_.ignore_range_deletions = never_deleted_by_range;
        read_.iterate_lower_bound = &lower_slice_;
        if (upper_) {
            upper_slice_ = *upper_;
            read_.iterate_upper_bound = &upper_slice_;
        }
        iterator_.reset(db.NewIterator(read_, family));
    }

    PrefixScan(const PrefixScan&) = delete;
    PrefixScan& operator=(const PrefixScan&) = delete;

    rocksdb::Iterator& operator*() noexcept { return *iterator_; }
    rocksdb::Iterator* operator->() noexcept { return iterator_.get(); }

private:
    std::string lower_;
    std::optional<std::string> upper_;
    rocksdb::Slice lower_slice_;
    rocksdb::Slice upper_slice_;
    rocksdb::ReadOptions read_;
    std::unique_ptr<rocksdb::Iterator> iterator_;
};

using TableFilter = std::function<bool(const rocksdb::TableProperties&)>;

/// An iterator over a whole column family that leaves the block cache to the look-ups. Table files that the filter
/// refuses are not read, where there is one.
std::unique_ptr<rocksdb::Iterator> whole_scan(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
                                              TableFilter reads_table = {}) {
    rocksdb::ReadOptions read;
    read.table_filter = std::move(reads_table);
    read.total_order_seek = true;
    read.ignore_range_deletions = never_deleted_by_range;
    read.fill_cache = false;
    read.readahead_size = 2U << 20U;
    return std::unique_ptr<rocksdb::Iterator>(db.NewIterator(read, family));
}

/// Moves an iterator over tokens, which damage has stopped behind `place`, to where it can read again, in steps that
/// double: so at most about as much is passed over as is damaged. False if nothing behind can be read.
bool seek_behind_damage(rocksdb::Iterator& iterator, TokenHash& place) {
    // Hashes are evenly spread, so a step in their first eight bytes is a step in the store: at first that of one token
    // among four thousand million.
    std::uint64_t first_bytes = 0;
    for (std::size_t i = 0; i < 8; ++i) first_bytes = first_bytes << 8U | place.bytes[i];
    for (unsigned shift = 32; shift < 64; ++shift) {
        const auto step = std::uint64_t{1} << shift;
        if (first_bytes > std::numeric_limits<std::uint64_t>::max() - step) return false;
        first_bytes += step;
        place = {};
        for (std::size_t i = 0; i < 8; ++i) place.bytes[i] = static_cast<std::uint8_t>(first_bytes >> (56 - 8 * i));
        iterator.Seek(slice(codec::token_key(place)));
        if (iterator.status().ok()) return true;
    }
    return false;
}

template <class Entry>
Result<Chain<Entry>> chain_at(EngineCondition& condition, const rocksdb::Iterator& iterator) {
    const auto key = view(iterator.key());
    const auto id = codec::chain_of_index_key(key);
    if (!id) return decode_error(condition, codec::DecodeStatus::malformed, "reading an index key");
    Chain<Entry> chain{*id, {}};
    const auto status = codec::decode_index_entry(key, view(iterator.value()), chain.entry);
    if (status != codec::DecodeStatus::ok) return decode_error(condition, status, "reading an index entry");
    return chain;
}

Result<std::uint64_t> count_prefixes(EngineCondition& condition, rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
                                     std::string_view what) {
    const auto iterator = whole_scan(db, family);
    std::uint64_t count = 0;
    std::string last;
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
        const auto prefix = view(iterator->key()).substr(0, codec::index_prefix_bytes);
        if (count > 0 && prefix == last) continue;
        last = prefix;
        ++count;
    }
    if (!iterator->status().ok()) return read_error(condition, iterator->status(), what);
    return count;
}

}  // namespace

Result<void> Database::scan_family(const FamilyId& family, const std::function<bool(const FamilyChain&)>& visit) const {
    const auto prefix = codec::id_view(family);
    PrefixScan scan(*engine_->db, engine_->handle(Family::by_family), prefix);
    for (scan->Seek(slice(prefix)); scan->Valid(); scan->Next()) {
        const auto chain = chain_at<codec::FamilyIndexEntry>(engine_->condition(), *scan);
        if (!chain) return chain.error();
        if (!visit(*chain)) return {};
    }
    if (!scan->status().ok()) return read_error(engine_->condition(), scan->status(), "listing a family");
    return {};
}

Result<void> Database::scan_user_newest_first(const UserId& user, const std::optional<TokenId>& before,
                                              const std::function<bool(const UserChain&)>& visit) const {
    TokenId newest;
    newest.bytes.fill(0xff);
    const auto start = codec::index_key(user, before.value_or(newest));
    PrefixScan scan(*engine_->db, engine_->handle(Family::by_user), codec::id_view(user));
    for (scan->Seek(slice(start.view())); scan->Valid(); scan->Next()) {
        if (before && view(scan->key()) == start.view()) continue;
        const auto chain = chain_at<codec::UserIndexEntry>(engine_->condition(), *scan);
        if (!chain) return chain.error();
        if (!visit(*chain)) return {};
    }
    if (!scan->status().ok()) return read_error(engine_->condition(), scan->status(), "listing a user's sessions");
    return {};
}

Result<PossibleEnds> Database::possible_ends() const {
    PossibleEnds possible;
    auto scanned = scan_records(Family::revocations, [&](std::string_view key, std::string_view /*stored*/) {
        if (codec::is_family_end_key(key) || codec::is_user_end_key(key)) possible.add(key.substr(1));
        return true;
    });
    if (!scanned) return std::move(scanned).error();
    return possible;
}

Result<std::vector<FamilyId>> Database::ended_families(const UserId& user) const {
    const auto prefix = codec::ended_families_prefix(user);
    PrefixScan scan(*engine_->db, engine_->handle(Family::revocations), prefix.view());
    std::vector<FamilyId> families;
    for (scan->Seek(slice(prefix.view())); scan->Valid(); scan->Next()) {
        const auto family = codec::trailing_id<FamilyId>(view(scan->key()), 1 + 2 * codec::id_bytes);
        if (!family) {
            return decode_error(engine_->condition(), codec::DecodeStatus::malformed,
                                "reading the key of an ended family");
        }
        model::FamilyEnd end;
        const auto status = codec::decode_family_end(view(scan->key()), view(scan->value()), end);
        if (status != codec::DecodeStatus::ok)
            return decode_error(engine_->condition(), status, "reading an ended family");
        families.push_back(*family);
    }
    if (!scan->status().ok())
        return read_error(engine_->condition(), scan->status(), "listing a user's ended families");
    return families;
}

Result<bool> Database::contains_chain(const Owner& owner, const TokenId& chain) const {
    const auto get_entry = [this](Family family, std::string_view key,
                                  auto entry) -> Result<decltype(std::optional(entry))> {
        rocksdb::PinnableSlice stored;
        const auto status = engine_->db->Get(engine_->point_read, engine_->handle(family), slice(key), &stored);
        if (status.IsNotFound()) return std::nullopt;
        if (!status.ok()) return read_error(engine_->condition(), status, "looking for a chain");
        const auto decoded = codec::decode_index_entry(key, view(stored), entry);
        if (decoded != codec::DecodeStatus::ok)
            return decode_error(engine_->condition(), decoded, "looking for a chain");
        return entry;
    };
    const auto user_has_it = [&](const UserId& user) -> Result<bool> {
        const auto entry = get_entry(Family::by_user, codec::index_key(user, chain).view(), codec::UserIndexEntry{});
        if (!entry) return entry.error();
        if (!*entry) return false;
        return contains_token((*entry)->tip);
    };
    const auto in_family =
        get_entry(Family::by_family, codec::index_key(owner.family_id, chain).view(), codec::FamilyIndexEntry{});
    if (!in_family) return in_family.error();
    if (*in_family) {
        auto found = user_has_it((*in_family)->user_id);
        if (!found || *found) return found;
    }
    return user_has_it(owner.user_id);
}

Result<std::optional<UserId>> Database::owner_of(const FamilyId& family) const {
    std::optional<UserId> owner;
    auto scanned = scan_family(family, [&](const FamilyChain& chain) {
        owner = chain.entry.user_id;
        return false;
    });
    if (!scanned) return std::move(scanned).error();
    return owner;
}

Result<void> Database::scan_tokens(const TokenHash& from, SkippedDamage* skipped,
                                   const std::function<bool(Token&&)>& visit) const {
    const auto iterator = whole_scan(*engine_->db, engine_->handle(Family::tokens));
    auto place = from;  // the last hash that the scan has reached
    iterator->Seek(slice(codec::token_key(from)));
    for (;;) {
        for (; iterator->Valid(); iterator->Next()) {
            const auto hash = codec::parse_token_key(view(iterator->key()));
            Token token;
            const auto status =
                hash ? codec::decode_token(*hash, view(iterator->value()), token) : codec::DecodeStatus::malformed;
            if (hash) place = *hash;
            if (status != codec::DecodeStatus::ok) {
                if (skipped == nullptr) return decode_error(engine_->condition(), status, "reading a token");
                ++skipped->records;
            } else if (!visit(std::move(token))) {
                return {};
            }
        }
        if (iterator->status().ok()) return {};
        if (skipped == nullptr || !iterator->status().IsCorruption()) {
            return read_error(engine_->condition(), iterator->status(), "reading all tokens");
        }
        ++skipped->stretches;
        if (!seek_behind_damage(*iterator, place)) return {};
    }
}

Result<void> Database::scan_expiring(
    const TokenHash& from, std::int64_t until_us,
    const std::function<bool(const TokenHash&, const model::TokenHead&)>& visit) const {
    const auto holds_expired = [until_us](const rocksdb::TableProperties& properties) {
        const auto earliest_us = expiry::earliest_expiry(properties);
        return earliest_us && *earliest_us <= until_us;
    };
    const auto iterator = whole_scan(*engine_->db, engine_->handle(Family::tokens), holds_expired);
    for (iterator->Seek(slice(codec::token_key(from))); iterator->Valid(); iterator->Next()) {
        const auto hash = codec::parse_token_key(view(iterator->key()));
        const auto expires_at_us = codec::peek_expires_at_us(view(iterator->value()));
        // What cannot be read is not known to have expired: it stays.
        if (!hash || !expires_at_us || *expires_at_us > until_us) continue;
        model::TokenHead head;
        const auto status = codec::decode_token_head(*hash, view(iterator->value()), head);
        if (status != codec::DecodeStatus::ok) {
            return decode_error(engine_->condition(), status, "looking for expired tokens");
        }
        if (!visit(*hash, head)) return {};
    }
    if (!iterator->status().ok())
        return read_error(engine_->condition(), iterator->status(), "looking for expired tokens");
    return {};
}

Result<void> Database::scan_records(
    Family family, const std::function<bool(std::string_view key, std::string_view stored)>& visit) const {
    const auto iterator = whole_scan(*engine_->db, engine_->handle(family));
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
        if (!visit(view(iterator->key()), view(iterator->value()))) return {};
    }
    if (!iterator->status().ok()) return read_error(engine_->condition(), iterator->status(), "reading all records");
    return {};
}

Result<std::uint64_t> Database::count_families() const {
    return count_prefixes(engine_->condition(), *engine_->db, engine_->handle(Family::by_family), "counting families");
}

Result<std::uint64_t> Database::count_users() const {
    return count_prefixes(engine_->condition(), *engine_->db, engine_->handle(Family::by_user), "counting users");
}

}  // namespace tokenstore::storage
