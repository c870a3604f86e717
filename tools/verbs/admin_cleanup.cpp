#include "verbs/admin_cleanup.hpp"

#include <memory>

#include <tokenstore/clock.hpp>

#include "verbs/change.hpp"

namespace tokenstore::tool {
namespace {

Record cleanup_record(std::uint64_t tokens) {
    return Record().add("change", std::string("cleanup")).add("expired_tokens", tokens);
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<ChangeArguments>();
    add_change(line, *arguments);
    const Change change = {
        .plan = [](const StoreReader& reader) -> Result<Record> {
            const Result<TokenCounts> counts = reader.count(system_clock().wall_us());
            if (!counts) return counts.error();
            return cleanup_record(counts->expired);
        },
        .make = [](TokenStore& store) -> Result<Record> {
            const Result<std::uint64_t> removed = store.cleanup_expired();
            if (!removed) return removed.error();
            return cleanup_record(*removed);
        },
    };
    return [arguments, change](Console& console) { return run_change(*arguments, change, console); };
}

}  // namespace

Verb admin_cleanup_verb() { return {"cleanup", "Remove every token that has expired", declare}; }

}  // namespace tokenstore::tool
