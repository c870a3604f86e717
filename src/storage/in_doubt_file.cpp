#include "storage/in_doubt_file.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <rocksdb/env.h>

#include "storage/small_file.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace {

using codec::in_doubt_note_bytes;

constexpr std::size_t most_notes = 1024;  // one for each call that was in flight when the disk failed
constexpr std::size_t file_bytes = in_doubt_note_bytes * most_notes;

std::string zeroes() { return std::string(file_bytes, '\0'); }

}  // namespace

Result<std::unique_ptr<InDoubtFile>> InDoubtFile::open(const Host& host, const std::filesystem::path& directory) {
    const auto path = directory / in_doubt_file_name;
    const auto content = read_small_file(host, path);
    if (!content) return content.error();
    if (!*content || (*content)->size() < file_bytes) {
        // Written out, so that a note needs no new space. A shorter file was never finished: it holds no note.
        if (auto made = replace_small_file(host, path, zeroes()); !made) return std::move(made).error();
    }
    std::unique_ptr<rocksdb::RandomRWFile> file;
    const auto status = host.env->NewRandomRWFile(path.string(), &file, rocksdb::EnvOptions());
    if (!status.ok()) return read_error(status, "opening the file of writes in doubt");
    std::unique_ptr<InDoubtFile> opened(new InDoubtFile(std::move(file)));
    const auto notes = opened->notes();
    if (!notes) return notes.error();
    opened->written_ = *notes;
    return opened;
}

InDoubtFile::InDoubtFile(std::unique_ptr<rocksdb::RandomRWFile> file) noexcept : file_(std::move(file)) {}
InDoubtFile::~InDoubtFile() = default;

bool InDoubtFile::note(const codec::InDoubtNote& note) noexcept {
    try {
        const auto bytes = codec::encode_in_doubt_note(note);
        const std::lock_guard lock(mutex_);
        if (std::ranges::find(written_, note) != written_.end()) return true;
        if (written_.size() >= most_notes) return false;
        if (!file_->Write(written_.size() * in_doubt_note_bytes, bytes).ok()) return false;
        written_.push_back(note);
        return file_->Sync().ok();
    } catch (...) {
        return false;
    }
}

Result<std::vector<codec::InDoubtNote>> InDoubtFile::notes() const {
    std::string buffer = zeroes();
    rocksdb::Slice read;
    const auto status = file_->Read(0, buffer.size(), &read, buffer.data());
    if (!status.ok()) return read_error(status, "reading the file of writes in doubt");
    const std::string_view bytes(read.data(), read.size());
    std::vector<codec::InDoubtNote> notes;
    for (std::size_t offset = 0; offset + in_doubt_note_bytes <= bytes.size(); offset += in_doubt_note_bytes) {
        codec::InDoubtNote note;
        if (codec::decode_in_doubt_note(bytes.substr(offset, in_doubt_note_bytes), note)) notes.push_back(note);
    }
    return notes;
}

Result<void> InDoubtFile::clear() {
    const std::lock_guard lock(mutex_);
    auto status = file_->Write(0, zeroes());
    if (status.ok()) status = file_->Sync();
    if (!status.ok()) return read_error(status, "clearing the file of writes in doubt");
    written_.clear();
    return {};
}

}  // namespace tokenstore::storage
