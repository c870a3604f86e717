#include "compare/temporary_folder.hpp"

#include <cstdlib>
#include <string>

#include "compare/require.hpp"

namespace tokenstore::bench {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder(const fs::path& parent) {
    auto made = (parent / "tokenstore-compare-XXXXXX").string();
    require(::mkdtemp(made.data()) != nullptr, "no folder can be made in " + parent.string());
    path_ = made;
    // A server that runs as a user of its own has to get through.
    fs::permissions(path_, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace tokenstore::bench
