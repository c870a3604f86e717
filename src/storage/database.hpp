// The database under a store: typed reads, scans and one atomic write, in terms of tokens and ends. It knows the engine
// and the bytes; it knows no rules.
//
// Threads: every const function and commit(), any thread at any time between open and close. Point reads decide
// validity: a damaged block or record is an explicit error there. Scans serve listing, counting and cleaning up only,
// since a scan over a damaged index can come back short (RocksDB before 8.7, facebook/rocksdb#11782).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <tokenstore/error.hpp>
#include <tokenstore/health.hpp>
#include <tokenstore/ids.hpp>
#include <tokenstore/options.hpp>
#include <tokenstore/statistics.hpp>
#include <tokenstore/token.hpp>

#include "codec/high_water_slot.hpp"
#include "codec/in_doubt_note.hpp"
#include "codec/index_entry.hpp"
#include "expiry/reclaim_state.hpp"
#include "model/ends.hpp"
#include "model/token_head.hpp"
#include "storage/batch.hpp"
#include "storage/column_families.hpp"
#include "storage/host.hpp"
#include "storage/possible_ends.hpp"
#include "storage/table_file.hpp"
#include "storage/touched.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class Status;
}  // namespace rocksdb

namespace tokenstore::storage {

/// The entry of one chain in an index.
template <class Entry>
struct Chain {
    TokenId id;
    Entry entry;
};

using FamilyChain = Chain<codec::FamilyIndexEntry>;
using UserChain = Chain<codec::UserIndexEntry>;

/// The owner of a token, for reading the ends that may cover it.
struct Owner {
    FamilyId family_id;
    UserId user_id;
};

/// What a record says first, and where it is.
struct StoredToken {
    TokenHash hash;
    ValidToken token;
};

struct OwnEntries {
    bool by_family = true;
    bool by_user = true;
};

[[nodiscard]] inline Owner owner_of(const Token& token) noexcept { return {token.family_id, token.user_id}; }
[[nodiscard]] inline Owner owner_of(const model::TokenHead& token) noexcept {
    return {token.whose.family_id, token.whose.user_id};
}

/// What a write does while the engine stalls writers because its flushes or compactions lag.
enum class WhenStalled {
    give_up,  ///< answers `busy` with nothing written: for callers that hold locks
    wait,     ///< for callers that hold none
};

/// What a scan that goes on behind damage has passed over.
struct SkippedDamage {
    std::uint64_t records = 0;    ///< records that do not check out
    std::uint64_t stretches = 0;  ///< times that the engine could not read on
};

/// How long a doubt is honoured. A client that got no answer retries within minutes; a day covers an operator's
/// restart.
inline constexpr std::int64_t in_doubt_lifetime_us = 24LL * 3600 * 1'000'000;

struct ViewExtent;  // storage/engine.hpp

class Database {
public:
    /// Opens the one writable instance. `reclaim` is shared with the TTL filters.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& directory,
                                                                const Options& options,
                                                                const std::shared_ptr<expiry::ReclaimState>& reclaim);

