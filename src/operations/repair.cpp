#include "operations/repair.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "codec/revocation_record.hpp"
#include "operations/index_tips.hpp"
#include "operations/verify.hpp"

namespace tokenstore::operations {

namespace {

using storage::Family;

// Findings that are mended before the store is verified again: 20 MB of them.
constexpr std::size_t findings_per_round = 100'000;

// An entry that cannot be read is removed in one round and made anew in the next. What is still found then was written
// by somebody else meanwhile.
constexpr int rounds_max = 1'000;

class Repair {
public:
    Repair(Context& context, const VerifyProgress& on_progress) : context_(context), on_progress_(on_progress) {}

    Result<RepairResult> run() {
        for (int round = 0; round < rounds_max; ++round) {
            auto repairable = find();
            if (!repairable) return partly_done(std::move(repairable).error());
            if (repairable->empty()) break;
            const auto before = changes();
            for (const auto& finding : *repairable) {
                auto mended = context_.until_writable([&] { return mend(finding); });
                if (!mended) return partly_done(std::move(mended).error());
            }
            if (changes() == before) break;
        }
        if (changes() == 0) return result_;
        if (auto synced = context_.database.sync(); !synced) return partly_done(std::move(synced).error());
        return result_;
    }

private:
    [[nodiscard]] std::uint64_t changes() const noexcept {
        return result_.entries_written + result_.entries_removed + result_.ends_written;
    }

    [[nodiscard]] Error partly_done(Error error) const {
        if (changes() > 0) error.write = WriteState::partly_written;
        return error;
    }

    Result<std::vector<Finding>> find() {
        VerifyRequest request;
        request.full = true;
        request.now_us = context_.clock.now_us();
        bool is_stopped = false;
        request.on_progress = [&](std::uint64_t done, std::uint64_t estimated_total) {
            is_stopped = is_stopped || (on_progress_ && !on_progress_(done, estimated_total));
            return !is_stopped;
        };
        std::vector<Finding> repairable;
        result_.findings_left = 0;
        auto verified = verify(context_.database, request, [&](const Finding& finding) {
            if (!is_repairable(finding)) ++result_.findings_left;
            if (is_repairable(finding)) repairable.push_back(finding);
            return repairable.size() < findings_per_round;
        });
        if (!verified) return std::move(verified).error();
        if (is_stopped) return Error{ErrorCode::stopped, WriteState::nothing_written, "the repair was stopped"};
        result_.complete = verified->complete;
        return repairable;
    }

    Result<void> mend(const Finding& finding) {
        switch (finding.kind) {
            case FindingKind::missing_entry:
            case FindingKind::differing_entry:
                return finding.token_hash ? write_entries(*finding.token_hash) : Result<void>();
            case FindingKind::orphan_entry:
            case FindingKind::undecodable_record:
                return finding.family_id
                           ? remove_entry<codec::FamilyIndexEntry>(Family::by_family, *finding.family_id,
                                                                   *finding.chain_id)
                           : remove_entry<codec::UserIndexEntry>(Family::by_user, *finding.user_id, *finding.chain_id);
            case FindingKind::end_not_listed:
                return write_end(*finding.family_id, *finding.user_id);
            case FindingKind::damaged_file:
            case FindingKind::unreadable_part:
            case FindingKind::two_tips:
            case FindingKind::two_users:
            case FindingKind::broken_rotation:
            case FindingKind::broken_lineage:
            case FindingKind::end_kept_too_short:
            case FindingKind::expiry_beyond_bound:
                return {};
        }
        return {};
    }

    [[nodiscard]] Result<void> commit(storage::Batch&& batch, std::uint64_t& counted) {
        auto committed = context_.commit(std::move(batch), Durability::lose_on_power_failure);
        if (committed) ++counted;
        return committed;
    }

    Result<void> write_entries(const TokenHash& hash) {
        Token token;
        auto found = context_.database.get_token(hash, token);
        if (!found) return std::move(found).error();
        if (!*found) return {};
        const auto guard = context_.locks.lock({context_.stripe(token.user_id), context_.stripe(token.family_id)});
        found = context_.database.get_token(hash, token);
        if (!found) return std::move(found).error();
        if (!*found || token.consumed_at_us) return {};
        const auto stands = [&](Family index) -> Result<bool> {
            const auto stored = context_.database.get_record(index, entry_key(index, token).view());
            if (!stored) return stored.error();
            return *stored == expected_entry(index, token);
        };
        const auto in_family = stands(Family::by_family);
        if (!in_family) return in_family.error();
        const auto of_user = stands(Family::by_user);
        if (!of_user) return of_user.error();
        if (*in_family && *of_user) return {};
        storage::Batch batch(context_.database);
        batch.put_tip(token);
        return commit(std::move(batch), result_.entries_written);
    }

    template <class Entry, class OwnerId>
    Result<void> remove_entry(Family index, const OwnerId& owner, const TokenId& chain) {
        const auto key = codec::index_key(owner, chain);
        const auto guard = context_.locks.lock({context_.stripe(owner)});
        const auto stored = context_.database.get_record(index, key.view());
        if (!stored) return stored.error();
        if (!*stored) return {};
        Entry entry;
        if (codec::decode_index_entry(key.view(), **stored, entry) == codec::DecodeStatus::ok) {
            const auto tip = tip_of(context_.database, key.view(), entry);
            if (!tip && tip.error().code == ErrorCode::corrupt) return {};  // nobody can tell what it stands for
            if (!tip) return tip.error();
            const bool stands_for_one = *tip && !(*tip)->consumed_at_us && entry_key(index, **tip).view() == key.view();
            if (stands_for_one) return {};
        }
        storage::Batch batch(context_.database);
        batch.delete_entry(index, key.view());
        return commit(std::move(batch), result_.entries_removed);
    }

    /// The family's own end outranks the note of it; where it is missing, the note proves that there was one.
    Result<void> write_end(const FamilyId& family, const UserId& user) {
        const auto guard = context_.locks.lock({context_.stripe(user), context_.stripe(family)});
        auto end = context_.database.get_family_end(family);
        if (!end) return std::move(end).error();
        const auto key = codec::ended_family_key(user, family);
        const auto stored = context_.database.get_record(Family::revocations, key.view());
        if (!stored) return stored.error();
        model::FamilyEnd listed;
        const bool is_listed =
            *stored && codec::decode_family_end(key.view(), **stored, listed) == codec::DecodeStatus::ok;
        if (!*end && !is_listed) return {};
        if (*end && is_listed && **end == listed) return {};
        storage::Batch batch(context_.database);
        batch.put_family_end(family, &user, end->value_or(listed));
        return commit(std::move(batch), result_.ends_written);
    }

    Context& context_;
    const VerifyProgress& on_progress_;
    RepairResult result_;
};

}  // namespace

Result<RepairResult> repair_indexes(Context& context, const VerifyProgress& on_progress) {
    return Repair(context, on_progress).run();
}

}  // namespace tokenstore::operations
