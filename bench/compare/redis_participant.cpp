// Redis, a server on a Unix socket, by its own manual (redis.conf, "Redis persistence", "Scripting with Lua"):
//
// - Every token has a key of its own, with PEXPIREAT: expiry is Redis's own affair. Small hashes are stored compactly.
// - What has to be atomic is a script, loaded once and called by its digest: one round trip each. A look-up is one
// HMGET.
// - appendonly with appendfsync always where writes are synced, everysec where they are buffered; no snapshots (save
// "")
//   and no rewriting of the log meanwhile, which would cost memory and time at random moments.
// - No TCP port. maxmemory is left off: nothing is evicted.
//
// Keys: t:<token> its fields, f:<family> its user, whether it ended, and its live tokens; u:<user> the live tokens by
// login; g:<user> how often the user was ended. An end marks the live tokens; a rotation, and no look-up, asks for what
// became of consumed ones.
#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>

#include "compare/login_stamp.hpp"
#include "compare/participants.hpp"
#include "compare/require.hpp"
#include "compare/resources.hpp"
#include "compare/server_process.hpp"
#include "compare/stored_row.hpp"
#include "compare/temporary_folder.hpp"

namespace tokenstore::bench {

namespace {

// Debian's redis-tools holds the server's program, under the name of the checker that it is as well.
constexpr const char* server_program = "/usr/bin/redis-check-rdb";

constexpr std::string_view common = R"(
local function expire_with(key, at_ms)
    if redis.call('PEXPIREAT', key, at_ms, 'NX') == 0 then redis.call('PEXPIREAT', key, at_ms, 'GT') end
end
local function store(hash, user, family, chain, stamp, now, expires, device_id, device_name, ip, generation)
    local key, at_ms = 't:' .. hash, math.floor(expires / 1000)
    redis.call('HSET', key, 'c', chain, 'u', user, 'f', family, 'e', expires, 's', 'l', 'n', now, 'l', stamp,
               'g', generation, 'i', device_id, 'd', device_name, 'a', ip)
    redis.call('PEXPIREAT', key, at_ms)
    redis.call('HSET', 'f:' .. family, 'u', user, hash, '')
    expire_with('f:' .. family, at_ms)
    redis.call('ZADD', 'u:' .. user, stamp, hash)
    expire_with('u:' .. user, at_ms)
end
local function mark(hash)
    if redis.call('HGET', 't:' .. hash, 's') ~= 'l' then return 0 end
    redis.call('HSET', 't:' .. hash, 's', 'r')
    return 1
end
local function end_family(family, keep_until_ms)
    local key = 'f:' .. family
    if redis.call('HEXISTS', key, 'x') == 1 then return -1 end
    local live = 0
    for _, hash in ipairs(redis.call('HKEYS', key)) do
        if #hash == 32 then
            live = live + mark(hash)
            redis.call('HDEL', key, hash)
        end
    end
    redis.call('HSET', key, 'x', '1')
    redis.call('PERSIST', key)
    redis.call('PEXPIREAT', key, keep_until_ms)
    return live
end
local function generation_of(user) return redis.call('GET', 'g:' .. user) or '0' end
)";

constexpr std::string_view create_script = R"(
local hash, user, family, chain, stamp, now, expires, device_id, device_name, ip = unpack(ARGV)
local owner, ended = unpack(redis.call('HMGET', 'f:' .. family, 'u', 'x'))
if ended then return 'family_ended' end
if owner and owner ~= user then return 'family_of_another_user' end
if redis.call('EXISTS', 't:' .. hash) == 1 then return 'already_exists' end
store(hash, user, family, chain, stamp, now, expires, device_id, device_name, ip, generation_of(user))
return 'created'
)";

constexpr std::string_view rotate_script = R"(
local presented, hash, now, expires, device_id, device_name, ip, keep_until_ms = unpack(ARGV)
local key = 't:' .. presented
local chain, user, family, old_expires, state, stamp, generation, old_id, old_name, old_ip =
    unpack(redis.call('HMGET', key, 'c', 'u', 'f', 'e', 's', 'l', 'g', 'i', 'd', 'a'))
