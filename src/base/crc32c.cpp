#include "base/crc32c.hpp"

#include <boost/crc.hpp>

namespace tokenstore::base {

std::uint32_t crc32c(std::string_view first, std::string_view second) noexcept {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(first.data(), first.size());
    crc.process_bytes(second.data(), second.size());
    return crc.checksum();
}

}  // namespace tokenstore::base
