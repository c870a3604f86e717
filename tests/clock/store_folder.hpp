// What happens to the folder of a store behind the store's back: its process is killed, or the engine compacts what it
// likes.
#pragma once

#include <cstdint>
#include <filesystem>

namespace tokenstore::test {

/// Copies the folder of an open store that no other thread writes to: a store as a killed process leaves it, without
/// the marks of an orderly close. The engine's own compactions may be under way: what is copied is as of one moment all
/// the same.
void copy_of_open_store(const std::filesystem::path& from, const std::filesystem::path& to);

/// Leaves a closed store as a compaction of the ends of families and users alone would, by the filter with the cutoff
/// of the last run. The engine does such a thing for reasons of its own; a host cannot ask for it.
void compact_ends_alone(const std::filesystem::path& directory, std::int64_t reclaim_grace_us);

}  // namespace tokenstore::test
