// Says where a test hangs: whoever does many steps names each, and one that takes far too long is written to stderr
// with the stack of every thread. It decides nothing: the test runner's own time limit ends the test.
//
// Threads: step() one; the stacks are taken by a signal, SIGURG, after which most system calls go on.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace tokenstore::test {

class StallReport {
public:
    explicit StallReport(std::chrono::seconds patience);
    ~StallReport();
    StallReport(const StallReport&) = delete;
    StallReport& operator=(const StallReport&) = delete;

    /// What is begun now; the step before it is over.
    void step(std::string name);

private:
    void watch();

    const std::chrono::seconds patience_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    std::string name_;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace tokenstore::test
