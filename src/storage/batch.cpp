#include "storage/batch.hpp"

#include <rocksdb/write_batch.h>

#include "codec/index_entry.hpp"
#include "codec/keys.hpp"
#include "codec/meta_record.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"
#include "storage/engine.hpp"

namespace tokenstore::storage {

namespace {

// Room for a rotation: two records and two index entries.
constexpr std::size_t reserved_bytes = 1024;

}  // namespace

// A write into a batch fails only on a batch with a size limit, and ours has none: its statuses carry no news.

Batch::Batch(const Database& database)
    : database_(&database), writes_(std::make_unique<rocksdb::WriteBatch>(reserved_bytes)) {}

Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;
Batch::~Batch() = default;

void Batch::put_record(const Token& token) {
    writes_->Put(database_->engine_->handle(Family::tokens), slice(codec::token_key(token.hash)),
                 codec::encode_token(token));
    touched_.tokens.push_back(token.hash);
}

void Batch::put_tip(const Token& token) {
    put_record(token);
    const auto put_entry = [&](Family family, const auto& owner, const auto& entry) {
        const auto key = codec::index_key(owner, token.chain_id);
        writes_->Put(database_->engine_->handle(family), slice(key.view()),
                     codec::encode_index_entry(key.view(), entry));
    };
    put_entry(Family::by_family, token.family_id,
              codec::FamilyIndexEntry{.expires_at_us = token.expires_at_us,
                                      .issue_stamp_us = token.issue_stamp_us,
                                      .user_id = token.user_id,
                                      .revoked = token.revoked});
    put_entry(Family::by_user, token.user_id,
              codec::UserIndexEntry{.expires_at_us = token.expires_at_us,
                                    .issue_stamp_us = token.issue_stamp_us,
                                    .family_id = token.family_id,
                                    .tip = token.hash,
                                    .revoked = token.revoked});
}

void Batch::delete_record(const TokenHash& hash) {
    writes_->Delete(database_->engine_->handle(Family::tokens), slice(codec::token_key(hash)));
    touched_.tokens.push_back(hash);
}

void Batch::delete_entry(Family index, std::string_view key) {
    writes_->Delete(database_->engine_->handle(index), slice(key));
}

void Batch::put_family_end(const FamilyId& family, const UserId* user, const model::FamilyEnd& end) {
    auto* const revocations = database_->engine_->handle(Family::revocations);
    const auto key = codec::family_end_key(family);
    writes_->Put(revocations, slice(key.view()), codec::encode_family_end(key.view(), end));
    if (user != nullptr) {
        const auto listing_key = codec::ended_family_key(*user, family);
        writes_->Put(revocations, slice(listing_key.view()), codec::encode_family_end(listing_key.view(), end));
    }
    touched_.families.push_back(family);
}

void Batch::put_user_end(const UserId& user, const model::UserEnd& end) {
    const auto key = codec::user_end_key(user);
    writes_->Put(database_->engine_->handle(Family::revocations), slice(key.view()),
                 codec::encode_user_end(key.view(), end));
    touched_.users.push_back(user);
}

void Batch::put_number(std::string_view key, std::int64_t number) {
    writes_->Put(database_->engine_->handle(Family::meta), slice(key), codec::encode_number(key, number));
}

void Batch::delete_number(std::string_view key) {
    writes_->Delete(database_->engine_->handle(Family::meta), slice(key));
}

bool Batch::empty() const { return writes_->Count() == 0; }

}  // namespace tokenstore::storage
