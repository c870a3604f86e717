// A store that is kept busy: a thread of its own cleans up, flushes and compacts for as long as the rounds go on.
//
// Threads: store() as the store itself; the rest belongs to the thread that runs the test.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include <tokenstore/token_store.hpp>

#include "support/manual_clock.hpp"
#include "support/temporary_directory.hpp"

namespace tokenstore::test {

class RaceStore {
public:
    enum class Upkeep { beside_the_rounds, none };

    explicit RaceStore(Upkeep upkeep = Upkeep::beside_the_rounds);
    ~RaceStore() = default;
    RaceStore(const RaceStore&) = delete;
    RaceStore& operator=(const RaceStore&) = delete;

    [[nodiscard]] TokenStore& store() noexcept { return *store_; }
    [[nodiscard]] ManualClock& clock() noexcept { return clock_; }

    /// Closes the store, checks that indexes and records agree, lets two hours pass, so that what the rounds stored is
    /// gone soon, and opens it again. Answers what did not agree, or what upkeep failed at; empty if all is well.
    [[nodiscard]] std::string check_and_begin_anew();

private:
    void open();
    void close();
    void keep_up(const std::stop_token& stop);

    Upkeep upkeep_;
    TemporaryDirectory directory_;
    ManualClock clock_;
    std::optional<TokenStore> store_;
    std::string failure_;  // written by the upkeep thread, read once it has ended
    std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace tokenstore::test
