#include "verbs/size.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <tokenstore/store_reader.hpp>

#include "verbs/answers.hpp"
#include "verbs/figures.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments {
    std::filesystem::path store;
    std::optional<Form> form;
    std::int64_t as_of_us = 0;
};

double share_of(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Both kinds of rows have the same fields, so that they are one table.
Record row(std::string part, std::string name) {
    return Record().add("part", std::move(part)).add("name", std::move(name));
}

Record level_row(const LevelFigures& level) {
    return row("files", std::string(level.column_family) + " level " + std::to_string(level.level))
        .add("files", level.files)
        .add("records", level.entries)
        .add("bytes", Bytes{level.bytes})
        .add("expired", nullptr)
        .add("dead", Share{share_of(level.deletions, level.entries)});
}

Record bytes_row(std::string name, std::uint64_t bytes) {
    return row("files", std::move(name))
        .add("files", nullptr)
        .add("records", nullptr)
        .add("bytes", Bytes{bytes})
        .add("expired", nullptr)
        .add("dead", nullptr);
}

Record kind_row(std::string name, const KindFigures& kind, std::uint64_t dead_bytes) {
    return row("records", std::move(name))
        .add("files", nullptr)
        .add("records", kind.records)
        .add("bytes", Bytes{kind.bytes})
        .add("expired", Share{share_of(kind.expired_bytes, kind.bytes)})
        .add("dead", Share{share_of(dead_bytes, kind.bytes)});
}

// A kind that could not be read through.
Record unread_row(std::string name) {
    return row("records", std::move(name))
        .add("files", nullptr)
        .add("records", nullptr)
        .add("bytes", nullptr)
        .add("expired", nullptr)
        .add("dead", nullptr);
}

void write_rows(Answers& answers, const Figures& of_store) {
    const auto& [figures, records] = of_store;
    for (const LevelFigures& level : figures.levels) answers.row(level_row(level));
    answers.row(bytes_row("logs", figures.log_bytes));
    answers.row(bytes_row("other", figures.other_bytes));
    // A token is dead once it is of no use to its client. An index entry, or an end, once it has expired.
    answers.row(kind_row("live tokens", records.live, 0));
    answers.row(kind_row("consumed tokens", records.consumed, records.consumed.bytes));
    answers.row(kind_row("revoked tokens", records.revoked, records.revoked.bytes));
    answers.row(kind_row("expired tokens", records.expired, records.expired.bytes));
    const std::array<std::pair<const char*, const std::optional<KindFigures>*>, 5> others = {{
        {"entries by family", &records.family_entries},
        {"entries by user", &records.user_entries},
        {"ends of families", &records.family_ends},
        {"ends of users", &records.user_ends},
        {"noted ends", &records.listed_ends},
    }};
    for (const auto& [name, kind] : others) {
        answers.row(*kind ? kind_row(name, **kind, (*kind)->expired_bytes) : unread_row(name));
    }
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    const Result<Figures> figures = read_figures(*reader, arguments.as_of_us, /*sample_tokens=*/0, console);
    if (!figures) return report(console, figures.error());
    Answers answers(console, arguments.form);
    write_rows(answers, *figures);
    answers.finish();
    const ExitCode verdict = conclude(*figures, *reader, arguments.as_of_us, console);
    if (verdict == ExitCode::ok) tell_moment(console, *reader, arguments.as_of_us);
    return verdict;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_store(line, arguments->store);
    add_form(line, arguments->form);
    add_as_of(line, arguments->as_of_us);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb size_verb() { return {"size", "Show what each part takes up, and how much of it is expired or dead", declare}; }

}  // namespace tokenstore::tool
