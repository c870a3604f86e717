#include "storage/in_doubt_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace {

using codec::in_doubt_note_bytes;

constexpr std::size_t most_notes = 1024;  // one for each call that was in flight when the disk failed
constexpr off_t file_bytes = in_doubt_note_bytes * most_notes;

}  // namespace

Result<std::unique_ptr<InDoubtFile>> InDoubtFile::open(const std::filesystem::path& directory) {
    const int file = ::open((directory / "IN_DOUBT").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return system_error(errno, "opening the file of writes in doubt");
    std::unique_ptr<InDoubtFile> opened(new InDoubtFile(file));
    if (const int error_number = ::posix_fallocate(file, 0, file_bytes); error_number != 0) {
        return system_error(error_number, "reserving the file of writes in doubt");
    }
    const auto notes = opened->notes();
    if (!notes) return notes.error();
    opened->used_ = notes->size();
    return opened;
}

InDoubtFile::~InDoubtFile() { ::close(file_); }

bool InDoubtFile::note(const codec::InDoubtNote& note) noexcept {
    try {
        const auto bytes = codec::encode_in_doubt_note(note);
        const std::lock_guard lock(mutex_);
        if (used_ >= most_notes) return false;
        const auto offset = static_cast<off_t>(used_ * in_doubt_note_bytes);
        if (::pwrite(file_, bytes.data(), bytes.size(), offset) != static_cast<ssize_t>(bytes.size())) return false;
        ++used_;
        return ::fdatasync(file_) == 0;
    } catch (...) {
        return false;
    }
}

Result<std::vector<codec::InDoubtNote>> InDoubtFile::notes() const {
    std::string bytes(static_cast<std::size_t>(file_bytes), '\0');
    const auto read = ::pread(file_, bytes.data(), bytes.size(), 0);
    if (read < 0) return system_error(errno, "reading the file of writes in doubt");
    bytes.resize(static_cast<std::size_t>(read));
    std::vector<codec::InDoubtNote> notes;
    for (std::size_t offset = 0; offset + in_doubt_note_bytes <= bytes.size(); offset += in_doubt_note_bytes) {
        codec::InDoubtNote note;
        if (codec::decode_in_doubt_note(std::string_view(bytes).substr(offset, in_doubt_note_bytes), note)) {
            notes.push_back(note);
        }
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
