#include "verbs/confirmation.hpp"

#include <unistd.h>

#include <string>

#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

// The first line, without what is behind its first few letters; nothing at the end of the input.
std::string read_answer(int input) {
    std::string answer;
    for (char letter = 0; ::read(input, &letter, 1) == 1 && letter != '\n';) {
        if (answer.size() < 8) answer += letter;
    }
    return answer;
}

}  // namespace

void add_confirmation(CLI::App& line, Confirmation& confirmation) {
    CLI::Option& dry_run = add_flag(line, "--dry-run", confirmation.dry_run, "Show what would be done, and do nothing");
    add_flag(line, "--yes", confirmation.yes, "Do not ask").excludes(&dry_run);
}

Decision decide(const Confirmation& confirmation, const Record& plan, Console& console) {
    if (confirmation.dry_run) return Decision::only_shown;
    if (confirmation.yes) return Decision::go_on;
    if (::isatty(console.input) != 1 || !console.errors.is_terminal()) {
        report(console, "nobody can be asked here: look with --dry-run, then say --yes");
        return Decision::unasked;
    }
    console.errors.write(lines_for_people(plan) + "Do it? [y/N] ");
    console.errors.flush();
    const std::string answer = read_answer(console.input);
    return answer == "y" || answer == "Y" || answer == "yes" ? Decision::go_on : Decision::declined;
}

}  // namespace tokenstore::tool
