#include "model/agreement.hpp"

#include "model/token_state.hpp"

namespace tokenstore::model {

std::optional<Disagreement> check_rotation(const Token& token) noexcept {
    if (token.consumed_at_us.has_value() == token.successor.has_value()) return std::nullopt;
    return Disagreement{FindingKind::broken_rotation, token.successor ? "a token has a successor but was not consumed"
                                                                      : "a token was consumed but has no successor"};
}

std::optional<Disagreement> check_successor(const Token& token, const Token& successor) noexcept {
    const bool names_it_back = successor.predecessor == token.hash;
    const bool same_chain = successor.chain_id == token.chain_id;
    const bool same_moment = successor.created_at_us == token.consumed_at_us;
    if (!names_it_back && !(same_chain && same_moment)) return std::nullopt;
    if (!names_it_back) return Disagreement{FindingKind::broken_lineage, "a successor names another predecessor"};
    if (!same_chain || successor.family_id != token.family_id || successor.user_id != token.user_id) {
        return Disagreement{FindingKind::broken_lineage, "a successor is of another chain, family or user"};
    }
    if (!same_moment) return Disagreement{FindingKind::broken_lineage, "consumed and succeeded at two moments"};
    return std::nullopt;
}

std::optional<Disagreement> check_predecessor(const Token& token, const Token& predecessor) noexcept {
    const bool is_of_the_lineage =
        predecessor.chain_id == token.chain_id && predecessor.consumed_at_us == token.created_at_us;
    if (!is_of_the_lineage || predecessor.successor == token.hash) return std::nullopt;
    return Disagreement{FindingKind::broken_lineage, "a predecessor names another successor"};
}

std::optional<Disagreement> check_ends(const Token& token, const Ends& ends) noexcept {
    if (ends.family && ends.family->keep_until_us < token.expires_at_us) {
        return Disagreement{FindingKind::end_kept_too_short, "the end of its family is kept shorter than a token"};
    }
    if (ends.user && covers(*ends.user, token.issue_stamp_us) && ends.user->keep_until_us < token.expires_at_us) {
        return Disagreement{FindingKind::end_kept_too_short, "the end of its user is kept shorter than a token"};
    }
    return std::nullopt;
}

}  // namespace tokenstore::model
