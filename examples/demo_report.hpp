// What the demo prints: numbered steps, each with the reason why it matters, its facts in columns, and what was
// checked. Threads: one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tokenstore/error.hpp>

#include "format/table.hpp"

namespace tokenstore::demo {

/// A claim that did not hold, or a call that failed. Ends the demo.
struct Failed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The value of a result, or the end of the demo with the error's own sentence.
template <class T>
T need(Result<T> result) {
    if (!result) throw Failed(result.error().to_string());
    return *std::move(result);
}

inline void need(const Result<void>& result) {
    if (!result) throw Failed(result.error().to_string());
}

class Report {
public:
    void step(std::string_view title, std::string_view why) {
        std::cout << '\n' << ++steps_ << ". " << title << '\n' << indent << why << '\n';
        last_block_ = Block::heading;
    }

    void fact(std::string_view label, std::string_view value) {
        begin(Block::facts);
        std::cout << indent << label << std::string(label_columns - std::min(label_columns, label.size()), ' ') << value
                  << '\n';
    }

    void fact(std::string_view label, std::uint64_t value) { fact(label, std::to_string(value)); }

    /// The first row holds the headings.
    void table(const std::vector<std::vector<std::string>>& rows) {
        begin(Block::table);
        std::vector<tool::Row> cells;
        cells.reserve(rows.size());
        for (const auto& row : rows) cells.emplace_back(row.begin(), row.end());
        const auto text = tool::table(std::move(cells));
        for (std::string_view rest = text; !rest.empty();) {
            const auto line_bytes = rest.find('\n') + 1;
            std::cout << indent << rest.substr(0, line_bytes);
            rest.remove_prefix(line_bytes);
        }
    }

    /// Says what was claimed, or ends the demo.
    void check(bool holds, const std::string& claim) {
        if (!holds) throw Failed("this does not hold: " + claim);
        begin(Block::checks);
        ++claims_;
        std::cout << indent << "checked: " << claim << '\n';
    }

    [[nodiscard]] int steps() const noexcept { return steps_; }
    [[nodiscard]] int claims() const noexcept { return claims_; }

private:
    enum class Block { heading, facts, table, checks };

    /// Blocks of different kinds stand apart.
    void begin(Block block) {
        if (block != last_block_) std::cout << '\n';
        last_block_ = block;
    }

    static constexpr std::string_view indent = "   ";
    static constexpr std::size_t label_columns = 22;

    int steps_ = 0;
    int claims_ = 0;
    Block last_block_ = Block::heading;
};

}  // namespace tokenstore::demo
