#include "system/interruption.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <initializer_list>

namespace tokenstore::tool {
namespace {

volatile std::sig_atomic_t arrived = 0;

// A signal may come just before a read() that would then wait on, or to another thread than the one that waits. So it
// is also told through a pipe, which a wait can look at together with its input.
std::array<int, 2> wake_pipe = {-1, -1};

void remember(int signal) {
    const int before = errno;
    arrived = signal;
    const char byte = 0;
    if (wake_pipe[1] >= 0 && ::write(wake_pipe[1], &byte, 1) < 0) arrived = signal;  // full: told already
    errno = before;
}

}  // namespace

void catch_interruptions() noexcept {
    if (::pipe2(wake_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) wake_pipe = {-1, -1};
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

ssize_t read_until_interrupted(int descriptor, void* bytes, std::size_t size) noexcept {
    if (descriptor < 0) return ::read(descriptor, bytes, size);  // poll() would pass over it, and wait for ever
    for (;;) {
        std::array<pollfd, 2> waits = {pollfd{descriptor, POLLIN, 0}, pollfd{wake_pipe[0], POLLIN, 0}};
        const int ready = ::poll(waits.data(), waits.size(), -1);
        if (interrupted()) {
            errno = EINTR;
            return -1;
        }
        if (ready < 0 && errno != EINTR) return -1;
        if (ready <= 0 || waits[0].revents == 0) continue;
        const ssize_t length = ::read(descriptor, bytes, size);
        if (length >= 0 || errno != EINTR) return length;
    }
}

void end_by_interruption() noexcept {
    if (arrived == 0) return;
    std::signal(arrived, SIG_DFL);
    std::raise(arrived);
}

}  // namespace tokenstore::tool
