#include "storage/log_file.hpp"

#include <charconv>
#include <memory>
#include <string>
#include <system_error>

#include <rocksdb/env.h>

#include "storage/status_error.hpp"

namespace tokenstore::storage {

Result<std::uint64_t> read_log_file(const Host& host, const std::filesystem::path& path, codec::LogRecords& records) {
    std::unique_ptr<rocksdb::SequentialFile> file;
    auto status = host.env->NewSequentialFile(path.string(), &file, rocksdb::EnvOptions());
    if (!status.ok()) return read_error(status, "reading " + path.filename().string());
    std::string buffer(codec::log_block_bytes, '\0');
    std::string block;
    std::uint64_t size = 0;
    for (;;) {
        rocksdb::Slice read;
        status = file->Read(codec::log_block_bytes - block.size(), &read, buffer.data());
        if (!status.ok()) return read_error(status, "reading " + path.filename().string());
        block.append(read.data(), read.size());
        if (block.size() < codec::log_block_bytes && !read.empty()) continue;  // a short read is not yet the end
        size += block.size();
        if (!block.empty()) records.add_block(block);
        if (block.size() < codec::log_block_bytes) break;
        block.clear();
    }
    records.end();
    return size;
}

std::optional<std::uint64_t> number_in_name(std::string_view name, std::string_view before,
                                            std::string_view behind) noexcept {
    if (!name.starts_with(before) || !name.ends_with(behind)) return std::nullopt;
    name = name.substr(before.size(), name.size() - before.size() - behind.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
    return number;
}

}  // namespace tokenstore::storage
