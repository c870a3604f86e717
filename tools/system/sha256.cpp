#include "system/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <new>
#include <vector>

#include "system/interruption.hpp"
#include "system/os_error.hpp"

namespace tokenstore::tool {
namespace {

EVP_MD_CTX* as_context(void* context) noexcept { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

void Sha256::Free::operator()(void* context) const noexcept { EVP_MD_CTX_free(as_context(context)); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(as_context(context_.get()), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
}

void Sha256::add(std::string_view bytes) { EVP_DigestUpdate(as_context(context_.get()), bytes.data(), bytes.size()); }

std::string Sha256::finish() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_DigestFinal_ex(as_context(context_.get()), digest.data(), &length);
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += digits[digest[i] >> 4U];
        text += digits[digest[i] & 15U];
    }
    return text;
}

Result<std::string> Sha256::of_file(int descriptor, const std::function<void(std::uint64_t)>& watch) {
    Sha256 digest;
    std::uint64_t done_bytes = 0;
    std::vector<char> block(256 << 10);
    for (;;) {
        const ssize_t length = read_until_interrupted(descriptor, block.data(), block.size());
        if (length < 0) return os_error("cannot read the file", errno);
        if (length == 0) return digest.finish();
        digest.add({block.data(), static_cast<std::size_t>(length)});
        watch(done_bytes += static_cast<std::uint64_t>(length));
    }
}

}  // namespace tokenstore::tool
