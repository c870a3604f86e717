// What state an open store is in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <tokenstore/error.hpp>

namespace tokenstore {

enum class HealthState {
    healthy,   ///< everything works
    degraded,  ///< reads and denials go on; changes are refused, or damage was met: see Health
    failed,    ///< the last look-up that needed the disk could not be answered: take the process out of rotation
};

[[nodiscard]] std::string_view name(HealthState state) noexcept;

struct Health {
    HealthState state = HealthState::healthy;

    /// False: every change is refused. `cause` says why.
    bool takes_writes = true;

    /// Changes are refused and the engine tries to go on by itself, once there is room on the disk, say. Where this is
    /// false and changes are refused, close the store and open it again.
    bool recovers_by_itself = false;

    /// The store was opened with OnLogDamage::lose_what_follows, and there was something to lose.
    bool lost_writes_at_open = false;

    /// Look-ups and listings that met damage since the store was opened. Each was answered with an error.
    std::uint64_t damaged_reads = 0;

    /// The first failure that still stands, the gravest kind first; its advice says what to do. Absent when healthy.
    std::optional<Error> cause = std::nullopt;
};

}  // namespace tokenstore
