// One fault of the disk, planned: at the n-th input or output that it applies to, once or from there on.
//
// Threads: the hook any; the rest one.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "support/hooked_file_system.hpp"

namespace tokenstore::test {

struct FaultPlan {
    IoFault fault = IoFault::none;
    std::uint64_t at = 0;  ///< 0 is the first
    bool for_good = false;
};

class PlannedFault final : public IoHook {
public:
    void arm(const FaultPlan& plan);
    void heal();

    /// What the fault struck first; nothing if it has not been met.
    [[nodiscard]] std::optional<std::string> struck();

    IoFault before(const Io& io) override;

private:
    std::mutex mutex_;
    std::optional<FaultPlan> plan_;
    std::uint64_t seen_ = 0;
    std::optional<std::string> struck_;
};

}  // namespace tokenstore::test
