// How far a copy has come, in a line of progress; an interruption ends it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tokenstore/store_copy.hpp>

#include "format/progress.hpp"
#include "verbs/console.hpp"

namespace tokenstore::tool {

class CopyProgress {
public:
    CopyProgress(Console& console, std::string_view what) : progress_(console.errors), what_(what) {}

    /// Borrows this.
    [[nodiscard]] CopyWatch watch();

    /// So many bytes of a file were read; of how many may be unknown.
    void read(std::uint64_t done_bytes, std::optional<std::uint64_t> total_bytes);

    /// Clears the line: what follows has a progress of its own, or none.
    void erase() { progress_.erase(); }

private:
    Progress progress_;
    std::string what_;
    bool has_begun_ = false;
};

}  // namespace tokenstore::tool
