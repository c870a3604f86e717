// What a comparison is to do. Plain values; the command line fills them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tokenstore::bench {

struct Settings {
    std::filesystem::path folder;  ///< of the data; decides which disk is measured
    std::filesystem::path report;  ///< where results.json and environment.json go
    std::vector<std::string> participants;
    std::vector<std::string> workloads;  ///< empty: all
    std::vector<std::string> classes;    ///< of durability; empty: both
    std::size_t tokens = 1'000'000;
    std::vector<std::size_t> clients{1, 2, 8, 64};
    std::vector<std::size_t> crowds;  ///< beside them: clients that race, and that share syncs when they rotate
    std::vector<std::size_t> ended_at_once{1, 100, 10'000,
                                           100'000};  ///< sizes of the families and users that are ended
    std::size_t rounds = 5;
    std::size_t races = 500;  ///< tokens that are raced for in each round
    std::uint64_t seed = 1;
    std::size_t check_steps = 20'000;
    bool check_only = false;
    bool apart = false;  ///< one participant at a time is loaded: for sizes of which memory does not hold all
    std::chrono::milliseconds warm_up{200};
    std::chrono::milliseconds closed_loop{1'000};
    std::chrono::milliseconds open_loop{1'000};
};

/// Small enough to end within five minutes on two cores.
[[nodiscard]] inline Settings quick_settings() {
    Settings quick;
    quick.tokens = 100'000;
    quick.clients = {1, 2};
    quick.crowds = {8};
    quick.ended_at_once = {1, 100, 1'000};
    quick.rounds = 3;
    quick.races = 50;
    quick.check_steps = 2'000;
    quick.warm_up = std::chrono::milliseconds(30);
    quick.closed_loop = std::chrono::milliseconds(70);
    quick.open_loop = std::chrono::milliseconds(70);
    return quick;
}

}  // namespace tokenstore::bench
