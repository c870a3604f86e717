// RocksDB with nothing of tokenstore's above it: the floor for anything that is built on this engine.
//
// The options are tokenstore's own, taken from its sources, less what reads tokenstore's records (the TTL filter and
// the table properties). A look-up is one Get. A change locks stripes as tokenstore does, since RocksDB's plain DB
// compares nothing, and is one WriteBatch. There are no checksums of records, no issue stamps, no proof of the log at
// open.
#include <unistd.h>

#include <algorithm>
#include <string>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "base/lock_stripes.hpp"
#include "compare/engine_build.hpp"
#include "compare/key_value_operations.hpp"
#include "compare/participants.hpp"
#include "compare/require.hpp"
#include "compare/resources.hpp"
#include "storage/column_families.hpp"
#include "storage/engine_options.hpp"

namespace tokenstore::bench {

namespace {

using storage::Family;

void require_ok(const rocksdb::Status& status) { require(status.ok(), "RocksDB: " + status.ToString()); }

rocksdb::Slice slice_of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

template <class Identifier>
rocksdb::Slice slice_of(const Identifier& identifier) {
    return slice_of(bytes_of(identifier));
}

/// An owner and one of its chains.
template <class Owner>
std::string index_key(const Owner& owner, const TokenId& chain) {
    return std::string(bytes_of(owner)).append(bytes_of(chain));
}

struct Database {
    std::unique_ptr<rocksdb::DB> db;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    base::LockStripes stripes;

    Database(const std::filesystem::path& directory, const Options& options) {
        auto descriptors =
            storage::column_family_descriptors(options.block_cache_bytes, options.write_buffer_bytes, nullptr);
        for (auto& descriptor : descriptors) descriptor.options.table_properties_collector_factories.clear();
        auto db_options = storage::primary_options(options);
        db_options.create_if_missing = true;
        db_options.create_missing_column_families = true;
        rocksdb::DB* opened = nullptr;
        require_ok(rocksdb::DB::Open(db_options, directory.string(), descriptors, &handles, &opened));
        db.reset(opened);
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() {
        for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
    }

    [[nodiscard]] rocksdb::ColumnFamilyHandle* in(Family family) const { return handles[storage::position(family)]; }

    [[nodiscard]] bool get(Family family, const rocksdb::Slice& key, rocksdb::PinnableSlice& value) const {
        const auto status = db->Get({}, in(family), key, &value);
        if (!status.IsNotFound()) require_ok(status);
        return status.ok();
    }

    [[nodiscard]] std::optional<UserId> owner(const FamilyId& family) const {
        rocksdb::ReadOptions read;
        read.prefix_same_as_start = true;
        const std::unique_ptr<rocksdb::Iterator> entry(db->NewIterator(read, in(Family::by_family)));
        entry->Seek(slice_of(family));
        require_ok(entry->status());
        if (!entry->Valid()) return std::nullopt;
        return decode_tip(entry->value().ToStringView()).user_id;
    }
};

class BatchTransaction final : public KeyValueTransaction {
public:
    /// Holds the stripes of the user, the family and the hash.
    BatchTransaction(Database& database, const UserId& user, const FamilyId& family, const TokenHash& hash)
        : database_(database),
          guard_(database.stripes.lock({database.stripes.stripe_of(bytes_of(user), 1),
                                        database.stripes.stripe_of(bytes_of(family), 2),
                                        database.stripes.stripe_of(bytes_of(hash), 3)})) {}

    void commit(bool sync) {
        rocksdb::WriteOptions write;
        write.sync = sync;
        if (batch_.Count() > 0) require_ok(database_.db->Write(write, &batch_));
    }

    std::optional<StoredRow> row(const TokenHash& hash) override {
        rocksdb::PinnableSlice value;
        if (!database_.get(Family::tokens, slice_of(hash), value)) return std::nullopt;
        return decode_row(value.ToStringView());
    }
    void put_row(const TokenHash& hash, const StoredRow& row) override {
        put(Family::tokens, slice_of(hash), encode(row));
    }
    void erase_row(const TokenHash& hash) override { erase(Family::tokens, slice_of(hash)); }

