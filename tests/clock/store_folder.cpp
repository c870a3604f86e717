#include "clock/store_folder.hpp"

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>

#include "codec/meta_record.hpp"
#include "codec/seal.hpp"
#include "support/plain_database.hpp"

namespace tokenstore::test {

namespace {

namespace fs = std::filesystem;

constexpr int most_attempts = 1000;

/// The files and their sizes. Whatever a compaction does makes, removes or lengthens a file.
std::map<std::string, std::uintmax_t> listing(const fs::path& folder) {
    std::map<std::string, std::uintmax_t> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        std::error_code gone;
        files[entry.path().filename().string()] = entry.file_size(gone);
    }
    return files;
}

/// False if a file went away meanwhile.
bool copy_files(const fs::path& from, const fs::path& to, const std::map<std::string, std::uintmax_t>& files) {
    fs::create_directory(to);
    for (const auto& [name, size] : files) {
        // Closing a descriptor of the lock file would drop the lock of the store that is open.
        if (name == "LOCK") continue;
        std::error_code error;
        if (!fs::copy_file(from / name, to / name, error)) return false;
    }
    return true;
}

}  // namespace

void copy_of_open_store(const fs::path& from, const fs::path& to) {
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        const auto before = listing(from);
        if (copy_files(from, to, before) && listing(from) == before) return;
        fs::remove_all(to);
    }
    throw std::runtime_error("the folder of a store changed whenever it was copied");
}

void compact_ends_alone(const fs::path& directory, std::int64_t reclaim_grace_us) {
    PlainDatabase database(directory);
    const auto mark = database.get("default", codec::clock_key);
    std::int64_t mark_us = 0;
    if (!mark || codec::decode_number(codec::clock_key, *mark, mark_us) != codec::DecodeStatus::ok) return;
    for (const auto& key : database.keys("revocations")) {
        const auto keep_until_us = codec::peek_expires_at_us(database.get("revocations", key).value());
        if (keep_until_us.value() <= mark_us - reclaim_grace_us) database.remove("revocations", key);
    }
}

}  // namespace tokenstore::test
