#include "storage/store_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include "storage/column_families.hpp"
#include "storage/high_water_mark.hpp"
#include "storage/host.hpp"
#include "storage/lock_holder.hpp"
#include "storage/small_file.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view marker_name = "CREATING";
constexpr std::string_view marker_content = "A token store is being made here.\n";

/// The stores that this process has open. The engine's lock on its LOCK file is one that closing any descriptor of the
/// file drops for the whole process, so a store of our own must be told apart before anybody touches that file.
struct OpenStores {
    std::mutex mutex;
    std::map<std::pair<dev_t, ino_t>, pid_t> stores;  // with the process that opened it: a forked child has none open
};

OpenStores& open_stores() {
    static auto* const instance = new OpenStores;  // never destroyed: stores may be closed by static destructors
    return *instance;
}

bool enter(dev_t device, ino_t inode) {
    const std::lock_guard lock(open_stores().mutex);
    const auto [entry, entered] = open_stores().stores.try_emplace({device, inode}, ::getpid());
    if (!entered && entry->second == ::getpid()) return false;
    entry->second = ::getpid();
    return true;
}

void leave(dev_t device, ino_t inode) {
    const std::lock_guard lock(open_stores().mutex);
    open_stores().stores.erase({device, inode});
}

bool is_file_of_the_engine(std::string_view name) {
    const auto ends_with = [name](std::string_view suffix) { return name.ends_with(suffix); };
    return name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-") || name.starts_with("LOG") ||
           name == "CURRENT" || name == "IDENTITY" || name == "LOCK" || name.starts_with("IN_DOUBT") ||
           name.starts_with(high_water_file_name) || ends_with(".sst") || ends_with(".log") || ends_with(".dbtmp");
}

bool is_our_marker(const fs::path& file, bool alone) {
    std::ifstream in(file, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    if (!alone) return content == marker_content;
    // A crash may have come while the content was written; nothing else was made before. A power failure may have left
    // any bytes in its place.
    return marker_content.starts_with(content) || content.size() == marker_content.size();
}

/// "." for a plain name.
fs::path parent_of(const fs::path& directory) {
    auto parent = (directory.has_filename() ? directory : directory.parent_path()).parent_path();
    return parent.empty() ? fs::path(".") : parent;
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
    rocksdb::DBOptions options;
    options.env = current_host().env;
    const auto status = rocksdb::DB::ListColumnFamilies(options, directory.string(), &present);
    // An unreadable manifest is damage, which opening the store will name: it is not a reason to call it foreign.
    if (!status.ok()) return true;
    return std::find(present.begin(), present.end(), column_families[position(Family::tokens)].name) != present.end();
}

Result<void> make_directory(const fs::path& directory) {
    std::error_code error;
    const auto parent = parent_of(directory);
    fs::create_directories(parent, error);
    if (error) return system_error(error.value(), "making the directory above the store's");
    if (::mkdir(directory.c_str(), S_IRWXU) != 0) {
        if (errno == EEXIST) return {};
        return system_error(errno, "making the store's directory");
    }
    return sync_directory(current_host(), parent);
}

Result<void> remove_file(const Host& host, const fs::path& file, std::string_view doing) {
    const auto status = host.env->DeleteFile(file.string());
    if (!status.ok()) return read_error(status, doing);
    return {};
}

Result<void> set_marker(const Host& host, const fs::path& directory) {
    const auto file = directory / marker_name;
    auto made = make_small_file(host, file, marker_content);
    if (!made) ::unlink(file.c_str());
    return made;
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
    if (has(marker_name)) {
        const bool ours = std::all_of(names->begin(), names->end(), [](const std::string& name) {
            return name == marker_name || is_file_of_the_engine(name);
        });
        const bool half_made = ours && is_our_marker(directory / marker_name, names->size() == 1);
        return half_made ? DirectoryContent::half_made : DirectoryContent::foreign;
    }
    if (has("CURRENT")) {
        // The second file is ours alone: it tells a store whose manifest lost its column families.
        const bool ours = has("IN_DOUBT") || has_our_column_families(directory);
        return ours ? DirectoryContent::store : DirectoryContent::foreign;
    }
    // Log files alone prove nothing: anybody may have a file named so.
    const bool remains = std::any_of(names->begin(), names->end(), [](const std::string& name) {
        return name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-") || name == "IDENTITY" ||
               name.ends_with(".sst");
    });
    return remains ? DirectoryContent::damaged : DirectoryContent::foreign;
}

StoreDirectory::StoreDirectory(fs::path path, int descriptor, dev_t device, ino_t inode)
    : path_(std::move(path)), descriptor_(descriptor), device_(device), inode_(inode) {}

StoreDirectory::~StoreDirectory() {
    end_opening();
    leave(device_, inode_);
}

Result<std::unique_ptr<StoreDirectory>> StoreDirectory::claim(const fs::path& directory, bool make) {
    const auto error = [](ErrorCode code, std::string message) {
        return Error{code, WriteState::nothing_written, std::move(message)};
    };
    if (directory.empty()) return error(ErrorCode::store_missing, "the store's directory has no name");
    if (make) {
        if (auto made = make_directory(directory); !made) return made.error();
    }
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        if (errno == ENOENT) return error(ErrorCode::store_missing, "there is no store in the directory");
        if (errno == ENOTDIR) return error(ErrorCode::not_a_store, "the store's place is taken by a file");
        return system_error(errno, "opening the store's directory");
    }
    struct stat status {};
    int answered = ::fstat(descriptor, &status);
    while (answered == 0 && ::flock(descriptor, LOCK_EX) != 0) {
        if (errno != EINTR) answered = -1;
    }
    if (answered != 0) {
        const int error_number = errno;
        ::close(descriptor);
        return system_error(error_number, "claiming the store's directory");
    }
    if (!enter(status.st_dev, status.st_ino)) {
        ::close(descriptor);
        return error(ErrorCode::held_by_another_process, "the store is held by " + this_process());
    }
    return std::unique_ptr<StoreDirectory>(new StoreDirectory(directory, descriptor, status.st_dev, status.st_ino));
}

