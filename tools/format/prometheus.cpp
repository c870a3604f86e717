#include "format/prometheus.hpp"

#include <initializer_list>
#include <string_view>
#include <utility>

#include <tokenstore/version.hpp>

namespace tokenstore::tool {
namespace {

using Sample = std::pair<std::string, std::uint64_t>;  // its labels, as they stand between the braces

void add_gauge(std::string& text, std::string_view name, std::string_view help,
               const std::initializer_list<Sample>& samples) {
    const std::string full = "tokenstore_" + std::string(name);
    text.append("# HELP ").append(full).append(" ").append(help).append("\n");
    text.append("# TYPE ").append(full).append(" gauge\n");
    for (const auto& [labels, value] : samples) {
        text += full;
        if (!labels.empty()) text.append("{").append(labels).append("}");
        text.append(" ").append(std::to_string(value)).append("\n");
    }
}

std::uint64_t level_0_files(const StoreFigures& figures) {
    std::uint64_t files = 0;
    for (const LevelFigures& level : figures.levels) {
        if (level.level == 0) files += level.files;
    }
    return files;
}

}  // namespace

std::string prometheus_text(const StoreFigures& figures, const RecordFigures& records) {
    std::string text;
    add_gauge(text, "build_info", "Versions of the tool, the engine and the store's format.",
              {{"version=\"" + std::string(version()) + "\",engine=\"" + std::string(engine_version()) +
                    "\",format=\"" + std::to_string(figures.format) + "\"",
                1}});
    add_gauge(text, "tokens", "Tokens by state; scaled up from a sample in a large store.",
              {{"state=\"live\"", records.live.records},
               {"state=\"consumed\"", records.consumed.records},
               {"state=\"revoked\"", records.revoked.records},
               {"state=\"expired\"", records.expired.records}});
    add_gauge(text, "tokens_are_estimated", "1 where the counts of tokens come from a sample.",
              {{"", records.is_estimate ? 1U : 0U}});
    add_gauge(text, "expired_pending_bytes", "Keys and values of expired tokens and index entries not yet reclaimed.",
              {{"", records.live.expired_bytes + records.consumed.expired_bytes + records.revoked.expired_bytes +
                        records.expired.expired_bytes + records.family_entries.expired_bytes +
                        records.user_entries.expired_bytes}});
    add_gauge(text, "disk_usage_bytes", "Bytes on disk by kind of file.",
              {{"kind=\"table\"", figures.table_bytes},
               {"kind=\"log\"", figures.log_bytes},
               {"kind=\"other\"", figures.other_bytes}});
    add_gauge(text, "disk_free_bytes", "Free bytes of the store's file system.", {{"", figures.free_disk_bytes}});
    add_gauge(text, "pending_compaction_bytes", "What the engine estimates that it has to rewrite.",
              {{"", figures.pending_compaction_bytes}});
    add_gauge(text, "l0_files", "Table files in level 0, of all column families.", {{"", level_0_files(figures)}});
    add_gauge(text, "rotations_in_doubt", "Rotations whose end is not known since a failure of the disk.",
              {{"", figures.rotations_in_doubt}});
    add_gauge(text, "sequence", "Number of the last change; its increase tells the rate of changes.",
              {{"", figures.sequence}});
    return text;
}

}  // namespace tokenstore::tool
