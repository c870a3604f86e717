#include "faults/planned_fault.hpp"

#include <filesystem>

namespace tokenstore::test {

namespace {

bool applies(IoFault fault, IoKind kind) {
    switch (fault) {
        case IoFault::none:
            return false;
        case IoFault::input_output_error:
            return true;
        case IoFault::no_space:
            return kind == IoKind::create || kind == IoKind::append || kind == IoKind::overwrite ||
                   kind == IoKind::rename;
        case IoFault::half_done:
            return kind == IoKind::append || kind == IoKind::overwrite;
        case IoFault::done_and_failed:
            return changes_disk(kind);
        case IoFault::flipped_bit:
            return kind == IoKind::read;
    }
    return false;
}

}  // namespace

void PlannedFault::arm(const FaultPlan& plan) {
    const std::lock_guard lock(mutex_);
    plan_ = plan;
    seen_ = 0;
    struck_.reset();
}

void PlannedFault::heal() {
    const std::lock_guard lock(mutex_);
    plan_.reset();
}

std::optional<std::string> PlannedFault::struck() {
    const std::lock_guard lock(mutex_);
    return struck_;
}

IoFault PlannedFault::before(const Io& io) {
    const std::lock_guard lock(mutex_);
    if (!plan_ || !applies(plan_->fault, io.kind)) return IoFault::none;
    const auto position = seen_++;
    const bool strikes = position == plan_->at || (plan_->for_good && position > plan_->at);
    if (!strikes) return IoFault::none;
    if (!struck_) struck_ = std::string(name(io.kind)) + " " + std::filesystem::path(io.path).filename().string();
    return plan_->fault;
}

}  // namespace tokenstore::test
