// Compares tokenstore with what else could hold refresh tokens: equal answers first, then figures.
#include <exception>
#include <filesystem>
#include <iostream>

#include "compare/command_line.hpp"
#include "compare/comparison.hpp"

int main(int argc, char** argv) {
    const auto arguments = tokenstore::bench::parse_command_line(argc, argv);
    if (!arguments.settings) return arguments.exit_code;
    try {
        tokenstore::bench::compare(*arguments.settings);
        if (!arguments.settings->check_only)
            std::cout << std::filesystem::absolute(arguments.settings->report).string() << '\n';
        return 0;
    } catch (const std::exception& failure) {
        std::cerr << "tokenstore_compare: " << failure.what() << '\n';
        return 1;
    }
}
