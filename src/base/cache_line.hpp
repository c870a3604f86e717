// The distance that keeps what two cores write apart.
#pragma once

#include <cstddef>

namespace tokenstore::base {

// A plain number: std::hardware_destructive_interference_size varies with compiler flags, which would let two
// translation units disagree about a layout.
inline constexpr std::size_t cache_line_bytes = 64;

}  // namespace tokenstore::base
