#include "verbs/verify.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <tokenstore/clock.hpp>
#include <tokenstore/store_reader.hpp>

#include "format/finding_record.hpp"
#include "format/progress.hpp"
#include "system/interruption.hpp"
#include "verbs/view.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments {
    std::filesystem::path store;
    bool full = false;
    std::optional<Form> form;
    Redaction shown;
};

std::string_view verdict(const VerifySummary& summary) {
    if (!summary.complete) return "damaged";
    return summary.findings > 0 ? "findings" : "sound";
}

Record summary_record(const VerifySummary& summary, const Arguments& arguments, std::int64_t as_of_us) {
    return Record()
        .add("verdict", std::string(verdict(summary)))
        .add("as_of", Moment{as_of_us})
        .add("full", arguments.full)
        .add("findings", summary.findings)
        .add("files", summary.files)
        .add("tokens", summary.tokens)
        .add("index_entries", summary.index_entries)
        .add("ends", summary.ends)
        .add("numbers", summary.numbers);
}

ExitCode run(const Arguments& arguments, Console& console) {
    const std::int64_t as_of_us = system_clock().wall_us();
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    const bool is_table = as_table(arguments.form, console);
    Progress progress(console.errors);
    progress.begin("verifying", std::nullopt);
    VerifyRequest request;
    request.full = arguments.full;
    request.now_us = as_of_us;
    bool has_begun = false;
    request.on_progress = [&](std::uint64_t done, std::uint64_t total) {
        if (!has_begun) progress.begin("verifying", total);
        has_begun = true;
        progress.update(done, done);
        return !interrupted() && console.output.usable();
    };
    const Result<VerifySummary> summary = reader->verify(request, [&](const Finding& finding) {
        progress.erase();
        console.output.write(is_table ? finding_for_people(finding, arguments.shown, wants_colours(console))
                                      : json_line(finding_record(finding, arguments.shown)));
        return !interrupted() && console.output.usable();
    });
    progress.erase();
    if (!summary) return report(console, summary.error());
    if (interrupted()) return report(console, broken_off());
    const Record record = summary_record(*summary, arguments, as_of_us);
    console.output.write(is_table ? lines_for_people(record) : json_line(record));
    if (!console.output.usable()) return ExitCode::ok;
    if (!summary->complete) {
        report(console, "the store is damaged: not everything could be checked");
        return ExitCode::damaged;
    }
    return summary->findings > 0 ? ExitCode::findings : ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_store(line, arguments->store);
    add_flag(line, "--full", arguments->full, "Also check every record against every other");
    add_form(line, arguments->form);
    add_redaction(line, arguments->shown);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb verify_verb() {
    return {"verify", "Check a store's files and records, and each record against every other", declare};
}

}  // namespace tokenstore::tool
