// SHA-256 of bytes as they come, for the checksum of a dump: the one that sha256sum knows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <tokenstore/error.hpp>

namespace tokenstore::tool {

class Sha256 {
public:
    Sha256();  ///< ends the process if there is no memory

    void add(std::string_view bytes);

    /// 64 hex digits of all that was added; nothing may be added afterwards.
    [[nodiscard]] std::string finish();

    /// Of a whole file, from where the descriptor stands. `watch` hears how many bytes were read so far. Error:
    /// io_error.
    [[nodiscard]] static Result<std::string> of_file(int descriptor, const std::function<void(std::uint64_t)>& watch);

private:
    struct Free {
        void operator()(void* context) const noexcept;
    };
    std::unique_ptr<void, Free> context_;
};

}  // namespace tokenstore::tool
