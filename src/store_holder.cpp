#include <tokenstore/store_holder.hpp>

#include "storage/lock_holder.hpp"

namespace tokenstore {

std::optional<StoreHolder> holder_of(const std::filesystem::path& directory) { return storage::lock_holder(directory); }

}  // namespace tokenstore
