#include "format/nearest_word.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace tokenstore::tool {
namespace {

/// How many letters have to be changed, added or taken away to make one of the other (Levenshtein's distance).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);  // of what was read of a so far, to each beginning of b
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::string> nearest_word(std::string_view written, const std::vector<std::string>& words) {
    constexpr std::size_t farthest = 2;
    std::optional<std::string> nearest;
    std::size_t least = farthest + 1;
    for (const std::string& word : words) {
        // No need to compare what is longer or shorter by more than that, however long it is.
        if (written.size() > word.size() + farthest || word.size() > written.size() + farthest) continue;
        const std::size_t letters = distance(written, word);
        if (letters >= least || 2 * letters >= word.size()) continue;
        least = letters;
        nearest = word;
    }
    return nearest;
}

}  // namespace tokenstore::tool
