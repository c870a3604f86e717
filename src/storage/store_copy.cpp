#include "storage/store_copy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/xxh3.hpp"
#include "storage/engine.hpp"
#include "storage/small_file.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace fs = std::filesystem;

namespace {

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

Error file_error(int error_number, std::string_view doing, const fs::path& path) {
    const auto what = std::string(doing) + " the file " + path.filename().string();
    if (error_number == ENOENT) {
        return {ErrorCode::busy, WriteState::nothing_written, what + " failed: the store's owner has replaced it"};
    }
    return system_error(error_number, what);
}

Result<void> write_all(int descriptor, std::string_view bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return file_error(errno, "writing", path);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

/// Hands the first `most` bytes of a file to `take`, piece by piece, and answers their digest.
template <class Take>
Result<FileDigest> read_file(const fs::path& path, std::uint64_t most, const CopyStep& step, const Take& take) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0) return file_error(errno, "reading", path);
    std::vector<char> buffer(1U << 20U);
    base::Xxh3Stream digest;
    FileDigest read_so_far;
    while (read_so_far.bytes < most) {
        const auto wanted = std::min<std::uint64_t>(buffer.size(), most - read_so_far.bytes);
        const auto read = ::read(file.number(), buffer.data(), wanted);
        if (read < 0 && errno == EINTR) continue;
        if (read < 0) return file_error(errno, "reading", path);
        if (read == 0) break;
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(read));
        digest.add(bytes);
        read_so_far.bytes += bytes.size();
        if (auto taken = take(bytes); !taken) return std::move(taken).error();
        if (!step) continue;
        if (auto stepped = step(bytes.size()); !stepped) return std::move(stepped).error();
    }
    read_so_far.checksum = digest.value();
    return read_so_far;
}

constexpr auto whole_file = std::numeric_limits<std::uint64_t>::max();

Result<FileDigest> copy_bytes(const fs::path& from, const fs::path& to, std::uint64_t most, const CopyStep& step) {
    const Descriptor target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (target.number() < 0) return system_error(errno, "making the file " + to.filename().string());
    auto copied =
        read_file(from, most, step, [&](std::string_view bytes) { return write_all(target.number(), bytes, to); });
    if (copied && ::fsync(target.number()) != 0) return file_error(errno, "syncing", to);
    return copied;
}

/// The first `bytes` of a log or manifest.
Result<void> copy_beginning(const fs::path& from, const fs::path& to, std::uint64_t bytes) {
    const auto copied = copy_bytes(from, to, bytes, {});
    if (!copied) return copied.error();
    if (copied->bytes == bytes) return {};
    return Error{ErrorCode::busy, WriteState::nothing_written,
                 "the file " + from.filename().string() + " has become shorter"};
}

std::string numbered(const char* format, std::uint64_t number) {
    std::array<char, 48> name{};
    std::snprintf(name.data(), name.size(), format, static_cast<unsigned long long>(number));
    return name.data();
}

}  // namespace

Result<void> copy_view(const Database& view, const std::optional<std::string>& doubts, const fs::path& to,
                       const PlaceTable& place) {
    const auto& extent = view.view_extent();
    const auto from = view.directory();
    const auto host = current_host();
    const auto tables = view.table_files();
    if (!tables) return tables.error();
    for (const auto& table : *tables) {
        if (auto placed = place(table, from / table.name, to / table.name); !placed) return placed;
    }
    // Empty ones too: right after a flush the oldest log that is needed has nothing in it yet, and has to be there.
    for (const auto& [number, bytes] : extent.limits.logs) {
        const auto name = numbered("%06llu.log", number);
        if (auto copied = copy_beginning(from / name, to / name, bytes); !copied) return copied;
    }
    const auto manifest = numbered("MANIFEST-%06llu", extent.limits.manifest->number);
    if (auto copied = copy_beginning(from / manifest, to / manifest, extent.limits.manifest->bytes); !copied) {
        return copied;
    }
    const auto doubts_now = read_small_file(host, from / in_doubt_file_name);
    if (!doubts_now) return doubts_now.error();
    if (*doubts_now != doubts) {
        return Error{ErrorCode::busy, WriteState::nothing_written, "rotations in doubt came or went meanwhile"};
    }
    if (doubts) {
        if (auto made = make_small_file(host, to / in_doubt_file_name, *doubts); !made) return made;
    }
    const auto mark = codec::encode_high_water_file(extent.mark);
    if (auto made = make_small_file(host, to / high_water_file_name, mark); !made) return made;
    if (auto made = make_small_file(host, to / "CURRENT", manifest + '\n'); !made) return made;
    return sync_directory(host, to);
}

Result<bool> link_or_copy(const fs::path& from, const fs::path& to, const CopyStep& step) {
    if (::link(from.c_str(), to.c_str()) == 0) {
        std::error_code unknown;
        const auto bytes = fs::file_size(to, unknown);
        if (!step || unknown) return true;
        if (auto stepped = step(bytes); !stepped) return std::move(stepped).error();
        return true;
    }
    if (errno == ENOENT) return file_error(errno, "linking", from);
    // Another file system, one without links, or a rule against links to other people's files.
    const auto copied = copy_bytes(from, to, whole_file, step);
    if (!copied) return copied.error();
    return false;
}

Result<std::uint64_t> copy_file(const fs::path& from, const fs::path& to, const CopyStep& step) {
    const auto copied = copy_bytes(from, to, whole_file, step);
    if (!copied) return copied.error();
    return copied->checksum;
}

Result<FileDigest> digest_file(const fs::path& path, const CopyStep& step) {
    return read_file(path, whole_file, step, [](std::string_view) { return Result<void>(); });
}

}  // namespace tokenstore::storage
