// Whether a change is made, only shown, or asked for first: what all changing verbs have in common.
#pragma once

#include "format/record.hpp"
#include "verbs/console.hpp"

namespace CLI {
class App;
}

namespace tokenstore::tool {

struct Confirmation {
    bool dry_run = false;
    bool yes = false;
};

/// --dry-run and --yes.
void add_confirmation(CLI::App& line, Confirmation& confirmation);

enum class Decision {
    go_on,
    only_shown,  ///< --dry-run
    declined,    ///< by the person at the terminal
    unasked,     ///< nobody can be asked: it is no terminal, and --yes was not given
};

/// Decides by the options, or shows the plan and asks at the terminal. The plan of a dry run is the caller's to show.
[[nodiscard]] Decision decide(const Confirmation& confirmation, const Record& plan, Console& console);

}  // namespace tokenstore::tool
