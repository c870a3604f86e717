#include "operations/look_up.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "model/token_state.hpp"

namespace tokenstore::operations {

Result<std::optional<JudgedToken>> get_by_hash(const storage::Database& database, const TokenHash& hash,
                                               std::int64_t now_us) {
    Token token;
    auto found = database.get_token(hash, token);
    if (!found) return std::move(found).error();
    if (!*found) return std::nullopt;
    auto ends = database.get_ends({token.family_id, token.user_id});
    if (!ends) return std::move(ends).error();
    // Between the two readings the token may have been rotated or ended by itself, and its family or user ended after
    // that. Read once more behind that end, after which nobody rotates it, it tells so.
    if (!token.revoked && model::revocation_of(token, *ends)) {
        const auto id = token.id;
        found = database.get_token(hash, token);
        if (!found) return std::move(found).error();
        if (!*found || token.id != id) return std::nullopt;  // removed meanwhile
    }
    return model::judge(std::move(token), *ends, now_us);
}

Result<std::optional<Token>> get_valid_by_hash(const storage::Database& database, Counters& counters,
                                               const TokenHash& hash, std::int64_t now_us) {
    Result<std::optional<Token>> answer;
    Token& token = answer->emplace();  // decoded in place: a Token is large
    auto found = database.get_token(hash, token);
    if (!found) return std::move(found).error();
    if (!*found) {
        counters.add(Counter::lookups_unknown);
        return std::nullopt;
    }
    // What the record alone refuses needs no second look.
    const bool usable_alone = model::state_of(token, {}, now_us) == TokenState::live;
    if (usable_alone) {
        auto ends = database.get_ends({token.family_id, token.user_id});
        if (!ends) return std::move(ends).error();
        if (model::state_of(token, *ends, now_us) == TokenState::live) {
            counters.add(Counter::lookups_valid);
            return answer;
        }
    }
    counters.add(Counter::lookups_refused);
    return std::nullopt;
}

Result<std::vector<std::optional<Token>>> get_valid_by_hashes(const storage::Database& database, Counters& counters,
                                                              std::span<const TokenHash> hashes, std::int64_t now_us) {
    auto tokens = database.get_tokens(hashes);
    if (!tokens) return tokens;
    std::vector<storage::Owner> owners;
    owners.reserve(tokens->size());
    for (const auto& token : *tokens) {
        if (token) owners.push_back({token->family_id, token->user_id});
    }
    auto ends = database.get_ends(owners);
    if (!ends) return std::move(ends).error();
    std::size_t next = 0;
    std::uint64_t valid = 0;
    for (auto& token : *tokens) {
        if (!token) continue;
        if (model::state_of(*token, (*ends)[next++], now_us) == TokenState::live) {
            ++valid;
        } else {
            token.reset();
        }
    }
    counters.add(Counter::lookups_valid, valid);
    counters.add(Counter::lookups_refused, owners.size() - valid);
    counters.add(Counter::lookups_unknown, hashes.size() - owners.size());
    return tokens;
}

namespace {

ValidToken whose(const Token& token) noexcept {
    return {token.id, token.chain_id, token.user_id, token.family_id, token.created_at_us, token.expires_at_us};
}

/// A token that is not usable, whatever its family and user: no look at their ends is needed. Keeps that.
bool is_refused_alone(const Token& token, std::int64_t now_us, ValidityCache::Filling& filling) noexcept {
    switch (model::state_of(token, {}, now_us)) {
        case TokenState::live:
            return false;
        case TokenState::expired:
            filling.keep_expired(token.expires_at_us);
            return true;
        case TokenState::revoked:
        case TokenState::consumed:
            filling.keep_refused();
            return true;
    }
    return true;
}

/// The last word on a token that is usable by itself. Keeps it.
bool is_valid_under(const model::Ends& ends, const Token& token, std::int64_t now_us,
                    ValidityCache::Filling& filling) noexcept {
    if (model::state_of(token, ends, now_us) != TokenState::live) {
        filling.keep_refused();
        return false;
    }
    filling.keep_valid(whose(token));
    return true;
}

Result<std::optional<ValidToken>> validate_stored(const storage::Database& database, ValidityCache& cache,
                                                  Counters& counters, const TokenHash& hash, std::int64_t now_us) {
    counters.add(Counter::validity_cache_misses);
    auto filling = cache.begin_filling(hash);
    Token token;
    auto found = database.get_token(hash, token);
    if (!found) return std::move(found).error();
    if (!*found) {
        counters.add(Counter::lookups_unknown);
        return std::nullopt;
    }
    if (!is_refused_alone(token, now_us, filling)) {
        filling.note_owner(token.family_id, token.user_id);
        auto ends = database.get_ends({token.family_id, token.user_id});
        if (!ends) return std::move(ends).error();
        if (is_valid_under(*ends, token, now_us, filling)) {
            counters.add(Counter::lookups_valid);
            return whose(token);
        }
    }
    counters.add(Counter::lookups_refused);
    return std::nullopt;
}

}  // namespace

Result<std::optional<ValidToken>> validate(const storage::Database& database, ValidityCache& cache, Counters& counters,
                                           const TokenHash& hash, std::int64_t now_us) {
    Result<std::optional<ValidToken>> answer;
    ValidToken& token = answer->emplace();  // filled in place
    switch (cache.find(hash, now_us, token)) {
        case ValidityCache::Verdict::valid:
            counters.add(Counter::lookups_valid);
            return answer;
        case ValidityCache::Verdict::refused:
            counters.add(Counter::lookups_refused);
            return std::nullopt;
        case ValidityCache::Verdict::unknown:
            break;
    }
    return validate_stored(database, cache, counters, hash, now_us);
}

namespace {

/// The part of a batch that the cache does not know, asked of the engine in one go.
class StoredBatch {
public:
    StoredBatch(const storage::Database& database, ValidityCache& cache, std::span<const TokenHash> hashes)
        : database_(database), cache_(cache), all_(hashes) {}

