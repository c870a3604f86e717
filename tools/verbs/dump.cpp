#include "verbs/dump.hpp"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "format/table.hpp"
#include "format/token_csv.hpp"
#include "format/token_filter.hpp"
#include "format/token_json.hpp"
#include "system/os_error.hpp"
#include "system/private_file.hpp"
#include "verbs/checksum_file.hpp"
#include "verbs/options.hpp"
#include "verbs/view.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

enum class DumpFormat { jsonl, csv };

struct Arguments {
    std::filesystem::path store;
    std::int64_t as_of_us = 0;
    DumpFormat format = DumpFormat::jsonl;
    Redaction shown;
    TokenFilter filter;
    std::size_t sample = std::numeric_limits<std::size_t>::max();
    std::optional<std::filesystem::path> file;
};

/// Writes tokens in one of the formats.
class TokenWriter {
public:
    TokenWriter(DumpFormat format, Output& output) : format_(format), output_(output) {
        if (format == DumpFormat::csv) append_csv_header(row_);
        output_.write(row_);
    }

    void write(const JudgedToken& judged) {
        if (format_ == DumpFormat::jsonl) {
            add_token(line_, judged, nothing_redacted);
            output_.write(line_.finish());
        } else {
            row_.clear();
            append_csv_row(row_, judged, output_.is_terminal() ? TextForm::printable : TextForm::exact);
            output_.write(row_);
        }
    }

private:
    DumpFormat format_;
    Output& output_;
    JsonLine line_;
    std::string row_;
};

struct Written {
    WalkedTokens walked;
    std::uint64_t tokens = 0;
};

Result<Written> write_tokens(const Arguments& arguments, const StoreReader& reader, Output& output, Console& console) {
    TokenWriter writer(arguments.format, output);
    Written written;
    const Result<WalkedTokens> walked =
        walk_all(reader, arguments.as_of_us, "dumping", console, [&](const JudgedToken& judged) {
            if (arguments.filter.accepts(judged)) {
                writer.write(judged);
                ++written.tokens;
            }
            // The order of hashes is a random one: the first tokens in it are a fair sample.
            return written.tokens < arguments.sample && output.usable();
        });
    if (!walked) return walked.error();
    written.walked = *walked;
    return written;
}

Result<void> write_file(const std::filesystem::path& path, std::string_view text) {
    Result<PrivateFile> file = PrivateFile::begin(path);
    if (!file) return file.error();
    Output output(file->descriptor());
    output.write(text);
    output.flush();
    if (!output.usable()) return os_error("cannot write the file", output.error_number());
    return file->finish();
}

Result<Written> write_to_file(const Arguments& arguments, const StoreReader& reader, Console& console) {
    // A dump beside the checksum of an older one could not be imported.
    if (Result<void> vacant = PrivateFile::check_vacant(checksum_path(*arguments.file)); !vacant) return vacant.error();
    Result<PrivateFile> file = PrivateFile::begin(*arguments.file);
    if (!file) return file.error();
    Sha256 digest;
    Output output(file->descriptor());
    output.add_to(digest);
    const Result<Written> written = write_tokens(arguments, reader, output, console);
    if (!written) return written.error();
    output.flush();
    if (!output.usable()) return os_error("cannot write the file", output.error_number());
    if (Result<void> finished = file->finish(); !finished) return finished.error();
    const std::string line = checksum_line(digest.finish(), *arguments.file);
    if (Result<void> noted = write_file(checksum_path(*arguments.file), line); !noted) return noted.error();
    return written;
}

ExitCode run(const Arguments& arguments, Console& console) {
    // A dump is a copy, for machines. Whoever wants to look at people's data on a screen says so.
    if (!arguments.file && console.output.is_terminal() && !(arguments.shown.full_hash && arguments.shown.show_ids)) {
        report(console,
               "a dump shows whole hashes and personal data: give --out FILE, or send it through a pipe, or say "
               "--full-hash --show-ids");
        return ExitCode::usage;
    }
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    const Result<Written> written = arguments.file ? write_to_file(arguments, *reader, console)
                                                   : write_tokens(arguments, *reader, console.output, console);
    if (!written) return report(console, written.error());
    return conclude(console, *reader, arguments.as_of_us, written->walked,
                    with_thousands(written->tokens) + (written->tokens == 1 ? " token of " : " tokens of "));
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    TokenFilter& filter = arguments->filter;
    add_store(line, arguments->store);
    add_choice<DumpFormat>(line, "--format", arguments->format,
                           {{"jsonl", DumpFormat::jsonl}, {"csv", DumpFormat::csv}},
                           "jsonl (default): one object a line. csv: rows of the origin's table");
    add_as_of(line, arguments->as_of_us);
    line.add_option_function<std::string>(
            "--out", [arguments](const std::string& path) { arguments->file = path; },
            "Write into this new file, which only you can read, and its checksum into FILE.sha256")
        ->type_name("FILE");
    add_choice<TokenState>(line, "--state", filter.state,
                           {{"live", TokenState::live},
                            {"expired", TokenState::expired},
                            {"consumed", TokenState::consumed},
                            {"revoked", TokenState::revoked}},
                           "Only tokens in this state");
    add_parsed(line, "--user", filter.user, parsed_by(parse_id<UserId>), "a UUID", "Only this user's tokens")
        .type_name("UUID");
    add_parsed(line, "--family", filter.family, parsed_by(parse_id<FamilyId>), "a UUID", "Only tokens of this family")
        .type_name("UUID");
    add_time(line, "--expires-before", filter.expires_before_us, "Only tokens that expire earlier");
    add_time(line, "--expires-after", filter.expires_after_us, "Only tokens that expire then or later");
    add_time(line, "--created-before", filter.created_before_us, "Only tokens that were created earlier");
    add_time(line, "--created-after", filter.created_after_us, "Only tokens that were created then or later");
    add_number(line, "--sample", arguments->sample, 1, std::numeric_limits<std::size_t>::max(),
               "Only so many tokens, a fair sample of those that the others leave, and always the same");
    add_redaction(line, arguments->shown);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb dump_verb() {
    return {"dump", "Write every token, in the order of hashes, for machines and for import", declare,
            "Examples:\n"
            "  tokenstore dump gateway --out tokens.jsonl     a private file, with its checksum beside it\n"
            "  tokenstore dump gateway --state live --sample 100 | jq .\n"
            "  tokenstore dump gateway | tokenstore import other -\n"};
}

}  // namespace tokenstore::tool