    void put_tip(const TokenId& chain, const Tip& tip) override {
        put(Family::by_family, index_key(tip.family_id, chain), bytes_of(tip));
        put(Family::by_user, index_key(tip.user_id, chain), bytes_of(tip));
    }
    void erase_tip(const TokenId& chain, const Tip& tip) override {
        erase(Family::by_family, index_key(tip.family_id, chain));
        erase(Family::by_user, index_key(tip.user_id, chain));
    }
    std::vector<Chain> chains(const FamilyId& family) override { return chains_of(Family::by_family, family); }
    std::vector<Chain> chains(const UserId& user) override { return chains_of(Family::by_user, user); }

    std::optional<Tip> tip(const FamilyId& family, const TokenId& chain) override {
        rocksdb::PinnableSlice value;
        if (!database_.get(Family::by_family, index_key(family, chain), value)) return std::nullopt;
        return decode_tip(value.ToStringView());
    }
    std::optional<UserId> owner(const FamilyId& family) override { return database_.owner(family); }

    bool family_ended(const FamilyId& family) override {
        rocksdb::PinnableSlice value;
        return database_.get(Family::revocations, slice_of(family), value);
    }
    void end_family(const FamilyId& family) override { put(Family::revocations, slice_of(family), {}); }
    std::uint64_t user_generation(const UserId& user) override {
        rocksdb::PinnableSlice value;
        return database_.get(Family::revocations, slice_of(user), value) ? std::stoull(value.ToString()) : 0;
    }
    void set_user_generation(const UserId& user, std::uint64_t generation) override {
        put(Family::revocations, slice_of(user), std::to_string(generation));
    }

private:
    void put(Family family, const rocksdb::Slice& key, std::string_view value) {
        require_ok(batch_.Put(database_.in(family), key, slice_of(value)));
    }
    void erase(Family family, const rocksdb::Slice& key) { require_ok(batch_.Delete(database_.in(family), key)); }

    template <class Owner>
    std::vector<Chain> chains_of(Family index, const Owner& owner) {
        rocksdb::ReadOptions read;
        read.prefix_same_as_start = true;
        const std::unique_ptr<rocksdb::Iterator> entry(database_.db->NewIterator(read, database_.in(index)));
        std::vector<Chain> chains;
        for (entry->Seek(slice_of(owner)); entry->Valid(); entry->Next()) {
            TokenId id;
            const auto suffix = entry->key().ToStringView().substr(owner.bytes.size());
            std::copy(suffix.begin(), suffix.end(), id.bytes.begin());
            chains.push_back({id, decode_tip(entry->value().ToStringView())});
        }
        require_ok(entry->status());
        return chains;
    }

    Database& database_;
    base::LockStripes::Guard guard_;
    rocksdb::WriteBatch batch_;
};

class DatabaseClient final : public Client {
public:
    DatabaseClient(Database& database, bool sync) : database_(database), sync_(sync) {}

