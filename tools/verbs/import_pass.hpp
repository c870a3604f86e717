// One pass over the rows of a file, into a store: the real one, or a scratch store that proves them.
//
// Memory is bounded by one batch. Problems come out in the order of their lines.
#pragma once

#include <cstdint>
#include <functional>

#include <tokenstore/token_store.hpp>

#include "format/progress.hpp"
#include "format/token_rows.hpp"

namespace tokenstore::tool {

struct ImportCounts {
    std::uint64_t read = 0;  ///< rows, bad ones included
    std::uint64_t stored = 0;
    std::uint64_t unchanged = 0;
    std::uint64_t revoked = 0;
    std::uint64_t kept = 0;
    std::uint64_t refused = 0;  ///< bad ones, and those the store refused
};

enum class PassEnd {
    complete,    ///< the whole file was read
    stopped,     ///< at the first problem, as wanted
    unreadable,  ///< at a place where the file cannot be taken apart; a problem, reported as such
};

struct ImportPass {
    TokenStore& store;
    /// If set, a row that this store would refuse is a problem.
    const TokenStore* compared_with = nullptr;
    bool stop_at_problem = false;
    Progress& progress;
    const std::function<void(const LineProblem&)>& on_problem;

    /// Continues behind the header. Counts as it goes, so that the figures are right after a failure too. An
    /// interruption is a failure.
    [[nodiscard]] Result<PassEnd> run(TokenRows& rows, ImportCounts& counts) const;
};

}  // namespace tokenstore::tool
