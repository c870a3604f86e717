// rotate_token against the bare batch of the same puts: the old record, the new record, an entry in both indexes.
#include <algorithm>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <rocksdb/write_batch.h>

#include "codec/index_entry.hpp"
#include "codec/keys.hpp"
#include "codec/token_record.hpp"
#include "model/rotation.hpp"
#include "workload.hpp"

namespace tokenstore::bench {

namespace {

// Rotations go round this many tokens of the million, so that most look-ups find their record in a table file first and
// in a memtable later, as in a gateway.
constexpr std::size_t rotating_tokens = 200'000;

Workload& rotated() { return workload("rotate"); }

std::size_t rotating() { return std::min(rotating_tokens, rotated().tokens); }

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

void rotate_tokenstore(benchmark::State& state, Durability durability) {
    static std::vector<TokenHash> tips;
    static std::size_t next = 0;
    if (tips.empty()) {
        for (std::size_t i = 0; i < rotating(); ++i) tips.push_back(stored_hash(i));
    }
    auto& store = *rotated().store;
    for (auto _ : state) {
        auto& tip = tips[next++ % tips.size()];
        const auto hash = fresh_hash();
        auto rotated = store.rotate_token(tip, successor(hash), durability);
        if (!rotated || rotated->outcome != RotateOutcome::rotated) state.SkipWithError("a rotation was refused");
        tip = hash;
    }
}

/// What a rotation writes, made beforehand: the bare side pays for the writing alone.
struct BareRotation {
    Token old_token;
    Token new_token;
    std::string old_record, new_record, family_entry, user_entry;
    codec::FixedKey<32> family_key, user_key;
};

std::vector<BareRotation> bare_rotations(std::size_t count) {
    std::vector<BareRotation> rotations;
    for (std::size_t i = 0; i < count; ++i) {
        BareRotation rotation;
        const auto stored = rotated().store->get_by_hash(stored_hash(i));
        if (!stored || !*stored) continue;
        const auto& old_token = (*stored)->token;
        rotation.new_token = model::successor_of(old_token, successor(fresh_hash()), old_token.id,
                                                 old_token.issue_stamp_us, old_token.created_at_us);
        rotation.old_token = model::consumed(old_token, rotation.new_token.hash, old_token.created_at_us);
        rotation.old_record = codec::encode_token(rotation.old_token);
        rotation.new_record = codec::encode_token(rotation.new_token);
        rotation.family_key = codec::index_key(old_token.family_id, old_token.chain_id);
        rotation.user_key = codec::index_key(old_token.user_id, old_token.chain_id);
        const auto& tip = rotation.new_token;
        rotation.family_entry = codec::encode_index_entry(
            rotation.family_key.view(),
            codec::FamilyIndexEntry{tip.expires_at_us, tip.issue_stamp_us, tip.user_id, false});
        rotation.user_entry = codec::encode_index_entry(
            rotation.user_key.view(),
            codec::UserIndexEntry{tip.expires_at_us, tip.issue_stamp_us, tip.family_id, tip.hash, false});
        rotations.push_back(std::move(rotation));
    }
    return rotations;
}

void rotate_bare(benchmark::State& state, bool sync) {
    static const auto rotations = bare_rotations(rotating());
    static std::size_t next = 0;
    auto& bare = *rotated().bare;
    rocksdb::WriteOptions write;
    write.sync = sync;
    for (auto _ : state) {
        const auto& rotation = rotations[next++ % rotations.size()];
        // A new key each time, as a rotation has.
        const auto fresh = fresh_hash();
        rocksdb::WriteBatch batch(1024);
        batch.Put(bare.tokens, slice(codec::token_key(rotation.old_token.hash)), rotation.old_record);
        batch.Put(bare.tokens, slice(codec::token_key(fresh)), rotation.new_record);
        batch.Put(bare.by_family, slice(rotation.family_key.view()), rotation.family_entry);
        batch.Put(bare.by_user, slice(rotation.user_key.view()), rotation.user_entry);
        if (!bare.db->Write(write, &batch).ok()) state.SkipWithError("a write failed");
    }
}

void rotate_buffered_tokenstore(benchmark::State& state) {
    rotate_tokenstore(state, Durability::lose_on_power_failure);
}
BENCHMARK(rotate_buffered_tokenstore);

void rotate_buffered_bare(benchmark::State& state) { rotate_bare(state, false); }
BENCHMARK(rotate_buffered_bare);

void rotate_synced_tokenstore(benchmark::State& state) { rotate_tokenstore(state, Durability::lose_nothing); }
BENCHMARK(rotate_synced_tokenstore)->UseRealTime();

void rotate_synced_bare(benchmark::State& state) { rotate_bare(state, true); }
BENCHMARK(rotate_synced_bare)->UseRealTime();

}  // namespace

}  // namespace tokenstore::bench
