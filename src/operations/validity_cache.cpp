#include "operations/validity_cache.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <new>
#include <thread>
#include <type_traits>
#include <utility>

namespace tokenstore::operations {

namespace {

/// A reading that never holds: changes under way, of which there are never so many.
constexpr OwnerReading never{std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max()};

std::uint64_t word_of(const TokenHash& hash, std::size_t index) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, hash.bytes.data() + index * sizeof word, sizeof word);
    return word;
}

/// Any bits of a digest are a good hash; these are not the ones that choose the bucket.
std::uint32_t tag_of(const TokenHash& hash) noexcept { return static_cast<std::uint32_t>(word_of(hash, 1)) | 1U; }

std::uint64_t fingerprint_of(std::uint32_t tag) noexcept { return tag >> 24U; }

constexpr std::uint64_t each_byte = 0x0101010101010101;

/// Whether one of the eight bytes of a word is this one.
bool has_byte(std::uint64_t word, std::uint64_t byte) noexcept {
    // Only a byte of zeros borrows from its highest bit, or lies above one that did.
    const auto zero_where_equal = word ^ (byte * each_byte);
    return ((zero_where_equal - each_byte) & ~zero_where_equal & (each_byte << 7U)) != 0;
}

}  // namespace

/// Keeps other writers out of a bucket. A look-up that fills tries once; a change, which has to, waits its turn.
class ValidityCache::WriteLock {
public:
    explicit WriteLock(Bucket& bucket) noexcept : bucket_(bucket) {}
    WriteLock(const WriteLock&) = delete;
    WriteLock& operator=(const WriteLock&) = delete;
    ~WriteLock() {
        if (locked_) bucket_.sequence.store(sequence_ + 2, std::memory_order_release);
    }

    [[nodiscard]] bool try_lock() noexcept {
        sequence_ = bucket_.sequence.load(std::memory_order_relaxed);
        locked_ =
            sequence_ % 2 == 0 && bucket_.sequence.compare_exchange_strong(
                                      sequence_, sequence_ + 1, std::memory_order_acquire, std::memory_order_relaxed);
        return locked_;
    }

    void lock() noexcept {
        constexpr unsigned patience = 64;
        for (unsigned tries = 0; !try_lock(); ++tries) {
            if (tries >= patience) std::this_thread::yield();
        }
    }

private:
    Bucket& bucket_;
    std::uint64_t sequence_ = 0;
    bool locked_ = false;
};

ValidityCache::ValidityCache(std::size_t bytes, std::shared_ptr<const expiry::ReclaimState> reclaim)
    : reclaim_(std::move(reclaim)),
      bucket_count_(bytes / bytes_of_bucket),
      bucket_memory_(bucket_count_ * sizeof(Bucket)),
      entry_memory_(bucket_count_ * ways * sizeof(Entry)),
      fingerprints_(bucket_count_),
      owners_(std::bit_ceil(bucket_count_)) {
    static_assert(std::is_trivially_destructible_v<Bucket>);
    for (std::size_t i = 0; i < bucket_count_; ++i) new (static_cast<Bucket*>(bucket_memory_.data()) + i) Bucket;
}

std::size_t ValidityCache::bucket_number(const TokenHash& hash) const noexcept {
    __extension__ using Product = unsigned __int128;
    return static_cast<std::size_t>((Product{word_of(hash, 0)} * bucket_count_) >> 64U);
}

ValidityCache::Bucket& ValidityCache::bucket_of(const TokenHash& hash) const noexcept {
    return static_cast<Bucket*>(bucket_memory_.data())[bucket_number(hash)];
}

base::ChangeCounter& ValidityCache::token_changes_of(const TokenHash& hash) noexcept {
    return token_changes_[word_of(hash, 2) % token_groups];
}

