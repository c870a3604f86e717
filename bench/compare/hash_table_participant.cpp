// A hash table in the memory of the process: the physical limit. It survives nothing, so it has no durability class and
// is shown beside the buffered ones.
//
// Rows lie in shards, each behind a shared mutex, so that look-ups rarely meet. Changes take one mutex: they are short,
// and a second one would make every operation on families and users a dance of locks.
#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>

#include <unistd.h>

#include "compare/key_value_operations.hpp"
#include "compare/participants.hpp"
#include "compare/resources.hpp"

namespace tokenstore::bench {

namespace {

struct Owner {
    bool ended = false;
    std::uint64_t generation = 0;
    std::map<TokenId, Tip> chains;
};

class Rows {
public:
    template <class Read>
    auto read(const TokenHash& hash, Read&& read) const {
        const auto& shard = shard_of(hash);
        const std::shared_lock lock(shard.mutex);
        const auto found = shard.rows.find(hash);
        return read(found == shard.rows.end() ? nullptr : &found->second);
    }

    void put(const TokenHash& hash, const StoredRow& row) {
        auto& shard = shards_[position(hash)];
        const std::unique_lock lock(shard.mutex);
        shard.rows.insert_or_assign(hash, row);
    }

    void erase(const TokenHash& hash) {
        auto& shard = shards_[position(hash)];
        const std::unique_lock lock(shard.mutex);
        shard.rows.erase(hash);
    }

    [[nodiscard]] std::vector<TokenHash> expired_at(std::int64_t now_us) const {
        std::vector<TokenHash> expired;
        for (const auto& shard : shards_) {
            const std::shared_lock lock(shard.mutex);
            for (const auto& [hash, row] : shard.rows) {
                if (now_us >= row.head.expires_at_us) expired.push_back(hash);
            }
        }
        return expired;
    }

private:
    struct alignas(64) Shard {
        mutable std::shared_mutex mutex;
        std::unordered_map<TokenHash, StoredRow> rows;
    };

    // The map takes the first bytes of the digest, so the shard takes the last.
    [[nodiscard]] static std::size_t position(const TokenHash& hash) { return hash.bytes.back(); }
    [[nodiscard]] const Shard& shard_of(const TokenHash& hash) const { return shards_[position(hash)]; }

    std::array<Shard, 256> shards_;
};

struct Table {
    Rows rows;
    std::shared_mutex changes;  // guards the owners; exclusive in every change
    std::unordered_map<FamilyId, Owner> families;
    std::unordered_map<UserId, Owner> users;
};

class TableTransaction final : public KeyValueTransaction {
public:
    explicit TableTransaction(Table& table) : table_(table), lock_(table.changes) {}

    std::optional<StoredRow> row(const TokenHash& hash) override {
        return table_.rows.read(hash, [](const StoredRow* row) { return row ? std::optional(*row) : std::nullopt; });
    }
    void put_row(const TokenHash& hash, const StoredRow& row) override { table_.rows.put(hash, row); }
    void erase_row(const TokenHash& hash) override { table_.rows.erase(hash); }

    void put_tip(const TokenId& chain, const Tip& tip) override {
        table_.families[tip.family_id].chains.insert_or_assign(chain, tip);
        table_.users[tip.user_id].chains.insert_or_assign(chain, tip);
    }
    void erase_tip(const TokenId& chain, const Tip& tip) override {
        table_.families[tip.family_id].chains.erase(chain);
        table_.users[tip.user_id].chains.erase(chain);
    }
    std::vector<Chain> chains(const FamilyId& family) override { return chains_of(table_.families, family); }
    std::vector<Chain> chains(const UserId& user) override { return chains_of(table_.users, user); }

