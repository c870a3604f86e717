#include "verbs/stat.hpp"

#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <tokenstore/clock.hpp>
#include <tokenstore/store_reader.hpp>

#include "format/prometheus.hpp"
#include "format/record.hpp"
#include "system/interruption.hpp"
#include "verbs/figures.hpp"
#include "verbs/view.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments {
    std::filesystem::path store;
    std::size_t interval_s = 0;  // 0: once
    std::size_t lines = 0;       // 0: until it is stopped
    std::size_t sample_tokens = 50'000;
    std::optional<std::int64_t> as_of_us;  // absent: each line is of its own moment
    bool prometheus = false;
    std::optional<Form> form;
};

Record stat_record(const Figures& of_store, std::int64_t as_of_us) {
    const auto& [figures, records] = of_store;
    return Record()
        .add("as_of", Moment{as_of_us})
        .add("is_estimate", records.is_estimate)
        .add("live", records.live.records)
        .add("consumed", records.consumed.records)
        .add("revoked", records.revoked.records)
        .add("expired", records.expired.records)
        .add("sequence", figures.sequence)
        .add("table_bytes", Bytes{figures.table_bytes})
        .add("log_bytes", Bytes{figures.log_bytes})
        .add("pending_compaction_bytes", Bytes{figures.pending_compaction_bytes})
        .add_if("expired_bytes", expired_bytes(records), [](std::uint64_t bytes) { return Bytes{bytes}; });
}

// Lines of a table that grows: widths are those of the headings, or of what usually stands there.
std::string table_line(const Record& record, bool heading) {
    std::string line;
    for (const auto& [key, value] : record.fields()) {
        const std::string text = heading ? key : shown(value);
        const std::size_t width = std::max<std::size_t>(key.size(), key == "as_of" ? 20 : 10);
        if (!line.empty()) line += "  ";
        line.append(width - std::min(width, text.size()), ' ');
        line += text;
    }
    return line + '\n';
}

// False once the wait was interrupted.
bool wait_until(std::int64_t steady_us) {
    const std::int64_t left_us = steady_us - system_clock().steady_us();
    if (left_us > 0) ::poll(nullptr, 0, static_cast<int>((left_us + 999) / 1000));
    return !interrupted();
}

ExitCode run(const Arguments& arguments, Console& console) {
    const bool is_table = as_table(arguments.form, console);
    ExitCode verdict = ExitCode::ok;
    // By the clock: what a line itself takes makes none of the next ones late.
    std::int64_t due_us = system_clock().steady_us();
    const auto interval_us = static_cast<std::int64_t>(arguments.interval_s) * 1'000'000;
    for (std::size_t line = 0; arguments.lines == 0 || line < arguments.lines; ++line) {
        if (line > 0 && !wait_until(due_us)) break;
        due_us = std::max(due_us, system_clock().steady_us() - interval_us) + interval_us;
        const std::int64_t as_of_us = arguments.as_of_us.value_or(system_clock().wall_us());
        const Result<StoreReader> reader = StoreReader::open(arguments.store);
        if (!reader) return report(console, reader.error());
        const Result<Figures> figures = read_figures(*reader, as_of_us, arguments.sample_tokens, console);
        if (!figures) return report(console, figures.error());
        if (arguments.prometheus) {
            console.output.write(prometheus_text(figures->store, figures->records));
            return conclude(*figures, *reader, as_of_us, console);
        }
        const Record record = stat_record(*figures, as_of_us);
        constexpr std::size_t lines_per_heading = 20;
        if (is_table && line % lines_per_heading == 0) console.output.write(table_line(record, /*heading=*/true));
        console.output.write(is_table ? table_line(record, /*heading=*/false) : json_line(record));
        console.output.flush();
        if (verdict == ExitCode::ok) verdict = conclude(*figures, *reader, as_of_us, console);  // once is enough
        if (arguments.interval_s == 0 || !console.output.usable()) break;
    }
    return verdict;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_store(line, arguments->store);
    CLI::Option& interval = add_number(line, "-i,--interval", arguments->interval_s, 1, 86'400,
                                       "Write a line every so many seconds, until stopped; without it, one line");
    interval.type_name("S");
    add_number(line, "-n,--lines", arguments->lines, 1, 1'000'000'000, "End after so many lines")
        .type_name("N")
        ->needs(&interval);
    add_number(line, "--sample", arguments->sample_tokens, 1'000, 1'000'000'000,
               "Judge a larger store by so many tokens; 50000 by default")
        .type_name("TOKENS");
    CLI::Option& prometheus = add_flag(line, "--prom", arguments->prometheus, "Write once, in Prometheus' text format");
    prometheus.excludes(&interval);
    add_time(line, "--as-of", arguments->as_of_us,
             "Judge as of this moment, such as 2026-06-01T00:00:00Z (RFC 3339); now by default")
        .excludes(&interval);
    add_form(line, arguments->form);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb stat_verb() {
    return {"stat", "Watch a store: tokens by state, sizes, what waits to be compacted", declare,
            "Examples:\n"
            "  tokenstore stat gateway -i 5                   a line every five seconds\n"
            "  tokenstore stat gateway --prom > tokenstore.prom\n"};
}

}  // namespace tokenstore::tool
