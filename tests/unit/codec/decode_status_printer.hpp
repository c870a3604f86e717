// How Boost.Test shows what a decoder answered.
#pragma once

#include <ostream>

#include "codec/seal.hpp"

namespace tokenstore::codec {

inline std::ostream& boost_test_print_type(std::ostream& out, DecodeStatus status) {
    switch (status) {
        case DecodeStatus::ok:
            return out << "ok";
        case DecodeStatus::truncated:
            return out << "truncated";
        case DecodeStatus::unknown_version:
            return out << "unknown_version";
        case DecodeStatus::bad_checksum:
            return out << "bad_checksum";
        case DecodeStatus::malformed:
            return out << "malformed";
    }
    return out << "unknown";
}

}  // namespace tokenstore::codec