    void load(std::span<const NewToken> tokens) override {
        for (const auto& token : tokens) store(token, false);
    }
    CreateOutcome create(const NewToken& token) override { return store(token, sync_); }
    std::optional<Validated> validate(const TokenHash& hash) override {
        rocksdb::PinnableSlice value;
        if (!database_.get(Family::tokens, slice_of(hash), value)) return std::nullopt;
        return validated(decode_head(value.ToStringView()), system_clock().wall_us());
    }
    Rotation rotate(const TokenHash& presented, const Successor& successor) override {
        const auto head = head_of(presented);
        if (!head) return {RotateOutcome::not_found};
        BatchTransaction transaction(database_, head->user_id, head->family_id, successor.hash);
        const auto rotation = bench::rotate(transaction, presented, successor, system_clock().wall_us());
        transaction.commit(sync_);
        return rotation;
    }
    RevokeResult revoke_family(const FamilyId& family, Counting counting) override {
        BatchTransaction transaction(database_, database_.owner(family).value_or(UserId{}), family, {});
        const auto result = bench::revoke_family(transaction, family, counting, system_clock().wall_us());
        transaction.commit(sync_);
        return result;
    }
    RevokeResult revoke_user(const UserId& user, Counting counting) override {
        BatchTransaction transaction(database_, user, {}, {});
        const auto result = bench::revoke_user(transaction, user, counting, system_clock().wall_us());
        transaction.commit(sync_);
        return result;
    }
    std::vector<Session> sessions(const UserId& user, std::size_t limit) override {
        const auto now_us = system_clock().wall_us();
        rocksdb::ReadOptions read;
        read.prefix_same_as_start = true;
        const std::unique_ptr<rocksdb::Iterator> entry(database_.db->NewIterator(read, database_.in(Family::by_user)));
        TokenId last_chain;
        last_chain.bytes.fill(0xff);
        std::vector<Session> sessions;
        entry->SeekForPrev(index_key(user, last_chain));
        for (; entry->Valid() && sessions.size() < limit; entry->Prev()) {
            const auto tip = decode_tip(entry->value().ToStringView());
            rocksdb::PinnableSlice value;
            if (!tip.live || now_us >= tip.expires_at_us) continue;
            if (!database_.get(Family::tokens, slice_of(tip.hash), value)) continue;
            sessions.push_back(session_of(tip.hash, decode_row(value.ToStringView())));
        }
        require_ok(entry->status());
        return sessions;
    }
    std::optional<std::uint64_t> cleanup_expired() override {
        const auto now_us = system_clock().wall_us();
        std::uint64_t removed = 0;
        const std::unique_ptr<rocksdb::Iterator> entry(database_.db->NewIterator({}, database_.in(Family::tokens)));
        for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
            const auto head = decode_head(entry->value().ToStringView());
            if (now_us < head.expires_at_us) continue;
            TokenHash hash;
            std::copy(entry->key().data(), entry->key().data() + hash.bytes.size(), hash.bytes.begin());
            BatchTransaction transaction(database_, head.user_id, head.family_id, hash);
            if (remove_if_expired(transaction, hash, now_us)) ++removed;
            transaction.commit(false);
        }
        require_ok(entry->status());
        if (sync_) require_ok(database_.db->SyncWAL());
        return removed;
    }

private:
    CreateOutcome store(const NewToken& token, bool sync) {
        BatchTransaction transaction(database_, token.user_id, token.family_id, token.hash);
        const auto outcome = bench::create(transaction, token, system_clock().wall_us());
        transaction.commit(sync);
        return outcome;
    }

    [[nodiscard]] std::optional<RowHead> head_of(const TokenHash& hash) const {
        rocksdb::PinnableSlice value;
        if (!database_.get(Family::tokens, slice_of(hash), value)) return std::nullopt;
        return decode_head(value.ToStringView());
    }

    Database& database_;
    bool sync_;
};

class BareRocksdb final : public Participant {
public:
    explicit BareRocksdb(const Setting& setting)
        : directory_(setting.folder), sync_(setting.durability == DurabilityClass::synced) {
        options_.block_cache_bytes = 6ULL << 30U;
        options_.write_buffer_bytes = 256ULL << 20U;
        reopen();
    }

    std::string engine() const override { return rocksdb_and_its_build(); }
    std::string configuration() const override {
        return "the options of src/storage/engine_options.cpp: block cache 6 GiB, write buffers 256 MiB\n"
               "WriteOptions::sync = " +
               std::string(sync_ ? "true" : "false") + '\n';
    }
    std::unique_ptr<Client> connect() override { return std::make_unique<DatabaseClient>(*database_, sync_); }
    void settle() override {
        for (auto* handle : database_->handles) {
            require_ok(database_->db->Flush({}, handle));
            require_ok(database_->db->CompactRange({}, handle, nullptr, nullptr));
        }
    }
    void reopen() override {
        database_.reset();
        database_ = std::make_unique<Database>(directory_, options_);
    }
    std::uint64_t disk_bytes() const override { return disk_bytes_below(directory_); }
    std::uint64_t resident_bytes() const override { return resident_bytes_of(::getpid()); }
    std::uint64_t written_bytes() const override { return written_bytes_of(::getpid()); }

private:
    std::filesystem::path directory_;
    bool sync_;
    Options options_;
    std::unique_ptr<Database> database_;
};

}  // namespace

std::unique_ptr<Participant> make_bare_rocksdb(const Setting& setting) {
    return std::make_unique<BareRocksdb>(setting);
}

}  // namespace tokenstore::bench
