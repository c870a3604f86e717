// Reading a file in the engine's log format: a write-ahead log or a manifest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <tokenstore/error.hpp>

#include "codec/engine_log.hpp"
#include "storage/host.hpp"

namespace tokenstore::storage {

/// Hands a whole file to `records`, and answers its size. Errors: io_error, read_only_directory.
[[nodiscard]] Result<std::uint64_t> read_log_file(const Host& host, const std::filesystem::path& path,
                                                  codec::LogRecords& records);

/// What `read` answers; where that is damaged, what it answers a second time, lest a passing fault of the disk be taken
/// for damage. Errors: those of `read`; io_error where the two differ.
template <class IsDamaged, class Read>
[[nodiscard]] std::invoke_result_t<Read> read_twice_if(const IsDamaged& is_damaged, std::string_view what,
                                                       const Read& read) {
    auto first = read();
    if (!first || !is_damaged(*first)) return first;
    auto second = read();
    if (second && *first != *second) {
        return Error{ErrorCode::io_error, WriteState::nothing_written,
                     "two readings of " + std::string(what) + " gave different bytes"};
    }
    return second;
}

/// The number between two parts of a file's name; nothing for another name.
[[nodiscard]] std::optional<std::uint64_t> number_in_name(std::string_view name, std::string_view before,
                                                          std::string_view behind) noexcept;

}  // namespace tokenstore::storage
