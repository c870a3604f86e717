#include "storage/new_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "storage/small_file.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace fs = std::filesystem;

namespace {

constexpr int none = -1;

fs::path without_slash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

fs::path parent_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

Error error(ErrorCode code, std::string message) { return {code, WriteState::nothing_written, std::move(message)}; }

bool is_taken(const fs::path& place) {
    std::error_code unknown;
    return fs::exists(fs::symlink_status(place, unknown));
}

Error taken() { return error(ErrorCode::already_exists, "there is something of that name already"); }

bool is_the_folder(int descriptor, const fs::path& path) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(descriptor, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

/// The locked folder, made if there is none; `none` where whoever made it has just put it in its place, or removed it.
Result<int> lock_or_make(const fs::path& folder) {
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
        return system_error(errno, "making the folder " + folder.filename().string());
    }
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT) return none;
    if (descriptor < 0) return system_error(errno, "opening the folder " + folder.filename().string());
    int failure = 0;
    while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        failure = errno;
        if (failure != EINTR) break;
        failure = 0;
    }
    if (failure == 0 && is_the_folder(descriptor, folder)) return descriptor;
    ::close(descriptor);
    if (failure == EWOULDBLOCK) {
        return error(ErrorCode::busy, "another process is making it, in the folder " + folder.filename().string());
    }
    if (failure != 0) return system_error(failure, "locking the folder " + folder.filename().string());
    return none;
}

}  // namespace

Result<NewFolder> NewFolder::beside(const fs::path& wanted) {
    auto place = without_slash(wanted);
    auto making = place;
    making += ".making";
    constexpr int attempts = 10;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (is_taken(place)) return taken();
        const auto lock = lock_or_make(making);
        if (!lock) return lock.error();
        if (*lock == none) continue;
        NewFolder folder(place, making, *lock);
        // Whoever held the lock until now may have put it there.
        if (is_taken(place)) return taken();
        std::error_code failure;
        fs::remove_all(folder.folder_, failure);
        if (failure) return system_error(failure.value(), "removing what was left of an earlier copy");
        if (::mkdir(folder.folder_.c_str(), S_IRWXU) != 0) return system_error(errno, "making the folder of the copy");
        return folder;
    }
    return error(ErrorCode::busy, "others make and remove the folder " + making.filename().string());
}

NewFolder::NewFolder(fs::path place, fs::path making, int lock)
    : place_(std::move(place)), making_(std::move(making)), folder_(making_ / "copy"), lock_(lock) {}

NewFolder::NewFolder(NewFolder&& other) noexcept
    : place_(std::move(other.place_)),
      making_(std::exchange(other.making_, {})),
      folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, none)) {}

NewFolder::~NewFolder() {
    if (making_.empty()) return;
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    fs::remove(making_, ignored);  // only if it is empty: what else is in it is not ours
    ::close(lock_);
}

Result<void> NewFolder::empty() const {
    std::error_code failure;
    for (fs::directory_iterator entry(folder_, failure), end; !failure && entry != end; entry.increment(failure)) {
        fs::remove(entry->path(), failure);
        if (failure) break;
    }
    if (failure) return system_error(failure.value(), "emptying the folder of the copy");
    return {};
}

Result<void> NewFolder::put_in_place() {
    if (::renameat2(AT_FDCWD, folder_.c_str(), AT_FDCWD, place_.c_str(), RENAME_NOREPLACE) != 0) {
        if (errno == EEXIST) return taken();
        return system_error(errno, "putting the copy in its place");
    }
    auto synced = sync_directory(current_host(), parent_of(place_));
    if (synced) return synced;
    auto failure = std::move(synced).error();
    failure.write = WriteState::indeterminate;
    failure.message += "; the copy stands in its place, and a power failure may take it from there";
    return failure;
}

}  // namespace tokenstore::storage
