// Parts of a test that need a process of their own: other rights, another user, a file system of their own.
//
// A forked child cannot use the engine, whose threads stay behind in the parent. So the part is a test case of the same
// program, in a suite that is disabled by default, and the parent starts the program anew with that case alone.
#pragma once

#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/run_process.hpp"

namespace tokenstore::test {

/// Runs the test case of this name, as "suite/case", in a new process. What fails there fails here. Answers what it
/// wrote to its standard output.
inline std::string run_child_test(const std::string& name, const std::map<std::string, std::string>& environment = {}) {
    RunOptions options;
    options.environment = environment;
    const auto finished = run_process({"/proc/self/exe", "--run_test=" + name, "--color_output=no"}, options);
    BOOST_TEST(finished.exit_code == 0, name << " failed:\n" << finished.output << finished.errors);
    BOOST_TEST(finished.output.find("Test setup error") == std::string::npos);
    return finished.output;
}

}  // namespace tokenstore::test
