#include "operations/figures.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "codec/keys.hpp"
#include "codec/meta_record.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"
#include "model/token_state.hpp"
#include "operations/index_tips.hpp"

namespace tokenstore::operations {

namespace {

namespace fs = std::filesystem;
using codec::DecodeStatus;
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
        if (auto read = read_tokens(samples ? request_.sample_tokens : 0); !read) return std::move(read).error();
        if (samples && !reached_end_) {
            scale(static_cast<double>(estimated) / static_cast<double>(tokens_read_));
            return figures_;
        }
        figures_.family_entries = {};  // counted themselves, not by the tips
        figures_.user_entries = {};
        if (auto read = read_entries(Family::by_family, figures_.family_entries); !read) return std::move(read).error();
        if (auto read = read_entries(Family::by_user, figures_.user_entries); !read) return std::move(read).error();
        if (auto read = read_ends(); !read) return std::move(read).error();
        return figures_;
    }

private:
    struct Measured {
        Token token;
        std::uint64_t bytes;
    };

    // Tokens whose ends are looked up together.
    static constexpr std::size_t tokens_per_step = 256;

    Result<void> read_tokens(std::uint64_t most) {
        Result<void> judged;
        bool decoded = true;
        auto scanned = database_.scan_records(Family::tokens, [&](std::string_view key, std::string_view stored) {
            const auto hash = codec::parse_token_key(key);
            Measured& measured = step_.emplace_back(Measured{{}, key.size() + stored.size()});
            decoded = hash && codec::decode_token(*hash, stored, measured.token) == DecodeStatus::ok;
            if (!decoded) return false;
            ++tokens_read_;
            if (step_.size() == tokens_per_step) judged = judge_step();
            reached_end_ = most == 0 || tokens_read_ < most;
            return judged.has_value() && reached_end_;
        });
        if (!scanned) return scanned;
        if (!decoded) return damaged_record("tokens");
        if (!judged) return judged;
        return judge_step();
    }

    Result<void> judge_step() {
        std::vector<storage::Owner> owners;
        owners.reserve(step_.size());
        for (const auto& measured : step_) owners.push_back({measured.token.family_id, measured.token.user_id});
        const auto ends = database_.get_ends(owners);
        if (!ends) return ends.error();
        for (std::size_t i = 0; i < step_.size(); ++i) add(step_[i], (*ends)[i]);
        step_.clear();
        return {};
    }

    void add(const Measured& measured, const model::Ends& ends) {
        const Token& token = measured.token;
        Sum(of(model::state_of(token, ends, request_.as_of_us)), request_.as_of_us)
            .add(measured.bytes, token.expires_at_us);
        if (!token.consumed_at_us) {
            const auto entry_bytes = [&](Family index) {
                return entry_key(index, token).view().size() + expected_entry(index, token).size();
            };
            Sum(figures_.family_entries, request_.as_of_us).add(entry_bytes(Family::by_family), token.expires_at_us);
            Sum(figures_.user_entries, request_.as_of_us).add(entry_bytes(Family::by_user), token.expires_at_us);
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

    /// Of an entry, the TTL filter reads the expiry alone, and so do the figures.
    Result<void> read_entries(Family index, KindFigures& figures) {
        bool decoded = true;
        auto scanned = database_.scan_records(index, [&](std::string_view key, std::string_view stored) {
            const auto expires_at_us = codec::peek_expires_at_us(stored);
            decoded = expires_at_us.has_value();
            if (decoded) Sum(figures, request_.as_of_us).add(key.size() + stored.size(), *expires_at_us);
            return decoded;
        });
        if (scanned && !decoded) return damaged_record(name_of(index));
        return scanned;
    }

    Result<void> read_ends() {
        bool decoded = true;
        auto scanned = database_.scan_records(Family::revocations, [&](std::string_view key, std::string_view stored) {
            const auto keep_until_us = codec::peek_expires_at_us(stored);
            auto* const figures = codec::is_family_end_key(key)     ? &figures_.family_ends
                                  : codec::is_user_end_key(key)     ? &figures_.user_ends
                                  : codec::is_ended_family_key(key) ? &figures_.listed_ends
                                                                    : nullptr;
            decoded = keep_until_us && figures != nullptr;
            if (decoded) Sum(*figures, request_.as_of_us).add(key.size() + stored.size(), *keep_until_us);
            return decoded;
        });
        if (scanned && !decoded) return damaged_record(name_of(Family::revocations));
        return scanned;
    }

    void scale(double factor) {
        figures_.is_estimate = true;
        const auto scaled = [factor](std::uint64_t& number) {
            number = static_cast<std::uint64_t>(static_cast<double>(number) * factor + 0.5);
        };
        for (auto* const kind : {&figures_.live, &figures_.consumed, &figures_.revoked, &figures_.expired,
                                 &figures_.family_entries, &figures_.user_entries}) {
            scaled(kind->records);
            scaled(kind->bytes);
            scaled(kind->expired_records);
            scaled(kind->expired_bytes);
        }
    }

    const storage::Database& database_;
    const MeasureRequest& request_;
    RecordFigures figures_;
    std::vector<Measured> step_;
    std::uint64_t tokens_read_ = 0;
    bool reached_end_ = true;
};

}  // namespace

Result<StoreFigures> figures(const storage::Database& database) {
    StoreFigures figures;
    const auto files = database.table_files();
    if (!files) return files.error();
    for (const auto& file : *files) add_level(figures.levels, file);
    const auto format = database.get_number(codec::format_key);
    if (!format) return format.error();
    figures.format = format->value_or(0);
    const auto clock_mark_us = database.get_number(codec::clock_key);
    if (!clock_mark_us) return clock_mark_us.error();
    figures.clock_mark_us = *clock_mark_us;
    auto scanned = database.scan_records(Family::meta, [&](std::string_view key, std::string_view /*stored*/) {
        if (key.starts_with(codec::in_doubt_prefix)) ++figures.rotations_in_doubt;
        return true;
    });
    if (!scanned) return std::move(scanned).error();
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
