// Making stored values that no encoder writes: bytes of a test's choice under a checksum that is right.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "codec/seal.hpp"

namespace tokenstore::codec::test {

/// What was sealed: the stored value without its checksum.
[[nodiscard]] inline std::string body_of(std::string_view stored) {
    return std::string(stored.substr(0, stored.size() - checksum_bytes));
}

[[nodiscard]] inline std::string sealed(std::string body, std::string_view key) {
    seal(body, key);
    return body;
}

/// A copy that ends where its memory ends, so that AddressSanitizer sees a read of even one byte more.
class ExactCopy {
public:
    explicit ExactCopy(std::string_view bytes) : bytes_(new char[bytes.size()]), size_(bytes.size()) {
        bytes.copy(bytes_.get(), size_);
    }

    [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get(), size_}; }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
};

}  // namespace tokenstore::codec::test
