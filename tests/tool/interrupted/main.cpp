// The tool, interrupted before it has read anything: as if Ctrl-C had been typed at the first moment.
#include <unistd.h>

#include <csignal>

#include "command_line.hpp"
#include "system/interruption.hpp"

namespace tool = tokenstore::tool;

int main(int argc, char** argv) {
    tool::catch_interruptions();
    std::raise(SIGINT);
    tool::Output output(STDOUT_FILENO);
    tool::Output errors(STDERR_FILENO);
    tool::Console console{STDIN_FILENO, output, errors};
    const tool::ExitCode code = tool::run_command_line(argc, argv, console);
    tool::end_by_interruption();
    return static_cast<int>(code);
}
