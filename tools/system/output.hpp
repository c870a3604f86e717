// A buffered writer on a file descriptor that remembers why it failed.
//
// Streams of the standard library forget errno, and a tool has to tell a reader that went away (a normal end) from a
// disk that is full (a failure). One thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "system/sha256.hpp"

namespace tokenstore::tool {

class Output {
public:
    /// Borrows the descriptor. What is written reaches it in pieces of `buffer_bytes`, or by flush().
    explicit Output(int descriptor, std::size_t buffer_bytes = 256 << 10);
    ~Output();  ///< flushes
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// Does nothing once a write has failed.
    void write(std::string_view text);
    void flush();

    /// From now on the digest gets all that is written. Borrowed.
    void add_to(Sha256& digest) noexcept { digest_ = &digest; }

    [[nodiscard]] bool is_terminal() const noexcept { return is_terminal_; }

    /// False once a write has failed: there is no use in making more text.
    [[nodiscard]] bool usable() const noexcept { return error_number_ == 0; }
    [[nodiscard]] int error_number() const noexcept { return error_number_; }

private:
    int descriptor_;
    std::size_t buffer_bytes_;
    bool is_terminal_;
    int error_number_ = 0;
    std::string buffer_;
    Sha256* digest_ = nullptr;
};

}  // namespace tokenstore::tool