    void add(std::size_t index) {
        indexes_.push_back(index);
        hashes_.push_back(all_[index]);
    }

    Result<void> validate(Counters& counters, std::int64_t now_us, std::vector<std::optional<ValidToken>>& answers) {
        if (hashes_.empty()) return {};
        counters.add(Counter::validity_cache_misses, hashes_.size());
        std::vector<ValidityCache::Filling> fillings;
        fillings.reserve(hashes_.size());
        for (const auto& hash : hashes_) fillings.push_back(cache_.begin_filling(hash));
        const auto tokens = database_.get_tokens(hashes_);
        if (!tokens) return tokens.error();
        std::vector<std::size_t> usable_alone;
        std::vector<storage::Owner> owners;
        std::uint64_t stored = 0;
        for (std::size_t i = 0; i < tokens->size(); ++i) {
            const auto& token = (*tokens)[i];
            if (!token) continue;
            ++stored;
            if (is_refused_alone(*token, now_us, fillings[i])) continue;
            fillings[i].note_owner(token->family_id, token->user_id);
            usable_alone.push_back(i);
            owners.push_back({token->family_id, token->user_id});
        }
        const auto ends = database_.get_ends(owners);
        if (!ends) return ends.error();
        std::uint64_t valid = 0;
        for (std::size_t n = 0; n < usable_alone.size(); ++n) {
            const auto i = usable_alone[n];
            const Token& token = *(*tokens)[i];
            if (!is_valid_under((*ends)[n], token, now_us, fillings[i])) continue;
            answers[indexes_[i]] = whose(token);
            ++valid;
        }
        counters.add(Counter::lookups_valid, valid);
        counters.add(Counter::lookups_refused, stored - valid);
        counters.add(Counter::lookups_unknown, hashes_.size() - stored);
        return {};
    }

private:
    const storage::Database& database_;
    ValidityCache& cache_;
    std::span<const TokenHash> all_;
    std::vector<std::size_t> indexes_;
    std::vector<TokenHash> hashes_;
};

}  // namespace

Result<std::vector<std::optional<ValidToken>>> validate_many(const storage::Database& database, ValidityCache& cache,
                                                             Counters& counters, std::span<const TokenHash> hashes,
                                                             std::int64_t now_us) {
    constexpr std::size_t prefetched = 32;  // as many as the processor's first cache holds beside everything else
    std::vector<std::optional<ValidToken>> answers(hashes.size());
    StoredBatch stored(database, cache, hashes);
    std::uint64_t valid = 0;
    std::uint64_t refused = 0;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        if (i % prefetched == 0) cache.prefetch(hashes.subspan(i, std::min(prefetched, hashes.size() - i)));
        ValidToken token;
        switch (cache.find(hashes[i], now_us, token)) {
            case ValidityCache::Verdict::valid:
                answers[i] = token;
                ++valid;
                break;
            case ValidityCache::Verdict::refused:
                ++refused;
                break;
            case ValidityCache::Verdict::unknown:
                stored.add(i);
                break;
        }
    }
    counters.add(Counter::lookups_valid, valid);
    counters.add(Counter::lookups_refused, refused);
    if (auto validated = stored.validate(counters, now_us, answers); !validated) return std::move(validated).error();
    return answers;
}

}  // namespace tokenstore::operations