if not chain then return {'not_found', 0} end
local ended = state == 'r' or redis.call('HEXISTS', 'f:' .. family, 'x') == 1 or generation ~= generation_of(user)
if ended then return {'revoked', math.max(0, end_family(family, keep_until_ms))} end
if state == 'c' then return {'reuse_detected', math.max(0, end_family(family, keep_until_ms))} end
if tonumber(now) >= tonumber(old_expires) then return {'expired', 0} end
if redis.call('EXISTS', 't:' .. hash) == 1 then return {'already_exists', 0} end
redis.call('HSET', key, 's', 'c')
redis.call('HDEL', 'f:' .. family, presented)
redis.call('ZREM', 'u:' .. user, presented)
store(hash, user, family, chain, stamp, now, expires, device_id == '-' and old_id or device_id,
      device_name == '-' and old_name or device_name, ip == '-' and old_ip or ip, generation)
return {'rotated', 0}
)";

constexpr std::string_view revoke_family_script = R"(
local family, keep_until_ms = unpack(ARGV)
return end_family(family, keep_until_ms)
)";

constexpr std::string_view revoke_user_script = R"(
local user = ARGV[1]
redis.call('INCR', 'g:' .. user)
local live = 0
for _, hash in ipairs(redis.call('ZRANGE', 'u:' .. user, 0, -1)) do live = live + mark(hash) end
redis.call('DEL', 'u:' .. user)
return live
)";

constexpr std::string_view sessions_script = R"(
local user, limit, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local key, found, position = 'u:' .. user, {}, 0
while #found < limit * 6 do
    local hashes = redis.call('ZREVRANGE', key, position, position + limit - 1)
    if #hashes == 0 then break end
    position = position + #hashes
    for _, hash in ipairs(hashes) do
        local family, created, expires, state, name, ip =
            unpack(redis.call('HMGET', 't:' .. hash, 'f', 'n', 'e', 's', 'd', 'a'))
        if not family then
            redis.call('ZREM', key, hash)
            position = position - 1
        elseif state == 'l' and now < tonumber(expires) and #found < limit * 6 then
            for _, field in ipairs({hash, family, created, expires, name, ip}) do found[#found + 1] = field end
        end
    end
end
return found
)";

struct ReplyDeleter {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, ReplyDeleter>;

std::string_view text_of(const redisReply& reply) { return {reply.str, reply.len}; }

std::int64_t number_of(const redisReply& reply) { return std::stoll(std::string(text_of(reply))); }

const redisReply& element(const redisReply& reply, std::size_t position) { return *reply.element[position]; }

template <class Identifier>
Identifier identifier_of(const redisReply& reply) {
    Identifier identifier;
    require(reply.len == identifier.bytes.size(), "Redis: an id of another length");
    std::copy(reply.str, reply.str + reply.len, identifier.bytes.begin());
    return identifier;
}

class Connection {
public:
    explicit Connection(const std::filesystem::path& socket) : context_(redisConnectUnix(socket.c_str())) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        if (context_ != nullptr) redisFree(context_);
    }

    [[nodiscard]] bool connected() const { return context_ != nullptr && context_->err == 0; }

    /// Sends a command and waits for its reply.
    Reply call(std::initializer_list<std::string_view> words) {
        send(words);
        return receive();
    }
    void send(std::initializer_list<std::string_view> words) {
        constexpr std::size_t most = 16;
        std::array<const char*, most> parts{};
        std::array<std::size_t, most> lengths{};
        std::size_t count = 0;
        for (const auto word : words) {
            parts[count] = word.data();
            lengths[count++] = word.size();
        }
        require(redisAppendCommandArgv(context_, static_cast<int>(count), parts.data(), lengths.data()) == REDIS_OK,
                "Redis: a command was not sent");
    }
    Reply receive() {
        void* reply = nullptr;
        require(redisGetReply(context_, &reply) == REDIS_OK, std::string("Redis: ") + context_->errstr);
        Reply owned(static_cast<redisReply*>(reply));
        require(owned->type != REDIS_REPLY_ERROR, "Redis: " + std::string(text_of(*owned)));
        return owned;
    }

private:
    redisContext* context_;
};

/// The digests of the scripts, by which they are called.
struct Scripts {
    std::string create, rotate, revoke_family, revoke_user, sessions;

