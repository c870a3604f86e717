#include "storage/small_file.hpp"

#include <memory>
#include <system_error>

#include <rocksdb/env.h>

#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace {

rocksdb::Status write_whole(rocksdb::Env& env, const std::string& path, std::string_view content) {
    std::unique_ptr<rocksdb::WritableFile> file;
    auto status = env.NewWritableFile(path, &file, rocksdb::EnvOptions());
    if (status.ok()) status = file->Append(rocksdb::Slice(content.data(), content.size()));
    if (status.ok()) status = file->Fsync();
    if (status.ok()) status = file->Close();
    // The engine lets everybody read what it makes. The folder keeps others out; where it is opened to them, or copied
    // elsewhere, the file should do so by itself. One that cannot is none the worse.
    std::error_code ignored;
    using std::filesystem::perms;
    std::filesystem::permissions(path, perms::owner_read | perms::owner_write, ignored);
    return status;
}

std::string naming(std::string_view doing, const std::filesystem::path& path) {
    return std::string(doing) + " the file " + path.filename().string();
}

}  // namespace

Result<std::optional<std::string>> read_small_file(const Host& host, const std::filesystem::path& path) {
    std::string content;
    const auto status = rocksdb::ReadFileToString(host.env, path.string(), &content);
    if (status.IsNotFound() || status.IsPathNotFound()) return std::nullopt;
    if (!status.ok()) return read_error(status, naming("reading", path));
    return content;
}

Result<void> make_small_file(const Host& host, const std::filesystem::path& path, std::string_view content) {
    const auto status = write_whole(*host.env, path.string(), content);
    if (!status.ok()) return read_error(status, naming("writing", path));
    return {};
}

Result<void> replace_small_file(const Host& host, const std::filesystem::path& path, std::string_view content) {
    const auto aside = path.string() + ".new";
    if (auto made = make_small_file(host, aside, content); !made) return made;
    const auto status = host.env->RenameFile(aside, path.string());
    if (!status.ok()) return read_error(status, naming("replacing", path));
    return sync_directory(host, path.parent_path());
}

Result<void> sync_directory(const Host& host, const std::filesystem::path& directory) {
    std::unique_ptr<rocksdb::Directory> entries;
    auto status = host.env->NewDirectory(directory.string(), &entries);
    if (status.ok()) status = entries->Fsync();
    if (!status.ok()) return read_error(status, "syncing the store's directory");
    return {};
}

}  // namespace tokenstore::storage
