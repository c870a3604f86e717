#include "compare/load_generator.hpp"

#include <sys/prctl.h>

#include <atomic>
#include <cstdint>
#include <future>
#include <thread>

namespace tokenstore::bench {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

struct alignas(64) Count {
    std::atomic<std::uint64_t> operations{0};
};

std::uint64_t sum(const std::vector<Count>& counts) {
    std::uint64_t total = 0;
    for (const auto& count : counts) total += count.operations.load(std::memory_order_relaxed);
    return total;
}

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

/// Sleeps while the moment is far, and lets others run while it is not quite near: a server needs the processor, too.
void wait_until(Clock::time_point moment) {
    constexpr auto wake_up = std::chrono::microseconds(60);
    constexpr auto near = std::chrono::microseconds(5);
    auto left = moment - Clock::now();
    if (left > 2 * wake_up) std::this_thread::sleep_for(left - wake_up);
    while ((left = moment - Clock::now()) > Clock::duration::zero()) {
        if (left > near) std::this_thread::yield();
    }
}

}  // namespace

double run_closed_loop(const std::vector<Operation>& clients, std::chrono::milliseconds warm_up,
                       std::chrono::milliseconds duration) {
    std::atomic<bool> stop{false};
    std::vector<Count> counts(clients.size());
    double rate = 0;
    const auto measure = [&] {
        std::this_thread::sleep_for(warm_up);
        const auto before = sum(counts);
        const auto begin = Clock::now();
        std::this_thread::sleep_for(duration);
        const auto after = sum(counts);
        rate = static_cast<double>(after - before) / seconds(Clock::now() - begin);
        stop = true;
    };
    run_at_once(clients.size() + 1, [&](std::size_t client) {
        if (client == clients.size()) return measure();
        auto& count = counts[client].operations;
        while (!stop.load(std::memory_order_relaxed)) {
            clients[client]();
            count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        }
    });
    return rate;
}

LatencyHistogram run_open_loop(const std::vector<Operation>& clients, double operations_per_second,
                               std::chrono::milliseconds duration) {
    std::vector<LatencyHistogram> histograms(clients.size());
    const double interval_ns = 1e9 / operations_per_second;
    const auto operations = static_cast<std::uint64_t>(operations_per_second * seconds(duration));
    const auto begin = Clock::now() + std::chrono::milliseconds(2);
    run_at_once(clients.size(), [&](std::size_t client) {
        ::prctl(PR_SET_TIMERSLACK, 1UL);  // the thread's own; it ends with it
        for (auto i = client; i < operations; i += clients.size()) {
            const auto intended = begin + nanoseconds(static_cast<std::int64_t>(static_cast<double>(i) * interval_ns));
            wait_until(intended);
            clients[client]();
            histograms[client].record(nanoseconds(Clock::now() - intended).count());
        }
    });
    for (std::size_t client = 1; client < histograms.size(); ++client) histograms.front().add(histograms[client]);
    return std::move(histograms.front());
}

LatencyHistogram run_open_loop_while(const Operation& operation, double operations_per_second,
                                     const std::function<bool()>& goes_on) {
    LatencyHistogram latencies;
    const auto interval = nanoseconds(static_cast<std::int64_t>(1e9 / operations_per_second));
    for (auto intended = Clock::now(); goes_on(); intended += interval) {
        wait_until(intended);
        operation();
        latencies.record(nanoseconds(Clock::now() - intended).count());
    }
    return latencies;
}

void run_at_once(std::size_t clients, const std::function<void(std::size_t)>& work) {
    std::vector<std::future<void>> running;
    running.reserve(clients);
    for (std::size_t client = 0; client < clients; ++client) {
        running.push_back(std::async(std::launch::async, work, client));
    }
    for (auto& one : running) one.get();
}

}  // namespace tokenstore::bench
