#include "crash/victim_process.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tokenstore::test {

namespace {

// How often the ledger is looked at.
constexpr std::chrono::microseconds glance{100};

// A victim that does not come so far is stuck: only a defect makes a test wait this long.
constexpr std::chrono::minutes longest_wait{2};

std::string first_error(const Ledger& ledger) {
    for (std::size_t thread = 0; thread < ledger_threads; ++thread) {
        for (const LedgerEntry& entry : ledger.entries_of(thread)) {
            if (entry.progress.load() == LedgerProgress::failed) return entry.error.data();
        }
    }
    return "no call failed";
}

}  // namespace

VictimProcess::VictimProcess(const VictimOrders& orders) {
    std::vector<std::string> words{std::filesystem::read_symlink("/proc/self/exe").string(),
                                   victim_argument,
                                   orders.store.string(),
                                   orders.ledger.string(),
                                   std::to_string(orders.seed),
                                   std::to_string(orders.first_number)};
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int error = ::posix_spawn(&process_, arguments[0], nullptr, nullptr, arguments.data(), environ);
    if (error != 0) throw std::system_error(error, std::generic_category(), "starting the victim");
    // Debian 12's header of pidfd_open() is not made for C++.
    descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
    if (descriptor_ < 0) {
        const int reason = errno;
        kill_and_wait();
        throw std::system_error(reason, std::generic_category(), "watching the victim");
    }
}

VictimProcess::~VictimProcess() {
    kill_and_wait();
    ::close(descriptor_);
}

bool VictimProcess::ends_within(std::chrono::microseconds patience) const {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
    const std::chrono::nanoseconds rest = patience - seconds;
    const timespec time{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
    pollfd end{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return ::ppoll(&end, 1, &time, nullptr) == 1;
}

/// Answers how it ended, as waitpid() does; 0 if that was seen before.
int VictimProcess::kill_and_wait() noexcept {
    const auto process = std::exchange(process_, 0);
    if (process == 0) return 0;
    ::kill(process, SIGKILL);
    int status = 0;
    ::waitpid(process, &status, 0);
    return status;
}

void VictimProcess::kill(const KillTime& time, const Ledger& ledger) {
    const auto deadline = std::chrono::steady_clock::now() + longest_wait;
    const LedgerPages& pages = ledger.pages();
    bool has_ended = false;
    while (!has_ended && (pages.stage.load() < time.stage || pages.answered.load() < time.answers)) {
        has_ended = ends_within(glance);
        if (!has_ended && std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("the victim is stuck; " + first_error(ledger));
        }
    }
    if (!has_ended) static_cast<void>(ends_within(time.later));
    const int status = kill_and_wait();
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return;
    throw std::runtime_error("the victim ended by itself, with wait status " + std::to_string(status) + "; " +
                             first_error(ledger));
}

}  // namespace tokenstore::test
