// All participants by name. Each is in a file of its own, with what was tuned and why.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string_view>

#include "compare/participant.hpp"

namespace tokenstore::bench {

/// Where a participant keeps its data, and how durably.
struct Setting {
    std::filesystem::path folder;  ///< empty, the participant's own
    DurabilityClass durability = DurabilityClass::synced;
    std::size_t tokens = 0;  ///< about how many it is to hold
};

[[nodiscard]] std::unique_ptr<Participant> make_tokenstore(const Setting& setting);
[[nodiscard]] std::unique_ptr<Participant> make_bare_rocksdb(const Setting& setting);
[[nodiscard]] std::unique_ptr<Participant> make_lmdb(const Setting& setting);
[[nodiscard]] std::unique_ptr<Participant> make_sqlite(const Setting& setting);
[[nodiscard]] std::unique_ptr<Participant> make_redis(const Setting& setting);
[[nodiscard]] std::unique_ptr<Participant> make_postgresql(const Setting& setting);
[[nodiscard]] std::unique_ptr<Participant> make_hash_table(const Setting& setting);

struct ParticipantEntry {
    std::string_view name;
    std::unique_ptr<Participant> (*make)(const Setting& setting);
    bool durable;  ///< otherwise it holds nothing on a disk and is shown beside the buffered class alone
};

inline constexpr std::array<ParticipantEntry, 7> participants{{
    {"tokenstore", make_tokenstore, true},
    {"bare_rocksdb", make_bare_rocksdb, true},
    {"lmdb", make_lmdb, true},
    {"sqlite", make_sqlite, true},
    {"redis", make_redis, true},
    {"postgresql", make_postgresql, true},
    {"hash_table", make_hash_table, false},
}};

}  // namespace tokenstore::bench
