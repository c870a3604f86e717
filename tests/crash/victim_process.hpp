// A victim as a process of its own, and killing it. A fresh process: the engine's threads do not survive a fork.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

#include "crash/ledger.hpp"
#include "crash/victim.hpp"

namespace tokenstore::test {

/// When to kill a victim: so long after it came to a stage and to a number of answers.
struct KillTime {
    LedgerStage stage = LedgerStage::opening;
    std::uint64_t answers = 0;
    std::chrono::microseconds later{0};
};

class VictimProcess {
public:
    /// Starts it. Throws std::system_error.
    explicit VictimProcess(const VictimOrders& orders);

    /// Kills it, if it still runs.
    ~VictimProcess();
    VictimProcess(const VictimProcess&) = delete;
    VictimProcess& operator=(const VictimProcess&) = delete;

    /// Kills it at the time given, unless it is killed by its own order before. Throws std::runtime_error, with what
    /// the ledger says, if it ended in any other way, or is stuck.
    void kill(const KillTime& time, const Ledger& ledger);

private:
    [[nodiscard]] bool ends_within(std::chrono::microseconds patience) const;
    int kill_and_wait() noexcept;

    pid_t process_ = 0;
    int descriptor_ = -1;
};

}  // namespace tokenstore::test
