// A store's figures in Prometheus' text format, version 0.0.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <tokenstore/figures.hpp>

namespace tokenstore::tool {

/// Of tokens and index entries, what has expired and was not reclaimed yet; nothing where it could not be read.
[[nodiscard]] std::optional<std::uint64_t> expired_bytes(const RecordFigures& records);

/// What could not be read is left out.
[[nodiscard]] std::string prometheus_text(const StoreFigures& figures, const RecordFigures& records);

}  // namespace tokenstore::tool
