// Makes a schedule that fails shorter: leaves out steps for as long as it still fails.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "clock/schedule.hpp"

namespace tokenstore::test {

/// `fails` tells whether a schedule fails. Of what comes back no single step can be left out any more.
template <class Fails>
[[nodiscard]] Schedule shortened(Schedule schedule, const Fails& fails) {
    auto& steps = schedule.steps;
    for (std::size_t length = std::max<std::size_t>(1, steps.size() / 2);;) {
        bool shorter = false;
        for (std::size_t begin = 0; begin < steps.size();) {
            auto attempt = schedule;
            const auto end = std::min(begin + length, steps.size());
            attempt.steps.erase(attempt.steps.begin() + static_cast<std::ptrdiff_t>(begin),
                                attempt.steps.begin() + static_cast<std::ptrdiff_t>(end));
            if (fails(attempt)) {
                schedule = std::move(attempt);
                shorter = true;
            } else {
                begin = end;
            }
        }
        if (length > 1) {
            length /= 2;
        } else if (!shorter) {
            return schedule;
        }
    }
}

}  // namespace tokenstore::test
