// tokenstore itself, through its public header alone.
//
// Its options are the defaults but for the memory: like every participant it is given room for all of the data, so that
// what is compared is the way to a token and not the luck of a cache. The upkeep thread is left on.
#include <unistd.h>

#include <algorithm>
#include <optional>

#include <tokenstore/token_store.hpp>
#include <tokenstore/version.hpp>

#include "compare/engine_build.hpp"
#include "compare/participants.hpp"
#include "compare/require.hpp"
#include "compare/resources.hpp"

namespace tokenstore::bench {

namespace {

CreateOutcome refusal(const Error& error) {
    switch (error.code) {
        case ErrorCode::already_exists:
            return CreateOutcome::already_exists;
        case ErrorCode::family_ended:
            return CreateOutcome::family_ended;
        case ErrorCode::family_of_another_user:
            return CreateOutcome::family_of_another_user;
        default:
            throw std::runtime_error(error.to_string());
    }
}

class StoreClient final : public Client {
public:
    StoreClient(TokenStore& store, Durability durability) : store_(store), durability_(durability) {}

    void load(std::span<const NewToken> tokens) override {
        for (const auto& token : tokens) require_value(store_.create_token(token, Durability::lose_on_power_failure));
    }
    CreateOutcome create(const NewToken& token) override {
        const auto created = store_.create_token(token, durability_);
        return created ? CreateOutcome::created : refusal(created.error());
    }
    std::optional<Validated> validate(const TokenHash& hash) override {
        const auto token = require_value(store_.validate(hash));
        if (!token) return std::nullopt;
        return Validated{token->chain_id, token->user_id, token->family_id, token->expires_at_us};
    }
    Rotation rotate(const TokenHash& presented, const Successor& successor) override {
        const auto result = require_value(store_.rotate_token(presented, successor, durability_));
        return {result.outcome, result.live_tokens_ended};
    }
    RevokeResult revoke_family(const FamilyId& family, Counting counting) override {
        return require_value(store_.revoke_family(family, counting, durability_));
    }
    RevokeResult revoke_user(const UserId& user, Counting counting) override {
        return require_value(store_.revoke_all_user_tokens(user, counting, durability_));
    }
    std::vector<Session> sessions(const UserId& user, std::size_t limit) override {
        auto page = require_value(store_.get_user_active_sessions(user, {.limit = limit}));
        std::vector<Session> sessions;
        sessions.reserve(page.sessions.size());
        for (auto& token : page.sessions) {
            sessions.push_back({token.hash, token.family_id, token.created_at_us, token.expires_at_us,
                                std::move(token.device_name).value_or(""), std::move(token.ip_address).value_or("")});
        }
        return sessions;
    }
    std::optional<std::uint64_t> cleanup_expired() override {
        return require_value(store_.cleanup_expired(durability_));
    }
    std::optional<std::uint64_t> cleanup_expired_as_the_origin() override { return cleanup_expired(); }

private:
    TokenStore& store_;
    Durability durability_;
};

/// 256 for a million tokens and for fewer. An entry takes 139 bytes, and the buckets of eight are to be hardly more
/// than half full, since an entry that finds its bucket full displaces another.
std::size_t validity_cache_mib(std::size_t tokens) { return std::max<std::size_t>(256, tokens / 4'000); }

class Store final : public Participant {
public:
    explicit Store(const Setting& setting)
        : directory_(setting.folder),
          durability_(setting.durability == DurabilityClass::synced ? Durability::lose_nothing
                                                                    : Durability::lose_on_power_failure) {
        options_.block_cache_bytes = 6ULL << 30U;
        options_.validity_cache_bytes = validity_cache_mib(setting.tokens) << 20U;
        options_.write_buffer_bytes = 256ULL << 20U;
        reopen();
    }

    std::string engine() const override {
        return "tokenstore " + std::string(version()) + " on " + rocksdb_and_its_build();
    }
    std::string configuration() const override {
        return "block_cache_bytes = 6 GiB\nvalidity_cache_bytes = " +
               std::to_string(options_.validity_cache_bytes >> 20U) +
               " MiB\nwrite_buffer_bytes = 256 MiB\ndurability = " +
               std::string(durability_ == Durability::lose_nothing ? "lose_nothing" : "lose_on_power_failure") +
               "\neverything else as by default\n";
    }
    std::unique_ptr<Client> connect() override { return std::make_unique<StoreClient>(*store_, durability_); }
    void settle() override {
        require_value(store_->flush());
        require_value(store_->compact());
    }
    void reopen() override {
        if (store_) require_value(store_->close());
        store_.reset();
        store_.emplace(require_value(TokenStore::open(directory_, options_)));
    }
    std::uint64_t disk_bytes() const override { return disk_bytes_below(directory_); }
    std::uint64_t resident_bytes() const override { return resident_bytes_of(::getpid()); }
    std::uint64_t written_bytes() const override { return written_bytes_of(::getpid()); }

private:
    std::filesystem::path directory_;
    Durability durability_;
    Options options_;
    std::optional<TokenStore> store_;
};

}  // namespace

std::unique_ptr<Participant> make_tokenstore(const Setting& setting) { return std::make_unique<Store>(setting); }

}  // namespace tokenstore::bench
