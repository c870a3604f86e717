// File systems of a test's own: full ones and read-only ones. For a process that a test started for the purpose
// (child_test.hpp): the mounts are seen by this process alone and go with it.
#pragma once

#include <filesystem>

#include <boost/test/unit_test.hpp>

namespace tokenstore::test {

/// A precondition of test cases: whether this system lets a process mount for itself, and if not, why.
[[nodiscard]] boost::test_tools::assertion_result mounts_are_permitted(boost::unit_test::test_unit_id unit);

/// Gives this process mounts of its own. To be called before any thread is started. Throws std::system_error.
void enter_private_mounts();

/// Mounts an empty file system of this size over the folder. Throws std::system_error.
void mount_memory(const std::filesystem::path& folder, std::size_t bytes);

/// Makes the file system mounted over the folder read-only. Throws std::system_error.
void make_read_only(const std::filesystem::path& folder);

}  // namespace tokenstore::test
