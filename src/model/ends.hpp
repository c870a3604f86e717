// The end of a family or of a user: the one point record in `revocations` that every validity decision reads.
#pragma once

#include <cstdint>
#include <optional>

#include <tokenstore/token.hpp>

namespace tokenstore::model {

/// A family's end is final: it covers every token of the family, whenever issued.
struct FamilyEnd {
    std::int64_t ended_at_us = 0;
    std::int64_t keep_until_us = 0;  ///< no token that this end covers expires later
    RevocationReason reason = RevocationReason::family_revoked;

    friend bool operator==(const FamilyEnd&, const FamilyEnd&) = default;
};

/// Whether the note of a family's end under a user who owns no tip of it any more can stand beside that end: the family
/// may have passed to another user, for whose tokens the end is kept longer than the note.
[[nodiscard]] inline bool is_outdated_note_of(const FamilyEnd& note, const FamilyEnd& end) noexcept {
    return note.ended_at_us == end.ended_at_us && note.reason == end.reason && note.keep_until_us <= end.keep_until_us;
}

/// A user's end covers the tokens issued up to its stamp; the user can log in again.
struct UserEnd {
    std::int64_t ended_at_us = 0;
    std::int64_t keep_until_us = 0;
    std::int64_t stamp_us = 0;

    friend bool operator==(const UserEnd&, const UserEnd&) = default;
};

/// Both ends that can cover one token; absent for nearly every token.
struct Ends {
    std::optional<FamilyEnd> family;
    std::optional<UserEnd> user;
};

}  // namespace tokenstore::model
