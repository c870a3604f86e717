#include "verbs/checksum_file.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include <tokenstore/ids.hpp>

#include "system/os_error.hpp"

namespace tokenstore::tool {

std::filesystem::path checksum_path(const std::filesystem::path& file) {
    std::filesystem::path path = file;
    path += ".sha256";
    return path;
}

std::string checksum_line(std::string_view digest_hex, const std::filesystem::path& file) {
    // A name with one of these would break the line: sha256sum marks the line, and escapes them.
    std::string name;
    bool escaped = false;
    for (const char character : file.filename().string()) {
        if (character == '\\' || character == '\n') {
            escaped = true;
            name += '\\';
        }
        name += character == '\n' ? 'n' : character;
    }
    return (escaped ? "\\" : "") + std::string(digest_hex) + "  " + name + '\n';
}

Result<std::optional<std::string>> read_checksum(const std::filesystem::path& file) {
    const std::filesystem::path path = checksum_path(file);
    std::error_code failure;
    if (!std::filesystem::exists(path, failure)) return std::nullopt;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return os_error("cannot read the checksum file", errno);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    constexpr std::size_t digits = 64;
    const std::string digest = text.substr(text.starts_with('\\') ? 1 : 0, digits);
    if (!parse_token_hash(digest)) {
        return Error{ErrorCode::corrupt, WriteState::nothing_written, "the checksum file beside the file is none"};
    }
    return digest;
}

}  // namespace tokenstore::tool
