#include "verbs/info.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tokenstore/store_holder.hpp>
#include <tokenstore/store_reader.hpp>
#include <tokenstore/version.hpp>

#include "verbs/answers.hpp"
#include "verbs/figures.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

// So many tokens are judged in a tenth of a second.
constexpr std::uint64_t sample_tokens = 50'000;

struct Arguments {
    std::filesystem::path store;
    std::int64_t as_of_us = 0;
    bool options = false;
    std::optional<Form> form;
};

// The tokens of a store this large are not all read: the oldest and the newest are those of the sample then.
Record info_record(const Figures& of_store, const std::optional<StoreHolder>& holder, std::int64_t as_of_us) {
    const auto& [figures, records] = of_store;
    const std::uint64_t tokens =
        records.live.records + records.consumed.records + records.revoked.records + records.expired.records;
    const auto moment = [](std::int64_t time_us) { return Moment{time_us}; };
    Record record;
    record.add("as_of", Moment{as_of_us});
    record.add("format", static_cast<std::uint64_t>(figures.format));
    record.add("tool_version", std::string(version()));
    record.add("engine_version", std::string(engine_version()));
    record.add_if("holder_pid", holder,
                  [](const StoreHolder& by) { return Identifier{static_cast<std::uint64_t>(by.pid)}; });
    record.add_if("holder_program", holder, [](const StoreHolder& by) { return by.program; });
    record.add("sequence", figures.sequence);
    record.add_if("clock_mark", figures.clock_mark_us, moment);
    record.add_if("rotations_in_doubt", figures.rotations_in_doubt, [](std::uint64_t count) { return count; });
    record.add("is_estimate", records.is_estimate);
    record.add("tokens", tokens);
    record.add("live", records.live.records);
    record.add_if("oldest_token", records.oldest_created_us, moment);
    record.add_if("newest_token", records.newest_created_us, moment);
    record.add("table_bytes", Bytes{figures.table_bytes});
    record.add("log_bytes", Bytes{figures.log_bytes});
    record.add("other_bytes", Bytes{figures.other_bytes});
    record.add("free_disk_bytes", Bytes{figures.free_disk_bytes});
    return record;
}

ExitCode show_options(const Arguments& arguments, const StoreReader& reader, Console& console) {
    const Result<std::vector<EngineOption>> options = reader.engine_options();
    if (!options) return report(console, options.error());
    Answers answers(console, arguments.form);
    for (const EngineOption& option : *options) {
        answers.row(Record().add("section", option.section).add("option", option.name).add("value", option.value));
    }
    answers.finish();
    return ExitCode::ok;
}

ExitCode run(const Arguments& arguments, Console& console) {
    const std::int64_t as_of_us = arguments.as_of_us;
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    if (arguments.options) return show_options(arguments, *reader, console);
    const Result<Figures> figures = read_figures(*reader, as_of_us, sample_tokens, console);
    if (!figures) return report(console, figures.error());
    Answers(console, arguments.form).single(info_record(*figures, holder_of(arguments.store), as_of_us));
    return conclude(*figures, *reader, as_of_us, console);
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_store(line, arguments->store);
    add_as_of(line, arguments->as_of_us);
    add_flag(line, "--options", arguments->options,
             "Show instead the engine's options, as the store was last opened with them by its owner");
    add_form(line, arguments->form);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb info_verb() {
    return {"info", "Show what a store is: format, sizes, its oldest and newest token, its holder", declare};
}

}  // namespace tokenstore::tool
