// What a closed store holds, read by the engine alone and decoded record by record, and whether it fits together.
//
// The facade is not involved: a defect that the library's own reads hide is seen here. Every index entry and every
// listed end is recomputed from the records and compared with what lies there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tokenstore/ids.hpp>
#include <tokenstore/token.hpp>

#include "codec/index_entry.hpp"
#include "model/ends.hpp"

namespace tokenstore::test {

struct StoredRecords {
    std::map<TokenHash, Token> tokens;
    std::map<std::pair<FamilyId, TokenId>, codec::FamilyIndexEntry> by_family;
    std::map<std::pair<UserId, TokenId>, codec::UserIndexEntry> by_user;
    std::map<FamilyId, model::FamilyEnd> family_ends;
    std::map<UserId, model::UserEnd> user_ends;
    std::map<std::pair<UserId, FamilyId>, model::FamilyEnd> listed_family_ends;
};

/// Reads a store that no process has open. Throws std::runtime_error if the engine or a decoder refuses anything.
[[nodiscard]] StoredRecords read_closed_store(const std::filesystem::path& directory);

/// What does not fit together, one sentence each; empty for a sound store. What expires at `reclaimed_until_us` or
/// before may have been taken by the compaction filter, records and index entries apart from each other.
[[nodiscard]] std::vector<std::string> find_disagreements(const StoredRecords& records,
                                                          std::optional<std::int64_t> reclaimed_until_us = {});

/// The two together, for a test that asks no more: the disagreements as one text, empty if there are none.
[[nodiscard]] std::string check_closed_store(const std::filesystem::path& directory,
                                             std::optional<std::int64_t> reclaimed_until_us = {});

}  // namespace tokenstore::test
