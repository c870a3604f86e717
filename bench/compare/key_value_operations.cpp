#include "compare/key_value_operations.hpp"

#include <utility>

#include "compare/login_stamp.hpp"

namespace tokenstore::bench {

namespace {

/// Marks the live tips and counts those that had not expired.
std::uint64_t mark_revoked(KeyValueTransaction& transaction, const std::vector<KeyValueTransaction::Chain>& chains,
                           std::int64_t now_us) {
    std::uint64_t live = 0;
    for (auto [id, tip] : chains) {
        if (!tip.live) continue;
        auto row = transaction.row(tip.hash);
        if (!row || row->head.state != RowState::live) continue;
        if (now_us < tip.expires_at_us) ++live;
        row->head.state = RowState::revoked;
        transaction.put_row(tip.hash, *row);
        tip.live = false;
        transaction.put_tip(id, tip);
    }
    return live;
}

std::uint64_t end(KeyValueTransaction& transaction, const FamilyId& family, std::int64_t now_us) {
    if (transaction.family_ended(family)) return 0;
    transaction.end_family(family);
    return mark_revoked(transaction, transaction.chains(family), now_us);
}

RotateOutcome judge(KeyValueTransaction& transaction, const RowHead& head, std::int64_t now_us) {
    const bool ended = head.state == RowState::revoked || transaction.family_ended(head.family_id) ||
                       transaction.user_generation(head.user_id) != head.user_generation;
    if (ended) return RotateOutcome::revoked;
    if (head.state == RowState::consumed) return RotateOutcome::reuse_detected;
    return now_us < head.expires_at_us ? RotateOutcome::rotated : RotateOutcome::expired;
}

Tip tip_of(const TokenHash& hash, const RowHead& head) {
    return {hash, head.user_id, head.family_id, head.expires_at_us, head.state == RowState::live};
}

}  // namespace

CreateOutcome create(KeyValueTransaction& transaction, const NewToken& token, std::int64_t now_us) {
    if (transaction.family_ended(token.family_id)) return CreateOutcome::family_ended;
    if (transaction.owner(token.family_id).value_or(token.user_id) != token.user_id) {
        return CreateOutcome::family_of_another_user;
    }
    if (transaction.row(token.hash)) return CreateOutcome::already_exists;
    StoredRow row;
    row.head.expires_at_us = token.expires_at_us;
    row.head.created_at_us = now_us;
    row.head.user_generation = transaction.user_generation(token.user_id);
    row.head.chain_id = id_of_login(next_login_stamp_us());
    row.head.user_id = token.user_id;
    row.head.family_id = token.family_id;
    row.device_id = token.device_id;
    row.device_name = token.device_name;
    row.ip_address = token.ip_address;
    transaction.put_row(token.hash, row);
    transaction.put_tip(row.head.chain_id, tip_of(token.hash, row.head));
    return CreateOutcome::created;
}

Rotation rotate(KeyValueTransaction& transaction, const TokenHash& presented, const Successor& successor,
                std::int64_t now_us) {
    auto row = transaction.row(presented);
    if (!row) return {RotateOutcome::not_found};
    const auto outcome = judge(transaction, row->head, now_us);
    if (outcome == RotateOutcome::expired) return {outcome};
    if (outcome != RotateOutcome::rotated) return {outcome, end(transaction, row->head.family_id, now_us)};
    if (transaction.row(successor.hash)) return {RotateOutcome::already_exists};

    row->head.state = RowState::consumed;
    transaction.put_row(presented, *row);
    row->head.state = RowState::live;
    row->head.created_at_us = now_us;
    row->head.expires_at_us = successor.expires_at_us;
    if (successor.device_id) row->device_id = successor.device_id;
    if (successor.device_name) row->device_name = successor.device_name;
    if (successor.ip_address) row->ip_address = successor.ip_address;
    transaction.put_row(successor.hash, *row);
    transaction.put_tip(row->head.chain_id, tip_of(successor.hash, row->head));
    return {RotateOutcome::rotated};
}

RevokeResult revoke_family(KeyValueTransaction& transaction, const FamilyId& family, Counting counting,
                           std::int64_t now_us) {
    const bool news = !transaction.family_ended(family);
    const auto live = end(transaction, family, now_us);
    return {news, counting == Counting::exact ? std::optional(live) : std::nullopt};
}

RevokeResult revoke_user(KeyValueTransaction& transaction, const UserId& user, Counting counting, std::int64_t now_us) {
    transaction.set_user_generation(user, transaction.user_generation(user) + 1);
    const auto live = mark_revoked(transaction, transaction.chains(user), now_us);
    return {true, counting == Counting::exact ? std::optional(live) : std::nullopt};
}

bool remove_if_expired(KeyValueTransaction& transaction, const TokenHash& hash, std::int64_t now_us) {
    const auto row = transaction.row(hash);
    if (!row || now_us < row->head.expires_at_us) return false;
    transaction.erase_row(hash);
    const auto tip = transaction.tip(row->head.family_id, row->head.chain_id);
    if (tip && tip->hash == hash) transaction.erase_tip(row->head.chain_id, *tip);
    return true;
}

Session session_of(const TokenHash& hash, const StoredRow& row) {
    return {hash,
            row.head.family_id,
            row.head.created_at_us,
            row.head.expires_at_us,
            row.device_name.value_or(""),
            row.ip_address.value_or("")};
}

}  // namespace tokenstore::bench
