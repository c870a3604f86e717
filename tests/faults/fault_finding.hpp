// What was found wrong after a fault of the disk, and how often.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tokenstore::test {

enum class FaultKind {
    false_success,    ///< a call succeeded and its change is missing, or it answered wrongly
    half_done,        ///< part of a call is there, or something that was said not to be
    taken_for_reuse,  ///< the honest retry of a failed rotation was refused
    lost,             ///< what the call was not about changed, or the store does not open or fit together
};

struct FaultFinding {
    FaultKind kind = FaultKind::lost;
    std::string sentence;
};

/// Nothing where all is well.
using MaybeFinding = std::optional<FaultFinding>;

/// The numbers of a whole run.
struct FaultTally {
    std::uint64_t operations = 0;
    std::uint64_t points = 0;  ///< inputs and outputs, each failed in every way that applies to it
    std::uint64_t faults = 0;
    std::array<std::uint64_t, 4> findings{};

    void add(const FaultFinding& finding) { ++findings.at(static_cast<std::size_t>(finding.kind)); }
    [[nodiscard]] std::uint64_t count(FaultKind kind) const { return findings.at(static_cast<std::size_t>(kind)); }
};

}  // namespace tokenstore::test
