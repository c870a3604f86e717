#include "storage/high_water_mark.hpp"

#include <algorithm>
#include <utility>

#include <rocksdb/env.h>

#include "storage/small_file.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

Result<std::optional<codec::HighWater>> read_high_water(const Host& host, const std::filesystem::path& directory) {
    auto bytes = read_small_file(host, directory / high_water_file_name);
    if (!bytes) return std::move(bytes).error();
    if (!*bytes) return std::nullopt;
    return codec::decode_high_water_file(**bytes);
}

Result<std::unique_ptr<HighWaterMark>> HighWaterMark::begin(const Host& host, const std::filesystem::path& directory,
                                                            const codec::HighWater& mark) {
    const auto path = directory / high_water_file_name;
    if (auto replaced = replace_small_file(host, path, codec::encode_high_water_file(mark)); !replaced) {
        return std::move(replaced).error();
    }
    std::unique_ptr<rocksdb::RandomRWFile> file;
    const auto status = host.env->NewRandomRWFile(path.string(), &file, rocksdb::EnvOptions());
    if (!status.ok()) return read_error(status, "opening the mark of what was synced");
    return std::unique_ptr<HighWaterMark>(new HighWaterMark(std::move(file), mark));
}

HighWaterMark::HighWaterMark(std::unique_ptr<rocksdb::RandomRWFile> file, const codec::HighWater& mark)
    : sequence_(mark.synced.sequence),
      log_number_(mark.synced.log_number),
      file_(std::move(file)),
      manifest_(mark.manifest),
      written_(mark) {}

HighWaterMark::~HighWaterMark() = default;

bool HighWaterMark::raise(const codec::SyncNote& synced) noexcept {
    auto known = sequence_.load(std::memory_order_relaxed);
    while (known < synced.sequence) {
        if (!sequence_.compare_exchange_weak(known, synced.sequence, std::memory_order_acq_rel)) continue;
        log_number_.store(synced.log_number, std::memory_order_release);
        break;
    }
    const std::lock_guard lock(mutex_);
    return write_behind();
}

void HighWaterMark::raise_manifest(const codec::ManifestExtent& synced) noexcept {
    const std::lock_guard lock(mutex_);
    manifest_ = std::max(manifest_, synced);
    static_cast<void>(write_behind());
}

/// The two are read one after the other, the log first: with a newer sequence it is an older log, which proves less.
codec::SyncNote HighWaterMark::synced() const noexcept {
    const auto log_number = log_number_.load(std::memory_order_acquire);
    return {sequence_.load(std::memory_order_acquire), log_number};
}

bool HighWaterMark::write_behind() {
    auto mark = written_;
    mark.synced = synced();
    mark.manifest = manifest_;
    if (mark == written_) return true;
    const auto offset = in_second_slot_ ? 0 : codec::high_water_slot_distance;
    if (!file_->Write(offset, codec::encode_high_water_slot(mark)).ok()) return false;
    in_second_slot_ = !in_second_slot_;
    written_ = mark;
    return true;
}

Result<void> HighWaterMark::sync() {
    const auto failed = [](std::string_view how) {
        return Error{ErrorCode::io_error, WriteState::nothing_written,
                     "the mark of what was synced could not be " + std::string(how)};
    };
    {
        const std::lock_guard lock(mutex_);
        if (!write_behind()) return failed("written");
    }
    // Without the lock, which every synced commit takes.
    const auto status = file_->Sync();
    if (!status.ok()) return failed("synced: " + status.ToString());
    return {};
}

}  // namespace tokenstore::storage
