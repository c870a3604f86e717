// The system's environment, but for one thing: the engine sleeps a second after each failure in its background, lest it
// fill a log, and a test that causes failures by the thousand need not wait for that.
#pragma once

#include <memory>

#include <rocksdb/env.h>

namespace tokenstore::test {

[[nodiscard]] std::unique_ptr<rocksdb::Env> make_sleepless_env(std::unique_ptr<rocksdb::Env> env);

/// Over the system's own file system; never destroyed.
[[nodiscard]] rocksdb::Env& sleepless_env();

}  // namespace tokenstore::test
