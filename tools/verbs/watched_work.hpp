// Progress of a call of the library that tells nothing of itself: another thread looks how far it has come.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "format/progress.hpp"
#include "verbs/console.hpp"

namespace tokenstore::tool {

/// Watches from its making to its end, where there is a terminal to tell it on. The first to be told comes once the
/// work takes so long that somebody wonders.
class WatchedWork {
public:
    /// `done` is called from another thread, ten times a second; `unit` says what of.
    WatchedWork(Console& console, std::string_view what, std::string_view unit, std::optional<std::uint64_t> total,
                std::function<std::uint64_t()> done);
    WatchedWork(const WatchedWork&) = delete;
    WatchedWork& operator=(const WatchedWork&) = delete;
    ~WatchedWork();

private:
    void watch();

    Progress progress_;
    std::function<std::uint64_t()> done_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool has_ended_ = false;
    std::thread thread_;
};

}  // namespace tokenstore::tool
