#include "verbs/admin_compact.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <system_error>

#include "verbs/change.hpp"
#include "verbs/watched_work.hpp"

namespace tokenstore::tool {
namespace {

Record compact_record(std::uint64_t bytes) {
    return Record().add("change", std::string("compact")).add("table_bytes", Bytes{bytes});
}

// What is in table files that are younger than those that are named.
std::uint64_t rewritten_mib(const std::filesystem::path& store, const std::set<std::string>& before) {
    std::uint64_t bytes = 0;
    std::error_code ignored;
    for (std::filesystem::directory_iterator entry(store, ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
        if (entry->path().extension() != ".sst" || before.contains(entry->path().filename().string())) continue;
        std::error_code failure;
        const std::uintmax_t size = entry->file_size(failure);
        if (!failure) bytes += size;
    }
    return bytes >> 20U;
}

std::set<std::string> table_files(const std::filesystem::path& store) {
    std::set<std::string> names;
    std::error_code ignored;
    for (std::filesystem::directory_iterator entry(store, ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
        if (entry->path().extension() == ".sst") names.insert(entry->path().filename().string());
    }
    return names;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<ChangeArguments>();
    add_change(line, *arguments);
    const Change change = {
        .plan = [](const StoreReader& reader, Console& /*console*/) -> Result<Told> {
            const Result<StoreFigures> figures = reader.figures();
            if (!figures) return figures.error();
            return Told{compact_record(figures->table_bytes)};
        },
        .make = [arguments](TokenStore& store, Console& console) -> Result<Told> {
            const Result<Statistics> before = store.statistics();
            if (!before) return before.error();
            const WatchedWork watched(
                console, "compacting", "MiB", before->disk_bytes >> 20U,
                [&, files = table_files(arguments->store)] { return rewritten_mib(arguments->store, files); });
            if (const Result<void> compacted = store.compact(); !compacted) return compacted.error();
            const Result<Statistics> after = store.statistics();
            if (!after) return after.error();
            return Told{compact_record(after->disk_bytes)
                            .add("table_bytes_before", Bytes{before->disk_bytes})
                            .add("reclaimed_tokens", after->reclaimed_tokens)
                            .add("reclaimed_other_records", after->reclaimed_other_records)};
        },
        .reclaims_expired = true,
    };
    return [arguments, change](Console& console) { return run_change(*arguments, change, console); };
}

}  // namespace

Verb admin_compact_verb() { return {"compact", "Rewrite the files without what has expired or was removed", declare}; }

}  // namespace tokenstore::tool
