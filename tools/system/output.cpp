#include "system/output.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "system/interruption.hpp"

namespace tokenstore::tool {

Output::Output(int descriptor, std::size_t buffer_bytes)
    : descriptor_(descriptor), buffer_bytes_(buffer_bytes), is_terminal_(::isatty(descriptor) == 1) {}

Output::~Output() { flush(); }

void Output::write(std::string_view text) {
    if (!usable()) return;
    buffer_.append(text);
    if (buffer_.size() >= buffer_bytes_) flush();
}

void Output::flush() {
    std::string_view rest = buffer_;
    if (digest_ != nullptr) digest_->add(rest);
    while (!rest.empty() && usable()) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            // The descriptor was made non-blocking by whoever shares it.
            pollfd ready = {descriptor_, POLLOUT, 0};
            ::poll(&ready, 1, -1);
        } else if (errno != EINTR || interrupted()) {
            error_number_ = errno;
        }
    }
    buffer_.clear();
}

}  // namespace tokenstore::tool
