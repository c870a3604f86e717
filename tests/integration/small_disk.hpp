// A small file system in memory with a store on it, and what fills it. For a process that a test started for the
// purpose (support/child_test.hpp): to be made before any thread is started.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

#include <tokenstore/token_store.hpp>

#include "support/manual_clock.hpp"
#include "support/private_mounts.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

struct SmallDisk {
    TemporaryDirectory folder;
    ManualClock clock;
    std::filesystem::path directory = folder.path() / "store";
    std::filesystem::path filler = folder.path() / "filler";

    SmallDisk() {
        enter_private_mounts();
        mount_memory(folder.path(), 24U << 20U);
    }

    [[nodiscard]] Result<TokenStore> open() const {
        Options options;
        options.clock = &clock;
        options.maintenance_interval_ms = 0;
        options.write_buffer_bytes = 1U << 20U;
        options.reclaim_grace_us = 0;
        return TokenStore::open(directory, options);
    }

    /// To the brim, but for so many bytes.
    void fill_up(std::uint64_t spare_bytes = 0) const {
        const int file = ::open(filler.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (file < 0) throw std::system_error(errno, std::generic_category(), "making the filler");
        const std::array<char, 4096> block{};
        ssize_t written = 0;
        while ((written = ::write(file, block.data(), block.size())) > 0) {
        }
        const int error_number = errno;
        ::close(file);
        if (written == 0 || error_number != ENOSPC) throw std::runtime_error("the disk is not full");
        const auto size = std::filesystem::file_size(filler);
        std::filesystem::resize_file(filler, size - std::min<std::uint64_t>(spare_bytes, size));
    }

    void make_room() const { std::filesystem::remove(filler); }

    [[nodiscard]] static NewToken token(std::uint64_t number) {
        NewToken token = make_new_token(number);
        token.device_name = std::string(100, 'd');
        return token;
    }
};

}  // namespace tokenstore::test
