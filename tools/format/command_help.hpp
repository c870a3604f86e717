// What the command line knows of itself, as scripts for shells and as a manual page. Made from the same declarations
// as its help, so that none of them can differ.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace tokenstore::tool {

[[nodiscard]] std::string bash_completion(const CLI::App& app);
[[nodiscard]] std::string zsh_completion(const CLI::App& app);

/// For man(1), in the language of man(7).
[[nodiscard]] std::string manual_page(const CLI::App& app, const std::string& version);

}  // namespace tokenstore::tool
