#include "operations/sessions.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "model/limits.hpp"
#include "operations/live_tips.hpp"

namespace tokenstore::operations {

namespace {

/// A tip that was rotated since the index was read has a successor: the session goes on there.
Result<void> follow_rotations(const storage::Database& database, std::optional<Token>& token) {
    while (token && token->consumed_at_us && token->successor) {
        const auto next = *token->successor;
        auto found = database.get_token(next, *token);
        if (!found) return std::move(found).error();
        if (!*found) token.reset();
    }
    return {};
}

/// Adds the sessions that these tips stand for, as far as they are live.
Result<void> add_live_tokens(const storage::Database& database, const std::vector<TokenHash>& hashes,
                             std::int64_t now_us, std::vector<Token>& live) {
    auto tokens = database.get_tokens<Token>(hashes);
    if (!tokens) return std::move(tokens).error();
    for (auto& token : *tokens) {
        if (auto followed = follow_rotations(database, token); !followed) return std::move(followed).error();
    }
    std::erase_if(*tokens, [](const std::optional<Token>& token) { return !token; });
    std::vector<storage::Owner> owners;
    owners.reserve(tokens->size());
    for (const auto& token : *tokens) owners.push_back({token->family_id, token->user_id});
    const auto ends = database.get_ends(owners);
    if (!ends) return ends.error();
    for (std::size_t i = 0; i < tokens->size(); ++i) {
        auto& token = *(*tokens)[i];
        if (model::state_of(token, (*ends)[i], now_us) == TokenState::live) live.push_back(std::move(token));
    }
    return {};
}

/// The ends of a user and of all its families.
struct KnownEnds {
    std::optional<model::UserEnd> user;
    EndedFamilies families;
};

Result<KnownEnds> read_ends(const storage::Database& database, const UserId& user) {
    auto user_end = database.get_user_end(user);
    if (!user_end) return std::move(user_end).error();
    auto families = EndedFamilies::of(database, user);
    if (!families) return std::move(families).error();
    return KnownEnds{*user_end, *std::move(families)};
}

}  // namespace

Result<SessionPage> get_user_active_sessions(const storage::Database& database, const UserId& user,
                                             const SessionPageRequest& request, std::int64_t now_us) {
    if (auto error = model::check_page(request)) return *std::move(error);
    // The records and ends decide. For a user with fewer entries than a page holds, as nearly all have, they are read
    // for each entry. For any other the ends are read ahead: a user with many ended sessions does not pay for each, and
    // whether there is a next page is known.
    std::optional<KnownEnds> known_ends;
    SessionPage page;
    auto before = request.after ? std::optional(request.after->last_chain) : std::nullopt;
    for (;;) {
        // One entry more than wanted tells whether there is a next page.
        const auto wanted = request.limit - page.sessions.size();
        std::vector<TokenId> chains;
        std::vector<TokenHash> tips;
        bool more = false;
        auto scanned = database.scan_user_newest_first(user, before, [&](const storage::UserChain& chain) {
            if (!is_live_tip(chain.entry, known_ends ? known_ends->user : std::nullopt, now_us)) return true;
            if (known_ends && known_ends->families.contains(chain.entry.family_id)) return true;
            more = tips.size() == wanted;
            if (more) return false;
            chains.push_back(chain.id);
            tips.push_back(chain.entry.tip);
            return true;
        });
        if (!scanned) return std::move(scanned).error();
        if (more && !known_ends) {
            auto ends = read_ends(database, user);
            if (!ends) return std::move(ends).error();
            known_ends = *std::move(ends);
            continue;
        }
        // A tip that was rotated, revoked or removed since the index was read is no session any more; the page is
        // filled up from the older ones.
        if (page.sessions.empty()) page.sessions.reserve(tips.size());
        if (auto added = add_live_tokens(database, tips, now_us, page.sessions); !added)
            return std::move(added).error();
        if (!more) return page;
        before = chains.back();
        if (page.sessions.size() == request.limit) {
            page.next = SessionCursor{*before};
            return page;
        }
    }
}

}  // namespace tokenstore::operations
