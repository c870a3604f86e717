#include "linearizability/checker.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "linearizability/specification.hpp"

namespace tokenstore::test {

namespace {

/// The calls that have a place in the order already, and what they have made of the store. How they were ordered among
/// each other does not matter to what can come after them.
struct Configuration {
    std::vector<bool> is_placed;
    StoreState state;

    friend auto operator<=>(const Configuration&, const Configuration&) = default;
};

class Search {
public:
    explicit Search(const History& history) : history_(history) {}

    [[nodiscard]] bool succeeds() { return succeeds_from({std::vector<bool>(history_.size()), {}}); }

private:
    [[nodiscard]] bool succeeds_from(Configuration configuration) {
        place_what_changes_nothing(configuration);
        const auto horizon = first_return_after(configuration);
        if (horizon == never) return true;
        if (!visited_.insert(configuration).second) return false;
        for (std::size_t i = 0; i < history_.size(); ++i) {
            if (!may_come_next(configuration, i, horizon)) continue;
            auto next = after(configuration, i);
            if (next && succeeds_from(*std::move(next))) return true;
        }
        return false;
    }

    /// A call whose answer says that it changed nothing, wherever it was placed, can be placed as soon as it fits: an
    /// order that places it later remains one. So there is no choice to come back to, and most calls are such.
    void place_what_changes_nothing(Configuration& configuration) const {
        for (bool has_placed = true; has_placed;) {
            has_placed = false;
            const auto horizon = first_return_after(configuration);
            for (std::size_t i = 0; i < history_.size(); ++i) {
                if (may_change_anything(history_[i]) || !may_come_next(configuration, i, horizon)) continue;
                auto next = after(configuration, i);
                if (!next) continue;
                configuration = *std::move(next);
                has_placed = true;
            }
        }
    }

    /// The first return among the calls without a place; `never` if none is left that has to have one.
    [[nodiscard]] std::uint64_t first_return_after(const Configuration& configuration) const {
        auto first = never;
        for (std::size_t i = 0; i < history_.size(); ++i) {
            if (!configuration.is_placed[i]) first = std::min(first, history_[i].span.end);
        }
        return first;
    }

    [[nodiscard]] bool may_come_next(const Configuration& configuration, std::size_t i, std::uint64_t horizon) const {
        return !configuration.is_placed[i] && history_[i].span.begin <= horizon;
    }

    /// The configuration with one more call placed; nothing if its answer would have been another.
    [[nodiscard]] std::optional<Configuration> after(const Configuration& configuration, std::size_t i) const {
        const RecordedCall& recorded = history_[i];
        auto step = apply(configuration.state, recorded.call, recorded.outcome ? Delivery::delivered : Delivery::lost);
        if (recorded.outcome && !agrees(*recorded.outcome, step.outcome)) return std::nullopt;
        Configuration next{configuration.is_placed, std::move(step.next)};
        next.is_placed[i] = true;
        return next;
    }

    const History& history_;
    std::set<Configuration> visited_;
};

}  // namespace

bool is_linearizable(const History& history) { return Search(history).succeeds(); }

}  // namespace tokenstore::test
