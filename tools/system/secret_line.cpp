#include "system/secret_line.hpp"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "system/interruption.hpp"
#include "system/os_error.hpp"

namespace tokenstore::tool {
namespace {

// Shows nothing of what is typed while it lives; the newline excepted, so that the cursor moves on.
class SilentTerminal {
public:
    explicit SilentTerminal(int descriptor) noexcept : descriptor_(descriptor) {
        is_terminal_ = ::isatty(descriptor) == 1;
        if (!is_terminal_ || ::tcgetattr(descriptor, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag = (silent.c_lflag & ~static_cast<tcflag_t>(ECHO)) | ECHONL;
        silenced_ = ::tcsetattr(descriptor, TCSAFLUSH, &silent) == 0;
    }
    ~SilentTerminal() {
        if (silenced_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
    }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

    [[nodiscard]] bool is_terminal() const noexcept { return is_terminal_; }

private:
    int descriptor_;
    bool is_terminal_ = false;
    bool silenced_ = false;
    termios before_ = {};
};

// Longer than any raw token, so that too long a line is seen as such.
class WipedBuffer {
public:
    ~WipedBuffer() { ::explicit_bzero(bytes_.data(), bytes_.size()); }
    WipedBuffer() = default;
    WipedBuffer(const WipedBuffer&) = delete;
    WipedBuffer& operator=(const WipedBuffer&) = delete;

    void append(char character) noexcept {
        if (length_ < bytes_.size()) bytes_[length_++] = character;
    }
    [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data(), length_}; }

private:
    std::array<char, 4 * RawToken::length> bytes_{};
    std::size_t length_ = 0;
};

}  // namespace

Result<RawToken> read_raw_token(int descriptor, const std::function<void()>& prompt) {
    const SilentTerminal silent(descriptor);
    if (silent.is_terminal()) prompt();
    WipedBuffer line;
    for (;;) {
        char character = 0;  // one by one: what follows the line is not ours
        const ssize_t length = read_until_interrupted(descriptor, &character, 1);
        if (length < 0) return os_error("cannot read the token from standard input", errno);
        if (length == 0 || character == '\n') break;
        line.append(character);
        ::explicit_bzero(&character, 1);
    }
    std::string_view text = line.text();
    if (text.ends_with('\r')) text.remove_suffix(1);
    return RawToken::from_text(text);
}

}  // namespace tokenstore::tool
