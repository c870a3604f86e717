#include "verbs/import.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tokenstore/token_store.hpp>

#include "format/record.hpp"
#include "format/terminal_text.hpp"
#include "system/input_file.hpp"
#include "system/interruption.hpp"
#include "system/os_error.hpp"
#include "system/private_folder.hpp"
#include "verbs/copy_progress.hpp"
#include "verbs/dump_file.hpp"
#include "verbs/import_pass.hpp"
#include "verbs/options.hpp"
#include "verbs/view.hpp"

namespace tokenstore::tool {
namespace {

constexpr std::int64_t day_us = 24LL * 3600 * 1'000'000;

enum class OnError {
    stop,  // a bad row, and nothing is stored: the file is proved as a whole first
    skip,  // a bad row is reported, the rest is stored
};

struct Arguments {
    std::filesystem::path store;
    std::filesystem::path file;
    OnError on_error = OnError::stop;
    std::int64_t longest_lifetime_us = 400 * day_us;  // no row may expire further ahead
    std::optional<Form> form;
};

// "FILE:LINE: column NAME: why" on standard error; the first ones only, for a file of the wrong kind has as many as
// rows.
class ProblemList {
public:
    ProblemList(Console& console, Progress& progress, const std::filesystem::path& file)
        : console_(console), progress_(progress), file_(terminal_text(file.string())) {}

    void add(const LineProblem& problem) {
        if (++count_ > printed_max) return;
        progress_.erase();
        std::string line = file_ + ':' + std::to_string(problem.line) + ": ";
        if (!problem.column.empty()) line += "column " + problem.column + ": ";
        console_.errors.write(line + terminal_text(problem.why) + '\n');
        console_.errors.flush();
    }

    // Says how many are not shown, once.
    void finish() {
        progress_.erase();
        if (count_ > printed_max)
            report(console_, std::to_string(count_ - printed_max) + " more problems are not shown");
        count_ = 0;
    }

private:
    static constexpr std::uint64_t printed_max = 20;

    Console& console_;
    Progress& progress_;
    std::string file_;
    std::uint64_t count_ = 0;
};

class Import {
public:
    Import(const Arguments& arguments, Console& console)
        : arguments_(arguments),
          console_(console),
          progress_(console.errors),
          problems_(console, progress_, arguments.file),
          on_problem_([this](const LineProblem& problem) { problems_.add(problem); }) {}

    ExitCode run() {
        const Result<ExitCode> verdict = arguments_.on_error == OnError::stop ? stop_at_problem() : skip_problems();
        problems_.finish();
        if (verdict) return *verdict;
        const ExitCode code = report(console_, verdict.error());
        if (interrupted()) report(console_, counts_.read == 0 ? "interrupted; nothing was stored" : "interrupted");
        report_what_was_stored();
        return code;
    }

private:
    // Expired rows must stay, or a dump would not give back what was imported.
    [[nodiscard]] Options store_options(bool create_if_missing) const {
        Options options;
        options.create_if_missing = create_if_missing;
        options.longest_token_lifetime_us = arguments_.longest_lifetime_us;
        options.reclaim_expired = false;
        options.maintenance_interval_ms = 0;
        options.block_cache_bytes = 64 << 20;
        options.write_buffer_bytes = 64 << 20;
        return options;
    }

    // Two passes. The first proves every row against the file itself, in a scratch store, and against the store if
    // there is one; that store is held open all the while, so that nobody changes it in between.
    Result<ExitCode> stop_at_problem() {
        Result<InputFile> file = open_dump(arguments_.file, console_);
        if (!file) return file.error();
        Result<TokenStore> store = TokenStore::open(arguments_.store, store_options(false));
        if (!store && store.error().code != ErrorCode::store_missing) return store.error();
        if (Result<void> ready = make_rereadable(*file); !ready) return ready.error();

        const Result<PassEnd> proof = prove(*file, store ? &*store : nullptr);
        if (!proof) return proof.error();
        if (*proof != PassEnd::complete) return conclude_without_storing();

        if (Result<void> again = file->rewind(); !again) return again.error();
        if (!store) store = TokenStore::open(arguments_.store, store_options(true));
        if (!store) return store.error();
        TokenRows rows(file->descriptor());
        const Result<bool> header = header_is_right(rows);
        if (!header) return header.error();
        if (!*header) return conclude_without_storing();
        return store_rows(rows, *file, *store);
    }

    Result<void> make_rereadable(InputFile& file) {
        CopyProgress progress(console_, "reading");
        return file.make_rereadable([&](std::uint64_t done_bytes) { progress.read(done_bytes, std::nullopt); });
    }

    Result<ExitCode> skip_problems() {
        const Result<InputFile> file = open_dump(arguments_.file, console_);
        if (!file) return file.error();
        TokenRows rows(file->descriptor());
        const Result<bool> header = header_is_right(rows);
        if (!header) return header.error();
        if (!*header) return conclude_without_storing();
        Result<TokenStore> store = TokenStore::open(arguments_.store, store_options(true));
        if (!store) return store.error();
        return store_rows(rows, *file, *store);
    }

