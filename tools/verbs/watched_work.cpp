#include "verbs/watched_work.hpp"

#include <chrono>
#include <utility>

namespace tokenstore::tool {

WatchedWork::WatchedWork(Console& console, std::string_view what, std::string_view unit,
                         std::optional<std::uint64_t> total, std::function<std::uint64_t()> done)
    : progress_(console.errors), done_(std::move(done)) {
    constexpr std::int64_t wondering_after_us = 1'000'000;
    progress_.begin(what, total, wondering_after_us, unit);
    if (console.errors.is_terminal()) thread_ = std::thread([this] { watch(); });
}

WatchedWork::~WatchedWork() {
    {
        const std::lock_guard lock(mutex_);
        has_ended_ = true;
    }
    ended_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void WatchedWork::watch() {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, std::chrono::milliseconds(100), [this] { return has_ended_; })) {
        const std::uint64_t done = done_();
        progress_.update(done, done);
    }
}

}  // namespace tokenstore::tool
