#include "verbs/admin_repair_index.hpp"

#include <memory>
#include <string>

#include <tokenstore/clock.hpp>

#include "verbs/change.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

// As `verify` ends.
ExitCode verdict(std::uint64_t findings_left, bool complete, Console& console) {
    if (!complete) {
        report(console, "the store is damaged: not everything could be checked");
        return ExitCode::damaged;
    }
    return findings_left > 0 ? ExitCode::findings : ExitCode::ok;
}

Record repair_record() { return Record().add("change", std::string("repair-index")); }

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<ChangeArguments>();
    add_change(line, *arguments);
    const Change change = {
        .plan = [](const StoreReader& reader, Console& console) -> Result<Told> {
            std::uint64_t repairable = 0;
            VerifyRequest request;
            request.full = true;
            request.now_us = system_clock().wall_us();
            request.on_progress = slow_progress("verifying", console);
            const Result<VerifySummary> summary = reader.verify(request, [&](const Finding& finding) {
                if (is_repairable(finding)) ++repairable;
                return true;
            });
            if (!summary) return summary.error();
            const std::uint64_t others = summary->findings - repairable;
            return Told{repair_record().add("repairable_findings", repairable).add("other_findings", others),
                        verdict(others, summary->complete, console)};
        },
        .make = [](TokenStore& store, Console& console) -> Result<Told> {
            const Result<RepairResult> repaired = store.repair_indexes(slow_progress("repairing", console));
            if (!repaired) return repaired.error();
            return Told{repair_record()
                            .add("entries_written", repaired->entries_written)
                            .add("entries_removed", repaired->entries_removed)
                            .add("ends_written", repaired->ends_written)
                            .add("findings_left", repaired->findings_left),
                        verdict(repaired->findings_left, repaired->complete, console)};
        },
    };
    return [arguments, change](Console& console) { return run_change(*arguments, change, console); };
}

}  // namespace

Verb admin_repair_index_verb() {
    return {"repair-index", "Make the indexes anew where they do not fit the tokens' records", declare};
}

}  // namespace tokenstore::tool
