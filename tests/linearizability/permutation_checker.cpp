#include "linearizability/permutation_checker.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "linearizability/specification.hpp"

namespace tokenstore::test {

namespace {

/// No call comes after one that began when it had returned.
bool respects_time(const std::vector<RecordedCall>& order) {
    for (std::size_t later = 1; later < order.size(); ++later) {
        for (std::size_t earlier = 0; earlier < later; ++earlier) {
            if (order[later].span.end < order[earlier].span.begin) return false;
        }
    }
    return true;
}

bool explains_answers(const std::vector<RecordedCall>& order) {
    StoreState state;
    return std::ranges::all_of(order, [&state](const RecordedCall& recorded) {
        auto step = apply(state, recorded.call, recorded.outcome ? Delivery::delivered : Delivery::lost);
        state = std::move(step.next);
        return !recorded.outcome || agrees(*recorded.outcome, step.outcome);
    });
}

bool has_explaining_permutation_of_all(const std::vector<RecordedCall>& calls) {
    std::vector<std::size_t> places(calls.size());
    std::iota(places.begin(), places.end(), 0U);
    do {
        std::vector<RecordedCall> order;
        order.reserve(calls.size());
        for (const auto place : places) order.push_back(calls[place]);
        if (respects_time(order) && explains_answers(order)) return true;
    } while (std::ranges::next_permutation(places).found);
    return false;
}

}  // namespace

bool has_explaining_permutation(const History& history) {
    std::vector<RecordedCall> certain;
    std::vector<RecordedCall> possible;
    for (const RecordedCall& recorded : history) (recorded.span.end == never ? possible : certain).push_back(recorded);
    for (std::size_t choice = 0; choice < (std::size_t{1} << possible.size()); ++choice) {
        auto chosen = certain;
        for (std::size_t i = 0; i < possible.size(); ++i) {
            if ((choice >> i & 1U) != 0) chosen.push_back(possible[i]);
        }
        if (has_explaining_permutation_of_all(chosen)) return true;
    }
    return false;
}

}  // namespace tokenstore::test
