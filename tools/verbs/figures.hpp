// What the verbs about a store itself tell of: its figures, as far as they can be read.
#pragma once

#include <cstdint>

#include <tokenstore/store_reader.hpp>

#include "verbs/console.hpp"

namespace tokenstore::tool {

struct Figures {
    StoreFigures store;
    RecordFigures records;
};

/// Reads past damage, with progress. `sample_tokens` is that of MeasureRequest.
[[nodiscard]] Result<Figures> read_figures(const StoreReader& reader, std::int64_t as_of_us,
                                           std::uint64_t sample_tokens, Console& console);

/// Tells what damage has kept out of the figures, if there is any. Call it once they are written.
[[nodiscard]] ExitCode conclude(const Figures& figures, const StoreReader& reader, std::int64_t as_of_us,
                                Console& console);

}  // namespace tokenstore::tool