    /// Opens a view of this moment beside whoever owns the store. It writes nothing; commit() and the upkeep functions
    /// must not be called.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open_view(const std::filesystem::path& directory,
                                                                     const ReaderOptions& options);

    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // ---- Point reads -----------------------------------------------------------------------------------------------

    /// Reads a token, or the part of it that decides, into `token`; false if none is stored. On false or an error
    /// `token` is unspecified.
    [[nodiscard]] Result<bool> get_token(const TokenHash& hash, Token& token) const;
    [[nodiscard]] Result<bool> get_token(const TokenHash& hash, model::TokenHead& token) const;

    /// Whether a record is stored under the hash, without decoding it.
    [[nodiscard]] Result<bool> contains_token(const TokenHash& hash) const;

    /// Answer i is for hash i. `Record` is Token or model::TokenHead.
    template <class Record>
    [[nodiscard]] Result<std::vector<std::optional<Record>>> get_tokens(std::span<const TokenHash> hashes) const;

    [[nodiscard]] Result<model::Ends> get_ends(const Owner& owner) const;

    /// Answer i is for owner i. Looks up only what is among the possible ones, if those are given.
    [[nodiscard]] Result<std::vector<model::Ends>> get_ends(std::span<const Owner> owners,
                                                            const PossibleEnds* possible = nullptr) const;

    [[nodiscard]] Result<std::optional<model::FamilyEnd>> get_family_end(const FamilyId& family) const;
    [[nodiscard]] Result<std::optional<model::UserEnd>> get_user_end(const UserId& user) const;

    /// The entry of one chain in by_user; nothing if there is none.
    [[nodiscard]] Result<std::optional<codec::UserIndexEntry>> get_user_chain(const UserId& user,
                                                                              const TokenId& chain) const;

    /// Which of the index entries of tip i are not another's by now: an import may begin a chain anew whose entries
    /// were reclaimed before its record. Absent ones are nobody else's.
    [[nodiscard]] Result<std::vector<OwnEntries>> own_entries(std::span<const StoredToken> tips) const;

    [[nodiscard]] Result<std::optional<std::int64_t>> get_number(std::string_view key) const;

    /// What is stored under a key, as it is; nothing if there is none.
    [[nodiscard]] Result<std::optional<std::string>> get_record(Family family, std::string_view key) const;

    /// Changes with every write that has taken effect.
    [[nodiscard]] std::uint64_t latest_sequence() const noexcept;

    // ---- Scans: `visit` answers whether to go on -------------------------------------------------------------------

    [[nodiscard]] Result<void> scan_family(const FamilyId& family,
                                           const std::function<bool(const FamilyChain&)>& visit) const;

    /// From the newest login, or from the one before `before`.
    [[nodiscard]] Result<void> scan_user_newest_first(const UserId& user, const std::optional<TokenId>& before,
                                                      const std::function<bool(const UserChain&)>& visit) const;

    /// Of a view: what it holds does not change. Reads all ends.
    [[nodiscard]] Result<PossibleEnds> possible_ends() const;

    /// The families of the user that were ended.
    [[nodiscard]] Result<std::vector<FamilyId>> ended_families(const UserId& user) const;

    /// Whether the family or the user has a chain that began with this token. An index entry whose tip was reclaimed
    /// before it stands for none.
    [[nodiscard]] Result<bool> contains_chain(const Owner& owner, const TokenId& chain) const;

    /// The user of a family, from its first index entry; nothing if it has none.
    [[nodiscard]] Result<std::optional<UserId>> owner_of(const FamilyId& family) const;

    /// The tokens from `from` on, in the order of hashes. Damage ends the scan, unless `skipped` is given to count it:
    /// then the scan goes on behind it.
    [[nodiscard]] Result<void> scan_tokens(const TokenHash& from, SkippedDamage* skipped,
                                           const std::function<bool(Token&&)>& visit) const;

    /// The tokens that expire at `until_us` or before, in the order of hashes, from `from` on. Files in which nothing
    /// expires by then are passed over, and what they say of a token with them: one that was removed since may come, as
    /// it was.
    [[nodiscard]] Result<void> scan_expiring(
        const TokenHash& from, std::int64_t until_us,
        const std::function<bool(const TokenHash&, const model::TokenHead&)>& visit) const;

    /// All keys and values of a column family as they are stored, in the order of keys.
    [[nodiscard]] Result<void> scan_records(
        Family family, const std::function<bool(std::string_view key, std::string_view stored)>& visit) const;

    /// How many different families and users have an index entry.
    [[nodiscard]] Result<std::uint64_t> count_families() const;
    [[nodiscard]] Result<std::uint64_t> count_users() const;

    // ---- The files ------------------------------------------------------------------------------------------------

    [[nodiscard]] std::filesystem::path directory() const;

    /// For each table file its identity, which no other table file of any store has. Errors: corrupt, io_error.
    [[nodiscard]] Result<std::map<std::string, std::string>> table_identities() const;

    /// What of the source's logs and manifest a view consists of. Of a view only.
    [[nodiscard]] const ViewExtent& view_extent() const noexcept;

    /// The table files that the database consists of, by column family and level.
    [[nodiscard]] Result<std::vector<TableFile>> table_files() const;

    /// Reads a table file from its beginning to its end and compares all checksums. Errors: corrupt; io_error. A file
    /// that an owner has replaced since is in order.
    [[nodiscard]] Result<void> check_table_file(const TableFile& file) const;

    /// The same for a copy of it.
    [[nodiscard]] Result<void> check_table_file(const TableFile& file, const std::filesystem::path& copy) const;

    /// How many records the engine takes a column family to hold.
    [[nodiscard]] std::uint64_t estimated_records(Family family) const;

    // ---- Writing ---------------------------------------------------------------------------------------------------

    /// Writes the batch whole or not at all. After a failure of the log its end is in doubt: the error is
    /// indeterminate, and every later commit is refused with write_refused until the store is opened again. Where the
    /// engine has stopped in its background (a flush found no room, say) nothing is written, and commits are refused
    /// until it goes on.
    [[nodiscard]] Result<void> commit(Batch&& batch, Durability durability, WhenStalled when_stalled);

    [[nodiscard]] Health health() const;

    /// Returns when the engine takes writes again. To be called without locks.
    [[nodiscard]] Result<void> wait_until_writable();

    /// Notes, past the refusing engine, that a rotation which consumes this token failed without a known end, so that
    /// its retry after the next open is not taken for reuse. Best effort.
    void note_in_doubt(const codec::InDoubtNote& note) noexcept;

    /// False if no rotation is on record as in doubt, as nearly always.
    [[nodiscard]] bool may_have_doubts() const noexcept;

    /// Syncs the log, and the mark of what was synced: every write so far is safe from a power failure.
    [[nodiscard]] Result<void> sync();

    /// Syncs the mark alone: from now on a log or manifest that loses what was synced before this call is noticed after
    /// a power failure, too.
    [[nodiscard]] Result<void> persist_high_water();

    // ---- Upkeep ----------------------------------------------------------------------------------------------------

    [[nodiscard]] Result<void> flush();
    [[nodiscard]] Result<void> compact();

    /// Compacts the key ranges of the files that hold a token or index entry with an expiry of at most `due_us`; what
    /// stands in memtables is flushed first.
    [[nodiscard]] Result<void> compact_expired_tokens(std::int64_t due_us);

    /// The same for the ends of families and users.
    [[nodiscard]] Result<void> compact_expired_ends(std::int64_t due_us);

    /// The earliest expiry of the tokens in table files, after a flush; nothing if there are none.
    [[nodiscard]] Result<std::optional<std::int64_t>> earliest_token_expiry();

    /// Fills in the gauges about memory and disk.
    void read_gauges(Statistics& statistics) const;

    /// Stops compactions that are under way, so that close() need not wait for them. No compaction starts again.
    void cancel_compactions() noexcept;

    /// Syncs the log and closes the engine. No other call may be in flight, and none may follow.
    [[nodiscard]] Result<void> close();

