#include "storage/manifest.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>

#include "storage/log_file.hpp"
#include "storage/small_file.hpp"

namespace tokenstore::storage {

namespace {

Result<Manifest> read_once(const Host& host, const std::filesystem::path& directory) {
    const Error garbled{ErrorCode::corrupt, WriteState::nothing_written, "the file CURRENT is missing or garbled"};
    const auto current = read_small_file(host, directory / "CURRENT");
    if (!current) return current.error();
    if (!*current) return garbled;
    const auto number = number_in_name(**current, "MANIFEST-", "\n");
    if (!number) return garbled;

    Manifest manifest;
    manifest.name = (*current)->substr(0, (*current)->size() - 1);
    manifest.number = *number;
    codec::LogRecords records(
        [&manifest](std::string_view record, std::uint64_t /*offset*/) {
            const auto note = codec::decode_manifest_note(record);
            manifest.oldest_log_needed = note.oldest_log_needed.value_or(manifest.oldest_log_needed);
            manifest.newest_log_flushed = std::max(manifest.newest_log_flushed, note.log_number.value_or(0));
            manifest.last_sequence = std::max(manifest.last_sequence, note.last_sequence.value_or(0));
            return true;
        },
        {[](std::string_view payload) { return !payload.empty(); },
         [&manifest](std::string_view) { manifest.goes_on_behind = true; }});
    const auto bytes = read_log_file(host, directory / manifest.name, records);
    if (!bytes) {
        auto error = bytes.error();
        std::error_code unknown;
        // CURRENT names a file that is not there.
        if (!std::filesystem::exists(directory / manifest.name, unknown)) error.code = ErrorCode::corrupt;
        return error;
    }
    manifest.fault = records.fault();
    manifest.proven_bytes = records.proven_bytes();
    return manifest;
}

}  // namespace

Result<Manifest> read_manifest(const Host& host, const std::filesystem::path& directory) {
    return read_twice_if([](const Manifest& manifest) { return manifest.fault != codec::LogFault::none; },
                         "the manifest", [&] { return read_once(host, directory); });
}

std::optional<std::string> find_damage(const Manifest& manifest, const std::optional<codec::HighWater>& mark,
                                       const std::optional<BootId>& boot) {
    if (mark && mark->manifest.number > manifest.number) return "the file CURRENT names an older manifest";
    if (mark && mark->manifest.number == manifest.number && mark->manifest.bytes > manifest.proven_bytes) {
        return "the manifest is whole up to offset " + std::to_string(manifest.proven_bytes) + ", but " +
               std::to_string(mark->manifest.bytes) + " bytes had been synced";
    }
    if (manifest.fault == codec::LogFault::none) return std::nullopt;
    const bool same_boot = mark && boot && *boot == mark->boot;
    // The engine writes several records before it syncs, and a power failure keeps any of them: a later one may have
    // got to the disk without the one before it. The fault is behind what the mark proves; what was synced since is
    // whole, if the disk kept it.
    if (!same_boot && mark && mark->manifest.number == manifest.number) return std::nullopt;
    const bool may_be_torn = !same_boot || manifest.fault == codec::LogFault::cut_short;
    if (may_be_torn && !manifest.goes_on_behind) return std::nullopt;
    return "the manifest is " + std::string(codec::describe(manifest.fault)) + ", at offset " +
           std::to_string(manifest.proven_bytes);
}

}  // namespace tokenstore::storage