    std::optional<Tip> tip(const FamilyId& family, const TokenId& chain) override {
        const auto& chains = table_.families.at(family).chains;
        const auto found = chains.find(chain);
        return found == chains.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<UserId> owner(const FamilyId& family) override {
        const auto found = table_.families.find(family);
        if (found == table_.families.end() || found->second.chains.empty()) return std::nullopt;
        return found->second.chains.begin()->second.user_id;
    }

    bool family_ended(const FamilyId& family) override {
        const auto found = table_.families.find(family);
        return found != table_.families.end() && found->second.ended;
    }
    void end_family(const FamilyId& family) override { table_.families[family].ended = true; }
    std::uint64_t user_generation(const UserId& user) override {
        const auto found = table_.users.find(user);
        return found == table_.users.end() ? 0 : found->second.generation;
    }
    void set_user_generation(const UserId& user, std::uint64_t generation) override {
        table_.users[user].generation = generation;
    }

private:
    template <class Owners, class Identifier>
    static std::vector<Chain> chains_of(const Owners& owners, const Identifier& owner) {
        std::vector<Chain> chains;
        const auto found = owners.find(owner);
        if (found == owners.end()) return chains;
        for (const auto& [id, tip] : found->second.chains) chains.push_back({id, tip});
        return chains;
    }

    Table& table_;
    std::unique_lock<std::shared_mutex> lock_;
};

class TableClient final : public Client {
public:
    explicit TableClient(Table& table) : table_(table) {}

    void load(std::span<const NewToken> tokens) override {
        for (const auto& token : tokens) create(token);
    }
    CreateOutcome create(const NewToken& token) override {
        TableTransaction transaction(table_);
        return bench::create(transaction, token, system_clock().wall_us());
    }
    std::optional<Validated> validate(const TokenHash& hash) override {
        const auto now_us = system_clock().wall_us();
        return table_.rows.read(
            hash, [&](const StoredRow* row) { return row ? validated(row->head, now_us) : std::nullopt; });
    }
    Rotation rotate(const TokenHash& presented, const Successor& successor) override {
        TableTransaction transaction(table_);
        return bench::rotate(transaction, presented, successor, system_clock().wall_us());
    }
    RevokeResult revoke_family(const FamilyId& family, Counting counting) override {
        TableTransaction transaction(table_);
        return bench::revoke_family(transaction, family, counting, system_clock().wall_us());
    }
    RevokeResult revoke_user(const UserId& user, Counting counting) override {
        TableTransaction transaction(table_);
        return bench::revoke_user(transaction, user, counting, system_clock().wall_us());
    }
    std::vector<Session> sessions(const UserId& user, std::size_t limit) override {
        const auto now_us = system_clock().wall_us();
        std::vector<Session> sessions;
        const std::shared_lock lock(table_.changes);
        const auto found = table_.users.find(user);
        if (found == table_.users.end()) return sessions;
        const auto& chains = found->second.chains;
        for (auto chain = chains.rbegin(); chain != chains.rend() && sessions.size() < limit; ++chain) {
            const auto& tip = chain->second;
            if (!tip.live || now_us >= tip.expires_at_us) continue;
            table_.rows.read(tip.hash, [&](const StoredRow* row) {
                if (row != nullptr) sessions.push_back(session_of(tip.hash, *row));
            });
        }
        return sessions;
    }
    std::optional<std::uint64_t> cleanup_expired() override {
        const auto now_us = system_clock().wall_us();
        std::uint64_t removed = 0;
        for (const auto& hash : table_.rows.expired_at(now_us)) {
            TableTransaction transaction(table_);
            if (remove_if_expired(transaction, hash, now_us)) ++removed;
        }
        return removed;
    }

private:
    Table& table_;
};

class HashTable final : public Participant {
public:
    std::string engine() const override { return "std::unordered_map of libstdc++ " + std::to_string(__GNUC__); }
    std::string configuration() const override { return "256 shards, a std::shared_mutex each\nnothing durable\n"; }
    std::unique_ptr<Client> connect() override { return std::make_unique<TableClient>(table_); }
    void settle() override {}
    void reopen() override {}  // nothing would be left
    std::uint64_t disk_bytes() const override { return 0; }
    std::uint64_t resident_bytes() const override { return resident_bytes_of(::getpid()); }
    std::uint64_t written_bytes() const override { return written_bytes_of(::getpid()); }

private:
    Table table_;
};

}  // namespace

std::unique_ptr<Participant> make_hash_table(const Setting& /*setting*/) { return std::make_unique<HashTable>(); }

}  // namespace tokenstore::bench
