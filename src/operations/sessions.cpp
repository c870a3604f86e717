#include "operations/sessions.hpp"

#include <utility>
#include <vector>

#include "model/limits.hpp"
#include "operations/live_tips.hpp"

namespace tokenstore::operations {

Result<SessionPage> get_user_active_sessions(const storage::Database& database, const UserId& user,
                                             const SessionPageRequest& request, std::int64_t now_us) {
    if (auto error = model::check_page(request)) return *std::move(error);
    const auto user_end = database.get_user_end(user);
    if (!user_end) return user_end.error();
    const auto ended = EndedFamilies::of(database, user);
    if (!ended) return ended.error();

    SessionPage page;
    auto before = request.after ? std::optional(request.after->last_chain) : std::nullopt;
    for (;;) {
        // One entry more than wanted tells whether there is a next page.
        const auto wanted = request.limit - page.sessions.size();
        std::vector<TokenId> chains;
        std::vector<TokenHash> tips;
        bool more = false;
        auto scanned = database.scan_user_newest_first(user, before, [&](const storage::UserChain& chain) {
            if (!is_live_tip(chain.entry, *user_end, now_us) || ended->contains(chain.entry.other_id)) return true;
            more = tips.size() == wanted;
            if (more) return false;
            chains.push_back(chain.id);
            tips.push_back(chain.entry.tip);
            return true;
        });
        if (!scanned) return std::move(scanned).error();
        auto tokens = database.get_tokens(tips);
        if (!tokens) return std::move(tokens).error();
        for (auto& token : *tokens) {
            // A tip that was rotated, revoked or removed since the index was read is no session any more; the page is
            // filled up from the older ones.
            if (token && model::state_of(*token, {std::nullopt, *user_end}, now_us) == TokenState::live) {
                page.sessions.push_back(*std::move(token));
            }
        }
        if (!more) return page;
        before = chains.back();
        if (page.sessions.size() == request.limit) {
            page.next = SessionCursor{*before};
            return page;
        }
    }
}

}  // namespace tokenstore::operations
