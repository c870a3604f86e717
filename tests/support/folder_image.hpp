// What a folder holds, for comparing it before and after.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <string>

namespace tokenstore::test {

struct FileImage {
    std::filesystem::perms mode = std::filesystem::perms::none;
    std::int64_t written_at_ns = 0;
    std::string content;

    friend bool operator==(const FileImage&, const FileImage&) = default;
};

/// The files below a folder by their names, with all that a writer could have changed about them.
struct FolderImage {
    std::map<std::string, FileImage> files;

    explicit FolderImage(const std::filesystem::path& folder) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            FileImage& image = files[entry.path().lexically_relative(folder).string()];
            image.mode = entry.status().permissions();
            image.written_at_ns = entry.last_write_time().time_since_epoch().count();
            // Closing a descriptor of the lock file would drop the lock of a store that this process has open.
            if (entry.is_regular_file() && entry.path().filename() != "LOCK") image.content = read_bytes(entry.path());
        }
    }

    static std::string read_bytes(const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    friend bool operator==(const FolderImage&, const FolderImage&) = default;

    friend std::ostream& operator<<(std::ostream& out, const FolderImage& image) {
        for (const auto& [name, file] : image.files) {
            out << name << ": " << file.content.size() << " bytes, written at " << file.written_at_ns << '\n';
        }
        return out;
    }
};

}  // namespace tokenstore::test
