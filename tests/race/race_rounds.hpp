// How long the tests of this suite are.
#pragma once

#include <cstdint>

#include "support/test_number.hpp"

namespace tokenstore::test {

/// How many rounds a test makes: as many as TOKENSTORE_RACE_ROUNDS says, `usual` ones without it.
[[nodiscard]] inline std::uint64_t race_rounds(std::uint64_t usual) {
    return test_number("TOKENSTORE_RACE_ROUNDS", usual);
}

}  // namespace tokenstore::test
