// What a batch changes, as far as the validity of tokens goes.
#pragma once

#include <vector>

#include <tokenstore/ids.hpp>

namespace tokenstore::storage {

struct Touched {
    std::vector<TokenHash> tokens;   ///< whose records are written or deleted
    std::vector<FamilyId> families;  ///< that are ended
    std::vector<UserId> users;       ///< that are ended
};

}  // namespace tokenstore::storage
