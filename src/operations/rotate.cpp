#include "operations/rotate.hpp"

#include <utility>
#include <vector>

#include "codec/in_doubt_note.hpp"
#include "codec/meta_record.hpp"
#include "model/limits.hpp"
#include "model/rotation.hpp"
#include "model/token_state.hpp"
#include "operations/live_tips.hpp"
#include "operations/revoke.hpp"

namespace tokenstore::operations {

namespace {

/// One rotation under its locks.
class Rotation {
public:
    Rotation(Context& context, const Successor& successor, Durability durability)
        : context_(context), successor_(successor), durability_(durability), now_us_(context.clock.now_us()) {}

    [[nodiscard]] Result<RotateResult> of(Token presented) {
        if (auto error = model::check_expiry(successor_.expires_at_us, now_us_, context_.longest_token_lifetime_us)) {
            return *std::move(error);
        }
        auto ends = context_.database.get_ends({presented.family_id, presented.user_id});
        if (!ends) return std::move(ends).error();
        model::RotationFacts facts{&presented, *ends, false, now_us_};
        if (model::state_of(presented, *ends, now_us_) == TokenState::live) {
            auto stored = context_.database.contains_token(successor_.hash);
            if (!stored) return std::move(stored).error();
            facts.new_hash_stored = *stored;
        }
        const auto decision = model::decide_rotation(facts);
        switch (decision.outcome) {
            case RotateOutcome::rotated:
                return rotate(std::move(presented));
            case RotateOutcome::reuse_detected: {
                auto undelivered = undelivered_successor(presented, *ends);
                if (!undelivered) return std::move(undelivered).error();
                if (*undelivered) return rotate_undelivered(std::move(presented), *std::move(*undelivered));
                return refuse(decision, std::move(presented), *ends);
            }
            case RotateOutcome::revoked:
            case RotateOutcome::expired:
            case RotateOutcome::already_exists:
            case RotateOutcome::not_found:
                break;
        }
        return refuse(decision, std::move(presented), *ends);
    }

private:
    /// Consumes the live token `current` and stores its successor.
    [[nodiscard]] Result<RotateResult> rotate(Token current) {
        auto id = generate_id<TokenId>(now_us_);
        if (!id) return std::move(id).error();
        auto stamp_us = context_.bounds.next_stamp(now_us_);
        if (!stamp_us) return std::move(stamp_us).error();
        if (auto covered = context_.bounds.cover_expiry(successor_.expires_at_us); !covered) {
            return std::move(covered).error();
        }
        RotateResult result;
        result.outcome = RotateOutcome::rotated;
        result.successor = model::successor_of(current, successor_, *id, *stamp_us, now_us_);
        result.predecessor = model::consumed(std::move(current), successor_.hash, now_us_);

        storage::Batch batch(context_.database);
        batch.put_record(*result.predecessor);
        batch.put_tip(*result.successor);
        settle_doubt(batch, result.predecessor->hash);
        if (auto committed = context_.commit(std::move(batch), durability_); !committed) {
            if (committed.error().write == WriteState::indeterminate) {
                context_.database.note_in_doubt({result.predecessor->hash, now_us_});
            }
            return std::move(committed).error();
        }
        context_.counters.add(Counter::rotated);
        return result;
    }

    /// The presented token was consumed by a rotation that failed without a known end, and its client never got the
    /// successor: the chain goes on from the successor that nobody holds.
    [[nodiscard]] Result<RotateResult> rotate_undelivered(Token presented, Token undelivered) {
        auto stored = context_.database.contains_token(successor_.hash);
        if (!stored) return std::move(stored).error();
        if (*stored) {
            return refuse({RotateOutcome::already_exists, std::nullopt}, std::move(presented), model::Ends{});
        }
        auto result = rotate(std::move(undelivered));
        if (result) result->predecessor = std::move(presented);
        return result;
    }

