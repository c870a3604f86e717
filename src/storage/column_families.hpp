// The column families of a store, one table. The names stand on disk.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tokenstore::storage {

enum class Family : std::size_t { meta, tokens, by_family, by_user, revocations };

struct FamilyDescription {
    Family family;
    std::string_view name;
    bool expires;  ///< its records carry an expiry and meet the TTL filter
};

inline constexpr std::array<FamilyDescription, 5> column_families{{
    {Family::meta, "default", false},            // the store's own metadata: codec/meta_record.hpp
    {Family::tokens, "tokens", true},            // token hash -> record
    {Family::by_family, "by_family", true},      // family, chain -> tip of the chain
    {Family::by_user, "by_user", true},          // user, chain -> tip of the chain
    {Family::revocations, "revocations", true},  // ended families and users
}};

[[nodiscard]] constexpr std::size_t position(Family family) noexcept { return static_cast<std::size_t>(family); }

}  // namespace tokenstore::storage
