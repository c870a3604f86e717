#include "storage/store_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "storage/column_families.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace fs = std::filesystem;

namespace {

constexpr const char* half_made_marker = "CREATING";

bool looks_like_engine_file(std::string_view name) {
    const auto ends_with = [name](std::string_view suffix) { return name.ends_with(suffix); };
    return name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-") || name == "IDENTITY" || name == "LOCK" ||
           ends_with(".sst") || ends_with(".log");
}

Result<void> sync_directory(const fs::path& directory) {
    const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return system_error(errno, "opening the store's directory");
    const int answered = ::fsync(file);
    const int error_number = errno;
    ::close(file);
    if (answered != 0) return system_error(error_number, "syncing the store's directory");
    return {};
}

Result<std::vector<std::string>> names_in(const fs::path& directory) {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    if (error) return system_error(error.value(), "reading the store's directory");
    return names;
}

/// Our column families make it ours, whatever else a newer format has added.
bool has_our_column_families(const fs::path& directory) {
    std::vector<std::string> present;
    const auto status = rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), directory.string(), &present);
    // An unreadable manifest is damage, which opening the store will name: it is not a reason to call it foreign.
    if (!status.ok()) return true;
    return std::find(present.begin(), present.end(), column_families[position(Family::tokens)].name) != present.end();
}

}  // namespace

Result<DirectoryContent> examine_directory(const fs::path& directory) {
    std::error_code error;
    const auto kind = fs::status(directory, error);
    if (kind.type() == fs::file_type::not_found) return DirectoryContent::missing;
    if (error) return system_error(error.value(), "looking at the store's directory");
    if (!fs::is_directory(kind)) return DirectoryContent::foreign;

    const auto names = names_in(directory);
    if (!names) return names.error();
    const auto has = [&names](std::string_view name) {
        return std::find(names->begin(), names->end(), name) != names->end();
    };
    if (names->empty()) return DirectoryContent::empty;
    if (has(half_made_marker)) return DirectoryContent::half_made;
    if (has("CURRENT")) return has_our_column_families(directory) ? DirectoryContent::store : DirectoryContent::foreign;
    return std::any_of(names->begin(), names->end(), looks_like_engine_file) ? DirectoryContent::damaged
                                                                             : DirectoryContent::foreign;
}

Result<void> begin_store(const fs::path& directory) {
    const auto content = examine_directory(directory);
    if (!content) return content.error();
    if (*content == DirectoryContent::missing) {
        std::error_code error;
        if (const auto parent = fs::absolute(directory).parent_path(); !parent.empty()) {
            fs::create_directories(parent, error);
            if (error) return system_error(error.value(), "making the directory above the store's");
        }
        if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
            return system_error(errno, "making the store's directory");
        }
    } else if (auto owned = check_ownership(directory); !owned && owned.error().code != ErrorCode::unsafe_directory) {
        return owned.error();
    }
    if (::chmod(directory.c_str(), S_IRWXU) != 0) return system_error(errno, "making the store's directory private");
    if (auto owned = check_ownership(directory); !owned) return owned.error();

    const int marker =
        ::open((directory / half_made_marker).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (marker < 0) return system_error(errno, "writing into the store's directory");
    ::close(marker);
    if (*content == DirectoryContent::half_made) {
        const auto names = names_in(directory);
        if (!names) return names.error();
        for (const auto& name : *names) {
            std::error_code error;
            if (name != half_made_marker) fs::remove_all(directory / name, error);
            if (error) return system_error(error.value(), "removing the remains of a half-made store");
        }
    }
    if (auto synced = sync_directory(directory); !synced) return synced.error();
    return sync_directory(fs::absolute(directory).parent_path());
}

Result<void> finish_store(const fs::path& directory) {
    if (::unlink((directory / half_made_marker).c_str()) != 0 && errno != ENOENT) {
        return system_error(errno, "finishing the store's directory");
    }
    return sync_directory(directory);
}

Result<void> check_ownership(const fs::path& directory) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) return system_error(errno, "looking at the store's directory");
    if (status.st_uid != ::geteuid()) {
        return Error{ErrorCode::unsafe_directory, WriteState::nothing_written,
                     "the store's directory belongs to another user: run as its owner"};
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return Error{ErrorCode::unsafe_directory, WriteState::nothing_written,
                     "the store's directory can be written by others: make its mode 0700"};
    }
    if (::access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
        return system_error(errno, "writing to the store's directory");
    }
    return {};
}

}  // namespace tokenstore::storage
