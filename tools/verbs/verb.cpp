#include "verbs/verb.hpp"

namespace tokenstore::tool {

std::string help_footer(const std::string& more) {
    return more + (more.empty() ? "" : "\n") + std::string(exit_codes_help());
}

void add_verbs(CLI::App& parent, const std::string& heading, const std::vector<Verb>& verbs,
               const std::shared_ptr<Run>& chosen) {
    for (const Verb& verb : verbs) {
        CLI::App& line = *parent.add_subcommand(verb.name, verb.help);
        line.group(heading);
        line.footer(help_footer(verb.more));
        line.callback([chosen, run = verb.declare(line)] { *chosen = run; });
    }
}

}  // namespace tokenstore::tool
