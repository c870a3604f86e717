// The audit of the write-ahead log. Whatever the bytes, nothing is read past them, no more is proven than there is, and
// what is proven stands without what is not: cut there, the logs are whole and end with the same change.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/env.h>

#include "fuzz/log_input.hpp"
#include "fuzz/target.hpp"
#include "storage/log_audit.hpp"
#include "support/requirements.hpp"

namespace tokenstore::test {
namespace {

using storage::LogAudit;
using storage::LogVerdict;

constexpr std::uint64_t first_log = 4;
constexpr storage::BootId this_boot{1};
constexpr storage::BootId another_boot{2};

/// A directory in memory with nothing but logs in it.
class LogFolder {
public:
    LogFolder() : env_(rocksdb::NewMemEnv(rocksdb::Env::Default())) {
        require(env_->CreateDir(path_.string()).ok(), "no folder in memory");
    }

    void write(std::uint64_t number, std::string_view bytes) {
        const auto path = path_ / name_of(number);
        require(rocksdb::WriteStringToFile(env_.get(), {bytes.data(), bytes.size()}, path.string()).ok(),
                "no file in memory");
    }

    [[nodiscard]] LogAudit audit(const storage::Manifest& manifest, const std::optional<codec::HighWater>& mark) const {
        const auto audit = audit_log({env_.get(), this_boot}, path_, manifest, mark);
        require(audit.has_value(), "logs that can be read are not audited");
        return *audit;
    }

    [[nodiscard]] static std::string name_of(std::uint64_t number) {
        char name[32];
        static_cast<void>(std::snprintf(name, sizeof name, "%06llu.log", static_cast<unsigned long long>(number)));
        return name;
    }

private:
    std::unique_ptr<rocksdb::Env> env_;
    std::filesystem::path path_ = "/store";
};

storage::Manifest manifest_for(std::uint8_t mode) {
    storage::Manifest manifest;
    manifest.number = first_log + 1;
    manifest.oldest_log_needed = first_log;
    if ((mode & flushed_in_part) != 0) {
        manifest.last_sequence = 2;
        manifest.newest_log_flushed = first_log + 2;
    }
    return manifest;
}

std::optional<codec::HighWater> mark_for(std::uint8_t mode) {
    if ((mode & without_mark) != 0) return std::nullopt;
    codec::HighWater mark;
    mark.boot = (mode & other_boot) != 0 ? another_boot : this_boot;
    mark.first_log = first_log;
    mark.synced = {2, first_log};
    return mark;
}

void require_consistent(const LogAudit& audit, const std::vector<std::string>& logs) {
    require_equal("logs audited", audit.logs.size(), logs.size());
    for (std::size_t i = 0; i < logs.size(); ++i) {
        const auto proven = audit.proven.at(first_log + i);
        require(proven <= logs[i].size(), "more of a log is proven than there is of it");
    }
    // An older one may have a torn end whose number the next one gives again.
    if (!audit.damage) require(audit.proven.rbegin()->second == logs.back().size(), "a whole log is not proven whole");
}

void require_plain(std::string_view text) {
    require(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }), "a message is not plain text");
}

void try_whole_logs(std::string_view script) {
    const auto whole = whole_logs_of(script);
    LogFolder folder;
    for (std::size_t i = 0; i < whole.logs.size(); ++i) folder.write(first_log + i, whole.logs[i]);
    const auto audit = folder.audit(manifest_for(0), mark_for(0));
    require_consistent(audit, whole.logs);
    require(!audit.damage, "whole logs are called damaged");
    for (std::size_t i = 0; i < whole.logs.size(); ++i) {
        require(audit.proven.at(first_log + i) == whole.logs[i].size(), "a whole log is not proven to its end");
    }
    require_equal("the last change", audit.proven_sequence, whole.last_sequence);
}

void try_input(std::string_view input) {
    if (input.empty()) return;
    const auto mode = static_cast<std::uint8_t>(input.front());
    if ((mode & built_whole) != 0) return try_whole_logs(input.substr(1));
    const auto logs = logs_of(mode, input.substr(1));
    const auto manifest = manifest_for(mode);
    const auto mark = mark_for(mode);

    LogFolder folder;
    for (std::size_t i = 0; i < logs.size(); ++i) folder.write(first_log + i, logs[i]);
    const auto audit = folder.audit(manifest, mark);
    require_consistent(audit, logs);
    const auto verdict = judge(audit, mark, this_boot);
    if (verdict == LogVerdict::whole) require(!audit.damage, "logs with damage are called whole");
    require_plain(describe(verdict, audit, mark));

    for (std::size_t i = 0; i < logs.size(); ++i) {
        folder.write(first_log + i, std::string_view(logs[i]).substr(0, audit.proven.at(first_log + i)));
    }
    const auto again = folder.audit(manifest, mark);
    require(!again.damage, "what was proven is damaged by itself");
    require(again.proven == audit.proven, "of what was proven not all is proven by itself");
    require_equal("the last change of what was proven", again.proven_sequence, audit.proven_sequence);
}

}  // namespace
}  // namespace tokenstore::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tokenstore::test::try_input(tokenstore::test::input_text(data, size));
    return 0;
}