Result<void> StoreDirectory::check_ownership(bool taking_over) const {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0) return system_error(errno, "looking at the store's directory");
    if (status.st_uid != ::geteuid()) {
        return Error{ErrorCode::unsafe_directory, WriteState::nothing_written,
                     "the store's directory belongs to another user: run as its owner"};
    }
    if (!taking_over && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return Error{ErrorCode::unsafe_directory, WriteState::nothing_written,
                     "the store's directory can be written by others: make its mode 0700"};
    }
    if (::access(path_.c_str(), R_OK | W_OK | X_OK) != 0) {
        return system_error(errno, "writing to the store's directory");
    }
    return {};
}

Result<void> StoreDirectory::begin_store() const {
    const auto names = names_in(path_);
    if (!names) return names.error();
    if (::chmod(path_.c_str(), S_IRWXU) != 0) return system_error(errno, "making the store's directory private");
    const auto host = current_host();
    // With remains beside it the marker is whole. Writing it anew would empty it first: a crash just then would leave
    // remains that are nobody's.
    const bool has_remains = names->size() > 1;
    if (!has_remains) {
        if (auto marked = set_marker(host, path_); !marked) return marked;
    }
    for (const auto& name : *names) {
        if (name == marker_name) continue;
        if (auto removed = remove_file(host, path_ / name, "removing the remains of a half-made store"); !removed) {
            return removed;
        }
    }
    return sync_directory(host, path_);
}

Result<void> StoreDirectory::finish_store() const {
    const auto host = current_host();
    if (auto removed = remove_file(host, path_ / marker_name, "finishing the store's directory"); !removed) {
        return removed;
    }
    return sync_directory(host, path_);
}

void StoreDirectory::end_opening() noexcept {
    if (descriptor_ < 0) return;
    // Said aloud: closing alone would leave the lock with a child that was forked meanwhile.
    ::flock(descriptor_, LOCK_UN);
    ::close(descriptor_);
    descriptor_ = -1;
}

}  // namespace tokenstore::storage
