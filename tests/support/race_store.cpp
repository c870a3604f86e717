#include "support/race_store.hpp"

#include <stdexcept>
#include <utility>

#include "support/index_checker.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

constexpr std::int64_t grace_us = 5 * minute_us;

}  // namespace

RaceStore::RaceStore(Upkeep upkeep) : upkeep_(upkeep) { open(); }

void RaceStore::open() {
    Options options;
    options.clock = &clock_;
    options.reclaim_grace_us = grace_us;
    options.reclaim_interval_us = second_us;
    options.maintenance_interval_ms = 0;
    options.block_cache_bytes = 8U << 20U;
    options.write_buffer_bytes = 4U << 20U;
    auto opened = TokenStore::open(directory_.path() / "store", options);
    if (!opened) throw std::runtime_error("opening the store failed: " + opened.error().to_string());
    store_.emplace(*std::move(opened));
    if (upkeep_ == Upkeep::beside_the_rounds) thread_ = std::jthread([this](const auto& stop) { keep_up(stop); });
}

void RaceStore::keep_up(const std::stop_token& stop) {
    const auto note = [this](const auto& done) {
        if (!done && failure_.empty()) failure_ = "upkeep failed: " + done.error().to_string();
    };
    while (!stop.stop_requested()) {
        note(store_->cleanup_expired(Durability::lose_on_power_failure));
        note(store_->maintain());
        note(store_->flush());
        note(store_->compact());
    }
}

void RaceStore::close() {
    thread_ = {};  // stops and joins
    if (const auto closed = store_->close(); !closed && failure_.empty()) failure_ = closed.error().to_string();
    store_.reset();
}

std::string RaceStore::check_and_begin_anew() {
    close();
    std::string found = std::exchange(failure_, {});
    found += check_closed_store(directory_.path() / "store", clock_.wall_us() - grace_us);
    clock_.advance_us(2 * hour_us);
    open();
    return found;
}

}  // namespace tokenstore::test
