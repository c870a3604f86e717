// The TTL compaction filter: what each record costs a compaction.
#include <cstdint>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <rocksdb/compaction_filter.h>

#include "codec/keys.hpp"
#include "codec/token_record.hpp"
#include "expiry/ttl_filter.hpp"
#include "workload.hpp"

namespace tokenstore::bench {

namespace {

void filter_records(benchmark::State& state, std::int64_t cutoff_us, rocksdb::CompactionFilter::Decision expected) {
    auto reclaim = std::make_shared<expiry::ReclaimState>();
    reclaim->cutoff_us = cutoff_us;
    expiry::TtlFilterFactory factory(reclaim, expiry::RecordKind::token);
    const auto filter = factory.CreateCompactionFilter({});
    Token token;
    token.hash = stored_hash(1);
    token.expires_at_us = year_us;
    const auto value = codec::encode_token(token);
    const auto key = codec::token_key(token.hash);
    std::string new_value;
    std::string skip_until;
    for (auto _ : state) {
        const auto decision = filter->FilterV2(
            0, {key.data(), key.size()}, rocksdb::CompactionFilter::ValueType::kValue, value, &new_value, &skip_until);
        if (decision != expected) state.SkipWithError("the filter decided otherwise");
    }
}

void filter_kept_record(benchmark::State& state) {
    filter_records(state, year_us - 1, rocksdb::CompactionFilter::Decision::kKeep);
}
BENCHMARK(filter_kept_record);

void filter_expired_record(benchmark::State& state) {
    filter_records(state, year_us, rocksdb::CompactionFilter::Decision::kRemove);
}
BENCHMARK(filter_expired_record);

}  // namespace

}  // namespace tokenstore::bench
