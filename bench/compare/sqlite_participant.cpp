// SQLite, by its own pages (wal.html, pragma.html, mmap.html, withoutrowid.html):
//
// - WAL, so that look-ups and the one writer do not wait for each other. synchronous is FULL where writes are synced;
//   where they are buffered it is NORMAL, which in WAL mode syncs at checkpoints alone.
// - One connection writes, behind a mutex, and each client has one of its own to read: SQLite has one writer at a time,
//   and its busy handler would sleep where a mutex wakes the next one at once.
// - mmap_size and cache_size hold all of the data: look-ups copy no pages.
// - wal_autocheckpoint at 4,000 pages, four times the default: fewer checkpoints, a log of 16 MB.
// - WITHOUT ROWID: rows lie in the tree of their hashes, so a look-up descends one tree and not two.
// - Every statement is prepared once for each connection; no connection is used by two threads at a time (NOMUTEX).
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "compare/login_stamp.hpp"
#include "compare/participants.hpp"
#include "compare/require.hpp"
#include "compare/resources.hpp"
#include "compare/stored_row.hpp"

namespace tokenstore::bench {

namespace {

constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS refresh_tokens (
    token_hash BLOB PRIMARY KEY,
    chain_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    family_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    consumed_at INTEGER,
    revoked_at INTEGER,
    device_id TEXT,
    device_name TEXT,
    ip_address TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_user ON refresh_tokens (user_id, chain_id);
CREATE INDEX IF NOT EXISTS by_family ON refresh_tokens (family_id);
CREATE INDEX IF NOT EXISTS by_expiry ON refresh_tokens (expires_at);
CREATE TABLE IF NOT EXISTS ended_families (family_id BLOB PRIMARY KEY) WITHOUT ROWID;
)";

class Connection {
public:
    explicit Connection(const std::filesystem::path& file) {
        const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
        require_ok(sqlite3_open_v2(file.c_str(), &db_, flags, nullptr));
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { sqlite3_close_v2(db_); }

    [[nodiscard]] sqlite3* get() const { return db_; }

    void run(const std::string& sql) { require_ok(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr)); }
    void require_ok(int code) const {
        require(code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE,
                std::string("SQLite: ") + sqlite3_errmsg(db_));
    }
    [[nodiscard]] std::uint64_t changed_rows() const { return static_cast<std::uint64_t>(sqlite3_changes64(db_)); }

private:
    sqlite3* db_ = nullptr;
};

/// A prepared statement, used again and again: bind what it takes, step, and read columns while step() is true.
class Statement {
public:
    Statement(Connection& connection, const char* sql) : connection_(connection) {
        connection.require_ok(
            sqlite3_prepare_v3(connection.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
    }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(statement_); }

    /// Begins anew with these parameters.
    template <class... Values>
    Statement& with(const Values&... values) {
        reset();
        int position = 0;
        (bind(++position, values), ...);
        return *this;
    }
    bool step() {
        const auto code = sqlite3_step(statement_);
        connection_.require_ok(code);
        return code == SQLITE_ROW;
    }
    /// Steps once, and lets go of the snapshot.
    void run() {
        step();
        reset();
    }
    /// Ends the reading: a statement left open keeps its snapshot.
    void reset() { sqlite3_reset(statement_); }

    [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
    [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    [[nodiscard]] std::optional<std::string> text(int column) const {
        if (is_null(column)) return std::nullopt;
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
    }
    template <class Identifier>
    [[nodiscard]] Identifier identifier(int column) const {
        Identifier identifier;
        const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
        std::copy(bytes, bytes + identifier.bytes.size(), identifier.bytes.begin());
        return identifier;
    }

private:
    void bind(int position, std::int64_t value) {
        connection_.require_ok(sqlite3_bind_int64(statement_, position, value));
    }
    void bind(int position, const std::optional<std::string>& text) {
        connection_.require_ok(
            text ? sqlite3_bind_text(statement_, position, text->data(), static_cast<int>(text->size()), SQLITE_STATIC)
                 : sqlite3_bind_null(statement_, position));
    }
    template <class Identifier>
    void bind(int position, const Identifier& identifier) {
        connection_.require_ok(sqlite3_bind_blob(statement_, position, identifier.bytes.data(),
                                                 static_cast<int>(identifier.bytes.size()), SQLITE_STATIC));
    }

    Connection& connection_;
    sqlite3_stmt* statement_ = nullptr;
};

/// The connection that writes, with its statements. One thread at a time.
class Writer {
public:
    explicit Writer(Connection& connection) : connection_(connection) {}

    /// A transaction: what is not committed by the end of its life is undone.
    class Transaction {
    public:
        explicit Transaction(Writer& writer) : lock_(writer.mutex_), writer_(&writer) { writer.begin_.with().run(); }
        Transaction(const Transaction&) = delete;
        Transaction& operator=(const Transaction&) = delete;
        ~Transaction() {
            if (writer_ != nullptr) sqlite3_exec(writer_->connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
        }
        void commit() { std::exchange(writer_, nullptr)->commit_.with().run(); }

    private:
        std::unique_lock<std::mutex> lock_;
        Writer* writer_;
    };

    CreateOutcome create(const NewToken& token, std::int64_t now_us) {
        if (is_ended(token.family_id)) return CreateOutcome::family_ended;
        const bool of_another = owner_.with(token.family_id).step() && owner_.identifier<UserId>(0) != token.user_id;
        owner_.reset();
        if (of_another) return CreateOutcome::family_of_another_user;
        if (is_stored(token.hash)) return CreateOutcome::already_exists;
        insert_
            .with(token.hash, id_of_login(next_login_stamp_us()), token.user_id, token.family_id, now_us,
                  token.expires_at_us, token.device_id, token.device_name, token.ip_address)
            .run();
        return CreateOutcome::created;
    }

    Rotation rotate(const TokenHash& presented, const Successor& successor, std::int64_t now_us) {
        if (!find_.with(presented).step()) return {RotateOutcome::not_found};
        const auto chain = find_.identifier<TokenId>(0);
        const auto user = find_.identifier<UserId>(1);
        const auto family = find_.identifier<FamilyId>(2);
        const bool expired = now_us >= find_.number(3);
        const bool consumed = !find_.is_null(4);
        const bool revoked = !find_.is_null(5);
        const auto device_id = successor.device_id ? successor.device_id : find_.text(6);
        const auto device_name = successor.device_name ? successor.device_name : find_.text(7);
        const auto ip_address = successor.ip_address ? successor.ip_address : find_.text(8);
        find_.reset();

        if (revoked) return {RotateOutcome::revoked, end_family(family, now_us)};
        if (consumed) return {RotateOutcome::reuse_detected, end_family(family, now_us)};
        if (expired) return {RotateOutcome::expired};
        if (is_stored(successor.hash)) return {RotateOutcome::already_exists};
        consume_.with(now_us, presented).run();
        insert_
            .with(successor.hash, chain, user, family, now_us, successor.expires_at_us, device_id, device_name,
                  ip_address)
            .run();
        return {RotateOutcome::rotated};
    }

    RevokeResult revoke_family(const FamilyId& family, Counting counting, std::int64_t now_us) {
        const bool news = !is_ended(family);
        const auto live = end_family(family, now_us);
        return {news, counting == Counting::exact ? std::optional(live) : std::nullopt};
    }

    RevokeResult revoke_user(const UserId& user, Counting counting, std::int64_t now_us) {
        std::optional<std::uint64_t> live;
        if (counting == Counting::exact) live = count(count_of_user_.with(user, now_us));
        revoke_user_.with(now_us, user).run();
        return {true, live};
    }

    std::uint64_t remove_expired(std::int64_t now_us) {
        remove_expired_.with(now_us).run();
        return connection_.changed_rows();
    }

private:
    bool is_ended(const FamilyId& family) {
        const bool found = is_ended_.with(family).step();
        is_ended_.reset();
        return found;
    }
    bool is_stored(const TokenHash& hash) {
        const bool found = is_stored_.with(hash).step();
        is_stored_.reset();
        return found;
    }
    static std::uint64_t count(Statement& statement) {
        statement.step();
        const auto count = statement.number(0);
        statement.reset();
        return static_cast<std::uint64_t>(count);
    }
    std::uint64_t end_family(const FamilyId& family, std::int64_t now_us) {
        if (is_ended(family)) return 0;
        const auto live = count(count_of_family_.with(family, now_us));
        end_family_.with(family).run();
        revoke_family_.with(now_us, family).run();
        return live;
    }

    Connection& connection_;
    std::mutex mutex_;
    Statement begin_{connection_, "BEGIN IMMEDIATE"};
    Statement commit_{connection_, "COMMIT"};
    Statement find_{connection_,
                    "SELECT chain_id, user_id, family_id, expires_at, consumed_at, revoked_at, device_id, device_name,"
                    " ip_address FROM refresh_tokens WHERE token_hash = ?"};
    Statement is_stored_{connection_, "SELECT 1 FROM refresh_tokens WHERE token_hash = ?"};
    Statement is_ended_{connection_, "SELECT 1 FROM ended_families WHERE family_id = ?"};
    Statement owner_{connection_, "SELECT user_id FROM refresh_tokens WHERE family_id = ? LIMIT 1"};
    Statement insert_{connection_,
                      "INSERT INTO refresh_tokens (token_hash, chain_id, user_id, family_id, created_at, expires_at,"
                      " device_id, device_name, ip_address) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    Statement consume_{connection_, "UPDATE refresh_tokens SET consumed_at = ? WHERE token_hash = ?"};
    Statement end_family_{connection_, "INSERT INTO ended_families VALUES (?)"};
    Statement count_of_family_{connection_,
                               "SELECT count(*) FROM refresh_tokens WHERE family_id = ? AND revoked_at IS NULL"
                               " AND consumed_at IS NULL AND expires_at > ?"};
    Statement count_of_user_{connection_,
                             "SELECT count(*) FROM refresh_tokens WHERE user_id = ? AND revoked_at IS NULL"
                             " AND consumed_at IS NULL AND expires_at > ?"};
    Statement revoke_family_{connection_,
                             "UPDATE refresh_tokens SET revoked_at = ? WHERE family_id = ? AND revoked_at IS NULL"};
    Statement revoke_user_{connection_,
                           "UPDATE refresh_tokens SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL"};
    Statement remove_expired_{connection_, "DELETE FROM refresh_tokens WHERE expires_at <= ?"};
};

class SqliteClient final : public Client {
    template <class Change>
    auto write(const Change& change) {
        Writer::Transaction transaction(writer_);
        auto answer = change(system_clock().wall_us());
        transaction.commit();
        return answer;
    }

public:
    SqliteClient(std::unique_ptr<Connection> connection, Writer& writer)
        : connection_(std::move(connection)), writer_(writer) {}

    void load(std::span<const NewToken> tokens) override {
        Writer::Transaction transaction(writer_);
        for (const auto& token : tokens) (void)writer_.create(token, system_clock().wall_us());
        transaction.commit();
    }
    CreateOutcome create(const NewToken& token) override {
        return write([&](std::int64_t now_us) { return writer_.create(token, now_us); });
    }
    std::optional<Validated> validate(const TokenHash& hash) override {
        std::optional<Validated> valid;
        if (validate_.with(hash, system_clock().wall_us()).step()) {
            valid = {validate_.identifier<TokenId>(0), validate_.identifier<UserId>(1),
                     validate_.identifier<FamilyId>(2), validate_.number(3)};
        }
        validate_.reset();
        return valid;
    }
    Rotation rotate(const TokenHash& presented, const Successor& successor) override {
        return write([&](std::int64_t now_us) { return writer_.rotate(presented, successor, now_us); });
    }
    RevokeResult revoke_family(const FamilyId& family, Counting counting) override {
        return write([&](std::int64_t now_us) { return writer_.revoke_family(family, counting, now_us); });
    }
    RevokeResult revoke_user(const UserId& user, Counting counting) override {
        return write([&](std::int64_t now_us) { return writer_.revoke_user(user, counting, now_us); });
    }
    std::vector<Session> sessions(const UserId& user, std::size_t limit) override {
        std::vector<Session> sessions;
        sessions_.with(user, system_clock().wall_us(), static_cast<std::int64_t>(limit));
        while (sessions_.step()) {
            sessions.push_back({sessions_.identifier<TokenHash>(0), sessions_.identifier<FamilyId>(1),
                                sessions_.number(2), sessions_.number(3), sessions_.text(4).value_or(""),
                                sessions_.text(5).value_or("")});
        }
        sessions_.reset();
        return sessions;
    }
    std::optional<std::uint64_t> cleanup_expired() override {
        return write([&](std::int64_t now_us) { return writer_.remove_expired(now_us); });
    }

private:
    std::unique_ptr<Connection> connection_;
    Writer& writer_;
    Statement validate_{*connection_,
                        "SELECT chain_id, user_id, family_id, expires_at FROM refresh_tokens WHERE token_hash = ?"
                        " AND revoked_at IS NULL AND consumed_at IS NULL AND expires_at > ?"};
    Statement sessions_{*connection_,
                        "SELECT token_hash, family_id, created_at, expires_at, device_name, ip_address"
                        " FROM refresh_tokens WHERE user_id = ? AND revoked_at IS NULL AND consumed_at IS NULL"
                        " AND expires_at > ? ORDER BY chain_id DESC LIMIT ?"};
};

class Sqlite final : public Participant {
public:
    explicit Sqlite(const Setting& setting)
        : directory_(setting.folder),
          pragmas_(std::string("PRAGMA journal_mode = WAL;\nPRAGMA synchronous = ") +
                   (setting.durability == DurabilityClass::synced ? "FULL" : "NORMAL") +
                   ";\nPRAGMA mmap_size = 17179869184;\nPRAGMA cache_size = -524288;\n"
                   "PRAGMA wal_autocheckpoint = 4000;\nPRAGMA temp_store = MEMORY;\n") {
        reopen();
    }

    std::string engine() const override { return std::string("SQLite ") + sqlite3_libversion(); }
    std::string configuration() const override {
        return pragmas_ + "one connection writes, one more for each client reads" + schema;
    }
    std::unique_ptr<Client> connect() override { return std::make_unique<SqliteClient>(open(), *writer_); }
    void settle() override { writing_->run("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize; ANALYZE;"); }
    void reopen() override {
        writer_.reset();
        writing_.reset();
        writing_ = open();
        writing_->run(schema);
        writer_ = std::make_unique<Writer>(*writing_);
    }
    std::uint64_t disk_bytes() const override { return disk_bytes_below(directory_); }
    std::uint64_t resident_bytes() const override { return resident_bytes_of(::getpid()); }
    std::uint64_t written_bytes() const override { return written_bytes_of(::getpid()); }

private:
    [[nodiscard]] std::unique_ptr<Connection> open() const {
        auto connection = std::make_unique<Connection>(directory_ / "tokens.sqlite");
        connection->run(pragmas_);
        return connection;
    }

    std::filesystem::path directory_;
    std::string pragmas_;
    std::unique_ptr<Connection> writing_;
    std::unique_ptr<Writer> writer_;
};

}  // namespace

std::unique_ptr<Participant> make_sqlite(const Setting& setting) { return std::make_unique<Sqlite>(setting); }

}  // namespace tokenstore::bench
