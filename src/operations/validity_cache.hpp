// What look-ups have found out about tokens, kept in memory: whether a token is good, and whose it is. In front of the
// engine for validate(), and bounded in bytes.
//
// It never answers what a change has made wrong once that change can be seen anywhere. Three rules see to that:
// - Whoever changes a token, or ends a family or a user, says so before the change is written and again when it is done
//   (begin_change()). The entry of a changed token goes at once. An entry that counts on its family and its user not
//   having ended carries a reading of their change counters: an end changes those, whatever the number of tokens.
// - A look-up that has to ask the engine draws the counters first and reads then. If a change was under way, or has
//   begun since, what it read is not kept, or kept under a reading that does not hold any more.
// - Counters are shared: that costs entries which would still be good, never an answer.
// What the TTL filter drops is no change that anybody says: it has expired. Where a clock that was ahead was set back,
// an entry that it may have dropped holds no more.
//
// Layout: buckets of eight ways. A bucket's line holds a tag for each way, so that a hit reads that line and the entry,
// and writes nothing once the entry is marked as used. A bucket's sequence number is odd while a thread writes to it; a
// reader that meets that, or finds it changed, goes to the engine, and does not fill: no look-up ever waits. A full
// bucket drops an entry that was not used since its last sweep: what was looked up once makes room for what is asked
// for again. Beside the buckets stands one byte of each tag, in an array so small that it stays in the processor's
// cache: an unknown token waits for no line of a bucket.
//
// Threads: any, at any time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <tokenstore/ids.hpp>
#include <tokenstore/token.hpp>

#include "base/cache_line.hpp"
#include "base/change_counter.hpp"
#include "base/mapped_memory.hpp"
#include "expiry/reclaim_state.hpp"
#include "operations/owner_changes.hpp"
#include "storage/touched.hpp"

namespace tokenstore::operations {

class ValidityCache {
    struct Bucket;

public:
    /// Takes up at most `bytes`, and 80 KiB; with 0 it knows nothing. `reclaim` tells which records may be gone.
    ValidityCache(std::size_t bytes, std::shared_ptr<const expiry::ReclaimState> reclaim);

    enum class Verdict {
        unknown,  ///< ask the engine
        refused,  ///< stored but not usable
        valid,
    };

    /// Sets `token` where it answers `valid`.
    [[nodiscard]] Verdict find(const TokenHash& hash, std::int64_t now_us, ValidToken& token) noexcept;

    /// Brings what find() of these will read into the processor's cache, all at once.
    void prefetch(std::span<const TokenHash> hashes) const noexcept;

    /// Begins to, while the caller does something else.
    void prefetch_bucket(const TokenHash& hash) const noexcept {
        if (bucket_count_ == 0) return;
        __builtin_prefetch(&fingerprints_[bucket_number(hash)]);
        __builtin_prefetch(&bucket_of(hash));
    }

    /// False if find() would know nothing, as for nearly all that is not in the cache.
    [[nodiscard]] bool may_know(const TokenHash& hash) const noexcept;

    /// One look-up in the engine on its way into the cache. Made before the token's record is read.
    class Filling {
    public:
        /// Before the ends of the token's family and user are read.
        void note_owner(const FamilyId& family, const UserId& user) noexcept;

        /// A token that is usable until it expires. note_owner() came before.
        void keep_valid(const ValidToken& token) noexcept;

        /// A token that is refused from its expiry on, and was not judged any further.
        void keep_expired(std::int64_t expires_at_us) noexcept;

        /// A token that was revoked or consumed, or whose family or user has ended: it stays so.
        void keep_refused() noexcept;

    private:
        friend class ValidityCache;
        Filling(ValidityCache& cache, const TokenHash& hash) noexcept;

        ValidityCache& cache_;
        const TokenHash& hash_;
        std::uint64_t token_changes_ = 0;
        OwnerReading owners_;
        bool owner_is_changing_ = false;
    };

    /// `hash` has to outlive the answer.
    [[nodiscard]] Filling begin_filling(const TokenHash& hash) noexcept { return {*this, hash}; }

    /// A change that is under way as long as this lives.
    class [[nodiscard]] Change {
    public:
        Change(Change&& other) noexcept = default;
        Change& operator=(Change&&) = delete;
        ~Change();

    private:
        friend class ValidityCache;
        Change() = default;

        std::vector<base::ChangeCounter*> counters_;
    };

    /// Before the change is written.
    Change begin_change(const storage::Touched& touched);

private:
    static constexpr std::size_t ways = 8;

    /// From expires_at_us on the token is refused; before that it is valid if its owners are unchanged.
    struct Entry {
        TokenHash hash;
        ValidToken token;
        OwnerReading owners;
    };

    static constexpr std::size_t entry_words = sizeof(Entry) / sizeof(std::uint64_t);
    static_assert(sizeof(Entry) == 2 * base::cache_line_bytes, "a hit reads two lines beside its bucket's");

    struct alignas(base::cache_line_bytes) Bucket {
        std::atomic<std::uint64_t> sequence{0};               // odd while a thread writes
        std::array<std::atomic<std::uint32_t>, ways> tags{};  // 0: the way is empty
        std::atomic<std::uint8_t> used{0};                    // a bit a way
        std::uint8_t hand = 0;                                // where the next sweep begins; under the lock
    };
    static_assert(sizeof(Bucket) == base::cache_line_bytes);

    class WriteLock;

    [[nodiscard]] std::size_t bucket_number(const TokenHash& hash) const noexcept;
    [[nodiscard]] Bucket& bucket_of(const TokenHash& hash) const noexcept;
    [[nodiscard]] base::ChangeCounter& token_changes_of(const TokenHash& hash) noexcept;
    void set_tag(Bucket& bucket, std::size_t way, std::uint32_t tag) noexcept;
    [[nodiscard]] std::uint64_t* words_of(const Bucket& bucket, std::size_t way) const noexcept;
    void forget(Bucket& bucket, const TokenHash& hash) noexcept;
    void keep(const Entry& entry, std::uint64_t token_changes) noexcept;

    // Two counters of owners for each bucket, at most.
    static constexpr std::size_t bytes_of_bucket =
        sizeof(Bucket) + ways * sizeof(Entry) + sizeof(std::uint64_t) + 2 * sizeof(base::ChangeCounter);

    // Counters of tokens are shared, too. A change that waits for the disk is under way for as long, and keeps what was
    // looked up of its group meanwhile out: with 64 that wait at once, of two tokens each, it is one look-up in 64.
    static constexpr std::size_t token_groups = 8'192;

    std::shared_ptr<const expiry::ReclaimState> reclaim_;
    std::size_t bucket_count_ = 0;
    base::MappedMemory bucket_memory_;
    base::MappedMemory entry_memory_;                       // `ways` for each bucket
    std::vector<std::atomic<std::uint64_t>> fingerprints_;  // a byte of each tag, in a word for each bucket
    std::array<base::ChangeCounter, token_groups> token_changes_;
    OwnerChanges owners_;
};

}  // namespace tokenstore::operations
