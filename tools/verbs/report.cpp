#include "verbs/report.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <tokenstore/store_reader.hpp>

#include "format/report_page.hpp"
#include "format/store_summary.hpp"
#include "system/os_error.hpp"
#include "system/private_file.hpp"
#include "verbs/view.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments {
    std::filesystem::path store;
    std::filesystem::path file;
    std::int64_t as_of_us = 0;
};

std::string part_of(const std::filesystem::path& file) {
    const std::string name = file.filename().string();
    if (file.extension() == ".sst") return "tables";
    if (file.extension() == ".log") return "write-ahead log";
    if (name.starts_with("LOG")) return "engine's messages";
    return "everything else";
}

// Files come and go while an owner is at work: one that cannot be asked is left out.
std::vector<std::pair<std::string, std::uint64_t>> bytes_by_part(const std::filesystem::path& store) {
    std::map<std::string, std::uint64_t> parts;
    std::error_code ignored;
    for (std::filesystem::directory_iterator entry(store, ignored), end; entry != end; entry.increment(ignored)) {
        std::error_code failure;
        const std::uintmax_t bytes = entry->file_size(failure);
        if (!failure) parts[part_of(entry->path())] += bytes;
        if (ignored) break;
    }
    return {parts.begin(), parts.end()};
}

Result<void> write_page(PrivateFile& file, const std::string& page) {
    Output output(file.descriptor());
    output.write(page);
    output.flush();
    if (!output.usable()) return os_error("cannot write the file", output.error_number());
    return file.finish();
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    Result<PrivateFile> file = PrivateFile::begin(arguments.file);
    if (!file) return report(console, file.error());
    StoreSummary summary(arguments.as_of_us);
    const Result<WalkedTokens> walked =
        walk_all(*reader, arguments.as_of_us, "reading", console, [&summary](const JudgedToken& judged) {
            summary.add(judged, StoreReader::record_bytes(judged.token));
            return true;
        });
    if (!walked) return report(console, walked.error());
    const std::string name = std::filesystem::absolute(arguments.store).lexically_normal().string();
    const std::string page = report_page(summary, arguments.as_of_us,
                                         {.title = "tokenstore report: " + name,
                                          .moment = moment_text(*reader, arguments.as_of_us),
                                          .warning = walked->met_damage() ? "left out: " + damage_text(*walked) : "",
                                          .bytes_by_part = bytes_by_part(arguments.store)});
    if (Result<void> written = write_page(*file, page); !written) return report(console, written.error());
    return conclude(console, *reader, arguments.as_of_us, *walked);
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_store(line, arguments->store);
    add_path(line, "--out", arguments->file, "The page to write, a new file that only you can read");
    add_as_of(line, arguments->as_of_us);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb report_verb() { return {"report", "Draw a store: one page of HTML that needs nothing else", declare}; }

}  // namespace tokenstore::tool
