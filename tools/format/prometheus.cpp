#include "format/prometheus.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <tokenstore/version.hpp>

namespace tokenstore::tool {
namespace {

using Sample = std::pair<std::string, std::uint64_t>;  // its labels, as they stand between the braces

void add_gauge(std::string& text, std::string_view name, std::string_view help, const std::vector<Sample>& samples) {
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

std::optional<std::uint64_t> expired_bytes(const RecordFigures& records) {
    std::uint64_t bytes = 0;
    for (const KindFigures* const kind : {&records.live, &records.consumed, &records.revoked, &records.expired}) {
        bytes += kind->expired_bytes;
    }
    for (const std::optional<KindFigures>* const entries : {&records.family_entries, &records.user_entries}) {
        if (!*entries) return std::nullopt;
        bytes += (*entries)->expired_bytes;
    }
    return bytes;
}

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
    if (const std::optional<std::uint64_t> bytes = expired_bytes(records)) {
        add_gauge(text, "expired_pending_bytes",
                  "Keys and values of expired tokens and index entries not yet reclaimed.", {{"", *bytes}});
    }
    add_gauge(text, "disk_usage_bytes", "Bytes on disk by kind of file.",
              {{"kind=\"table\"", figures.table_bytes},
               {"kind=\"log\"", figures.log_bytes},
               {"kind=\"other\"", figures.other_bytes}});
    add_gauge(text, "disk_free_bytes", "Free bytes of the store's file system.", {{"", figures.free_disk_bytes}});
    add_gauge(text, "pending_compaction_bytes", "What the engine estimates that it has to rewrite.",
              {{"", figures.pending_compaction_bytes}});
    add_gauge(text, "l0_files", "Table files in level 0, of all column families.", {{"", level_0_files(figures)}});
    if (figures.rotations_in_doubt) {
        add_gauge(text, "rotations_in_doubt", "Rotations whose end is not known since a failure of the disk.",
                  {{"", *figures.rotations_in_doubt}});
    }
    add_gauge(text, "damage", "What could not be read and is missing above; of a large store, only in its sample.",
              {{"kind=\"records\"", records.walked.damaged_records + (figures.met_damage ? 1U : 0U)},
               {"kind=\"unreadable_stretches\"", records.walked.lost_stretches}});
    add_gauge(text, "sequence", "Number of the last change; its increase tells the rate of changes.",
              {{"", figures.sequence}});
    return text;
}

}  // namespace tokenstore::tool
