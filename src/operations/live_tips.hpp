// Which index entries stand for live tokens, and counting them. No record is looked up.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <tokenstore/error.hpp>

#include "model/ends.hpp"
#include "model/token_state.hpp"
#include "storage/database.hpp"

namespace tokenstore::operations {

/// By the entry and the user's end alone; the family's end is the caller's to know.
template <class Entry>
[[nodiscard]] bool is_live_tip(const Entry& entry, const std::optional<model::UserEnd>& user_end,
                               std::int64_t now_us) noexcept {
    return !entry.revoked && !model::is_expired(entry.expires_at_us, now_us) &&
           !(user_end && model::covers(*user_end, entry.issue_stamp_us));
}

/// The families of one user that were ended, for asking about many.
class EndedFamilies {
public:
    [[nodiscard]] static Result<EndedFamilies> of(const storage::Database& database, const UserId& user);

    [[nodiscard]] bool contains(const FamilyId& family) const noexcept;

private:
    explicit EndedFamilies(std::vector<FamilyId> sorted) noexcept : sorted_(std::move(sorted)) {}

    std::vector<FamilyId> sorted_;
};

/// The live tokens of a family, given the ends that cover it now.
[[nodiscard]] Result<std::uint64_t> count_live_in_family(const storage::Database& database, const FamilyId& family,
                                                         const model::Ends& ends, std::int64_t now_us);

/// The live tokens of a user, given the user's end as it stands now.
[[nodiscard]] Result<std::uint64_t> count_live_of_user(const storage::Database& database, const UserId& user,
                                                       const std::optional<model::UserEnd>& user_end,
                                                       std::int64_t now_us);

}  // namespace tokenstore::operations
