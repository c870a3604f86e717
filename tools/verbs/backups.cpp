#include "verbs/backups.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tokenstore/store_copy.hpp>

#include "format/copy_record.hpp"
#include "system/interruption.hpp"
#include "verbs/answers.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments {
    std::filesystem::path backups;
    bool check = false;
    std::optional<Form> form;
};

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<std::vector<Backup>> backups = list_backups(arguments.backups);
    if (!backups) return report(console, backups.error());
    Answers answers(console, arguments.form);
    ExitCode code = ExitCode::ok;
    for (const Backup& backup : *backups) {
        if (interrupted()) break;
        Record record = backup_record(backup);
        if (arguments.check) {
            const Result<Backup> checked = check_backup(backup.directory);
            if (!checked && checked.error().code != ErrorCode::corrupt) return report(console, checked.error());
            if (!checked) code = report(console, checked.error());
            record.add("whole", checked.has_value());
        }
        answers.row(record);
    }
    answers.finish();
    return code;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_path(line, "BACKUPS", arguments->backups, "The folder of backups");
    add_flag(line, "--check", arguments->check, "Read every file and compare it with the checksums of the backup");
    add_form(line, arguments->form);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb backups_verb() { return {"backups", "List the backups in a folder, and check them", declare}; }

}  // namespace tokenstore::tool
