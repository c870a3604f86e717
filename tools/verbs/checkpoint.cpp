#include "verbs/checkpoint.hpp"

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
    std::filesystem::path to;
    std::optional<Form> form;
};

ExitCode run(const Arguments& arguments, Console& console) {
    CopyProgress progress(console, "copying");
    const Result<CopySummary> copy = checkpoint_store(arguments.store, arguments.to, progress.watch());
    progress.erase();
    if (!copy) return report(console, copy.error());
    Answers(console, arguments.form).single(copy_record(*copy));
    return ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_store(line, arguments->store);
    add_path(line, "TO", arguments->to, "The directory of the copy, which must not exist");
    add_form(line, arguments->form);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb checkpoint_verb() {
    return {"checkpoint", "Copy a live store as of this moment, with hard links where it can", declare};
}

}  // namespace tokenstore::tool
