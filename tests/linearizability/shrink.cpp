#include "linearizability/shrink.hpp"

#include <algorithm>
#include <utility>

#include "linearizability/checker.hpp"
#include "linearizability/reductions.hpp"

namespace tokenstore::test {

History shrink(History history) {
    for (;;) {
        auto reductions = reductions_of(history);
        const auto shorter = std::ranges::find_if_not(reductions, is_linearizable);
        if (shorter == reductions.end()) break;
        history = std::move(*shorter);
    }
    // Calls that need not have taken effect have not explained anything, and nothing else is left out after them.
    std::erase_if(history, [](const RecordedCall& recorded) { return recorded.span.end == never; });
    return history;
}

}  // namespace tokenstore::test