/// Under the bucket's lock.
void ValidityCache::set_tag(Bucket& bucket, std::size_t way, std::uint32_t tag) noexcept {
    // Released, so that a reader that sees it sees the sequence number odd, or changed.
    bucket.tags[way].store(tag, std::memory_order_release);
    auto& fingerprints = fingerprints_[static_cast<std::size_t>(&bucket - static_cast<Bucket*>(bucket_memory_.data()))];
    const auto shift = 8 * way;
    const auto others = fingerprints.load(std::memory_order_relaxed) & ~(std::uint64_t{0xff} << shift);
    fingerprints.store(others | fingerprint_of(tag) << shift, std::memory_order_relaxed);
}

std::uint64_t* ValidityCache::words_of(const Bucket& bucket, std::size_t way) const noexcept {
    const auto number = static_cast<std::size_t>(&bucket - static_cast<Bucket*>(bucket_memory_.data()));
    return static_cast<std::uint64_t*>(entry_memory_.data()) + (number * ways + way) * entry_words;
}

// ---- Reading -----------------------------------------------------------------------------------------------------

ValidityCache::Verdict ValidityCache::find(const TokenHash& hash, std::int64_t now_us, ValidToken& token) noexcept {
    if (bucket_count_ == 0) return Verdict::unknown;
    Bucket& bucket = bucket_of(hash);
    const auto sequence = bucket.sequence.load(std::memory_order_acquire);
    if (sequence % 2 != 0) return Verdict::unknown;
    const auto tag = tag_of(hash);
    for (std::size_t way = 0; way < ways; ++way) {
        // Acquired, too: a tag that another thread has written brings the sequence number with it. On x86, where tests
        // run, loads stay in order anyway; elsewhere an old entry would be read under a new tag.
        if (bucket.tags[way].load(std::memory_order_acquire) != tag) continue;
        std::array<std::uint64_t, entry_words> words{};
        std::uint64_t* const stored = words_of(bucket, way);
        // Acquired, so that the sequence number is read again after them.
        for (std::size_t i = 0; i < entry_words; ++i) {
            words[i] = std::atomic_ref(stored[i]).load(std::memory_order_acquire);
        }
        if (bucket.sequence.load(std::memory_order_relaxed) != sequence) return Verdict::unknown;
        const auto entry = std::bit_cast<Entry>(words);
        if (entry.hash != hash) continue;
        const auto bit = static_cast<std::uint8_t>(1U << way);
        const auto used = bucket.used.load(std::memory_order_relaxed);
        // Two readers may overwrite each other's bits: the one is marked at its next use.
        if ((used & bit) == 0) bucket.used.store(static_cast<std::uint8_t>(used | bit), std::memory_order_relaxed);
        if (now_us >= entry.token.expires_at_us) return Verdict::refused;
        if (entry.token.expires_at_us <= reclaim_->greatest_cutoff_us.load(std::memory_order_relaxed)) {
            return Verdict::unknown;  // the clock was ahead, and was set back: the record may be gone
        }
        if (!owners_.unchanged(entry.token.family_id, entry.token.user_id, entry.owners)) return Verdict::unknown;
        token = entry.token;
        return Verdict::valid;
    }
    return Verdict::unknown;
}

bool ValidityCache::may_know(const TokenHash& hash) const noexcept {
    if (bucket_count_ == 0) return false;
    const auto fingerprints = fingerprints_[bucket_number(hash)].load(std::memory_order_relaxed);
    return has_byte(fingerprints, fingerprint_of(tag_of(hash)));
}

void ValidityCache::prefetch(std::span<const TokenHash> hashes) const noexcept {
    if (bucket_count_ == 0) return;
    for (const auto& hash : hashes) prefetch_bucket(hash);
    for (const auto& hash : hashes) {
        const Bucket& bucket = bucket_of(hash);
        for (std::size_t way = 0; way < ways; ++way) {
            if (bucket.tags[way].load(std::memory_order_relaxed) != tag_of(hash)) continue;
            const std::uint64_t* const words = words_of(bucket, way);
            __builtin_prefetch(words);
            __builtin_prefetch(words + entry_words / 2);
        }
    }
}

// ---- Filling -----------------------------------------------------------------------------------------------------

