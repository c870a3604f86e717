// The seed of a test that draws at random.
#pragma once

#include <cstdint>

namespace tokenstore::test {

/// The number in the environment variable TOKENSTORE_TEST_SEED, or a random one; the same for the whole run. It is
/// printed when first asked for, so that a failed run can be repeated.
[[nodiscard]] std::uint64_t test_seed();

}  // namespace tokenstore::test
