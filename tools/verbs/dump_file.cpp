#include "verbs/dump_file.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include "system/sha256.hpp"
#include "verbs/checksum_file.hpp"
#include "verbs/copy_progress.hpp"

namespace tokenstore::tool {

Result<InputFile> open_dump(const std::filesystem::path& path, Console& console) {
    Result<InputFile> file = InputFile::open(path, console.input);
    if (!file || !file->size_bytes() || path == "-") return file;
    const Result<std::optional<std::string>> noted = read_checksum(path);
    if (!noted) return noted.error();
    if (!*noted) return file;
    CopyProgress progress(console, "checking the checksum");
    const Result<std::string> digest = Sha256::of_file(
        file->descriptor(), [&](std::uint64_t done_bytes) { progress.read(done_bytes, file->size_bytes()); });
    progress.erase();
    if (!digest) return digest.error();
    if (*digest != **noted) {
        return Error{ErrorCode::corrupt, WriteState::nothing_written,
                     "the file is not what its checksum file was made for"};
    }
    if (Result<void> again = file->rewind(); !again) return again.error();
    return file;
}

}  // namespace tokenstore::tool
