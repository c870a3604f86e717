// PostgreSQL, a server on a Unix socket, with the table that tokenstore's origin kept its tokens in; by its own manual
// (chapters 20, 30, "Heap-Only Tuples"):
//
// - fsync is on. synchronous_commit is on where writes are synced and off where they are buffered: the manual's way to
//   trade the last moments for speed without a risk to the data.
// - shared_buffers holds all of the data; max_wal_size and checkpoint_timeout keep checkpoints apart; the table's
//   fillfactor leaves room to update a row in place.
// - Every statement is prepared. What has to be atomic is a function in PL/pgSQL: one round trip each, and one snapshot
//   for each of its statements, as the locks need it. A look-up is one SELECT.
// - The columns are the origin's, with consumed_at and chain_id for what the origin cannot say. Advisory locks on the
//   user and the family keep rotations and ends apart; rows would not do, since a rotation adds one.
// - A clean-up is a DELETE, and the VACUUM that it owes.
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

#include "compare/login_stamp.hpp"
#include "compare/participants.hpp"
#include "compare/require.hpp"
#include "compare/resources.hpp"
#include "compare/server_process.hpp"
#include "compare/stored_row.hpp"
#include "compare/temporary_folder.hpp"

namespace tokenstore::bench {

namespace {

const std::filesystem::path programs = "/usr/lib/postgresql/15/bin";
constexpr const char* user = "postgres";  // the server refuses to run as root

constexpr const char* schema = R"(
CREATE TABLE refresh_tokens (
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz,
    token_hash varchar(64) PRIMARY KEY,
    user_id uuid NOT NULL,
    family_id uuid NOT NULL,
    device_id varchar(255),
    device_name varchar(100),
    ip_address varchar(45),
    expires_at timestamptz NOT NULL,
    is_revoked boolean NOT NULL DEFAULT false,
    revoked_at timestamptz,
    consumed_at timestamptz,
    chain_id uuid NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX by_user ON refresh_tokens (user_id, chain_id);
CREATE INDEX by_family ON refresh_tokens (family_id);
CREATE INDEX by_expiry ON refresh_tokens (expires_at);
CREATE TABLE ended_families (family_id uuid PRIMARY KEY);

CREATE FUNCTION lock_owners(its_user uuid, its_family uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1, hashtext(its_user::text));
    PERFORM pg_advisory_xact_lock(2, hashtext(its_family::text));
END $$;

CREATE FUNCTION end_family(its_family uuid, at timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE live_tokens bigint;
BEGIN
    INSERT INTO ended_families VALUES (its_family) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN -1; END IF;
    WITH ended AS (
        UPDATE refresh_tokens SET is_revoked = true, revoked_at = at, updated_at = at
        WHERE family_id = its_family AND NOT is_revoked
        RETURNING consumed_at IS NULL AND expires_at > at AS live)
    SELECT count(*) FILTER (WHERE live) INTO live_tokens FROM ended;
    RETURN live_tokens;
END $$;

CREATE FUNCTION create_token(its_id uuid, at timestamptz, its_hash varchar, its_user uuid, its_family uuid,
                             device varchar, named varchar, ip varchar, expiry timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE owner uuid;
BEGIN
    PERFORM lock_owners(its_user, its_family);
    PERFORM 1 FROM ended_families WHERE family_id = its_family;
    IF FOUND THEN RETURN 2; END IF;
    SELECT user_id INTO owner FROM refresh_tokens WHERE family_id = its_family LIMIT 1;
    IF owner <> its_user THEN RETURN 3; END IF;
    INSERT INTO refresh_tokens (id, created_at, token_hash, user_id, family_id, device_id, device_name, ip_address,
                                expires_at, chain_id)
    VALUES (its_id, at, its_hash, its_user, its_family, device, named, ip, expiry, its_id) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN 1; END IF;
    RETURN 0;
END $$;

CREATE FUNCTION rotate_token(presented varchar, its_id uuid, at timestamptz, its_hash varchar, device varchar,
                             named varchar, ip varchar, expiry timestamptz, OUT outcome integer, OUT ended bigint)
LANGUAGE plpgsql AS $$
DECLARE old refresh_tokens%ROWTYPE;
BEGIN
    ended := 0;
    SELECT * INTO old FROM refresh_tokens WHERE token_hash = presented;
    IF NOT FOUND THEN outcome := 1; RETURN; END IF;
    PERFORM lock_owners(old.user_id, old.family_id);
    SELECT * INTO old FROM refresh_tokens WHERE token_hash = presented;
    IF NOT FOUND THEN outcome := 1; RETURN; END IF;
    IF old.is_revoked OR old.consumed_at IS NOT NULL THEN
        outcome := CASE WHEN old.is_revoked THEN 3 ELSE 2 END;
        ended := greatest(0, end_family(old.family_id, at));
        RETURN;
    END IF;
    IF old.expires_at <= at THEN outcome := 4; RETURN; END IF;
    INSERT INTO refresh_tokens (id, created_at, token_hash, user_id, family_id, device_id, device_name, ip_address,
                                expires_at, chain_id)
    VALUES (its_id, at, its_hash, old.user_id, old.family_id, coalesce(device, old.device_id),
            coalesce(named, old.device_name), coalesce(ip, old.ip_address), expiry, old.chain_id)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN outcome := 5; RETURN; END IF;
    UPDATE refresh_tokens SET consumed_at = at, updated_at = at WHERE token_hash = presented;
    outcome := 0;
END $$;

CREATE FUNCTION revoke_family(its_family uuid, at timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE owner uuid;
BEGIN
    SELECT user_id INTO owner FROM refresh_tokens WHERE family_id = its_family LIMIT 1;
    PERFORM lock_owners(owner, its_family);
    RETURN end_family(its_family, at);
END $$;

CREATE FUNCTION revoke_user(its_user uuid, at timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE live_tokens bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1, hashtext(its_user::text));
    WITH ended AS (
        UPDATE refresh_tokens SET is_revoked = true, revoked_at = at, updated_at = at
        WHERE user_id = its_user AND NOT is_revoked
        RETURNING consumed_at IS NULL AND expires_at > at AS live)
    SELECT count(*) FILTER (WHERE live) INTO live_tokens FROM ended;
    RETURN live_tokens;
END $$;
)";

/// timestamptz as the server keeps it: microseconds since the year 2000.
constexpr std::int64_t year_2000_us = 946'684'800'000'000;

/// Parameters in the binary format; each add() is the next one. Values are borrowed or short.
class Parameters {
public:
    template <class Tag>
    Parameters& add(const Id<Tag>& id) {
        return add_bytes(bytes_of(id));
    }
    Parameters& add(const TokenHash& hash) {
        const auto hex = to_hex(hash);
        auto& copy = hexes_[hex_count_++];
        std::copy(hex.begin(), hex.end(), copy.begin());
        return add_bytes({copy.data(), copy.size()});
    }
    Parameters& add(const std::optional<std::string>& text) { return text ? add_bytes(*text) : add_null(); }
    Parameters& add_time(std::int64_t time_us) { return add_number(time_us - year_2000_us); }
    Parameters& add_number(std::int64_t number) {
        auto& copy = numbers_[number_count_++];
        for (std::size_t i = 0; i < copy.size(); ++i) {
            copy[copy.size() - 1 - i] = static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i));
        }
        return add_bytes({copy.data(), copy.size()});
    }

    [[nodiscard]] int count() const { return static_cast<int>(count_); }
    [[nodiscard]] const char* const* values() const { return values_.data(); }
    [[nodiscard]] const int* lengths() const { return lengths_.data(); }
    [[nodiscard]] const int* formats() const { return formats_.data(); }

private:
    static constexpr std::size_t most = 10;

    Parameters& add_bytes(std::string_view bytes) {
        lengths_[count_] = static_cast<int>(bytes.size());
        formats_[count_] = 1;
        values_[count_++] = bytes.data();
        return *this;
    }
    Parameters& add_null() {
        formats_[count_] = 1;
        values_[count_++] = nullptr;
        return *this;
    }

    std::size_t count_ = 0;
    std::array<const char*, most> values_{};
    std::array<int, most> lengths_{};
    std::array<int, most> formats_{};
    std::size_t hex_count_ = 0;
    std::array<std::array<char, 64>, 2> hexes_{};
    std::size_t number_count_ = 0;
    std::array<std::array<char, 8>, 3> numbers_{};
};

/// An answer in the binary format.
class Answer {
public:
    explicit Answer(PGresult* result) : result_(result) {
        const auto status = PQresultStatus(result);
        require(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_COPY_IN,
                std::string("PostgreSQL: ") + PQresultErrorMessage(result));
    }

    [[nodiscard]] int rows() const { return PQntuples(result_.get()); }
    [[nodiscard]] std::string_view bytes(int row, int column) const {
        return {PQgetvalue(result_.get(), row, column),
                static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
    }
    [[nodiscard]] std::int64_t number(int row, int column) const {
        const auto from = bytes(row, column);
        std::uint64_t number = from.empty() || from.front() >= 0 ? 0 : ~std::uint64_t{0};
        for (const char byte : from) number = number << 8U | static_cast<std::uint8_t>(byte);
        return static_cast<std::int64_t>(number);
    }
    [[nodiscard]] std::int64_t time_us(int row, int column) const { return number(row, column) + year_2000_us; }
    template <class Identifier>
    [[nodiscard]] Identifier identifier(int row, int column) const {
        Identifier identifier;
        const auto from = bytes(row, column);
        require(from.size() == identifier.bytes.size(), "PostgreSQL: an id of another length");
        std::copy(from.begin(), from.end(), identifier.bytes.begin());
        return identifier;
    }
    [[nodiscard]] std::uint64_t affected_rows() const { return std::stoull(PQcmdTuples(result_.get())); }

private:
    struct Clear {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    std::unique_ptr<PGresult, Clear> result_;
};

class Connection {
public:
    explicit Connection(const std::filesystem::path& sockets)
        : connection_(PQconnectdb(("host=" + sockets.string() + " dbname=postgres user=" + user).c_str())) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { PQfinish(connection_); }

    [[nodiscard]] bool connected() const { return PQstatus(connection_) == CONNECTION_OK; }
    [[nodiscard]] PGconn* get() const { return connection_; }

    Answer run(const std::string& sql) { return Answer(PQexec(connection_, sql.c_str())); }
    void prepare(const char* name, const char* sql) { Answer(PQprepare(connection_, name, sql, 0, nullptr)); }
    Answer execute(const char* name, const Parameters& parameters) {
        return Answer(PQexecPrepared(connection_, name, parameters.count(), parameters.values(), parameters.lengths(),
                                     parameters.formats(), 1));
    }

private:
    PGconn* connection_;
};

/// A text of COPY: absent, or with its special characters escaped.
std::string copied(const std::optional<std::string>& text) {
    if (!text) return "\\N";
    std::string escaped;
    for (const char letter : *text) {
        if (letter == '\\' || letter == '\t' || letter == '\n' || letter == '\r') escaped += '\\';
        escaped += letter;
    }
    return escaped;
}

/// A time as COPY reads it.
std::string copied_time(std::int64_t time_us) {
    std::array<char, 40> text{};
    const auto seconds = static_cast<std::time_t>(time_us / 1'000'000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    std::snprintf(text.data() + length, text.size() - length, ".%06d+00", static_cast<int>(time_us % 1'000'000));
    return text.data();
}

class PostgresqlClient final : public Client {
public:
    explicit PostgresqlClient(const std::filesystem::path& sockets) : connection_(sockets) {
        require(connection_.connected(), std::string("PostgreSQL: ") + PQerrorMessage(connection_.get()));
        connection_.prepare("create", "SELECT create_token($1, $2, $3, $4, $5, $6, $7, $8, $9)");
        connection_.prepare("validate",
                            "SELECT chain_id, user_id, family_id, expires_at FROM refresh_tokens"
                            " WHERE token_hash = $1 AND NOT is_revoked AND consumed_at IS NULL AND expires_at > $2");
        connection_.prepare("rotate", "SELECT outcome, ended FROM rotate_token($1, $2, $3, $4, $5, $6, $7, $8)");
        connection_.prepare("revoke_family", "SELECT revoke_family($1, $2)");
        connection_.prepare("revoke_user", "SELECT revoke_user($1, $2)");
        connection_.prepare("sessions",
                            "SELECT token_hash, family_id, created_at, expires_at, device_name, ip_address"
                            " FROM refresh_tokens WHERE user_id = $1 AND NOT is_revoked AND consumed_at IS NULL"
                            " AND expires_at > $2 ORDER BY chain_id DESC LIMIT $3");
        connection_.prepare("cleanup", "DELETE FROM refresh_tokens WHERE expires_at <= $1");
        connection_.prepare("select_expired", "SELECT token_hash FROM refresh_tokens WHERE expires_at <= $1");
        connection_.prepare("delete_row", "DELETE FROM refresh_tokens WHERE token_hash = $1");
    }

    void load(std::span<const NewToken> tokens) override {
        connection_.run(
            "COPY refresh_tokens (id, created_at, token_hash, user_id, family_id, device_id, device_name, ip_address,"
            " expires_at, chain_id) FROM STDIN");
        for (const auto& token : tokens) {
            const auto id = to_string(id_of_login(next_login_stamp_us()));
            std::string line;
            for (const auto& column :
                 {id, copied_time(system_clock().wall_us()), to_hex(token.hash), to_string(token.user_id),
                  to_string(token.family_id), copied(token.device_id), copied(token.device_name),
                  copied(token.ip_address), copied_time(token.expires_at_us), id}) {
                line.append(column).append("\t");
            }
            line.back() = '\n';
            require(PQputCopyData(connection_.get(), line.data(), static_cast<int>(line.size())) == 1,
                    "PostgreSQL: a row was not sent");
        }
        require(PQputCopyEnd(connection_.get(), nullptr) == 1, "PostgreSQL: the copy was not ended");
        while (auto* result = PQgetResult(connection_.get())) Answer{result};
    }
    CreateOutcome create(const NewToken& token) override {
        Parameters parameters;
        parameters.add(id_now()).add_time(now_us()).add(token.hash).add(token.user_id).add(token.family_id);
        parameters.add(token.device_id).add(token.device_name).add(token.ip_address).add_time(token.expires_at_us);
        return static_cast<CreateOutcome>(connection_.execute("create", parameters).number(0, 0));
    }
    std::optional<Validated> validate(const TokenHash& hash) override {
        Parameters parameters;
        const auto valid = connection_.execute("validate", parameters.add(hash).add_time(now_us()));
        if (valid.rows() == 0) return std::nullopt;
        return Validated{valid.identifier<TokenId>(0, 0), valid.identifier<UserId>(0, 1),
                         valid.identifier<FamilyId>(0, 2), valid.time_us(0, 3)};
    }
    Rotation rotate(const TokenHash& presented, const Successor& successor) override {
        Parameters parameters;
        parameters.add(presented).add(id_now()).add_time(now_us()).add(successor.hash);
        parameters.add(successor.device_id).add(successor.device_name).add(successor.ip_address);
        const auto answer = connection_.execute("rotate", parameters.add_time(successor.expires_at_us));
        return {static_cast<RotateOutcome>(answer.number(0, 0)), static_cast<std::uint64_t>(answer.number(0, 1))};
    }
    RevokeResult revoke_family(const FamilyId& family, Counting counting) override {
        Parameters parameters;
        const auto live = connection_.execute("revoke_family", parameters.add(family).add_time(now_us())).number(0, 0);
        const auto ended = static_cast<std::uint64_t>(std::max<std::int64_t>(0, live));
        return {live >= 0, counting == Counting::exact ? std::optional(ended) : std::nullopt};
    }
    RevokeResult revoke_user(const UserId& whom, Counting counting) override {
        Parameters parameters;
        const auto live = connection_.execute("revoke_user", parameters.add(whom).add_time(now_us())).number(0, 0);
        return {true, counting == Counting::exact ? std::optional(static_cast<std::uint64_t>(live)) : std::nullopt};
    }
    std::vector<Session> sessions(const UserId& whom, std::size_t limit) override {
        Parameters parameters;
        parameters.add(whom).add_time(now_us()).add_number(static_cast<std::int64_t>(limit));
        const auto rows = connection_.execute("sessions", parameters);
        std::vector<Session> sessions;
        sessions.reserve(static_cast<std::size_t>(rows.rows()));
        for (int row = 0; row < rows.rows(); ++row) {
            sessions.push_back({require_value(parse_token_hash(rows.bytes(row, 0))), rows.identifier<FamilyId>(row, 1),
                                rows.time_us(row, 2), rows.time_us(row, 3), std::string(rows.bytes(row, 4)),
                                std::string(rows.bytes(row, 5))});
        }
        return sessions;
    }
    std::optional<std::uint64_t> cleanup_expired() override {
        Parameters parameters;
        const auto removed = connection_.execute("cleanup", parameters.add_time(now_us())).affected_rows();
        connection_.run("VACUUM refresh_tokens");
        return removed;
    }
    std::optional<std::uint64_t> cleanup_expired_as_the_origin() override {
        connection_.run("BEGIN");
        Parameters expired_by;
        const auto expired = connection_.execute("select_expired", expired_by.add_time(now_us()));
        for (int row = 0; row < expired.rows(); ++row) {
            Parameters hash;
            connection_.execute("delete_row", hash.add(require_value(parse_token_hash(expired.bytes(row, 0)))));
        }
        connection_.run("COMMIT");
        connection_.run("VACUUM refresh_tokens");
        return static_cast<std::uint64_t>(expired.rows());
    }

private:
    static std::int64_t now_us() { return system_clock().wall_us(); }
    static TokenId id_now() { return id_of_login(next_login_stamp_us()); }

    Connection connection_;
};

// The functions of the schema answer with these numbers.
static_assert(static_cast<int>(CreateOutcome::already_exists) == 1 &&
              static_cast<int>(CreateOutcome::family_ended) == 2 &&
              static_cast<int>(CreateOutcome::family_of_another_user) == 3);
static_assert(static_cast<int>(RotateOutcome::rotated) == 0 && static_cast<int>(RotateOutcome::not_found) == 1 &&
              static_cast<int>(RotateOutcome::reuse_detected) == 2 && static_cast<int>(RotateOutcome::revoked) == 3 &&
              static_cast<int>(RotateOutcome::expired) == 4 && static_cast<int>(RotateOutcome::already_exists) == 5);

class Postgresql final : public Participant {
public:
    explicit Postgresql(const Setting& setting)
        : data_(setting.folder / "data"),
          log_(setting.folder / "server.log"),
          configuration_(
              "listen_addresses = ''\nmax_connections = 200\nshared_buffers = 6GB\n"
              "effective_cache_size = 8GB\nmax_wal_size = 8GB\ncheckpoint_timeout = 30min\n"
              "wal_buffers = 16MB\njit = off\nfsync = on\nfull_page_writes = on\nsynchronous_commit = " +
              std::string(setting.durability == DurabilityClass::synced ? "on" : "off") + '\n') {
        give_to(user, setting.folder);
        give_to(user, sockets_.path());
        run({programs / "initdb",
             {"initdb", "--pgdata", data_.string(), "--username", user, "--auth=trust", "--encoding=UTF8", "--locale=C",
              "--no-sync"},
             user,
             log_});
        std::ofstream(data_ / "postgresql.conf", std::ios::app)
            << configuration_ << "unix_socket_directories = '" << sockets_.path().string() << "'\n";
        start();
        Connection(sockets_.path()).run(schema);
    }

    std::string engine() const override {
        const auto version = Connection(sockets_.path()).run("SHOW server_version");
        return "PostgreSQL " + std::string(version.bytes(0, 0));
    }
    std::string configuration() const override { return configuration_ + schema; }
    std::unique_ptr<Client> connect() override { return std::make_unique<PostgresqlClient>(sockets_.path()); }
    void settle() override {
        Connection connection(sockets_.path());
        connection.run("VACUUM ANALYZE refresh_tokens");
        connection.run("CHECKPOINT");
    }
    void reopen() override {
        server_.reset();
        start();
    }
    /// What belongs to the tables: a new cluster has a catalogue of 20 MB and a log of its own.
    std::uint64_t disk_bytes() const override {
        const auto size = Connection(sockets_.path())
                              .run(
                                  "SELECT pg_total_relation_size('refresh_tokens') + "
                                  "pg_total_relation_size('ended_families')");
        return std::stoull(std::string(size.bytes(0, 0)));
    }
    std::uint64_t resident_bytes() const override { return resident_bytes_of_tree(server_->id()); }
    std::uint64_t written_bytes() const override { return written_bytes_of_tree(server_->id()); }

private:
    void start() {
        const Command command{programs / "postgres", {"postgres", "-D", data_.string()}, user, log_};
        server_ = std::make_unique<ServerProcess>(command, SIGINT);
        server_->wait_until([this] { return Connection(sockets_.path()).connected(); });
    }

    TemporaryFolder sockets_{std::filesystem::temp_directory_path()};  // the path of a socket has to be short
    std::filesystem::path data_;
    std::filesystem::path log_;
    std::string configuration_;
    std::unique_ptr<ServerProcess> server_;
};

}  // namespace

std::unique_ptr<Participant> make_postgresql(const Setting& setting) { return std::make_unique<Postgresql>(setting); }

}  // namespace tokenstore::bench
