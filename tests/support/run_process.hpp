// Running a program from a test and looking at what it wrote and how it ended.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tokenstore::test {

struct Finished {
    int exit_code = -1;  ///< 128 and the signal's number if a signal ended it
    std::string output;
    std::string errors;
    long peak_memory_kib = 0;  ///< of its resident set
};

struct RunOptions {
    enum class OutputTo {
        capture,
        closed_pipe,  ///< a pipe that nobody reads
        full_device,  ///< a device on which every write fails for want of space
    };

    std::string input;                               ///< given on standard input through a pipe
    std::map<std::string, std::string> environment;  ///< added to the test's own
    OutputTo output_to = OutputTo::capture;
};

/// Runs `command`, whose first word is a path, to its end. Throws std::system_error if it cannot be started.
[[nodiscard]] Finished run_process(const std::vector<std::string>& command, const RunOptions& options = {});

/// Runs `command` with a terminal as its standard input, output and error. Once `awaited` has appeared there, `typed`
/// is typed. Finished::output is all that the terminal showed, its line ends made into '\n'. `environment` is added to
/// the test's own.
[[nodiscard]] Finished run_on_terminal(const std::vector<std::string>& command, const std::string& awaited = {},
                                       const std::string& typed = {},
                                       const std::map<std::string, std::string>& environment = {});

}  // namespace tokenstore::test
