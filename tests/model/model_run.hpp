// One run of random operations on a store in a folder of its own, every answer compared with the reference.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace tokenstore::test {

struct ModelRunOptions {
    std::uint64_t seed = 0;
    std::uint64_t operations = 0;
    std::optional<std::int64_t> reclaim_grace_us;  ///< absent: the compaction filter never beats cleanup_expired
};

/// How often each kind of answer was met. Throws std::runtime_error at the first difference, with the seed, the step
/// and the last operations.
[[nodiscard]] std::map<std::string, std::uint64_t> run_model(const ModelRunOptions& options);

}  // namespace tokenstore::test
