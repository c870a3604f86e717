// A store's folder, a copy of it, and what a disk may do to either. A copy made while the store is open is what a
// process that is killed at that moment leaves.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "support/folder_image.hpp"
#include "support/temporary_directory.hpp"

namespace tokenstore::test {

/// The whole folder as of one moment: what the store does meanwhile in its background is waited for. Without the lock
/// file, since closing a descriptor of it would drop the lock of a store that this process has open.
inline void copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
    namespace fs = std::filesystem;
    const auto listing = [&] {
        std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> files;
        for (const auto& entry : fs::directory_iterator(from)) {
            std::error_code vanished;
            files[entry.path().filename()] = {entry.file_size(vanished), entry.last_write_time(vanished)};
        }
        return files;
    };
    for (auto before = listing();;) {
        fs::remove_all(to);
        fs::create_directory(to);
        fs::permissions(to, fs::perms::owner_all);
        for (const auto& [name, unused] : before) {
            std::error_code vanished;
            if (name != "LOCK") fs::copy_file(from / name, to / name, vanished);
        }
        const auto after = listing();
        if (after == before) return;
        before = after;
    }
}

/// Flips a bit in the one table file that holds these bytes.
inline void damage_table_at(const std::filesystem::path& store, std::string_view bytes) {
    std::size_t damaged = 0;
    for (const auto& entry : std::filesystem::directory_iterator(store)) {
        if (entry.path().extension() != ".sst") continue;
        const auto at = FolderImage::read_bytes(entry.path()).find(bytes);
        if (at == std::string::npos) continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(at));
        file.put(static_cast<char>(bytes.front() ^ 1));
        ++damaged;
    }
    if (damaged != 1) throw std::runtime_error(std::to_string(damaged) + " table files hold the bytes");
}

class StoreImage {
public:
    explicit StoreImage(const std::filesystem::path& store) { copy_store(store, directory()); }

    [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "store"; }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return directory() / name; }

    /// The names of the logs in the order in which they were begun.
    [[nodiscard]] std::vector<std::string> logs() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(directory())) {
            if (entry.path().extension() == ".log") names.push_back(entry.path().filename().string());
        }
        std::sort(names.begin(), names.end());
        return names;
    }

    [[nodiscard]] std::uint64_t size(const std::string& name) const { return std::filesystem::file_size(file(name)); }

    void flip_bit(const std::string& name, std::uint64_t offset, unsigned bit = 0) const {
        auto bytes = FolderImage::read_bytes(file(name));
        bytes.at(offset) = static_cast<char>(bytes.at(offset) ^ (1 << bit));
        write(name, bytes);
    }

    void zero(const std::string& name, std::uint64_t offset, std::uint64_t length) const {
        auto bytes = FolderImage::read_bytes(file(name));
        write(name, bytes.replace(offset, length, std::string(length, '\0')));
    }

    void cut(const std::string& name, std::uint64_t length) const { std::filesystem::resize_file(file(name), length); }
    void remove(const std::string& name) const { std::filesystem::remove(file(name)); }

    void write(const std::string& name, const std::string& bytes) const {
        std::ofstream(file(name), std::ios::binary) << bytes;
    }

private:
    TemporaryDirectory folder_;
};

}  // namespace tokenstore::test
