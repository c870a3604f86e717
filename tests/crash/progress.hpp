// A line now and then about how far a hunt has come, for whoever waits for it.
#pragma once

#include <chrono>
#include <iostream>
#include <string>

namespace tokenstore::test {

class Progress {
public:
    /// Shown on standard error, if the last one is long enough ago.
    void tell(const std::string& line) {
        const auto now = std::chrono::steady_clock::now();
        if (now - last_ < interval) return;
        last_ = now;
        std::cerr << line << std::endl;
    }

private:
    static constexpr std::chrono::seconds interval{20};

    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace tokenstore::test
