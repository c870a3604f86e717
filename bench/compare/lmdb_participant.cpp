// LMDB, by its own manual (lmdb.h) and its author's advice:
//
// - Each client has one read transaction for good and renews it for each look-up (mdb_txn_reset, mdb_txn_renew): that
//   spares the reader table's lock. MDB_NOTLS ties it to the client and not to the thread.
// - MDB_NORDAHEAD: look-ups are random, reading ahead would only evict.
// - synced is the default: two syncs for a commit, data and meta page. buffered is MDB_NOSYNC, which survives the end
// of
//   the process as a write of the others in this class does. (MDB_NOMETASYNC saves one of the two syncs and would still
//   wait for the disk at each commit: neither class.)
// - No MDB_WRITEMAP: a wild pointer of the host would reach the disk.
// - The map is far larger than the data, so that it never has to be resized under a reader.
//
// LMDB has one writer at a time and no group commit.
#include <lmdb.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "compare/key_value_operations.hpp"
#include "compare/participants.hpp"
#include "compare/require.hpp"
#include "compare/resources.hpp"

namespace tokenstore::bench {

namespace {

void require_ok(int code) { require(code == MDB_SUCCESS, std::string("LMDB: ") + mdb_strerror(code)); }

MDB_val value_of(std::string_view bytes) {
    // The interface takes a pointer to non-const and does not write through it.
    return {bytes.size(), const_cast<char*>(bytes.data())};  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

std::string_view view_of(const MDB_val& value) { return {static_cast<const char*>(value.mv_data), value.mv_size}; }

template <class Owner>
std::string index_key(const Owner& owner, const TokenId& chain) {
    return std::string(bytes_of(owner)).append(bytes_of(chain));
}

TokenId chain_of(std::string_view key) {
    TokenId id;
    std::copy(key.end() - id.bytes.size(), key.end(), id.bytes.begin());
    return id;
}

struct Environment {
    bool synced;
    MDB_env* env = nullptr;
    MDB_dbi tokens = 0;
    MDB_dbi by_family = 0;
    MDB_dbi by_user = 0;
    MDB_dbi ends = 0;

    Environment(const std::filesystem::path& directory, bool sync) : synced(sync) {
        require_ok(mdb_env_create(&env));
        require_ok(mdb_env_set_maxdbs(env, 4));
        require_ok(mdb_env_set_maxreaders(env, 512));
        require_ok(mdb_env_set_mapsize(env, 64ULL << 30U));
        require_ok(mdb_env_open(env, directory.c_str(), MDB_NOTLS | MDB_NORDAHEAD | (synced ? 0U : MDB_NOSYNC), 0600));
        MDB_txn* transaction = nullptr;
        require_ok(mdb_txn_begin(env, nullptr, 0, &transaction));
        require_ok(mdb_dbi_open(transaction, "tokens", MDB_CREATE, &tokens));
        require_ok(mdb_dbi_open(transaction, "by_family", MDB_CREATE, &by_family));
        require_ok(mdb_dbi_open(transaction, "by_user", MDB_CREATE, &by_user));
        require_ok(mdb_dbi_open(transaction, "ends", MDB_CREATE, &ends));
        require_ok(mdb_txn_commit(transaction));
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment() { mdb_env_close(env); }
};

std::optional<std::string_view> get(MDB_txn* transaction, MDB_dbi database, std::string_view key) {
    auto wanted = value_of(key);
    MDB_val value{};
    const auto code = mdb_get(transaction, database, &wanted, &value);
    if (code == MDB_NOTFOUND) return std::nullopt;
    require_ok(code);
    return view_of(value);
}

/// A place in a database; closed with the object.
class Cursor {
public:
    Cursor(MDB_txn* transaction, MDB_dbi database) { require_ok(mdb_cursor_open(transaction, database, &cursor_)); }
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    ~Cursor() { mdb_cursor_close(cursor_); }

    bool move(MDB_cursor_op how, std::string_view to = {}) {
        key_ = value_of(to);
        const auto code = mdb_cursor_get(cursor_, &key_, &value_, how);
        if (code != MDB_NOTFOUND) require_ok(code);
        return code == MDB_SUCCESS;
    }
    [[nodiscard]] std::string_view key() const { return view_of(key_); }
    [[nodiscard]] std::string_view value() const { return view_of(value_); }

private:
    MDB_cursor* cursor_ = nullptr;
    MDB_val key_{};
    MDB_val value_{};
};

/// LMDB's write transaction, which waits for the one before it.
class WriteTransaction final : public KeyValueTransaction {
public:
    explicit WriteTransaction(Environment& environment) : environment_(environment) {
        require_ok(mdb_txn_begin(environment.env, nullptr, 0, &transaction_));
    }
    ~WriteTransaction() override {
        if (transaction_ != nullptr) mdb_txn_abort(transaction_);
    }

    void commit() { require_ok(mdb_txn_commit(std::exchange(transaction_, nullptr))); }

    std::optional<StoredRow> row(const TokenHash& hash) override {
        const auto bytes = get(transaction_, environment_.tokens, bytes_of(hash));
        return bytes ? std::optional(decode_row(*bytes)) : std::nullopt;
    }
    void put_row(const TokenHash& hash, const StoredRow& row) override {
        put(environment_.tokens, bytes_of(hash), encode(row));
    }
    void erase_row(const TokenHash& hash) override { erase(environment_.tokens, bytes_of(hash)); }

    void put_tip(const TokenId& chain, const Tip& tip) override {
        put(environment_.by_family, index_key(tip.family_id, chain), bytes_of(tip));
        put(environment_.by_user, index_key(tip.user_id, chain), bytes_of(tip));
    }
    void erase_tip(const TokenId& chain, const Tip& tip) override {
        erase(environment_.by_family, index_key(tip.family_id, chain));
        erase(environment_.by_user, index_key(tip.user_id, chain));
    }
    std::vector<Chain> chains(const FamilyId& family) override {
        return chains_of(environment_.by_family, bytes_of(family));
    }
    std::vector<Chain> chains(const UserId& user) override { return chains_of(environment_.by_user, bytes_of(user)); }

    std::optional<Tip> tip(const FamilyId& family, const TokenId& chain) override {
        const auto bytes = get(transaction_, environment_.by_family, index_key(family, chain));
        return bytes ? std::optional(decode_tip(*bytes)) : std::nullopt;
    }
    std::optional<UserId> owner(const FamilyId& family) override {
        Cursor entry(transaction_, environment_.by_family);
        const bool found = entry.move(MDB_SET_RANGE, bytes_of(family)) && entry.key().starts_with(bytes_of(family));
        return found ? std::optional(decode_tip(entry.value()).user_id) : std::nullopt;
    }

    bool family_ended(const FamilyId& family) override {
        return get(transaction_, environment_.ends, bytes_of(family)).has_value();
    }
    void end_family(const FamilyId& family) override { put(environment_.ends, bytes_of(family), {}); }
    std::uint64_t user_generation(const UserId& user) override {
        const auto generation = get(transaction_, environment_.ends, bytes_of(user));
        return generation ? std::stoull(std::string(*generation)) : 0;
    }
    void set_user_generation(const UserId& user, std::uint64_t generation) override {
        put(environment_.ends, bytes_of(user), std::to_string(generation));
    }

    [[nodiscard]] std::vector<TokenHash> expired_at(std::int64_t now_us) {
        std::vector<TokenHash> expired;
        Cursor entry(transaction_, environment_.tokens);
        for (bool more = entry.move(MDB_FIRST); more; more = entry.move(MDB_NEXT)) {
            if (now_us < decode_head(entry.value()).expires_at_us) continue;
            std::copy(entry.key().begin(), entry.key().end(), expired.emplace_back().bytes.begin());
        }
        return expired;
    }

private:
    void put(MDB_dbi database, std::string_view key, std::string_view bytes) {
        auto wanted = value_of(key);
        auto value = value_of(bytes);
        require_ok(mdb_put(transaction_, database, &wanted, &value, 0));
    }
    void erase(MDB_dbi database, std::string_view key) {
        auto wanted = value_of(key);
        require_ok(mdb_del(transaction_, database, &wanted, nullptr));
    }
    std::vector<Chain> chains_of(MDB_dbi index, std::string_view owner) {
        std::vector<Chain> chains;
        Cursor entry(transaction_, index);
        for (bool more = entry.move(MDB_SET_RANGE, owner); more && entry.key().starts_with(owner);
             more = entry.move(MDB_NEXT)) {
            chains.push_back({chain_of(entry.key()), decode_tip(entry.value())});
        }
        return chains;
    }

    Environment& environment_;
    MDB_txn* transaction_ = nullptr;
};

class EnvironmentClient final : public Client {
public:
    explicit EnvironmentClient(Environment& environment) : environment_(environment) {
        require_ok(mdb_txn_begin(environment.env, nullptr, MDB_RDONLY, &reading_));
        mdb_txn_reset(reading_);
    }
    ~EnvironmentClient() override { mdb_txn_abort(reading_); }

    // In small transactions, as the tokens of a gateway come: one that changes every page leaves a file of twice the
    // size. None is synced; settle() does that.
    void load(std::span<const NewToken> tokens) override {
        constexpr std::size_t at_once = 100;
        require_ok(mdb_env_set_flags(environment_.env, MDB_NOSYNC, 1));
        for (; !tokens.empty(); tokens = tokens.subspan(std::min(at_once, tokens.size()))) {
            WriteTransaction transaction(environment_);
            for (const auto& token : tokens.first(std::min(at_once, tokens.size()))) {
                (void)bench::create(transaction, token, system_clock().wall_us());
            }
            transaction.commit();
        }
        if (environment_.synced) require_ok(mdb_env_set_flags(environment_.env, MDB_NOSYNC, 0));
    }
    CreateOutcome create(const NewToken& token) override {
        WriteTransaction transaction(environment_);
        const auto outcome = bench::create(transaction, token, system_clock().wall_us());
        transaction.commit();
        return outcome;
    }
    std::optional<Validated> validate(const TokenHash& hash) override {
        const Snapshot snapshot(reading_);
        const auto bytes = get(reading_, environment_.tokens, bytes_of(hash));
        return bytes ? validated(decode_head(*bytes), system_clock().wall_us()) : std::nullopt;
    }
    Rotation rotate(const TokenHash& presented, const Successor& successor) override {
        WriteTransaction transaction(environment_);
        const auto rotation = bench::rotate(transaction, presented, successor, system_clock().wall_us());
        transaction.commit();
        return rotation;
    }
    RevokeResult revoke_family(const FamilyId& family, Counting counting) override {
        WriteTransaction transaction(environment_);
        const auto result = bench::revoke_family(transaction, family, counting, system_clock().wall_us());
        transaction.commit();
        return result;
    }
    RevokeResult revoke_user(const UserId& user, Counting counting) override {
        WriteTransaction transaction(environment_);
        const auto result = bench::revoke_user(transaction, user, counting, system_clock().wall_us());
        transaction.commit();
        return result;
    }
    std::vector<Session> sessions(const UserId& user, std::size_t limit) override {
        const auto now_us = system_clock().wall_us();
        const Snapshot snapshot(reading_);
        std::vector<Session> sessions;
        TokenId last_chain;
        last_chain.bytes.fill(0xff);
        Cursor entry(reading_, environment_.by_user);
        bool more = entry.move(MDB_SET_RANGE, index_key(user, last_chain));
        more = entry.move(more ? MDB_PREV : MDB_LAST);
        for (; more && entry.key().starts_with(bytes_of(user)) && sessions.size() < limit;
             more = entry.move(MDB_PREV)) {
            const auto tip = decode_tip(entry.value());
            if (!tip.live || now_us >= tip.expires_at_us) continue;
            const auto bytes = get(reading_, environment_.tokens, bytes_of(tip.hash));
            if (bytes) sessions.push_back(session_of(tip.hash, decode_row(*bytes)));
        }
        return sessions;
    }
    std::optional<std::uint64_t> cleanup_expired() override {
        const auto now_us = system_clock().wall_us();
        std::uint64_t removed = 0;
        WriteTransaction transaction(environment_);
        for (const auto& hash : transaction.expired_at(now_us)) {
            if (remove_if_expired(transaction, hash, now_us)) ++removed;
        }
        transaction.commit();
        return removed;
    }

private:
    /// The data as of now, as long as the object lives: a snapshot that is kept open makes the file grow.
    class Snapshot {
    public:
        explicit Snapshot(MDB_txn* reading) : reading_(reading) { require_ok(mdb_txn_renew(reading)); }
        Snapshot(const Snapshot&) = delete;
        Snapshot& operator=(const Snapshot&) = delete;
        ~Snapshot() { mdb_txn_reset(reading_); }

    private:
        MDB_txn* reading_;
    };

    Environment& environment_;
    MDB_txn* reading_ = nullptr;
};

class Lmdb final : public Participant {
public:
    explicit Lmdb(const Setting& setting)
        : directory_(setting.folder), synced_(setting.durability == DurabilityClass::synced) {
        reopen();
    }

    std::string engine() const override {
        return "LMDB " + std::to_string(MDB_VERSION_MAJOR) + '.' + std::to_string(MDB_VERSION_MINOR) + '.' +
               std::to_string(MDB_VERSION_PATCH);
    }
    std::string configuration() const override {
        return std::string("MDB_NOTLS | MDB_NORDAHEAD") + (synced_ ? "" : " | MDB_NOSYNC") +
               "\nmap size 64 GiB, 512 readers\nread transactions renewed, one for each client\n";
    }
    std::unique_ptr<Client> connect() override { return std::make_unique<EnvironmentClient>(*environment_); }
    void settle() override { require_ok(mdb_env_sync(environment_->env, 1)); }
    void reopen() override {
        environment_.reset();
        environment_ = std::make_unique<Environment>(directory_, synced_);
    }
    std::uint64_t disk_bytes() const override { return disk_bytes_below(directory_); }
    std::uint64_t resident_bytes() const override { return resident_bytes_of(::getpid()); }
    std::uint64_t written_bytes() const override { return written_bytes_of(::getpid()); }

private:
    std::filesystem::path directory_;
    bool synced_;
    std::unique_ptr<Environment> environment_;
};

}  // namespace

std::unique_ptr<Participant> make_lmdb(const Setting& setting) { return std::make_unique<Lmdb>(setting); }

}  // namespace tokenstore::bench