    Result<bool> header_is_right(TokenRows& rows) {
        switch (rows.read_header()) {
            case TokenRows::Step::token:
                return true;
            case TokenRows::Step::failed:
                return os_error("cannot read the input", rows.error_number());
            default:
                problems_.add(rows.problem());
                return false;
        }
    }

    Result<PassEnd> prove(const InputFile& file, const TokenStore* store) {
        const Result<PrivateFolder> folder = PrivateFolder::make();
        if (!folder) return folder.error();
        Result<TokenStore> scratch = TokenStore::open(folder->path() / "proof", store_options(true));
        if (!scratch) return scratch.error();
        TokenRows rows(file.descriptor());
        const Result<bool> header = header_is_right(rows);
        if (!header) return header.error();
        if (!*header) return PassEnd::unreadable;
        progress_.begin("checking", file.size_bytes());
        ImportCounts not_shown;
        return ImportPass{*scratch, store, true, progress_, on_problem_}.run(rows, not_shown);
    }

    ExitCode conclude_without_storing() {
        problems_.finish();
        report(console_, "nothing was stored");
        return ExitCode::findings;
    }

    Result<ExitCode> store_rows(TokenRows& rows, const InputFile& file, TokenStore& store) {
        const bool stop = arguments_.on_error == OnError::stop;
        progress_.begin("storing", file.size_bytes());
        const Result<PassEnd> end = ImportPass{store, nullptr, stop, progress_, on_problem_}.run(rows, counts_);
        if (!end) return end.error();
        if (Result<void> flushed = store.flush(); !flushed) return flushed.error();
        if (Result<void> closed = store.close(); !closed) return closed.error();
        problems_.finish();
        if (*end == PassEnd::unreadable) report(console_, "the rest of the file was not read");
        if (*end == PassEnd::stopped) report_what_was_stored();
        write_summary();
        return counts_.refused == 0 ? ExitCode::ok : ExitCode::findings;
    }

    // For an import that ended before its file did.
    void report_what_was_stored() {
        const std::uint64_t changed = counts_.stored + counts_.revoked;
        if (changed == 0) return;
        report(console_, "rows stored: " + std::to_string(changed) + "; importing again goes on from there");
    }

    void write_summary() {
        if (!as_table(arguments_.form, console_)) {
            console_.output.write(json_line(Record()
                                                .add("rows_read", counts_.read)
                                                .add("stored", counts_.stored)
                                                .add("unchanged", counts_.unchanged)
                                                .add("revoked", counts_.revoked)
                                                .add("kept", counts_.kept)
                                                .add("refused", counts_.refused)));
            return;
        }
        const auto line = [this](std::string_view what, std::uint64_t count, std::string_view note) {
            std::string text(what);
            text.append(11 - text.size(), ' ');
            text += std::to_string(count);
            if (count > 0 && !note.empty()) text += "  (" + std::string(note) + ')';
            console_.output.write(text + '\n');
        };
        line("rows read", counts_.read, {});
        line("stored", counts_.stored, {});
        line("unchanged", counts_.unchanged, {});
        line("revoked", counts_.revoked, "stored before as not revoked; the file revokes them");
        line("kept", counts_.kept, "ended in the store since; the file would revive them");
        line("refused", counts_.refused, {});
        if (counts_.read > 0 && counts_.unchanged == counts_.read) {
            console_.output.write("nothing changed: all " + std::to_string(counts_.read) +
                                  " rows were stored before\n");
        }
    }

    const Arguments& arguments_;
    Console& console_;
    Progress progress_;
    ProblemList problems_;
    std::function<void(const LineProblem&)> on_problem_;
    ImportCounts counts_;
};

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_path(line, "STORE", arguments->store, "The store's directory; made if it is missing");
    add_path(line, "FILE", arguments->file, "The file, JSON lines or CSV; a pipe will do, and - for standard input");
    add_choice<OnError>(
        line, "--on-error", arguments->on_error, {{"stop", OnError::stop}, {"skip", OnError::skip}},
        "stop (default): prove the whole file first, and store nothing if a row is bad. skip: report bad rows and "
        "store the rest");
    const auto parse_days = [](const std::string& text) -> std::optional<std::int64_t> {
        int days = 0;
        if (!CLI::detail::lexical_cast(text, days) || days < 1 || days > 36'500) return std::nullopt;
        return days * day_us;
    };
    add_parsed(line, "--longest-lifetime", arguments->longest_lifetime_us, parse_days,
               "a number of days from 1 to 36500",
               "Refuse rows that expire more than this many days from now; 400 by default")
        .type_name("DAYS");
    add_form(line, arguments->form);
    return [arguments](Console& console) { return Import(*arguments, console).run(); };
}

}  // namespace

Verb import_verb() {
    return {"import", "Store the rows of a dump, or of a CSV file that PostgreSQL made of the origin's table", declare,
            "Examples:\n"
            "  tokenstore import gateway refresh_tokens.csv   all rows, or none if one is bad\n"
            "  tokenstore import gateway refresh_tokens.csv --on-error skip\n"};
}

}  // namespace tokenstore::tool
