// The store that rots: a few hundred tokens in every state, in table files of several levels and in two logs. It is
// made once, as it lies on disk after closing and as a killed process leaves it, and kept as bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/manual_clock.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

/// The bytes of a closed store's files by their names.
using StoreFiles = std::map<std::string, std::string>;

[[nodiscard]] StoreFiles read_store_files(const std::filesystem::path& directory);

/// Makes the directory.
void write_store_files(const StoreFiles& files, const std::filesystem::path& directory);

struct StoreImage {
    std::string name;
    StoreFiles files;
};

struct StoreImages {
    std::vector<StoreImage> settled;  ///< "closed" and "killed": the same content
    std::vector<StoreFiles> earlier;  ///< what lay in the directory at earlier moments, the oldest first: moment 0
};

/// When the images were taken: what had expired by then is still within the grace of the compaction filter, so that
/// nothing vanishes and all answers can be compared.
inline constexpr std::int64_t image_moment_us = ManualClock::first_wall_us + 25 * hour_us;

/// A token that was consumed in the end, after a first rotation had failed at the disk: in doubt at an earlier moment.
inline constexpr std::uint64_t once_in_doubt_number = 900'000;

[[nodiscard]] StoreImages make_store_images();

/// For handing the images to another process.
void save_images(const StoreImages& images, const std::filesystem::path& folder);
[[nodiscard]] StoreImages load_images(const std::filesystem::path& folder);

}  // namespace tokenstore::test
