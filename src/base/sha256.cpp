#include "base/sha256.hpp"

#include <exception>

#include <openssl/evp.h>

namespace tokenstore::base {

namespace {

// Fetching walks the providers under locks: once is enough. Never freed, so that threads that outlive main() still
// find it.
const EVP_MD* algorithm() noexcept {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched;
}

class Context {
public:
    Context() noexcept : context_(EVP_MD_CTX_new()) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(context_); }

    [[nodiscard]] bool hash(std::string_view bytes, std::array<std::uint8_t, 32>& digest) noexcept {
        // A null algorithm would mean "the one of last time" to OpenSSL, and a null context crashes it.
        return context_ != nullptr && algorithm() != nullptr &&
               EVP_DigestInit_ex2(context_, algorithm(), nullptr) == 1 &&
               EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1 &&
               EVP_DigestFinal_ex(context_, digest.data(), nullptr) == 1;
    }

private:
    EVP_MD_CTX* context_;
};

}  // namespace

void sha256(std::string_view bytes, std::array<std::uint8_t, 32>& digest) noexcept {
    thread_local Context context;
    if (!context.hash(bytes, digest)) std::terminate();
}

}  // namespace tokenstore::base
