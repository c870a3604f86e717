// Start here: the store of refresh tokens.
//
//     auto store = tokenstore::TokenStore::open("/var/lib/gateway/tokens");
//     auto raw = tokenstore::generate_token();
//     auto created = store->create_token({.hash = tokenstore::hash_token(*raw), .user_id = user, .family_id = family,
//                                         .expires_at_us = now_us + thirty_days_us});
//     auto valid = store->get_valid_by_hash(tokenstore::hash_token(*raw));
//
// Threads: any thread may call any member function of an open store at any time, close() included; look-ups take no
// lock. Moving, assigning and destroying the object are the owner's: no other thread may be inside a call then.
// Processes: one process owns a store directory. After a fork() the child's copy of the handle answers `forked` to
// every call, and destroying it touches nothing. Fork first and open then: a child of a process that has used a store
// cannot open one.
// Time: every decision reads the clock once. now == expires_at means expired, everywhere.
// Failures: a result holds a value or an Error that says what was written and what to do; nothing throws.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <tokenstore/clock.hpp>
#include <tokenstore/error.hpp>
#include <tokenstore/health.hpp>
#include <tokenstore/ids.hpp>
#include <tokenstore/options.hpp>
#include <tokenstore/outcomes.hpp>
#include <tokenstore/raw_token.hpp>
#include <tokenstore/statistics.hpp>
#include <tokenstore/token.hpp>
#include <tokenstore/verification.hpp>

namespace tokenstore {

/// An open store. Errors that any operation can answer, not repeated below: closed, forked, corrupt (deny the request),
/// io_error, disk_full, write_refused, internal. A failed write says in Error::write whether it may have happened.
class TokenStore {
public:
    /// Opens the store in `directory`, making the directory (mode 0700) and the store if needed and allowed.
    /// A directory that holds something else is left untouched. Waits while another opener, of this or another process,
    /// is opening the same directory.
    ///
    /// Errors: store_missing, not_a_store, newer_format, older_format, held_by_another_process (names it),
    /// read_only_directory, unsafe_directory, invalid_options, log_damaged, corrupt, io_error, disk_full, internal;
    /// forked in a process whose parent had used a store before the fork (the engine's threads are missing there: start
    /// such a process by exec).
    [[nodiscard]] static Result<TokenStore> open(const std::filesystem::path& directory,
                                                 const Options& options = {}) noexcept;

    TokenStore(TokenStore&&) noexcept;
    TokenStore& operator=(TokenStore&&) noexcept;
    TokenStore(const TokenStore&) = delete;
    TokenStore& operator=(const TokenStore&) = delete;
    ~TokenStore();  ///< closes; a failure to do so is lost, so call close() where it matters

    // ---- The operations --------------------------------------------------------------------------------------------

    /// Stores a new token and answers it as stored. All or nothing.
    ///
    /// Errors, with nothing written: already_exists, family_ended, family_of_another_user, expiry_out_of_range,
    /// device_id_too_long, device_id_not_utf8, device_name_too_long, device_name_not_utf8, ip_address_malformed,
    /// random_unavailable. An expiry in the past is stored: such a token is expired from the start. A family belongs to
    /// the user of its tokens until the last of its tips has expired and was removed; then its id is unknown again.
    [[nodiscard]] Result<Token> create_token(const NewToken& token, Durability durability = Durability::lose_nothing);

    /// The token with this hash in whatever state, or nothing if none is stored. An expired token may be gone.
    [[nodiscard]] Result<std::optional<JudgedToken>> get_by_hash(const TokenHash& hash) const;

    /// The token with this hash if it is usable now: live, its family and its user not ended. Otherwise nothing.
    /// Never answers a token whose end returned to any thread before this call began.
    [[nodiscard]] Result<std::optional<Token>> get_valid_by_hash(const TokenHash& hash) const;

    /// get_valid_by_hash for many hashes in one go: answer i is for hash i. Fails as a whole.
    [[nodiscard]] Result<std::vector<std::optional<Token>>> get_valid_by_hashes(
        std::span<const TokenHash> hashes) const;

    /// What a gateway asks for each request: whether the token is usable now, and whose it is. As get_valid_by_hash,
    /// with the same promise, and mostly from memory (Options::validity_cache_bytes): a token that was looked up
    /// before, be it good or dead, costs the engine nothing as long as there is room for it and nothing has changed.
    /// What was remembered is not read again: damage that its record has met since shows in the other calls.
    [[nodiscard]] Result<std::optional<ValidToken>> validate(const TokenHash& hash) const;

    /// The same for a raw token as it was presented, hashed here.
    [[nodiscard]] Result<std::optional<ValidToken>> validate_presented(std::string_view presented) const;

    /// validate() for many hashes in one go, which takes less time than one by one: answer i is for hash i, each of its
    /// own moment within the call. Fails as a whole.
    [[nodiscard]] Result<std::vector<std::optional<ValidToken>>> validate_many(std::span<const TokenHash> hashes) const;

    /// In one atomic step: checks the presented token, marks it consumed, stores its successor; or says why not, by the
    /// table at RotateOutcome. Of any number of threads that rotate one token exactly one is answered `rotated`.
    /// The caller authenticates the client and compares the binding before calling (RFC 6749 section 6).
    ///
    /// Errors, with nothing written: those of create_token for the successor's fields. After Error::write ==
    /// indeterminate reopen the store; a retry with the presented token is then not taken for reuse.
    [[nodiscard]] Result<RotateResult> rotate_token(const TokenHash& presented, const Successor& successor,
                                                    Durability durability = Durability::lose_nothing);

