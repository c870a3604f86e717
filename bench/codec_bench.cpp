// A record to bytes and back: what each look-up and each change pays beside the engine.
#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>

#include "codec/index_entry.hpp"
#include "codec/keys.hpp"
#include "codec/token_record.hpp"
#include "model/token_head.hpp"
#include "workload.hpp"

namespace tokenstore::bench {

namespace {

/// As a login stores it, with all device fields.
Token token() {
    const auto made = new_token(stored_hash(1), user_of(1), take(generate_id<FamilyId>(year_us)));
    Token token;
    token.hash = made.hash;
    token.id = token.chain_id = take(generate_id<TokenId>(year_us));
    token.user_id = made.user_id;
    token.family_id = made.family_id;
    token.created_at_us = token.issue_stamp_us = year_us;
    token.expires_at_us = 2 * year_us;
    token.device_id = made.device_id;
    token.device_name = made.device_name;
    token.ip_address = made.ip_address;
    return token;
}

void encode_record(benchmark::State& state) {
    const auto stored = token();
    for (auto _ : state) benchmark::DoNotOptimize(codec::encode_token(stored));
}
BENCHMARK(encode_record);

/// What get_by_hash answers, ids and addresses as text.
void decode_record(benchmark::State& state) {
    const auto stored = token();
    const auto bytes = codec::encode_token(stored);
    for (auto _ : state) {
        Token decoded;
        if (codec::decode_token(stored.hash, bytes, decoded) != codec::DecodeStatus::ok) {
            state.SkipWithError("a record was refused");
        }
        benchmark::DoNotOptimize(decoded);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(decode_record);

/// What validate() needs to know.
void decode_head_of_record(benchmark::State& state) {
    const auto stored = token();
    const auto bytes = codec::encode_token(stored);
    for (auto _ : state) {
        model::TokenHead head;
        if (codec::decode_token_head(stored.hash, bytes, head) != codec::DecodeStatus::ok) {
            state.SkipWithError("a record was refused");
        }
        benchmark::DoNotOptimize(head);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(decode_head_of_record);

void encode_and_decode_index_entry(benchmark::State& state) {
    const auto stored = token();
    const auto key = codec::index_key(stored.user_id, stored.chain_id);
    const codec::UserIndexEntry entry{.expires_at_us = stored.expires_at_us,
                                      .issue_stamp_us = stored.issue_stamp_us,
                                      .family_id = stored.family_id,
                                      .tip = stored.hash,
                                      .revoked = false};
    for (auto _ : state) {
        codec::UserIndexEntry decoded;
        const auto bytes = codec::encode_index_entry(key.view(), entry);
        if (codec::decode_index_entry(key.view(), bytes, decoded) != codec::DecodeStatus::ok) {
            state.SkipWithError("an entry was refused");
        }
        benchmark::DoNotOptimize(decoded);
    }
}
BENCHMARK(encode_and_decode_index_entry);

}  // namespace

}  // namespace tokenstore::bench
