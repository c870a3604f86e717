#include "operations/create.hpp"

#include <utility>

#include "model/limits.hpp"

namespace tokenstore::operations {

namespace {

Error refused(ErrorCode code, std::string message) { return {code, WriteState::nothing_written, std::move(message)}; }

/// What stands against a token with this hash in this family; read under the locks of user, family and hash.
Result<void> check_place(const storage::Database& database, const NewToken& request) {
    const auto family_end = database.get_family_end(request.family_id);
    if (!family_end) return family_end.error();
    if (*family_end) return refused(ErrorCode::family_ended, "the family was ended; begin a new one");
    const auto owner = database.owner_of(request.family_id);
    if (!owner) return owner.error();
    if (*owner && **owner != request.user_id) {
        return refused(ErrorCode::family_of_another_user, "the family belongs to another user");
    }
    const auto stored = database.contains_token(request.hash);
    if (!stored) return stored.error();
    if (*stored) return refused(ErrorCode::already_exists, "a token with this hash is stored already");
    return {};
}

}  // namespace

Result<Token> create_token(Context& context, const NewToken& request, Durability durability) {
    if (auto error = model::check_device(request.device_id, request.device_name, request.ip_address)) {
        return *std::move(error);
    }
    const auto guard = context.locks.lock(
        {context.stripe(request.user_id), context.stripe(request.family_id), context.stripe(request.hash)});
    const auto now_us = context.clock.now_us();
    if (auto error = model::check_expiry(request.expires_at_us, now_us, context.longest_token_lifetime_us)) {
        return *std::move(error);
    }
    if (auto free = check_place(context.database, request); !free) return std::move(free).error();

    auto id = generate_id<TokenId>(now_us);
    if (!id) return std::move(id).error();
    auto stamp_us = context.bounds.next_stamp(now_us);
    if (!stamp_us) return std::move(stamp_us).error();
    if (auto covered = context.bounds.cover_expiry(request.expires_at_us); !covered) return std::move(covered).error();

    Token token;
    token.hash = request.hash;
    token.id = *id;
    token.chain_id = *id;
    token.user_id = request.user_id;
    token.family_id = request.family_id;
    token.created_at_us = now_us;
    token.expires_at_us = request.expires_at_us;
    token.issue_stamp_us = *stamp_us;
    token.device_id = request.device_id;
    token.device_name = request.device_name;
    token.ip_address = request.ip_address;

    storage::Batch batch(context.database);
    batch.put_tip(token);
    if (auto committed = context.commit(std::move(batch), durability); !committed) return std::move(committed).error();
    context.counters.add(Counter::created);
    return token;
}

}  // namespace tokenstore::operations
