// The decoders of keys. Whatever the bytes, what is taken out of a key and put together again is that key.
#include <optional>
#include <string_view>

#include "codec/keys.hpp"
#include "codec/meta_record.hpp"
#include "fuzz/target.hpp"
#include "support/requirements.hpp"
#include "support/sealing.hpp"

namespace tokenstore::test {
namespace {

using codec::test::ExactCopy;

void try_token_key(std::string_view key) {
    const auto hash = codec::parse_token_key(key);
    require(hash.has_value() == (key.size() == 32), "a token's key is one of 32 bytes");
    if (!hash) return;
    require(codec::token_key(*hash) == key, "a token's key does not come back");
    require(codec::in_doubt_key(*hash) == std::string(codec::in_doubt_prefix) + std::string(key),
            "a token in doubt is noted under another key");
}

void try_index_key(std::string_view key) {
    const auto owner = codec::leading_id<FamilyId>(key);
    const auto chain = codec::chain_of_index_key(key);
    require(owner.has_value() == (key.size() == 32) && owner.has_value() == chain.has_value(),
            "an index key is one of 32 bytes");
    if (!owner) return;
    const auto made = codec::index_key(*owner, *chain);
    require(made.view() == key, "an index key does not come back");
    require(made.view().starts_with(codec::id_view(*owner)), "an index key does not begin with its owner");
}

void try_end_key(std::string_view key) {
    const auto id = codec::trailing_id<FamilyId>(key, 17);
    require(id.has_value() == (key.size() == 17), "the key of an end is one of 17 bytes");
    if (!id) {
        require(!codec::is_family_end_key(key), "a key of another length is taken for that of a family's end");
        return;
    }
    const UserId user{id->bytes};
    const bool is_family_end = codec::family_end_key(*id).view() == key;
    require(codec::is_family_end_key(key) == is_family_end, "the key of a family's end is not known as such");
    require(is_family_end == (key.front() == 'F'), "the key of a family's end does not come back");
    require((codec::user_end_key(user).view() == key) == (key.front() == 'U'),
            "the key of a user's end does not come back");
    require((codec::ended_families_prefix(user).view() == key) == (key.front() == 'L'),
            "the prefix of a user's ended families does not come back");
}

void try_listed_end_key(std::string_view key) {
    const auto family = codec::trailing_id<FamilyId>(key, 33);
    require(family.has_value() == (key.size() == 33), "the key of a listed end is one of 33 bytes");
    if (!family) return;
    const auto prefix = key.substr(0, codec::revocation_prefix_bytes);
    const auto user = codec::trailing_id<UserId>(prefix, codec::revocation_prefix_bytes).value();
    require((codec::ended_family_key(user, *family).view() == key) == (key.front() == 'L'),
            "the key of a listed end does not come back");
    require((codec::ended_families_prefix(user).view() == prefix) == (key.front() == 'L'),
            "the key of a listed end does not begin with its user's prefix");
}

}  // namespace
}  // namespace tokenstore::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tokenstore::test;
    const ExactCopy key(input_text(data, size));
    try_token_key(key.view());
    try_index_key(key.view());
    try_end_key(key.view());
    try_listed_end_key(key.view());
    return 0;
}
