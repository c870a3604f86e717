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

namespace {

// Whether a token is usable is decided in one order, for one token and for many, from its whole record or from the head
// of it: first what the record alone refuses, which needs no second look; then the ends of its family and user; then
// the counters. On its way into the validity cache goes what was found, where there is a filling; a look-up beside the
// cache has none.

struct NoFilling {
    static void note_owner(const FamilyId& /*family*/, const UserId& /*user*/) noexcept {}
    static void keep_valid(const ValidToken& /*token*/) noexcept {}
    static void keep_expired(std::int64_t /*expires_at_us*/) noexcept {}
    static void keep_refused() noexcept {}
};

const model::TokenHead& head_of(const model::TokenHead& token) noexcept { return token; }
model::TokenHead head_of(const Token& token) noexcept { return model::head_of(token); }

/// A token that is not usable, whatever its family and user: no look at their ends is needed. Any other has its owner
/// noted, whose ends are read next.
template <class Record, class Filling>
bool is_refused_alone(const Record& token, std::int64_t now_us, Filling& filling) noexcept {
    switch (model::state_of(token, {}, now_us)) {
        case TokenState::live:
            filling.note_owner(storage::owner_of(token).family_id, storage::owner_of(token).user_id);
            return false;
        case TokenState::expired:
            filling.keep_expired(head_of(token).whose.expires_at_us);
            return true;
        case TokenState::revoked:
        case TokenState::consumed:
            filling.keep_refused();
            return true;
    }
    return true;
}

/// The last word on a token that is usable by itself.
template <class Record, class Filling>
bool is_valid_under(const model::Ends& ends, const Record& token, std::int64_t now_us, Filling& filling) noexcept {
    if (model::state_of(token, ends, now_us) != TokenState::live) {
        filling.keep_refused();
        return false;
    }
    filling.keep_valid(head_of(token).whose);
    return true;
}

/// What look-ups are counted as: each is one step of one counter.
struct CountedAs {
    Counter valid;
    Counter refused;
    Counter unknown;
};

constexpr CountedAs beside_the_cache{Counter::lookups_valid, Counter::lookups_refused, Counter::lookups_unknown};
constexpr CountedAs behind_the_cache{Counter::missed_valid, Counter::missed_refused, Counter::missed_unknown};

/// Whether a stored token is usable; it is in `token` then.
template <class Record, class Filling>
Result<bool> look_up(const storage::Database& database, Counters& counters, const CountedAs& counted_as,
                     const TokenHash& hash, std::int64_t now_us, Filling filling, Record& token) {
    const auto found = database.get_token(hash, token);
    if (!found) return found.error();
    if (!*found) {
        counters.add(counted_as.unknown);
        return false;
    }
    if (!is_refused_alone(token, now_us, filling)) {
        const auto ends = database.get_ends(storage::owner_of(token));
        if (!ends) return ends.error();
        if (is_valid_under(*ends, token, now_us, filling)) {
            counters.add(counted_as.valid);
            return true;
        }
    }
    counters.add(counted_as.refused);
    return false;
}

/// The same of many: the tokens, without those that are not usable. `fillings[i]` is for hash i.
template <class Record, class Fillings>
Result<std::vector<std::optional<Record>>> look_up_many(const storage::Database& database, Counters& counters,
                                                        const CountedAs& counted_as, std::span<const TokenHash> hashes,
                                                        std::int64_t now_us, Fillings&& fillings) {
    auto tokens = database.get_tokens<Record>(hashes);
    if (!tokens) return tokens;
    std::vector<std::size_t> usable_alone;
    std::vector<storage::Owner> owners;
    std::uint64_t stored = 0;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        auto& token = (*tokens)[i];
        if (!token) continue;
        ++stored;
        if (is_refused_alone(*token, now_us, fillings[i])) {
            token.reset();
            continue;
        }
        usable_alone.push_back(i);
        owners.push_back(storage::owner_of(*token));
    }
    const auto ends = database.get_ends(owners);
    if (!ends) return ends.error();
    std::uint64_t valid = 0;
    for (std::size_t n = 0; n < usable_alone.size(); ++n) {
        const auto i = usable_alone[n];
        auto& token = (*tokens)[i];
        if (is_valid_under((*ends)[n], *token, now_us, fillings[i])) {
            ++valid;
        } else {
            token.reset();
        }
    }
    counters.add(counted_as.valid, valid);
    counters.add(counted_as.refused, stored - valid);
    counters.add(counted_as.unknown, hashes.size() - stored);
    return tokens;
}

}  // namespace

Result<std::optional<Token>> get_valid_by_hash(const storage::Database& database, Counters& counters,
                                               const TokenHash& hash, std::int64_t now_us) {
    Result<std::optional<Token>> answer;
    const auto usable = look_up(database, counters, beside_the_cache, hash, now_us, NoFilling{}, answer->emplace());
    if (!usable) return usable.error();
    if (!*usable) answer->reset();
    return answer;
}

Result<std::vector<std::optional<Token>>> get_valid_by_hashes(const storage::Database& database, Counters& counters,
                                                              std::span<const TokenHash> hashes, std::int64_t now_us) {
    return look_up_many<Token>(database, counters, beside_the_cache, hashes, now_us,
                               std::vector<NoFilling>(hashes.size()));
}

Result<std::optional<ValidToken>> validate(const storage::Database& database, ValidityCache& cache, Counters& counters,
                                           const TokenHash& hash, std::int64_t now_us) {
    Result<std::optional<ValidToken>> answer;
    ValidToken& token = answer->emplace();  // filled in place
    if (cache.may_know(hash)) {
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
    }
    model::TokenHead head;
    const auto usable = look_up(database, counters, behind_the_cache, hash, now_us, cache.begin_filling(hash), head);
    if (!usable) return usable.error();
    if (!*usable) return std::nullopt;
    token = head.whose;
    return answer;
}

Result<std::vector<std::optional<ValidToken>>> validate_many(const storage::Database& database, ValidityCache& cache,
                                                             Counters& counters, std::span<const TokenHash> hashes,
                                                             std::int64_t now_us) {
    constexpr std::size_t prefetched = 32;  // as many as the processor's first cache holds beside everything else
    std::vector<std::optional<ValidToken>> answers(hashes.size());
    std::vector<std::size_t> missed;  // what the cache does not know is asked of the engine in one go
    std::vector<TokenHash> missed_hashes;
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
                missed.push_back(i);
                missed_hashes.push_back(hashes[i]);
                break;
        }
    }
    counters.add(Counter::lookups_valid, valid);
    counters.add(Counter::lookups_refused, refused);
    if (missed.empty()) return answers;
    std::vector<ValidityCache::Filling> fillings;
    fillings.reserve(missed.size());
    for (const auto& hash : missed_hashes) fillings.push_back(cache.begin_filling(hash));
    const auto heads =
        look_up_many<model::TokenHead>(database, counters, behind_the_cache, missed_hashes, now_us, fillings);
    if (!heads) return heads.error();
    for (std::size_t n = 0; n < missed.size(); ++n) {
        if (const auto& head = (*heads)[n]) answers[missed[n]] = head->whose;
    }
    return answers;
}

}  // namespace tokenstore::operations