ValidityCache::Filling::Filling(ValidityCache& cache, const TokenHash& hash) noexcept : cache_(cache), hash_(hash) {
    if (cache.bucket_count_ != 0) token_changes_ = cache.token_changes_of(hash).read();
}

void ValidityCache::Filling::note_owner(const FamilyId& family, const UserId& user) noexcept {
    owner_is_changing_ = !cache_.owners_.read(family, user, owners_);
}

void ValidityCache::Filling::keep_valid(const ValidToken& token) noexcept {
    if (owner_is_changing_) return;
    cache_.keep({hash_, token, owners_}, token_changes_);
}

void ValidityCache::Filling::keep_expired(std::int64_t expires_at_us) noexcept {
    ValidToken token;
    token.expires_at_us = expires_at_us;
    cache_.keep({hash_, token, never}, token_changes_);
}

void ValidityCache::Filling::keep_refused() noexcept { keep_expired(std::numeric_limits<std::int64_t>::min()); }

void ValidityCache::keep(const Entry& entry, std::uint64_t token_changes) noexcept {
    if (bucket_count_ == 0 || base::ChangeCounter::under_way(token_changes)) return;
    Bucket& bucket = bucket_of(entry.hash);
    WriteLock lock(bucket);
    if (!lock.try_lock()) return;
    // A change that begins after this line forgets the entry: it waits for the lock.
    if (token_changes_of(entry.hash).read() != token_changes) return;

    const auto tag = tag_of(entry.hash);
    const auto used = bucket.used.load(std::memory_order_relaxed);
    std::size_t way = ways;
    for (std::size_t i = 0; i < ways; ++i) {
        const auto held = bucket.tags[i].load(std::memory_order_relaxed);
        if (held == tag) {  // this token's, or one whose look alike it is: one of the two is enough
            way = i;
            break;
        }
        if (held == 0) way = i;
    }
    for (std::size_t i = 0; way == ways && i < ways; ++i) {
        const std::size_t candidate = (bucket.hand + i) % ways;
        if ((used & (1U << candidate)) == 0) way = candidate;
    }
    auto left_used = used;
    if (way == ways) {  // all were used since the last sweep
        way = bucket.hand;
        left_used = 0;
    }
    bucket.hand = static_cast<std::uint8_t>((way + 1) % ways);
    bucket.used.store(static_cast<std::uint8_t>(left_used & ~(1U << way)), std::memory_order_relaxed);

    const auto words = std::bit_cast<std::array<std::uint64_t, entry_words>>(entry);
    std::uint64_t* const stored = words_of(bucket, way);
    set_tag(bucket, way, tag);
    for (std::size_t i = 0; i < entry_words; ++i) std::atomic_ref(stored[i]).store(words[i], std::memory_order_release);
}

// ---- Changes -----------------------------------------------------------------------------------------------------

void ValidityCache::forget(Bucket& bucket, const TokenHash& hash) noexcept {
    WriteLock lock(bucket);
    lock.lock();
    const auto tag = tag_of(hash);
    for (std::size_t way = 0; way < ways; ++way) {
        if (bucket.tags[way].load(std::memory_order_relaxed) == tag) set_tag(bucket, way, 0);
    }
}

ValidityCache::Change ValidityCache::begin_change(const storage::Touched& touched) {
    Change change;
    if (bucket_count_ == 0) return change;
    change.counters_.reserve(touched.tokens.size() + 2 * (touched.families.size() + touched.users.size()));
    const auto begin = [&change](base::ChangeCounter& counter) {
        counter.begin();
        change.counters_.push_back(&counter);
    };
    for (const auto& hash : touched.tokens) {
        begin(token_changes_of(hash));
        forget(bucket_of(hash), hash);
    }
    for (const auto& family : touched.families) owners_.for_each_counter(family, begin);
    for (const auto& user : touched.users) owners_.for_each_counter(user, begin);
    return change;
}

ValidityCache::Change::~Change() {
    for (auto* const counter : counters_) counter->end();
}

}  // namespace tokenstore::operations
