// What takes part in the comparison: a store of refresh tokens behind one interface, with one semantics.
//
// - rotate compares and consumes in one atomic step. A token that comes back after it was consumed is reuse, a token
// that
//   was ended is not; both end the family. The successor takes user, family, chain and device from the presented token.
// - The end of a family is final: it refuses its tokens and new ones. The end of a user refuses what was issued before.
// - A token is expired from the moment expires_at_us on. An expired token may be forgotten.
//
// A participant that fails throws; refusals are answers. What is timed never throws on the way that is expected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tokenstore/outcomes.hpp>
#include <tokenstore/token.hpp>

namespace tokenstore::bench {

enum class CreateOutcome { created, already_exists, family_ended, family_of_another_user };

/// What a gateway needs to know about a usable token.
struct Validated {
    TokenId chain_id;
    UserId user_id;
    FamilyId family_id;
    std::int64_t expires_at_us = 0;
};

struct Rotation {
    RotateOutcome outcome = RotateOutcome::not_found;
    std::uint64_t live_tokens_ended = 0;  ///< by ending the family
};

struct Session {
    TokenHash hash;
    FamilyId family_id;
    std::int64_t created_at_us = 0;
    std::int64_t expires_at_us = 0;
    std::string device_name;
    std::string ip_address;
};

/// One client: a connection of its own where there is a server. One thread at a time.
class Client {
public:
    Client() = default;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    virtual ~Client() = default;

    /// Stores many new tokens of new families by the participant's fastest way. Never timed against each other.
    virtual void load(std::span<const NewToken> tokens) = 0;

    virtual CreateOutcome create(const NewToken& token) = 0;
    virtual std::optional<Validated> validate(const TokenHash& hash) = 0;
    virtual Rotation rotate(const TokenHash& presented, const Successor& successor) = 0;
    virtual RevokeResult revoke_family(const FamilyId& family, Counting counting) = 0;
    virtual RevokeResult revoke_user(const UserId& user, Counting counting) = 0;

    /// The user's live tokens, newest login first.
    virtual std::vector<Session> sessions(const UserId& user, std::size_t limit) = 0;

    /// How many expired tokens this call removed; nothing where they go by themselves, uncounted.
    virtual std::optional<std::uint64_t> cleanup_expired() = 0;

    /// The same as the origin's class did it: all expired rows are selected, and each is deleted by itself. Only
    /// PostgreSQL does so, and tokenstore cleans up as ever, to be set beside it; nothing for all others.
    virtual std::optional<std::uint64_t> cleanup_expired_as_the_origin() { return std::nullopt; }
};

/// What a write has survived when its call returns. Figures of different classes are never compared.
enum class DurabilityClass {
    synced,    ///< on the disk: a power cut
    buffered,  ///< handed to the operating system, or sooner or later: the end of the process at most
};

class Participant {
public:
    Participant() = default;
    Participant(const Participant&) = delete;
    Participant& operator=(const Participant&) = delete;
    virtual ~Participant() = default;

    /// The name and version of what does the work.
    [[nodiscard]] virtual std::string engine() const = 0;

    /// How it is set up, in its own words; published in the report.
    [[nodiscard]] virtual std::string configuration() const = 0;

    [[nodiscard]] virtual std::unique_ptr<Client> connect() = 0;

    /// Brings what was loaded into the form in which it is kept: flushes, compacts, takes a checkpoint.
    virtual void settle() = 0;

    /// Closes and opens again, until look-ups are answered. No client may be alive.
    virtual void reopen() = 0;

    [[nodiscard]] virtual std::uint64_t disk_bytes() const = 0;

    /// Memory of the processes that hold the data: this one for what is embedded.
    [[nodiscard]] virtual std::uint64_t resident_bytes() const = 0;

    /// What those processes have sent to the disk so far.
    [[nodiscard]] virtual std::uint64_t written_bytes() const = 0;
};

}  // namespace tokenstore::bench
