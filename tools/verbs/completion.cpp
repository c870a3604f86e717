#include "verbs/completion.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

#include <tokenstore/version.hpp>

#include "format/command_help.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

enum class Wanted { bash, zsh, man };

ExitCode run(Wanted wanted, const CLI::App& app, Console& console) {
    switch (wanted) {
        case Wanted::bash:
            console.output.write(bash_completion(app));
            break;
        case Wanted::zsh:
            console.output.write(zsh_completion(app));
            break;
        case Wanted::man:
            console.output.write(manual_page(app, std::string(version())));
            break;
    }
    return ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto wanted = std::make_shared<Wanted>(Wanted::bash);
    add_choice<Wanted>(line, "SHELL", *wanted, {{"bash", Wanted::bash}, {"zsh", Wanted::zsh}, {"man", Wanted::man}},
                       "A script for this shell, or the manual page")
        .required();
    return [wanted, &line](Console& console) { return run(*wanted, *line.get_parent(), console); };
}

}  // namespace

Verb completion_verb() {
    return {"completion", "Write the script that completes command lines, or the manual page", declare};
}

}  // namespace tokenstore::tool
