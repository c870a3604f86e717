#include "storage/manifest.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "codec/engine_log.hpp"
#include "storage/log_file.hpp"
#include "storage/small_file.hpp"

namespace tokenstore::storage {

/// A damaged manifest is the engine's to refuse; what was read of it until then only makes the audit stricter.
Result<Manifest> read_manifest(const Host& host, const std::filesystem::path& directory) {
    const auto garbled =
        Error{ErrorCode::corrupt, WriteState::nothing_written, "the file CURRENT is missing or garbled"};
    const auto current = read_small_file(host, directory / "CURRENT");
    if (!current) return current.error();
    if (!*current) return garbled;
    const auto number = number_in_name(**current, "MANIFEST-", "\n");
    if (!number) return garbled;
    Manifest manifest;
    codec::LogRecords records(
        [&manifest](std::string_view record, std::uint64_t /*offset*/) {
            const auto note = codec::decode_manifest_note(record);
            manifest.oldest_log_needed = note.oldest_log_needed.value_or(manifest.oldest_log_needed);
            manifest.last_sequence = std::max(manifest.last_sequence, note.last_sequence.value_or(0));
            return true;
        },
        {[](std::string_view) { return false; }, [](std::string_view) {}});
    manifest.number = *number;
    const auto name = (*current)->substr(0, (*current)->size() - 1);
    const auto bytes = read_log_file(host, directory / name, records);
    if (!bytes) return bytes.error();
    manifest.bytes = *bytes;
    return manifest;
}

}  // namespace tokenstore::storage
