#include "system/interruption.hpp"

#include <csignal>
#include <initializer_list>

namespace tokenstore::tool {
namespace {

volatile std::sig_atomic_t arrived = 0;

void remember(int signal) { arrived = signal; }

}  // namespace

void catch_interruptions() noexcept {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before = {};
        if (sigaction(signal, nullptr, &before) != 0 || before.sa_handler == SIG_IGN) continue;
        struct sigaction action = {};
        action.sa_handler = remember;
        // Without SA_RESTART: a call that waits for a terminal or a pipe must come back.
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        sigaction(signal, &action, nullptr);
    }
}

bool interrupted() noexcept { return arrived != 0; }

void end_by_interruption() noexcept {
    if (arrived == 0) return;
    std::signal(arrived, SIG_DFL);
    std::raise(arrived);
}

}  // namespace tokenstore::tool
