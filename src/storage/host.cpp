#include "storage/host.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string>

#include <rocksdb/env.h>

#include <tokenstore/ids.hpp>

namespace tokenstore::storage {

namespace {

std::optional<Host>& override_of_a_test() {
    static std::optional<Host> host;
    return host;
}

/// The kernel draws a UUID at each start.
std::optional<BootId> read_boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string text;
    std::getline(file, text);
    const auto id = parse_id<TokenId>(text);
    if (!id) return std::nullopt;
    return id->bytes;
}

}  // namespace

Host current_host() {
    if (const auto& host = override_of_a_test()) return *host;
    static const auto boot = read_boot_id();
    return {rocksdb::Env::Default(), boot};
}

HostOverride::HostOverride(const Host& host) { override_of_a_test() = host; }
HostOverride::~HostOverride() { override_of_a_test().reset(); }

}  // namespace tokenstore::storage
