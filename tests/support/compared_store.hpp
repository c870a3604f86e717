// A store in a folder of its own with the reference beside it: every call goes to the store, and its answer to the
// reference, which throws Difference where it is not one that the public headers allow.
//
// The clock stands still but for let_time_pass() and reopen(). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <tokenstore/token_store.hpp>

#include "support/manual_clock.hpp"
#include "support/reference_model.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

class ComparedStore {
public:
    /// Far beyond the time that passes in a run: the ends of families and users then stay for the whole of it.
    static constexpr std::int64_t longest_token_lifetime_us = 400 * day_us;

    /// Without a grace the compaction filter never beats cleanup_expired.
    explicit ComparedStore(std::optional<std::int64_t> reclaim_grace_us);

    // ---- The calls of TokenStore -----------------------------------------------------------------------------------

    void create_token(const NewToken& request, Durability durability);
    void get_by_hash(const TokenHash& hash);
    void get_valid_by_hash(const TokenHash& hash);
    void get_valid_by_hashes(std::span<const TokenHash> hashes);
    void rotate_token(const TokenHash& presented, const Successor& request, Durability durability);
    void revoke_token(const TokenHash& hash, Durability durability);
    void revoke_family(const FamilyId& family, Counting counting, Durability durability);
    void revoke_all_user_tokens(const UserId& user, Counting counting, Durability durability);
    void get_user_active_sessions(const UserId& user, const SessionPageRequest& page);
    void cleanup_expired(Durability durability);
    void import_tokens(std::span<const Token> rows, Durability durability);
    void statistics();
    void flush();
    void compact();
    void maintain();

    // ---- What happens to a store beside them -----------------------------------------------------------------------

    void let_time_pass(std::int64_t by_us);

    /// Closes and opens it. Between the two, if wanted, the indexes and ends on disk are recomputed from the records
    /// and compared with what lies there.
    void reopen(bool checks_disk, std::int64_t closed_for_us = 0);

    /// Looks at the whole open store through a reader, and through it once more at these users and hashes.
    void walk(std::span<const UserId> users, std::span<const TokenHash> hashes);

    // ---- For choosing the next call, and for a report --------------------------------------------------------------

    [[nodiscard]] const ReferenceModel& reference() const noexcept { return reference_; }
    [[nodiscard]] std::int64_t now_us() const noexcept { return clock_.wall_us(); }

    /// The time, and the latest calls, each on a line of its own.
    [[nodiscard]] std::string history() const;

private:
    [[nodiscard]] TokenStore open() const;
    [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "store"; }
    void check_disk();

    template <class... Words>
    void remember(std::string_view call, const Words&... words);

    std::optional<std::int64_t> reclaim_grace_us_;
    TemporaryDirectory folder_;
    ManualClock clock_;
    ReferenceModel reference_;
    TokenStore store_;
    std::deque<std::string> calls_;
    std::uint64_t calls_made_ = 0;
};

}  // namespace tokenstore::test
