#include "verbs/backup.hpp"

#include <filesystem>
#include <memory>
#include <optional>

#include <tokenstore/store_copy.hpp>

#include "format/copy_record.hpp"
#include "verbs/answers.hpp"
#include "verbs/copy_progress.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments {
    std::filesystem::path store;
    std::filesystem::path backups;
    std::optional<Form> form;
};

ExitCode run(const Arguments& arguments, Console& console) {
    CopyProgress progress(console, "copying");
    const Result<Backup> backup = make_backup(arguments.store, arguments.backups, system_clock(), progress.watch());
    progress.erase();
    if (!backup) return report(console, backup.error());
    Answers(console, arguments.form)
        .single(backup_record(*backup).add("shared_bytes", Bytes{backup->copy.shared_bytes}));
    return ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_store(line, arguments->store);
    add_path(line, "BACKUPS", arguments->backups, "The folder of backups; made if it is missing");
    add_form(line, arguments->form);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb backup_verb() {
    return {"backup", "Add a backup of a live store to a folder of them, sharing what did not change", declare};
}

}  // namespace tokenstore::tool
