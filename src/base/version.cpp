#include <tokenstore/version.hpp>

namespace tokenstore {

std::string_view version() noexcept { return TOKENSTORE_VERSION; }

}  // namespace tokenstore