    explicit Scripts(Connection& connection)
        : create(load(connection, create_script)),
          rotate(load(connection, rotate_script)),
          revoke_family(load(connection, revoke_family_script)),
          revoke_user(load(connection, revoke_user_script)),
          sessions(load(connection, sessions_script)) {}

private:
    static std::string load(Connection& connection, std::string_view body) {
        const auto reply = connection.call({"SCRIPT", "LOAD", std::string(common).append(body)});
        return std::string(text_of(*reply));
    }
};

/// Until when the end of a family is kept: as long as a token of it could live.
std::string end_kept_until_ms() {
    constexpr std::int64_t longest_lifetime_us = 400LL * 24 * 3600 * 1'000'000;
    return std::to_string((system_clock().wall_us() + longest_lifetime_us) / 1'000);
}

class RedisClient final : public Client {
public:
    explicit RedisClient(const std::filesystem::path& socket) : connection_(socket), scripts_(connection_) {}

    void load(std::span<const NewToken> tokens) override {
        for (const auto& token : tokens) send_create(token);
        for (std::size_t i = 0; i < tokens.size(); ++i) connection_.receive();
    }
    CreateOutcome create(const NewToken& token) override {
        send_create(token);
        const auto reply = connection_.receive();
        const auto outcome = text_of(*reply);
        if (outcome == "created") return CreateOutcome::created;
        if (outcome == "already_exists") return CreateOutcome::already_exists;
        return outcome == "family_ended" ? CreateOutcome::family_ended : CreateOutcome::family_of_another_user;
    }
    std::optional<Validated> validate(const TokenHash& hash) override {
        const auto reply = connection_.call({"HMGET", key_of(hash), "c", "u", "f", "e", "s"});
        if (element(*reply, 0).type == REDIS_REPLY_NIL || text_of(element(*reply, 4)) != "l") return std::nullopt;
        // The key's own expiry is in milliseconds.
        const auto expires_at_us = number_of(element(*reply, 3));
        if (system_clock().wall_us() >= expires_at_us) return std::nullopt;
        return Validated{identifier_of<TokenId>(element(*reply, 0)), identifier_of<UserId>(element(*reply, 1)),
                         identifier_of<FamilyId>(element(*reply, 2)), expires_at_us};
    }
    Rotation rotate(const TokenHash& presented, const Successor& successor) override {
        const auto reply =
            connection_.call({"EVALSHA", scripts_.rotate, "0", bytes_of(presented), bytes_of(successor.hash),
                              std::to_string(system_clock().wall_us()), std::to_string(successor.expires_at_us),
                              successor.device_id.value_or("-"), successor.device_name.value_or("-"),
                              successor.ip_address.value_or("-"), end_kept_until_ms()});
        return {outcome_of(text_of(element(*reply, 0))), static_cast<std::uint64_t>(element(*reply, 1).integer)};
    }
    RevokeResult revoke_family(const FamilyId& family, Counting counting) override {
        const auto reply =
            connection_.call({"EVALSHA", scripts_.revoke_family, "0", bytes_of(family), end_kept_until_ms()});
        const bool news = reply->integer >= 0;
        const auto live = news ? static_cast<std::uint64_t>(reply->integer) : 0;
        return {news, counting == Counting::exact ? std::optional(live) : std::nullopt};
    }
    RevokeResult revoke_user(const UserId& user, Counting counting) override {
        const auto reply = connection_.call({"EVALSHA", scripts_.revoke_user, "0", bytes_of(user)});
        const auto live = static_cast<std::uint64_t>(reply->integer);
        return {true, counting == Counting::exact ? std::optional(live) : std::nullopt};
    }
    std::vector<Session> sessions(const UserId& user, std::size_t limit) override {
        constexpr std::size_t fields = 6;
        const auto reply = connection_.call({"EVALSHA", scripts_.sessions, "0", bytes_of(user), std::to_string(limit),
                                             std::to_string(system_clock().wall_us())});
        std::vector<Session> sessions;
        for (std::size_t i = 0; i + fields <= reply->elements; i += fields) {
            sessions.push_back({identifier_of<TokenHash>(element(*reply, i)),
                                identifier_of<FamilyId>(element(*reply, i + 1)), number_of(element(*reply, i + 2)),
                                number_of(element(*reply, i + 3)), std::string(text_of(element(*reply, i + 4))),
                                std::string(text_of(element(*reply, i + 5)))});
        }
        return sessions;
    }
    std::optional<std::uint64_t> cleanup_expired() override { return std::nullopt; }

private:
    static std::string key_of(const TokenHash& hash) { return std::string("t:").append(bytes_of(hash)); }

    static RotateOutcome outcome_of(std::string_view word) {
        for (const auto outcome : {RotateOutcome::rotated, RotateOutcome::not_found, RotateOutcome::reuse_detected,
                                   RotateOutcome::revoked, RotateOutcome::expired, RotateOutcome::already_exists}) {
            if (word == tokenstore::name(outcome)) return outcome;
        }
        throw std::runtime_error("Redis: the script answered " + std::string(word));
    }

    void send_create(const NewToken& token) {
        const auto stamp_us = next_login_stamp_us();
        connection_.send({"EVALSHA", scripts_.create, "0", bytes_of(token.hash), bytes_of(token.user_id),
                          bytes_of(token.family_id), bytes_of(id_of_login(stamp_us)), std::to_string(stamp_us),
                          std::to_string(system_clock().wall_us()), std::to_string(token.expires_at_us),
                          token.device_id.value_or(""), token.device_name.value_or(""), token.ip_address.value_or("")});
    }

    Connection connection_;
    Scripts scripts_;
};

class Redis final : public Participant {
public:
    explicit Redis(const Setting& setting)
        : folder_(setting.folder),
          socket_(sockets_.path() / "redis.sock"),
          configuration_("port 0\nsave \"\"\nappendonly yes\nappendfsync " +
                         std::string(setting.durability == DurabilityClass::synced ? "always" : "everysec") +
                         "\nauto-aof-rewrite-percentage 0\ndaemonize no\n") {
        start();
    }

    std::string engine() const override {
        Connection connection(socket_);
        const auto reply = connection.call({"INFO", "server"});
        const auto info = text_of(*reply);
        constexpr std::string_view key = "redis_version:";
        const auto begin = info.find(key) + key.size();
        return "Redis " + std::string(info.substr(begin, info.find('\r', begin) - begin));
    }
    std::string configuration() const override { return configuration_; }
    std::unique_ptr<Client> connect() override { return std::make_unique<RedisClient>(socket_); }
    /// Writes the log anew: what it holds after a load is every call of a script, spelled out.
    void settle() override {
        Connection connection(socket_);
        connection.call({"BGREWRITEAOF"});
        while (text_of(*connection.call({"INFO", "persistence"})).find("aof_rewrite_in_progress:1") !=
               std::string_view::npos) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    void reopen() override {
        server_.reset();
        start();
    }
    std::uint64_t disk_bytes() const override { return disk_bytes_below(folder_); }
    std::uint64_t resident_bytes() const override { return resident_bytes_of_tree(server_->id()); }
    std::uint64_t written_bytes() const override { return written_bytes_of_tree(server_->id()); }

private:
    void start() {
        const auto file = folder_ / "redis.conf";
        std::ofstream(file) << configuration_;
        const Command command{
            server_program,
            {"redis-server", file.string(), "--dir", folder_.string(), "--unixsocket", socket_.string()},
            "",
            folder_ / "server.log"};
        server_ = std::make_unique<ServerProcess>(command, SIGTERM);
        server_->wait_until([this] { return answers(); });
    }
    /// False while it starts and while it reads its log.
    [[nodiscard]] bool answers() const {
        Connection connection(socket_);
        if (!connection.connected()) return false;
        try {
            connection.call({"EXISTS", "t:"});
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    }

    std::filesystem::path folder_;
    TemporaryFolder sockets_{std::filesystem::temp_directory_path()};  // the path of a socket has to be short
    std::filesystem::path socket_;
    std::string configuration_;
    std::unique_ptr<ServerProcess> server_;
};

}  // namespace

std::unique_ptr<Participant> make_redis(const Setting& setting) { return std::make_unique<Redis>(setting); }

}  // namespace tokenstore::bench
