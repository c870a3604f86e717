#include "verbs/copy_progress.hpp"

#include "system/interruption.hpp"

namespace tokenstore::tool {

CopyWatch CopyProgress::watch() {
    return [this](std::uint64_t done_bytes, std::uint64_t total_bytes) {
        read(done_bytes, total_bytes);
        return !interrupted();
    };
}

void CopyProgress::read(std::uint64_t done_bytes, std::optional<std::uint64_t> total_bytes) {
    constexpr std::int64_t wondering_after_us = 1'000'000;
    constexpr unsigned bits_of_a_mebibyte = 20;
    if (!has_begun_) progress_.begin(what_, total_bytes, wondering_after_us, "MiB");
    has_begun_ = true;
    progress_.update(done_bytes >> bits_of_a_mebibyte, done_bytes);
}

}  // namespace tokenstore::tool
