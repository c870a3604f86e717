// The process that is going to be killed: it opens a store and runs random calls on it from several threads, noting
// each in a ledger, until it is killed, comes to the point at which it is told to end itself, loses its power, or the
// ledger is full.
//
// Each thread keeps to users and families of its own, so that what it notes in order is what must hold of them in
// order. The store, its log, its locks and its compactions are everybody's.
#pragma once

#include <cstdint>
#include <filesystem>

#include <tokenstore/options.hpp>
#include <tokenstore/token_store.hpp>

#include "crash/ledger.hpp"

namespace tokenstore::test {

/// As the first argument of this program: be the victim.
inline constexpr const char* victim_argument = "--victim";

struct VictimOrders {
    std::filesystem::path store;
    std::filesystem::path ledger;
    std::uint64_t seed = 0;
    std::uint64_t first_number = 0;  ///< its hashes and ids are made from this number on
};

/// Beside the ledger of a victim whose power goes off: what became of what was not synced, and an empty folder for it
/// to work in.
inline constexpr const char* losses_file_name = "losses";
inline constexpr const char* aside_folder_name = "aside";

/// How many numbers one victim may use.
inline constexpr std::uint64_t numbers_of_a_victim = 1U << 20U;

/// How victim and test open the store: small buffers, so that flushes and compactions come often, with its own
/// maintenance thread, and a filter that takes what has just expired.
[[nodiscard]] Options crash_options();

/// The exit code of the process: 0 if the ledger is full.
[[nodiscard]] int run_victim(const VictimOrders& orders);

}  // namespace tokenstore::test
