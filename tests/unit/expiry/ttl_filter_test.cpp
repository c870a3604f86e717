// The filter object by itself; tests/integration meets it in real compactions.
#include "expiry/ttl_filter.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "codec/token_record.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::expiry {
namespace {

using rocksdb::CompactionFilter;
using Decision = CompactionFilter::Decision;
using ValueType = CompactionFilter::ValueType;

constexpr std::int64_t cutoff_us = test::ManualClock::first_wall_us;

std::string record_expiring_at(std::int64_t expires_at_us) {
    Token token = test::make_token();
    token.expires_at_us = expires_at_us;
    return codec::encode_token(token);
}

struct Filtering {
    std::shared_ptr<ReclaimState> state = std::make_shared<ReclaimState>();
    TtlFilterFactory factory;

    explicit Filtering(RecordKind kind = RecordKind::token) : factory(state, kind) {
        state->cutoff_us = cutoff_us;
        state->ends_cutoff_us = cutoff_us;
    }

    [[nodiscard]] std::unique_ptr<CompactionFilter> filter() { return factory.CreateCompactionFilter({}); }
};

/// What the filter decides; it must leave alone what would rewrite the value or skip keys.
Decision decide(const CompactionFilter& filter, std::string_view value, ValueType type = ValueType::kValue,
                std::string_view key = "key", int level = 1) {
    std::string new_value = "untouched";
    std::string skip_until = "untouched";
    const auto decision = filter.FilterV2(level, rocksdb::Slice(key.data(), key.size()), type,
                                          rocksdb::Slice(value.data(), value.size()), &new_value, &skip_until);
    BOOST_TEST(new_value == "untouched");
    BOOST_TEST(skip_until == "untouched");
    return decision;
}

bool keeps(Decision decision) { return decision == Decision::kKeep; }

// A plain removal and no other: see the head of ttl_filter.hpp.
bool removes(Decision decision) { return decision == Decision::kRemove; }

BOOST_AUTO_TEST_SUITE(ttl_filter)

BOOST_AUTO_TEST_CASE(without_a_cutoff_there_is_no_filter) {
    Filtering filtering;
    filtering.state->cutoff_us = reclaim_nothing;
    BOOST_TEST((filtering.filter() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_new_state_reclaims_nothing) {
    TtlFilterFactory factory(std::make_shared<ReclaimState>(), RecordKind::token);
    BOOST_TEST((factory.CreateCompactionFilter({}) == nullptr));
}

BOOST_AUTO_TEST_CASE(ends_have_a_cutoff_of_their_own) {
    Filtering ends(RecordKind::end);
    ends.state->ends_cutoff_us = cutoff_us - 1;
    const auto filter = ends.filter();
    BOOST_TEST(removes(decide(*filter, record_expiring_at(cutoff_us - 1))));
    BOOST_TEST(keeps(decide(*filter, record_expiring_at(cutoff_us))));
    ends.state->ends_cutoff_us = reclaim_nothing;
    BOOST_TEST((ends.filter() == nullptr));
}

BOOST_AUTO_TEST_CASE(ends_are_dropped_up_to_the_cutoff_but_not_up_to_the_expiry_of_a_token_still_there) {
    static_assert(ends_cutoff(100, std::nullopt) == 100);
    static_assert(ends_cutoff(100, 101) == 100);
    static_assert(ends_cutoff(100, 100) == 99);
    static_assert(ends_cutoff(100, 7) == 6);
    static_assert(ends_cutoff(100, reclaim_nothing) == reclaim_nothing);
    static_assert(ends_cutoff(reclaim_nothing, std::nullopt) == reclaim_nothing);
    BOOST_TEST(ends_cutoff(0, -1) == -2);
}

BOOST_AUTO_TEST_CASE(a_record_is_removed_from_the_cutoff_on_and_kept_one_microsecond_later) {
    Filtering filtering;
    const auto filter = filtering.filter();
    BOOST_TEST(removes(decide(*filter, record_expiring_at(cutoff_us - test::year_us))));
    BOOST_TEST(removes(decide(*filter, record_expiring_at(cutoff_us - 1))));
    BOOST_TEST(removes(decide(*filter, record_expiring_at(cutoff_us))));
    BOOST_TEST(keeps(decide(*filter, record_expiring_at(cutoff_us + 1))));
    BOOST_TEST(keeps(decide(*filter, record_expiring_at(cutoff_us + test::year_us))));
}

BOOST_AUTO_TEST_CASE(expiries_at_the_ends_of_their_type_are_judged_alike) {
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    Filtering filtering;
    BOOST_TEST(removes(decide(*filtering.filter(), record_expiring_at(lowest))));
    BOOST_TEST(keeps(decide(*filtering.filter(), record_expiring_at(highest))));
    filtering.state->cutoff_us = lowest + 1;
    BOOST_TEST(removes(decide(*filtering.filter(), record_expiring_at(lowest + 1))));
    BOOST_TEST(keeps(decide(*filtering.filter(), record_expiring_at(lowest + 2))));
    filtering.state->cutoff_us = highest;
    BOOST_TEST(removes(decide(*filtering.filter(), record_expiring_at(highest))));
}

BOOST_AUTO_TEST_CASE(neither_the_level_nor_the_key_nor_the_rest_of_the_record_matters) {
    Filtering filtering;
    const auto filter = filtering.filter();
    std::string damaged = record_expiring_at(cutoff_us);
    damaged.back() = static_cast<char>(~damaged.back());
    for (const int level : {0, 1, 6}) {
        for (const std::string_view key : {"", "key", "another key"}) {
            BOOST_TEST(removes(decide(*filter, record_expiring_at(cutoff_us), ValueType::kValue, key, level)));
            BOOST_TEST(removes(decide(*filter, damaged, ValueType::kValue, key, level)));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_parsed_is_kept_and_counted) {
    Filtering filtering;
    auto filter = filtering.filter();
    const std::string expired = record_expiring_at(0);
    std::string of_newer_version = expired;
    of_newer_version.front() = static_cast<char>(codec::record_version + 1);
    BOOST_TEST(keeps(decide(*filter, "")));
    BOOST_TEST(keeps(decide(*filter, std::string_view(expired).substr(0, codec::smallest_record_bytes - 1))));
    BOOST_TEST(keeps(decide(*filter, of_newer_version)));
    BOOST_TEST(keeps(decide(*filter, std::string(100, '\0'))));
    filter.reset();
    BOOST_TEST(filtering.state->undecodable_records_kept == 4U);
    BOOST_TEST(filtering.state->reclaimed_tokens == 0U);
    BOOST_TEST(filtering.state->reclaimed_other_records == 0U);
}

BOOST_AUTO_TEST_CASE(anything_but_a_plain_value_is_kept_and_not_counted) {
    Filtering filtering;
    auto filter = filtering.filter();
    for (const auto type : {ValueType::kMergeOperand, ValueType::kBlobIndex}) {
        BOOST_TEST(keeps(decide(*filter, record_expiring_at(0), type)));
        BOOST_TEST(keeps(decide(*filter, "undecodable", type)));
    }
    filter.reset();
    BOOST_TEST(filtering.state->undecodable_records_kept == 0U);
    BOOST_TEST(filtering.state->reclaimed_tokens == 0U);
}

BOOST_AUTO_TEST_CASE(removed_tokens_and_other_records_are_counted_apart_when_the_filter_ends) {
    for (const auto kind : {RecordKind::token, RecordKind::index_entry, RecordKind::end}) {
        Filtering filtering(kind);
        auto filter = filtering.filter();
        for (int i = 0; i < 3; ++i) decide(*filter, record_expiring_at(cutoff_us));
        decide(*filter, record_expiring_at(cutoff_us + 1));
        BOOST_TEST(filtering.state->reclaimed_tokens == 0U);
        BOOST_TEST(filtering.state->reclaimed_other_records == 0U);
        filter.reset();
        BOOST_TEST(filtering.state->reclaimed_tokens == (kind == RecordKind::token ? 3U : 0U));
        BOOST_TEST(filtering.state->reclaimed_other_records == (kind != RecordKind::token ? 3U : 0U));
        BOOST_TEST(filtering.state->undecodable_records_kept == 0U);
    }
}

BOOST_AUTO_TEST_CASE(the_counts_of_many_filters_add_up) {
    Filtering filtering;
    const auto first = filtering.filter();
    decide(*first, record_expiring_at(0));
    {
        const auto second = filtering.filter();
        decide(*second, record_expiring_at(0));
        decide(*second, "undecodable");
    }
    const auto third = filtering.filter();
    decide(*third, record_expiring_at(0));
    BOOST_TEST(filtering.state->reclaimed_tokens == 1U);
    BOOST_TEST(filtering.state->undecodable_records_kept == 1U);
}

BOOST_AUTO_TEST_CASE(one_filter_judges_by_the_cutoff_of_its_beginning) {
    Filtering filtering;
    const auto early = filtering.filter();
    filtering.state->cutoff_us = cutoff_us + 1;
    const auto late = filtering.filter();
    filtering.state->cutoff_us = reclaim_nothing;

    const std::string record = record_expiring_at(cutoff_us + 1);
    BOOST_TEST(keeps(decide(*early, record)));
    BOOST_TEST(removes(decide(*late, record)));
    BOOST_TEST(removes(decide(*early, record_expiring_at(cutoff_us))));
}

BOOST_AUTO_TEST_CASE(a_filter_outlives_its_factory_and_the_store) {
    auto state = std::make_shared<ReclaimState>();
    state->cutoff_us = cutoff_us;
    auto factory = std::make_unique<TtlFilterFactory>(state, RecordKind::token);
    auto filter = factory->CreateCompactionFilter({});
    factory.reset();
    const std::weak_ptr<ReclaimState> watched = state;
    state.reset();
    BOOST_TEST(removes(decide(*filter, record_expiring_at(cutoff_us))));
    filter.reset();
    BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::expiry
