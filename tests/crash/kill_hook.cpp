#include "crash/kill_hook.hpp"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string_view>

namespace tokenstore::test {

namespace {

// Between before() and after() of the output at which the process ends.
thread_local bool dies_next = false;

}  // namespace

/// The engine names the threads of its pools; flushes run in the one of high priority, compactions in that of low.
Work KillHook::current_work() const {
    if (pages_.stage.load() == LedgerStage::opening) return is_made_ ? Work::opening : Work::making;
    std::array<char, 16> thread{};
    ::pthread_getname_np(::pthread_self(), thread.data(), thread.size());
    const std::string_view name(thread.data());
    if (name == "rocksdb:high") return Work::flushing;
    if (name == "rocksdb:low") return Work::compacting;
    return Work::calling;
}

IoFault KillHook::before(const Io& io) {
    const KillOrder& order = pages_.order;
    if (order.nth == 0 || !is_at(order.point, current_work(), io)) return IoFault::none;
    if (times_.fetch_add(1) + 1 != order.nth) return IoFault::none;
    const bool has_half = io.data.size() >= 2;
    if (order.moment == KillMoment::before || (order.moment == KillMoment::half_done && !has_half)) die();
    dies_next = true;
    return order.moment == KillMoment::half_done ? IoFault::half_done : IoFault::none;
}

void KillHook::after(const Io& /*io*/) {
    if (dies_next) die();
}

void KillHook::die() {
    pages_.was_at_point = true;
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
}

}  // namespace tokenstore::test
