// The operations for participants that are maps of bytes: written once on a transaction, so that they differ in how
// they store and in nothing else.
//
// An end marks the live rows that it ends, found by an index of chains. What was consumed before is not marked: a
// rotation, and no look-up, asks whether the family was ended or the user since.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "compare/participant.hpp"
#include "compare/stored_row.hpp"

namespace tokenstore::bench {

/// One atomic change, which nothing else comes between. It sees what it has written itself, except through chains().
class KeyValueTransaction {
public:
    KeyValueTransaction() = default;
    KeyValueTransaction(const KeyValueTransaction&) = delete;
    KeyValueTransaction& operator=(const KeyValueTransaction&) = delete;
    virtual ~KeyValueTransaction() = default;

    [[nodiscard]] virtual std::optional<StoredRow> row(const TokenHash& hash) = 0;
    virtual void put_row(const TokenHash& hash, const StoredRow& row) = 0;
    virtual void erase_row(const TokenHash& hash) = 0;

    /// Writes the tip under its user and under its family.
    virtual void put_tip(const TokenId& chain, const Tip& tip) = 0;
    virtual void erase_tip(const TokenId& chain, const Tip& tip) = 0;

    struct Chain {
        TokenId id;
        Tip tip;
    };
    [[nodiscard]] virtual std::vector<Chain> chains(const FamilyId& family) = 0;
    [[nodiscard]] virtual std::vector<Chain> chains(const UserId& user) = 0;
    [[nodiscard]] virtual std::optional<Tip> tip(const FamilyId& family, const TokenId& chain) = 0;
    [[nodiscard]] virtual std::optional<UserId> owner(const FamilyId& family) = 0;

    [[nodiscard]] virtual bool family_ended(const FamilyId& family) = 0;
    virtual void end_family(const FamilyId& family) = 0;
    [[nodiscard]] virtual std::uint64_t user_generation(const UserId& user) = 0;
    virtual void set_user_generation(const UserId& user, std::uint64_t generation) = 0;
};

[[nodiscard]] CreateOutcome create(KeyValueTransaction& transaction, const NewToken& token, std::int64_t now_us);
[[nodiscard]] Rotation rotate(KeyValueTransaction& transaction, const TokenHash& presented, const Successor& successor,
                              std::int64_t now_us);
[[nodiscard]] RevokeResult revoke_family(KeyValueTransaction& transaction, const FamilyId& family, Counting counting,
                                         std::int64_t now_us);
[[nodiscard]] RevokeResult revoke_user(KeyValueTransaction& transaction, const UserId& user, Counting counting,
                                       std::int64_t now_us);

/// Removes one expired token; false if it is gone or not expired.
[[nodiscard]] bool remove_if_expired(KeyValueTransaction& transaction, const TokenHash& hash, std::int64_t now_us);

[[nodiscard]] Session session_of(const TokenHash& hash, const StoredRow& row);

}  // namespace tokenstore::bench
