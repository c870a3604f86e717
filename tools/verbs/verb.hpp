// What a verb of the tool is: a name, what it is for, its options, and how it runs.
//
// Each verb is a pair of files that offers one function, such as get_verb(); command_line.cpp lists them.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "verbs/console.hpp"

namespace tokenstore::tool {

/// Runs a verb whose options were parsed.
using Run = std::function<ExitCode(Console&)>;

struct Verb {
    std::string name;
    std::string help;  ///< one sentence, without a full stop

    /// Puts the verb's options on its part of the command line. Called once, before the line is parsed; what the
    /// options fill lives in the answer.
    std::function<Run(CLI::App&)> declare;

    /// Below the options in its help: examples, and what else there is to be known. Whole lines.
    std::string more = {};
};

/// What stands at the end of a help: more, then the exit codes.
[[nodiscard]] std::string help_footer(const std::string& more);

/// Adds the verbs below `parent`, under a heading of the help. `chosen` is what runs the verb that the command line
/// names, once that was parsed. A verb with verbs of its own calls this too.
void add_verbs(CLI::App& parent, const std::string& heading, const std::vector<Verb>& verbs,
               const std::shared_ptr<Run>& chosen);

}  // namespace tokenstore::tool
