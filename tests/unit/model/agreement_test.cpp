#include "model/agreement.hpp"

#include <optional>

#include <boost/test/unit_test.hpp>

#include "support/printers.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::model {
namespace {

using namespace tokenstore::test;

/// A token, and the one that it was rotated to.
struct Rotation {
    Token old = make_token(1);
    Token next = make_token(2);

    Rotation() {
        next.chain_id = old.chain_id;
        next.user_id = old.user_id;
        next.family_id = old.family_id;
        next.created_at_us = old.created_at_us + hour_us;
        next.predecessor = old.hash;
        old.consumed_at_us = next.created_at_us;
        old.successor = next.hash;
    }

    [[nodiscard]] std::optional<FindingKind> by_successor() const { return kind(check_successor(old, next)); }
    [[nodiscard]] std::optional<FindingKind> by_predecessor() const { return kind(check_predecessor(next, old)); }

    static std::optional<FindingKind> kind(const std::optional<Disagreement>& found) {
        return found ? std::optional(found->kind) : std::nullopt;
    }
};

const auto broken_lineage = std::optional(FindingKind::broken_lineage);

BOOST_FIXTURE_TEST_SUITE(agreement, Rotation)

BOOST_AUTO_TEST_CASE(a_rotation_agrees) {
    BOOST_TEST(!by_successor());
    BOOST_TEST(!by_predecessor());
    BOOST_TEST(!check_rotation(old));
    BOOST_TEST(!check_rotation(next));
}

BOOST_AUTO_TEST_CASE(consumed_and_succeeded_go_together) {
    old.successor.reset();
    BOOST_TEST((kind(check_rotation(old)) == FindingKind::broken_rotation));
    old.successor = next.hash;
    old.consumed_at_us.reset();
    BOOST_TEST((kind(check_rotation(old)) == FindingKind::broken_rotation));
}

BOOST_AUTO_TEST_CASE(a_successor_names_its_predecessor) {
    next.predecessor = make_hash(7);
    BOOST_TEST((by_successor() == broken_lineage));
    next.predecessor.reset();
    BOOST_TEST((by_successor() == broken_lineage));
}

BOOST_AUTO_TEST_CASE(a_successor_is_of_the_same_chain_family_and_user) {
    const Token sound = next;
    next.chain_id = make_token_id(9);
    BOOST_TEST((by_successor() == broken_lineage));
    next = sound;
    next.family_id = make_family_id(9);
    BOOST_TEST((by_successor() == broken_lineage));
    next = sound;
    next.user_id = make_user_id(9);
    BOOST_TEST((by_successor() == broken_lineage));
}

BOOST_AUTO_TEST_CASE(a_successor_is_made_at_the_moment_of_consumption) {
    next.created_at_us += 1;
    BOOST_TEST((by_successor() == broken_lineage));
}

BOOST_AUTO_TEST_CASE(a_later_token_under_the_hash_of_a_removed_one_is_no_part_of_the_lineage) {
    next = make_token(2);
    BOOST_TEST(!by_successor());
    next.predecessor = make_hash(7);
    next.created_at_us = *old.consumed_at_us;
    BOOST_TEST(!by_successor());
    next.predecessor = old.hash;
    next.chain_id = old.chain_id;
    next.created_at_us = *old.consumed_at_us + 1;
    old.successor = make_hash(8);
    BOOST_TEST(!by_predecessor());
}

BOOST_AUTO_TEST_CASE(a_predecessor_names_its_successor) {
    old.successor = make_hash(8);
    BOOST_TEST((by_predecessor() == broken_lineage));
}

BOOST_AUTO_TEST_CASE(ends_are_kept_for_as_long_as_what_they_cover) {
    const FamilyEnd family{0, next.expires_at_us, RevocationReason::family_revoked};
    const UserEnd user{0, next.expires_at_us, next.issue_stamp_us};
    BOOST_TEST(!check_ends(next, {}));
    BOOST_TEST(!check_ends(next, {family, user}));
    FamilyEnd short_family = family;
    short_family.keep_until_us -= 1;
    BOOST_TEST((kind(check_ends(next, {short_family, std::nullopt})) == FindingKind::end_kept_too_short));
    UserEnd short_user = user;
    short_user.keep_until_us -= 1;
    BOOST_TEST((kind(check_ends(next, {std::nullopt, short_user})) == FindingKind::end_kept_too_short));
    short_user.stamp_us -= 1;  // issued behind the end
    BOOST_TEST(!check_ends(next, {std::nullopt, short_user}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::model
