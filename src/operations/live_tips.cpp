#include "operations/live_tips.hpp"

#include <algorithm>
#include <utility>

namespace tokenstore::operations {

Result<EndedFamilies> EndedFamilies::of(const storage::Database& database, const UserId& user) {
    auto families = database.ended_families(user);
    if (!families) return std::move(families).error();
    std::sort(families->begin(), families->end());
    return EndedFamilies(std::move(*families));
}

bool EndedFamilies::contains(const FamilyId& family) const noexcept {
    return std::binary_search(sorted_.begin(), sorted_.end(), family);
}

Result<std::uint64_t> count_live_in_family(const storage::Database& database, const FamilyId& family,
                                           const model::Ends& ends, std::int64_t now_us) {
    if (ends.family) return 0;
    std::uint64_t live = 0;
    auto scanned = database.scan_family(family, [&](const storage::FamilyChain& chain) {
        if (is_live_tip(chain.entry, ends.user, now_us)) ++live;
        return true;
    });
    if (!scanned) return std::move(scanned).error();
    return live;
}

Result<std::uint64_t> count_live_of_user(const storage::Database& database, const UserId& user,
                                         const std::optional<model::UserEnd>& user_end, std::int64_t now_us) {
    const auto ended = EndedFamilies::of(database, user);
    if (!ended) return ended.error();
    std::uint64_t live = 0;
    auto scanned = database.scan_user_newest_first(user, std::nullopt, [&](const storage::UserChain& chain) {
        if (is_live_tip(chain.entry, user_end, now_us) && !ended->contains(chain.entry.family_id)) ++live;
        return true;
    });
    if (!scanned) return std::move(scanned).error();
    return live;
}

}  // namespace tokenstore::operations
