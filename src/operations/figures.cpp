#include "operations/figures.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include "codec/keys.hpp"
#include "codec/meta_record.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"
#include "model/token_state.hpp"
#include "operations/index_tips.hpp"
#include "operations/walk.hpp"

namespace tokenstore::operations {

namespace {

namespace fs = std::filesystem;
using storage::Family;

Error damaged_record(std::string_view column_family) {
    return {ErrorCode::corrupt, WriteState::nothing_written,
            "a record of " + std::string(column_family) + " cannot be decoded"};
}

std::string_view name_of(Family family) { return storage::column_families[storage::position(family)].name; }

void add_level(std::vector<LevelFigures>& levels, const storage::TableFile& file) {
    const auto name = name_of(file.family);
    auto found = std::ranges::find_if(
        levels, [&](const auto& level) { return level.column_family == name && level.level == file.level; });
    if (found == levels.end()) found = levels.insert(levels.end(), {.column_family = name, .level = file.level});
    ++found->files;
    found->bytes += file.bytes;
    found->entries += file.entries;
    found->deletions += file.deletions;
}

/// Files that vanish meanwhile count as far as they were seen.
void add_directory(StoreFigures& figures, const fs::path& directory) {
    std::error_code error;
    std::uint64_t all_bytes = 0;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code vanished;
        const auto bytes = entry->file_size(vanished);
        if (vanished) continue;
        all_bytes += bytes;
        if (entry->path().extension() == ".log") figures.log_bytes += bytes;
    }
    const auto known = figures.table_bytes + figures.log_bytes;
    figures.other_bytes = all_bytes > known ? all_bytes - known : 0;
    const auto space = fs::space(directory, error);
    if (!error) figures.free_disk_bytes = space.available;
}

/// Sums up records of one kind.
class Sum {
public:
    Sum(KindFigures& figures, std::int64_t as_of_us) : figures_(figures), as_of_us_(as_of_us) {}

    void add(std::uint64_t bytes, std::int64_t expires_at_us) {
        ++figures_.records;
        figures_.bytes += bytes;
        if (!model::is_expired(expires_at_us, as_of_us_)) return;
        ++figures_.expired_records;
        figures_.expired_bytes += bytes;
    }

private:
    KindFigures& figures_;
    std::int64_t as_of_us_;
};

class Measuring {
public:
    Measuring(const storage::Database& database, const MeasureRequest& request)
        : database_(database), request_(request) {}

    Result<RecordFigures> run() {
        const auto estimated = database_.estimated_records(Family::tokens);
        const bool samples = request_.sample_tokens > 0 && estimated > request_.sample_tokens;
        const auto most = samples ? request_.sample_tokens : std::numeric_limits<std::uint64_t>::max();
        to_do_ = samples ? most : estimated + estimated_others();
        if (auto read = read_tokens(most); !read) return std::move(read).error();
        if (stopped_) return figures_;
        if (samples && figures_.walked.visited >= most) {
            scale(static_cast<double>(estimated) / static_cast<double>(figures_.walked.visited));
            return figures_;
        }
        const auto every = [](auto& kind) { return [&kind](std::string_view) { return &kind; }; };
        // Counted themselves, not by the tips.
        figures_.user_entries.reset();
        auto& family_entries = figures_.family_entries.emplace();
        auto read = read_others(Family::by_family, every(family_entries));
        if (!read) return std::move(read).error();
        if (!*read) figures_.family_entries.reset();
        if (stopped_) return figures_;
        auto& user_entries = figures_.user_entries.emplace();
        read = read_others(Family::by_user, every(user_entries));
        if (!read) return std::move(read).error();
        if (!*read) figures_.user_entries.reset();
        if (stopped_) return figures_;
        return read_ends();
    }

private:
    [[nodiscard]] std::uint64_t estimated_others() const {
        return database_.estimated_records(Family::by_family) + database_.estimated_records(Family::by_user) +
               database_.estimated_records(Family::revocations);
    }

    [[nodiscard]] bool skips_damage() const noexcept { return request_.on_damage == OnDamage::skip; }

    /// Notes one more record; false once the caller wants no more.
    bool count_record() {
        constexpr std::uint64_t records_between_calls = 1024;
        if (++done_ % records_between_calls == 0 && request_.on_progress)
            stopped_ = !request_.on_progress(done_, to_do_);
        return !stopped_;
    }

    Result<void> read_tokens(std::uint64_t most) {
        figures_.family_entries.emplace();
        figures_.user_entries.emplace();
        std::uint64_t visited = 0;
        const TokenWalk walk = {.as_of_us = request_.as_of_us, .on_damage = request_.on_damage};
        const auto walked = walk_tokens(database_, walk, [&](const JudgedToken& judged) {
            add(judged);
            return count_record() && ++visited < most;
        });
        if (!walked) return walked.error();
        figures_.walked = *walked;
        return {};
    }

