// A store's figures in Prometheus' text format, version 0.0.4.
#pragma once

#include <string>

#include <tokenstore/figures.hpp>

namespace tokenstore::tool {

[[nodiscard]] std::string prometheus_text(const StoreFigures& figures, const RecordFigures& records);

}  // namespace tokenstore::tool
