#include "verbs/console.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>

#include "format/terminal_text.hpp"
#include "system/interruption.hpp"
#include "system/os_error.hpp"

namespace tokenstore::tool {

bool wants_colours(const Console& console) noexcept {
    const char* const no_color = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
    return console.output.is_terminal() && !dumb && (no_color == nullptr || *no_color == '\0');
}

void report(Console& console, std::string_view message) {
    console.output.flush();
    console.errors.write("tokenstore: " + terminal_text(message) + '\n');
    console.errors.flush();
}

ExitCode report(Console& console, const Error& error) {
    // A call that a signal broke off failed for no reason of its own; who sent the signal knows.
    if (interrupted()) return ExitCode::failure;
    report(console, error.to_string());
    return exit_code_for(error.code);
}

ExitCode finish(Console& console, ExitCode verdict) {
    console.output.flush();
    const int error_number = console.output.error_number();
    if (error_number == 0 || error_number == EPIPE) return verdict;
    return report(console, os_error("cannot write the output", error_number));
}

}  // namespace tokenstore::tool
