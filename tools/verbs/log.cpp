#include "verbs/log.hpp"

#include <poll.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <tokenstore/log_reader.hpp>

#include "format/record.hpp"
#include "format/table.hpp"
#include "system/interruption.hpp"
#include "verbs/answers.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

constexpr int poll_interval_ms = 200;

struct Arguments {
    std::filesystem::path store;
    bool follow = false;
    bool upkeep = false;
    std::size_t behind = 0;
    std::optional<Form> form;
    Redaction shown;
};

Record log_record(const LogOperation& operation, const Redaction& shown) {
    const auto text = [](std::string_view name) { return std::string(name); };
    const auto redacted = [&shown](const auto& value) { return shown(value); };
    Record record;
    record.add("sequence", operation.sequence);
    record.add("operation", text(name(operation.kind)));
    record.add_if("at", operation.at_us, [](std::int64_t time_us) { return Moment{time_us}; });
    record.add_if("token_hash", operation.token_hash, redacted);
    record.add_if("successor", operation.successor, redacted);
    record.add_if("family_id", operation.family_id, [](const FamilyId& id) { return to_string(id); });
    record.add_if("user_id", operation.user_id, redacted);
    record.add_if("reason", operation.reason, [&](RevocationReason reason) { return text(name(reason)); });
    record.add("count", operation.count);
    record.add("synced", operation.synced);
    return record;
}

// What an answer of nothing means, and how far any answer goes.
std::string extent_text(std::uint64_t shown, std::uint64_t behind, std::uint64_t last_sequence) {
    if (shown == 0 && behind > 0) return "no operation in the log behind change " + std::to_string(behind);
    if (shown == 0) return "no operation in the log: what there was is in table files";
    return with_thousands(shown) + (shown == 1 ? " operation" : " operations") + " in the log, as far as change " +
           std::to_string(last_sequence);
}

ExitCode run(const Arguments& arguments, Console& console) {
    LogReader reader(arguments.store, arguments.behind);
    std::uint64_t shown = 0;
    std::uint64_t last_sequence = arguments.behind;
    Answers answers(console, arguments.form);
    for (;;) {
        const Result<std::uint64_t> read = reader.read([&](const LogOperation& operation) {
            last_sequence = operation.sequence;
            if (operation.kind == LogOperationKind::upkeep && !arguments.upkeep) return true;
            ++shown;
            answers.row(log_record(operation, arguments.shown));
            return !interrupted() && console.output.usable();
        });
        answers.finish();
        console.output.flush();
        if (!read) return report(console, read.error());
        if (interrupted() || !console.output.usable()) return ExitCode::ok;
        if (!arguments.follow) {
            report(console, extent_text(shown, arguments.behind, last_sequence));
            return ExitCode::ok;
        }
        ::poll(nullptr, 0, poll_interval_ms);
    }
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_store(line, arguments->store);
    add_flag(line, "--follow", arguments->follow, "Go on, and write operations as they are made, until stopped");
    add_flag(line, "--upkeep", arguments->upkeep, "Also show what the store writes for itself");
    add_number(line, "--behind", arguments->behind, 0, 1ULL << 56U, "Begin behind the change of this number")
        .type_name("SEQUENCE");
    add_form(line, arguments->form);
    add_redaction(line, arguments->shown);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb log_verb() {
    return {"log", "Show the write-ahead log as operations: stored, rotated, revoked, ended", declare,
            "Examples:\n"
            "  tokenstore log gateway --follow                what happens now\n"
            "  tokenstore log gateway --format json | jq 'select(.operation == \"family_ended\")'\n"};
}

}  // namespace tokenstore::tool