    /// The live end of the chain behind a consumed token, if every rotation on the way there is on record as in doubt.
    /// One that is not was delivered: somebody holds its successor, and presenting the token again is reuse. So it is
    /// where the doubt is about an earlier rotation of the token, one that did not come true.
    [[nodiscard]] Result<std::optional<Token>> undelivered_successor(const Token& presented,
                                                                     const model::Ends& ends) const {
        if (!context_.database.may_have_doubts()) return std::nullopt;
        Token token = presented;
        while (token.consumed_at_us && token.successor) {
            auto consumed_at_us = context_.database.get_number(codec::in_doubt_key(token.hash));
            if (!consumed_at_us) return std::move(consumed_at_us).error();
            if (*consumed_at_us != token.consumed_at_us) return std::nullopt;
            if (now_us_ - **consumed_at_us > storage::in_doubt_lifetime_us) return std::nullopt;
            const auto next = *token.successor;
            auto found = context_.database.get_token(next, token);
            if (!found) return std::move(found).error();
            if (!*found) return std::nullopt;
        }
        if (model::state_of(token, ends, now_us_) != TokenState::live) return std::nullopt;
        return token;
    }

    /// Consuming a token again is no more in doubt, once it is answered. The doubts about the tokens before it in its
    /// chain stay: until the answer, one of those is what the client holds; behind it, the way to the live end leads
    /// through this token and ends here.
    void settle_doubt(storage::Batch& batch, const TokenHash& consumed) const {
        if (context_.database.may_have_doubts()) batch.delete_number(codec::in_doubt_key(consumed));
    }

    /// Answers a refusal; ends the family where the decision says so.
    [[nodiscard]] Result<RotateResult> refuse(const model::RotationDecision& decision, Token presented,
                                              const model::Ends& ends) {
        RotateResult result;
        result.outcome = decision.outcome;
        if (decision.outcome == RotateOutcome::revoked) result.revocation = model::revocation_of(presented, ends);
        if (decision.end_family) {
            const auto end = family_end_now(context_, *decision.end_family, now_us_);
            storage::Batch batch(context_.database);
            batch.put_family_end(presented.family_id, &presented.user_id, end);
            // A family whose tips were all removed may have passed to another user: the end is listed there as well,
            // and that user's own end is the one that covers its tokens. A damaged index must keep neither the end from
            // being written nor the alarm from being raised.
            auto covering = ends;
            const auto owner = context_.database.owner_of(presented.family_id);
            if (owner && *owner && **owner != presented.user_id) {
                batch.put_family_end(presented.family_id, &**owner, end);
                const auto user_end = context_.database.get_user_end(**owner);
                covering.user = user_end ? *user_end : std::nullopt;
            }
            const auto live = count_live_in_family(context_.database, presented.family_id, covering, now_us_);
            result.live_tokens_ended = live ? *live : 0;
            if (auto committed = context_.commit(std::move(batch), durability_); !committed) {
                return std::move(committed).error();
            }
            context_.counters.add(Counter::families_ended);
        }
        context_.counters.add(decision.outcome == RotateOutcome::reuse_detected ? Counter::reuse_detected
                                                                                : Counter::rotations_refused);
        result.predecessor = std::move(presented);
        return result;
    }

    Context& context_;
    const Successor& successor_;
    Durability durability_;
    std::int64_t now_us_;
};

Result<RotateResult> not_found(Context& context) {
    context.counters.add(Counter::rotations_refused);
    return RotateResult{};
}

}  // namespace

Result<RotateResult> rotate_token(Context& context, const TokenHash& presented, const Successor& successor,
                                  Durability durability) {
    if (auto error = model::check_device(successor.device_id, successor.device_name, successor.ip_address)) {
        return *std::move(error);
    }
    const auto sequence_before = context.database.latest_sequence();
    Token token;
    auto found = context.database.get_token(presented, token);
    if (!found) return std::move(found).error();
    if (!*found) return not_found(context);

    const auto guard = context.locks.lock(
        {context.stripe(token.user_id), context.stripe(token.family_id), context.stripe(successor.hash)});
    // Whoever held these stripes before has written, and raised the sequence, before letting them go: if it stands
    // where it stood before the first reading, that reading still holds and the second is saved.
    if (context.database.latest_sequence() != sequence_before) {
        const auto id = token.id;
        found = context.database.get_token(presented, token);
        if (!found) return std::move(found).error();
        // A later token under the same hash may be somebody else's to lock.
        if (!*found || token.id != id) return not_found(context);
    }
    return Rotation(context, successor, durability).of(std::move(token));
}

}  // namespace tokenstore::operations
