#include "verbs/backups.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tokenstore/store_copy.hpp>

#include "format/copy_record.hpp"
#include "system/interruption.hpp"
#include "verbs/answers.hpp"
#include "verbs/copy_progress.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments {
    std::filesystem::path backups;
    bool check = false;
    std::optional<Form> form;
};

Result<void> checked(const ListedBackup& listed, Console& console) {
    CopyProgress progress(console, "checking");
    const Result<Backup> backup = check_backup(listed.directory, progress.watch());
    if (!backup) return backup.error();
    return {};
}

// A bad backup hides no good one: it is told of, and shown without what nobody can know of it.
ExitCode show(const ListedBackup& listed, bool is_to_be_checked, Answers& answers, Console& console) {
    const std::string name = listed.directory.filename().string();
    Record record = listed.backup ? backup_record(*listed.backup) : unreadable_backup_record(name);
    Result<void> sound;
    if (!listed.backup) {
        sound = listed.backup.error();
    } else if (is_to_be_checked) {
        sound = checked(listed, console);
    }
    if (interrupted()) return ExitCode::failure;
    if (is_to_be_checked) record.add("whole", sound.has_value());
    answers.row(record);
    if (sound) return ExitCode::ok;
    Error failure = std::move(sound).error();
    failure.message = "backup " + name + ": " + failure.message;
    const ExitCode code = report(console, failure);
    return failure.code == ErrorCode::not_a_store ? ExitCode::findings : code;
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<std::vector<ListedBackup>> backups = list_backups(arguments.backups);
    if (!backups) return report(console, backups.error());
    Answers answers(console, arguments.form);
    ExitCode worst = ExitCode::ok;
    for (const ListedBackup& listed : *backups) {
        if (interrupted()) break;
        // In the order of the codes a failure is worse than damage, and damage worse than a stray folder.
        worst = std::max(worst, show(listed, arguments.check, answers, console));
    }
    answers.finish();
    return worst;
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
