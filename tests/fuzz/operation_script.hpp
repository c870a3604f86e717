// Scripts of operations as bytes, for the target `operations`:
//
//     mode u8 (bit 0: the compaction filter removes what has expired) | steps of four bytes each
//
//     operation u8 (by the bands below) | token u8 | other u8 | choice u8
//
// What the last three mean is the operation's business (operations_target.cpp); every value means something.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.hpp"

namespace tokenstore::test {

enum class Operation : std::uint8_t {
    create_token,
    get_by_hash,
    get_valid_by_hash,
    get_valid_by_hashes,
    rotate_token,
    revoke_token,
    revoke_family,
    revoke_all_user_tokens,
    get_user_active_sessions,
    cleanup_expired,
    import_tokens,
    time_passes,
    statistics,
    flush,
    maintain,
    compact,
    reopen,
};

/// How many of the 256 values of the first byte stand for an operation: few where it takes milliseconds.
inline constexpr std::array<std::pair<Operation, unsigned>, 17> operation_bands{{
    {Operation::create_token, 46},
    {Operation::get_by_hash, 12},
    {Operation::get_valid_by_hash, 12},
    {Operation::get_valid_by_hashes, 4},
    {Operation::rotate_token, 56},
    {Operation::revoke_token, 16},
    {Operation::revoke_family, 10},
    {Operation::revoke_all_user_tokens, 8},
    {Operation::get_user_active_sessions, 20},
    {Operation::cleanup_expired, 8},
    {Operation::import_tokens, 24},
    {Operation::time_passes, 30},
    {Operation::statistics, 4},
    {Operation::flush, 2},
    {Operation::maintain, 2},
    {Operation::compact, 1},
    {Operation::reopen, 1},
}};

struct Step {
    Operation operation;
    std::uint8_t token = 0;
    std::uint8_t other = 0;
    std::uint8_t choice = 0;
};

[[nodiscard]] constexpr Operation operation_of(std::uint8_t byte) noexcept {
    unsigned before = 0;
    for (const auto& [operation, width] : operation_bands) {
        if (byte < (before += width)) return operation;
    }
    return Operation::reopen;
}

/// The first byte of its band.
[[nodiscard]] constexpr std::uint8_t byte_of(Operation wanted) noexcept {
    unsigned before = 0;
    for (const auto& [operation, width] : operation_bands) {
        if (operation == wanted) break;
        before += width;
    }
    return static_cast<std::uint8_t>(before);
}

static_assert(operation_of(255) == Operation::reopen && byte_of(Operation::reopen) == 255, "the bands fill a byte");

/// Nothing once less than a whole step is left.
[[nodiscard]] inline std::optional<Step> take_step(base::ByteReader& bytes) noexcept {
    std::array<std::uint8_t, 4> taken{};
    if (!bytes.read_bytes(taken)) return std::nullopt;
    return Step{operation_of(taken[0]), taken[1], taken[2], taken[3]};
}

inline void append_step(std::string& script, const Step& step) {
    base::append_u8(script, byte_of(step.operation));
    base::append_u8(script, step.token);
    base::append_u8(script, step.other);
    base::append_u8(script, step.choice);
}

}  // namespace tokenstore::test
