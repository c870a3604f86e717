// What of a token is shown: by default neither whole hashes nor what identifies a person, since answers are pasted into
// tickets and read over shoulders.
//
// A hash is cut to its first eight digits and a user's id to its last eight, which are random in ids of every version.
// Device ids, device names and addresses are left out. Ids of tokens, chains and families are random numbers of this
// store alone, and one goes on with them: they are shown.
#pragma once

#include <string>

#include <tokenstore/ids.hpp>

namespace tokenstore::tool {

struct Redaction {
    bool full_hash = false;  ///< --full-hash
    bool show_ids = false;   ///< --show-ids

    [[nodiscard]] std::string operator()(const TokenHash& hash) const;
    [[nodiscard]] std::string operator()(const UserId& user) const;

    /// The same behind a text.
    void append(std::string& text, const TokenHash& hash) const;
    void append(std::string& text, const UserId& user) const;
};

/// For what is a copy and not a view: everything, whole.
inline constexpr Redaction nothing_redacted{.full_hash = true, .show_ids = true};

}  // namespace tokenstore::tool