private:
    friend class Batch;
    friend struct DatabaseAccess;  // defined by tests that steer the engine itself
    struct Engine;

    explicit Database(std::unique_ptr<Engine> engine) noexcept;

    [[nodiscard]] static Result<std::unique_ptr<Database>> try_open_view(const Host& host,
                                                                         const std::filesystem::path& directory,
                                                                         const ReaderOptions& options);
    template <class Record>
    [[nodiscard]] Result<bool> get_record(const TokenHash& hash, Record& token) const;
    [[nodiscard]] Error fail_write(const rocksdb::Status& status) const;
    [[nodiscard]] Error refused(WriteState write) const;
    [[nodiscard]] std::uint64_t current_log() const;
    [[nodiscard]] codec::ManifestExtent current_manifest() const;
    /// Returns once what stood in memtables stands in table files.
    [[nodiscard]] Result<void> flush_memtables(const std::vector<Family>& families);
    [[nodiscard]] Result<void> compact_expired(Family family, std::int64_t due_us);
    void note_manifest() const;
    void note_ends(const Touched& touched) const noexcept;
    void put_note(Batch& batch, bool asks_for_sync) const;
    [[nodiscard]] bool raise_high_water(const Batch& batch, std::uint64_t log_number) const noexcept;

    std::unique_ptr<Engine> engine_;
};

}  // namespace tokenstore::storage
