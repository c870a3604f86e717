#include "verbs/dump.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <tokenstore/store_reader.hpp>

#include "format/token_csv.hpp"
#include "format/token_json.hpp"
#include "system/interruption.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

enum class DumpFormat { jsonl, csv };

struct Arguments {
    std::filesystem::path store;
    DumpFormat format = DumpFormat::jsonl;
    std::int64_t as_of_us = 0;
};

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());

    JsonLine line;
    const auto write_json = [&](const JudgedToken& judged) {
        add_token(line, judged, nothing_redacted);
        console.output.write(line.finish());
    };

    std::string row;
    const TextForm form = console.output.is_terminal() ? TextForm::printable : TextForm::exact;
    const auto write_csv = [&](const JudgedToken& judged) {
        row.clear();
        append_csv_row(row, judged, form);
        console.output.write(row);
    };

    std::function<void(const JudgedToken&)> write = write_json;
    if (arguments.format == DumpFormat::csv) {
        append_csv_header(row);
        console.output.write(row);
        write = write_csv;
    }
    const Result<std::uint64_t> visited = reader->for_each_token(arguments.as_of_us, [&](const JudgedToken& judged) {
        write(judged);
        return console.output.usable() && !interrupted();
    });
    if (!visited) return report(console, visited.error());
    return ExitCode::ok;
}

}  // namespace

Verb dump_verb() {
    return {"dump", "Write every token, in the order of hashes", [](CLI::App& line) -> Run {
                const auto arguments = std::make_shared<Arguments>();
                add_store(line, arguments->store);
                add_choice<DumpFormat>(line, "--format", arguments->format,
                                       {{"jsonl", DumpFormat::jsonl}, {"csv", DumpFormat::csv}},
                                       "jsonl (default): one object a line. csv: rows of the origin's table");
                add_as_of(line, arguments->as_of_us);
                return [arguments](Console& console) { return run(*arguments, console); };
            }};
}

}  // namespace tokenstore::tool