    void add(const JudgedToken& judged) {
        const Token& token = judged.token;
        const auto bytes = codec::token_key(token.hash).size() + codec::encode_token(token).size();
        Sum(of(judged.state), request_.as_of_us).add(bytes, token.expires_at_us);
        if (!token.consumed_at_us) {
            const auto entry_bytes = [&](Family index) {
                return entry_key(index, token).view().size() + expected_entry(index, token).size();
            };
            Sum(*figures_.family_entries, request_.as_of_us).add(entry_bytes(Family::by_family), token.expires_at_us);
            Sum(*figures_.user_entries, request_.as_of_us).add(entry_bytes(Family::by_user), token.expires_at_us);
        }
        figures_.oldest_created_us =
            std::min(figures_.oldest_created_us.value_or(token.created_at_us), token.created_at_us);
        figures_.newest_created_us =
            std::max(figures_.newest_created_us.value_or(token.created_at_us), token.created_at_us);
    }

    KindFigures& of(TokenState state) {
        switch (state) {
            case TokenState::live:
                return figures_.live;
            case TokenState::consumed:
                return figures_.consumed;
            case TokenState::revoked:
                return figures_.revoked;
            case TokenState::expired:
                return figures_.expired;
        }
        return figures_.expired;
    }

    /// Reads a column family through; false if damage kept that from being done. Of its records, the TTL filter reads
    /// the expiry alone, and so do the figures. `kind_of` answers the sum for a key, or null if the key is none of the
    /// store's.
    template <class KindOf>
    Result<bool> read_others(Family family, const KindOf& kind_of) {
        bool decoded = true;
        auto scanned = database_.scan_records(family, [&](std::string_view key, std::string_view stored) {
            const auto expires_at_us = codec::peek_expires_at_us(stored);
            KindFigures* const kind = kind_of(key);
            decoded = expires_at_us && kind != nullptr;
            if (decoded) {
                Sum(*kind, request_.as_of_us).add(key.size() + stored.size(), *expires_at_us);
            } else {
                ++figures_.walked.damaged_records;
            }
            return count_record() && (decoded || skips_damage());
        });
        if (scanned && !decoded && !skips_damage()) return damaged_record(name_of(family));
        if (scanned) return true;
        if (!skips_damage() || scanned.error().code != ErrorCode::corrupt) return std::move(scanned).error();
        ++figures_.walked.lost_stretches;
        return false;
    }

    Result<RecordFigures> read_ends() {
        auto& family_ends = figures_.family_ends.emplace();
        auto& user_ends = figures_.user_ends.emplace();
        auto& listed_ends = figures_.listed_ends.emplace();
        const auto read = read_others(Family::revocations, [&](std::string_view key) {
            return codec::is_family_end_key(key)     ? &family_ends
                   : codec::is_user_end_key(key)     ? &user_ends
                   : codec::is_ended_family_key(key) ? &listed_ends
                                                     : nullptr;
        });
        if (!read) return read.error();
        if (!*read) {
            figures_.family_ends.reset();
            figures_.user_ends.reset();
            figures_.listed_ends.reset();
        }
        return figures_;
    }

    void scale(double factor) {
        figures_.is_estimate = true;
        const auto scaled = [factor](std::uint64_t& number) {
            number = static_cast<std::uint64_t>(std::llround(static_cast<double>(number) * factor));
        };
        for (auto* const kind : {&figures_.live, &figures_.consumed, &figures_.revoked, &figures_.expired,
                                 &*figures_.family_entries, &*figures_.user_entries}) {
            scaled(kind->records);
            scaled(kind->bytes);
            scaled(kind->expired_records);
            scaled(kind->expired_bytes);
        }
    }

    const storage::Database& database_;
    const MeasureRequest& request_;
    RecordFigures figures_;
    std::uint64_t done_ = 0;
    std::uint64_t to_do_ = 0;
    bool stopped_ = false;
};

}  // namespace

Result<StoreFigures> figures(const storage::Database& database, OnDamage on_damage) {
    StoreFigures figures;
    const auto is_passed_over = [&](const Error& error) {
        if (on_damage == OnDamage::stop || error.code != ErrorCode::corrupt) return false;
        figures.met_damage = true;
        return true;
    };
    const auto files = database.table_files();
    if (!files) return files.error();
    for (const auto& file : *files) add_level(figures.levels, file);
    const auto format = database.get_number(codec::format_key);
    if (!format) return format.error();
    figures.format = format->value_or(0);
    const auto clock_mark_us = database.get_number(codec::clock_key);
    if (!clock_mark_us && !is_passed_over(clock_mark_us.error())) return clock_mark_us.error();
    if (clock_mark_us) figures.clock_mark_us = *clock_mark_us;
    std::uint64_t rotations_in_doubt = 0;
    auto scanned = database.scan_records(Family::meta, [&](std::string_view key, std::string_view /*stored*/) {
        if (key.starts_with(codec::in_doubt_prefix)) ++rotations_in_doubt;
        return true;
    });
    if (!scanned && !is_passed_over(scanned.error())) return std::move(scanned).error();
    if (scanned) figures.rotations_in_doubt = rotations_in_doubt;
    Statistics gauges;
    database.read_gauges(gauges);
    figures.sequence = database.latest_sequence();
    figures.estimated_tokens = gauges.estimated_tokens;
    figures.table_bytes = gauges.disk_bytes;
    figures.pending_compaction_bytes = gauges.pending_compaction_bytes;
    add_directory(figures, database.directory());
    return figures;
}

Result<RecordFigures> measure(const storage::Database& database, const MeasureRequest& request) {
    return Measuring(database, request).run();
}

}  // namespace tokenstore::operations
