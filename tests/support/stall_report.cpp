#include "support/stall_report.hpp"

#include <execinfo.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <system_error>
#include <utility>

namespace tokenstore::test {

namespace {

std::atomic<bool> stack_is_written{false};

/// What it calls allocates nothing once it has been called before.
extern "C" void write_stack(int /*signal*/) {
    const int error_number = errno;  // whoever is asked goes on
    std::array<void*, 64> frames{};
    const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
    ::backtrace_symbols_fd(frames.data(), count, STDERR_FILENO);
    stack_is_written.store(true);
    errno = error_number;
}

void set_handler(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGURG, &action, nullptr);
}

/// One thread after the other, so that lines do not mix. A thread that does not answer within a second is passed over.
void write_stacks_of_all_threads() {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
        const auto name = entry.path().filename().string();
        pid_t thread = 0;
        std::from_chars(name.data(), name.data() + name.size(), thread);
        if (thread == ::gettid()) continue;
        std::cerr << "thread " << name << ":" << std::endl;
        stack_is_written.store(false);
        if (::syscall(SYS_tgkill, ::getpid(), thread, SIGURG) != 0) continue;
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        while (!stack_is_written.load() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    }
}

}  // namespace

StallReport::StallReport(std::chrono::seconds patience) : patience_(patience) {
    std::array<void*, 1> frame{};
    ::backtrace(frame.data(), 1);  // the first call loads a library
    set_handler(write_stack);
    thread_ = std::thread([this] { watch(); });
}

StallReport::~StallReport() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_one();
    thread_.join();
    set_handler(SIG_DFL);
}

void StallReport::step(std::string name) {
    const std::lock_guard lock(mutex_);
    name_ = std::move(name);
}

void StallReport::watch() {
    std::unique_lock lock(mutex_);
    std::string told;
    while (!over_) {
        const auto begun = name_;
        if (changed_.wait_for(lock, patience_, [this] { return over_; }) || name_ != begun || told == begun) continue;
        told = begun;
        std::cerr << "\nstalled for " << patience_.count() << " seconds: " << begun << std::endl;
        write_stacks_of_all_threads();
    }
}

}  // namespace tokenstore::test