    /// Ends one token. Idempotent (RFC 7009 section 2.1).
    [[nodiscard]] Result<RevokeTokenOutcome> revoke_token(const TokenHash& hash,
                                                          Durability durability = Durability::lose_nothing);

    /// Ends every token of a family, and the family with them: creating a token in it is refused from now on, for as
    /// long as any of its tokens could have lived (Options::longest_token_lifetime_us, longest_downtime_us and a day).
    /// Takes effect for every call that begins after this one returned. Idempotent; a family never seen is ended as
    /// well.
    ///
    /// Where the index of its tokens is damaged the family is ended all the same, and the answer is `corrupt` with
    /// WriteState::partly_written: only the count is missing. Counting::skip reads no index beyond the family's owner.
    [[nodiscard]] Result<RevokeResult> revoke_family(const FamilyId& family, Counting counting = Counting::exact,
                                                     Durability durability = Durability::lose_nothing);

    /// Ends every token that was issued to the user before this call: log out everywhere. The user can log in again.
    /// A damaged index is answered as by revoke_family.
    [[nodiscard]] Result<RevokeResult> revoke_all_user_tokens(const UserId& user, Counting counting = Counting::exact,
                                                              Durability durability = Durability::lose_nothing);

    /// The user's live tokens, newest login first. A page holds fewer than `limit` only when it is the last.
    /// Sessions begun or ended between two pages may or may not be seen; no session is seen twice.
    /// Error: invalid_page.
    [[nodiscard]] Result<SessionPage> get_user_active_sessions(const UserId& user,
                                                               const SessionPageRequest& page = {}) const;

    /// Removes every token that had expired when the call began, by the time that is believed (see trust_clock), and
    /// answers how many this call removed: exact under concurrent calls too. Works in small steps, so that writers wait
    /// little. Consumed and revoked tokens stay until they expire. If it fails midway Error::write is partly_written
    /// and calling again goes on.
    [[nodiscard]] Result<std::uint64_t> cleanup_expired(Durability durability = Durability::lose_nothing);

    // ---- Moving in -------------------------------------------------------------------------------------------------

    /// Stores tokens as they are, with their ids and times, from another table or store. Each row is all or nothing and
    /// is answered in its place; a stored end is never undone, and importing again changes nothing. A token becomes a
    /// chain of its own unless it is already stored; `consumed_at_us`, `predecessor`, `successor` and `issue_stamp_us`
    /// are not taken over: what the origin had rotated away it must give as revoked. For the comparison with a user's
    /// end a row counts as issued at its created_at_us.
    ///
    /// A row is refused with family_of_another_user, time_out_of_range, an error of create_token about a field, or
    /// conflicting_record: its hash is stored with another user, family or expiry, or its id is that of another token
    /// of its family or user. The answer is an Error only when the store failed.
    [[nodiscard]] Result<std::vector<ImportedRow>> import_tokens(std::span<const Token> tokens,
                                                                 Durability durability = Durability::lose_nothing);

    /// What import_tokens would answer now; stores nothing. What other threads store meanwhile may change the answer
    /// that import_tokens then gives.
    [[nodiscard]] Result<std::vector<ImportedRow>> check_import(std::span<const Token> tokens) const;

    // ---- Upkeep ----------------------------------------------------------------------------------------------------

    [[nodiscard]] Result<Statistics> statistics() const;

    /// Whether the store does its work, and if not, why and what to do. Reads no disk, takes no lock that a write
    /// holds; an error that the engine meets in its background shows here at once.
    [[nodiscard]] Result<Health> health() const;

    /// Syncs the log and writes the memtables to table files. On return everything acknowledged before is on disk.
    [[nodiscard]] Result<void> flush();

    /// Compacts every column family, so that everything reclaimable is reclaimed now. Long; other calls go on.
    [[nodiscard]] Result<void> compact();

    /// One round of upkeep: moves the clock on, persists its mark, and, once every Options::reclaim_interval_us,
    /// compacts what expired more than Options::reclaim_grace_us ago. The store's own thread calls it every
    /// Options::maintenance_interval_ms.
    [[nodiscard]] Result<void> maintain();

    /// Makes anew what is derived from the tokens' records and does not fit them: entries of the indexes, and the notes
    /// of ended families. Records and ends are never changed. Reads the whole store at least twice; other calls go on.
    /// For an operator, after StoreReader::verify() has found something. Calling again goes on where it failed.
    /// `on_progress` is that of VerifyRequest, for each reading of the store anew, and not asked while what one has
    /// found is mended. Error: stopped, once it answers false.
    [[nodiscard]] Result<RepairResult> repair_indexes(const VerifyProgress& on_progress = nullptr);

    /// Confirms that the clock is right now, after it was found too far ahead to be believed for reclaiming
    /// (Statistics::clock_doubted).
    [[nodiscard]] Result<void> trust_clock();

    /// Waits for the calls in flight, lets no new one begin (they answer `closed`), and closes. On success all that was
    /// acknowledged is on disk. After the disk was full it may take up to six seconds more. Idempotent. In a forked
    /// child it answers `forked` and touches nothing.
    [[nodiscard]] Result<void> close() noexcept;

private:
    class Impl;
    explicit TokenStore(std::unique_ptr<Impl> impl) noexcept;

    std::unique_ptr<Impl> impl_;
};

}  // namespace tokenstore
