// The system's environment, but for the engine's waiting: it sleeps a second after each failure in its background, lest
// it fill a log, and looks every five seconds whether a full disk has room again. By this clock it does not sleep, and
// five seconds from now are soon over, since the clock is late: a test that causes failures by the thousand need not
// wait for either.
#pragma once

#include <memory>

#include <rocksdb/env.h>

namespace tokenstore::test {

[[nodiscard]] std::unique_ptr<rocksdb::Env> make_sleepless_env(std::unique_ptr<rocksdb::Env> env);

/// Over the system's own file system; never destroyed.
[[nodiscard]] rocksdb::Env& sleepless_env();

}  // namespace tokenstore::test
