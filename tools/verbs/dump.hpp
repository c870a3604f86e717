// tokenstore dump: every token of a store, in the order of hashes.
#pragma once

#include <cstdint>
#include <filesystem>

#include "verbs/console.hpp"

namespace tokenstore::tool {

enum class DumpFormat { jsonl, csv };

struct DumpArguments {
    std::filesystem::path store;
    DumpFormat format = DumpFormat::jsonl;
    std::int64_t as_of_us = 0;
};

[[nodiscard]] ExitCode run_dump(const DumpArguments& arguments, Console& console);

}  // namespace tokenstore::tool
