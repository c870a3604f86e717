#include "verbs/admin_compact.hpp"

#include <memory>
#include <string>

#include "verbs/change.hpp"

namespace tokenstore::tool {
namespace {

Record compact_record(std::uint64_t bytes) {
    return Record().add("change", std::string("compact")).add("table_bytes", Bytes{bytes});
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
        .make = [](TokenStore& store, Console& /*console*/) -> Result<Told> {
            const Result<Statistics> before = store.statistics();
            if (!before) return before.error();
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
