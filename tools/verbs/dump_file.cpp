#include "verbs/dump_file.hpp"

#include <optional>
#include <string>

#include "system/sha256.hpp"
#include "verbs/checksum_file.hpp"

namespace tokenstore::tool {

Result<InputFile> open_dump(const std::filesystem::path& path, int standard_input) {
    Result<InputFile> file = InputFile::open(path, standard_input);
    if (!file || !file->size_bytes() || path == "-") return file;
    const Result<std::optional<std::string>> noted = read_checksum(path);
    if (!noted) return noted.error();
    if (!*noted) return file;
    const Result<std::string> digest = Sha256::of_file(file->descriptor());
    if (!digest) return digest.error();
    if (*digest != **noted) {
        return Error{ErrorCode::corrupt, WriteState::nothing_written,
                     "the file is not what its checksum file was made for"};
    }
    if (Result<void> again = file->rewind(); !again) return again.error();
    return file;
}

}  // namespace tokenstore::tool
