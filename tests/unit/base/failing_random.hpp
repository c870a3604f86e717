// Makes OpenSSL's random generator fail for the lifetime of an object. Not while other threads draw.
#pragma once

// The replaceable generator is deprecated; a provider of one's own would be the modern way and far longer.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>

namespace tokenstore {

class FailingRandom {
public:
    FailingRandom() { RAND_set_rand_method(&fails_); }
    FailingRandom(const FailingRandom&) = delete;
    FailingRandom& operator=(const FailingRandom&) = delete;
    ~FailingRandom() { RAND_set_rand_method(RAND_OpenSSL()); }

private:
    RAND_METHOD fails_{.seed = nullptr,
                       .bytes = [](unsigned char*, int) { return 0; },
                       .cleanup = nullptr,
                       .add = nullptr,
                       .pseudorand = nullptr,
                       .status = nullptr};
};

}  // namespace tokenstore
