#include "verbs/dump.hpp"

#include <functional>
#include <string>

#include <tokenstore/store_reader.hpp>

#include "format/token_csv.hpp"
#include "format/token_json.hpp"
#include "system/interruption.hpp"

namespace tokenstore::tool {

ExitCode run_dump(const DumpArguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());

    JsonLines json;
    const auto write_json = [&](const JudgedToken& judged) { console.output.write(json.line(judged)); };

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

}  // namespace tokenstore::tool
