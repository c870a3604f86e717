#include "storage/in_doubt_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/bytes.hpp"
#include "base/xxh3.hpp"
#include "codec/keys.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace {

constexpr std::size_t note_bytes = 32 + 8 + 8;
constexpr std::size_t most_notes = 1024;  // one for each call that was in flight when the disk failed
constexpr off_t file_bytes = note_bytes * most_notes;

std::string encode(const InDoubtNote& note) {
    std::string bytes(codec::token_key(note.presented));
    base::append_i64(bytes, note.failed_at_us);
    base::append_u64(bytes, base::xxh3_64(bytes));
    return bytes;
}

bool decode(std::string_view bytes, InDoubtNote& note) {
    base::ByteReader reader(bytes);
    std::uint64_t checksum = 0;
    return reader.read_bytes(note.presented.bytes) && reader.read_i64(note.failed_at_us) && reader.read_u64(checksum) &&
           checksum == base::xxh3_64(bytes.substr(0, note_bytes - sizeof checksum));
}

}  // namespace

Result<std::unique_ptr<InDoubtFile>> InDoubtFile::open(const std::filesystem::path& directory) {
    const int file = ::open((directory / "IN_DOUBT").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return system_error(errno, "opening the file of writes in doubt");
    std::unique_ptr<InDoubtFile> opened(new InDoubtFile(file));
    if (const int error_number = ::posix_fallocate(file, 0, file_bytes); error_number != 0) {
        return system_error(error_number, "reserving the file of writes in doubt");
    }
    opened->used_ = opened->notes().size();
    return opened;
}

InDoubtFile::~InDoubtFile() { ::close(file_); }

bool InDoubtFile::note(const InDoubtNote& note) noexcept {
    try {
        const auto bytes = encode(note);
        const std::lock_guard lock(mutex_);
        if (used_ >= most_notes) return false;
        const auto offset = static_cast<off_t>(used_ * note_bytes);
        if (::pwrite(file_, bytes.data(), bytes.size(), offset) != static_cast<ssize_t>(bytes.size())) return false;
        ++used_;
        return ::fdatasync(file_) == 0;
    } catch (...) {
        return false;
    }
}

std::vector<InDoubtNote> InDoubtFile::notes() const {
    std::string bytes(static_cast<std::size_t>(file_bytes), '\0');
    const auto read = ::pread(file_, bytes.data(), bytes.size(), 0);
    if (read <= 0) return {};
    bytes.resize(static_cast<std::size_t>(read));
    std::vector<InDoubtNote> notes;
    for (std::size_t offset = 0; offset + note_bytes <= bytes.size(); offset += note_bytes) {
        InDoubtNote note;
        if (decode(std::string_view(bytes).substr(offset, note_bytes), note)) notes.push_back(note);
    }
    return notes;
}

Result<void> InDoubtFile::clear() {
    const std::string zeroes(static_cast<std::size_t>(file_bytes), '\0');
    const std::lock_guard lock(mutex_);
    if (::pwrite(file_, zeroes.data(), zeroes.size(), 0) != static_cast<ssize_t>(zeroes.size()) ||
        ::fdatasync(file_) != 0) {
        return system_error(errno, "clearing the file of writes in doubt");
    }
    used_ = 0;
    return {};
}

}  // namespace tokenstore::storage
