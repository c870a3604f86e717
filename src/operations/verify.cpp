#include "operations/verify.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "codec/index_entry.hpp"
#include "codec/keys.hpp"
#include "codec/meta_record.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"
#include "model/agreement.hpp"
#include "operations/index_tips.hpp"
#include "operations/verify_digests.hpp"

namespace tokenstore::operations {

namespace {

using codec::DecodeStatus;
using storage::Family;

std::string_view name_of(Family family) { return storage::column_families[storage::position(family)].name; }

std::string_view sentence(DecodeStatus status) {
    switch (status) {
        case DecodeStatus::ok:
            return "nothing is wrong";
        case DecodeStatus::truncated:
            return "a record is cut short";
        case DecodeStatus::unknown_version:
            return "a record has an unknown version";
        case DecodeStatus::bad_checksum:
            return "the checksum does not match a record and its key";
        case DecodeStatus::malformed:
            return "the fields of a record contradict each other";
    }
    return "unknown";
}

class Verification {
public:
    Verification(const storage::Database& database, const VerifyRequest& request,
                 const std::function<bool(const Finding&)>& visit)
        : database_(database), request_(request), visit_(visit) {}

    Result<VerifySummary> run() {
        if (auto loaded = load_numbers(); !loaded) return std::move(loaded).error();
        if (auto checked = check_files(); !checked) return std::move(checked).error();
        const auto tokens = database_.estimated_records(Family::tokens);
        passes_ = request_.full ? tokens / std::max<std::uint64_t>(1, request_.tokens_per_pass) + 1 : 1;
        estimate_total(tokens);
        for (pass_ = 0; pass_ < passes_ && !stopped_; ++pass_) {
            if (auto done = run_pass(); !done) return std::move(done).error();
        }
        if (stopped_) summary_.complete = false;
        return summary_;
    }

private:
    using Step = Result<void> (Verification::*)();

    Result<void> run_pass() {
        family_ends_.clear();
        user_ends_.clear();
        listed_ends_.clear();
        in_family_.clear();
        of_user_.clear();
        claims_.clear();
        std::vector<Step> steps = {&Verification::scan_ends, &Verification::scan_tokens, &Verification::scan_by_family,
                                   &Verification::scan_by_user};
        if (request_.full) steps.push_back(&Verification::follow_lineage);
        for (const auto step : steps) {
            if (auto done = (this->*step)(); !done) return done;
            if (failure_) return *failure_;
            if (stopped_) return {};
        }
        return {};
    }

    // ---- Telling ---------------------------------------------------------------------------------------------------

    void tell(const Finding& finding) {
        if (stopped_) return;
        ++summary_.findings;
        if (is_damage(finding.kind)) summary_.complete = false;
        stopped_ = !visit_(finding);
    }

    static Finding finding(FindingKind kind, Family family, std::string_view detail) {
        return {kind, name_of(family), std::string(detail)};
    }

    static Finding finding(FindingKind kind, Family family, std::string_view detail, const Token& token) {
        auto found = finding(kind, family, detail);
        found.token_hash = token.hash;
        found.chain_id = token.chain_id;
        found.family_id = token.family_id;
        found.user_id = token.user_id;
        return found;
    }

    void tell(const std::optional<model::Disagreement>& disagreement, const Token& token,
              const TokenHash* other = nullptr) {
        if (!disagreement) return;
        auto found = finding(disagreement->kind, Family::tokens, disagreement->detail, token);
        if (other != nullptr) found.other_token_hash = *other;
        tell(found);
    }

    /// What stands under a key that is none of ours, or a value that is none.
    void tell_undecodable(Family family, DecodeStatus status, std::optional<TokenHash> hash = {}) {
        auto found = finding(FindingKind::undecodable_record, family, sentence(status));
        found.token_hash = hash;
        if (is_first_pass()) tell(found);
    }

    void tell_undecodable_entry(Family family, DecodeStatus status, std::string_view key) {
        auto found = finding(FindingKind::undecodable_record, family, sentence(status));
        if (key.size() == 2 * codec::id_bytes) name_entry(found, family, key);
        if (is_first_pass()) tell(found);
    }

    /// A scan that damage has ended goes on with the next step; any other failure ends the verification.
    Result<void> take_scan(Family family, Result<void> scanned) {
        if (scanned || scanned.error().code != ErrorCode::corrupt) return scanned;
        if (is_first_pass()) tell(finding(FindingKind::unreadable_part, family, scanned.error().message));
        return {};
    }

    /// What a second look at a suspect could not read was told when it was met first.
    template <class Value>
    [[nodiscard]] bool cannot_tell(const Result<Value>& read) {
        if (read) return false;
        if (read.error().code != ErrorCode::corrupt && !failure_) failure_ = read.error();
        return true;
    }

    // ---- What is this pass's, and what may be gone
    // -------------------------------------------------------------------

    [[nodiscard]] bool is_first_pass() const noexcept { return pass_ == 0; }
    [[nodiscard]] bool is_mine(std::uint64_t digest) const noexcept {
        return request_.full && digest % passes_ == pass_;
    }
    [[nodiscard]] bool may_be_gone(std::int64_t expires_at_us) const noexcept {
        return expires_at_us <= reclaimed_until_us_;
    }

    /// Counts a record; false once the verification is over.
    bool goes_on() {
        constexpr std::uint64_t records_per_report = 4096;
        if (++records_read_ % records_per_report == 0 && request_.on_progress) {
            stopped_ = stopped_ || !request_.on_progress(records_read_, std::max(records_read_, records_to_read_));
        }
        return !stopped_ && !failure_;
    }

    void estimate_total(std::uint64_t tokens) {
        const auto indexes =
            database_.estimated_records(Family::by_family) + database_.estimated_records(Family::by_user);
        const auto ends = database_.estimated_records(Family::revocations);
        records_to_read_ = passes_ * ((request_.full ? 2 : 1) * tokens + indexes + ends);
    }

    // ---- The files -------------------------------------------------------------------------------------------------

    Result<void> check_files() {
        const auto files = database_.table_files();
        if (!files) return files.error();
        for (const auto& file : *files) {
            if (stopped_) return {};
            ++summary_.files;
            auto checked = database_.check_table_file(file);
            if (checked) continue;
            if (checked.error().code != ErrorCode::corrupt) return checked;
            auto found = finding(FindingKind::damaged_file, file.family, checked.error().message);
            found.file = file.name;
            tell(found);
        }
        return {};
    }

    // ---- The store's own records -----------------------------------------------------------------------------------

    Result<void> load_numbers() {
        std::int64_t clock_mark_us = 0;
        auto scanned = database_.scan_records(Family::meta, [&](std::string_view key, std::string_view stored) {
            ++summary_.numbers;
            std::int64_t number = 0;
            const auto status = codec::decode_number(key, stored, number);
            if (status != DecodeStatus::ok) {
                tell_undecodable(Family::meta, status);
            } else if (key == codec::clock_key) {
                clock_mark_us = number;
            } else if (key == codec::longest_expiry_key) {
                longest_expiry_us_ = number;
            }
            return goes_on();
        });
        reclaimed_until_us_ = std::max(clock_mark_us, request_.now_us);
        return take_scan(Family::meta, std::move(scanned));
    }

    // ---- The ends --------------------------------------------------------------------------------------------------

    Result<void> scan_ends() {
        auto scanned = database_.scan_records(Family::revocations, [&](std::string_view key, std::string_view stored) {
            if (is_first_pass()) ++summary_.ends;
            take_end(key, stored);
            return goes_on();
        });
        std::ranges::sort(family_ends_, {}, &KnownEnd::owner);
        std::ranges::sort(user_ends_, {}, &KnownEnd::owner);
        std::ranges::sort(listed_ends_);
        return take_scan(Family::revocations, std::move(scanned));
    }

    void take_end(std::string_view key, std::string_view stored) {
        if (codec::is_family_end_key(key)) {
            model::FamilyEnd end;
            if (decoded(codec::decode_family_end(key, stored, end))) {
                const auto family = digest(key.substr(1));
                if (is_mine(family)) family_ends_.push_back({family, covers_all, end.keep_until_us});
            }
        } else if (codec::is_user_end_key(key)) {
            model::UserEnd end;
            if (decoded(codec::decode_user_end(key, stored, end))) {
                const auto user = digest(key.substr(1));
                if (is_mine(user)) user_ends_.push_back({user, end.stamp_us, end.keep_until_us});
            }
        } else if (codec::is_ended_family_key(key)) {
            model::FamilyEnd end;
            if (decoded(codec::decode_family_end(key, stored, end))) take_listed_end(key, end);
        } else {
            tell_undecodable(Family::revocations, DecodeStatus::malformed);
        }
    }

    [[nodiscard]] bool decoded(DecodeStatus status) {
        if (status != DecodeStatus::ok) tell_undecodable(Family::revocations, status);
        return status == DecodeStatus::ok;
    }

    /// The note of a family's end under its user has to say what that end says. Both go when nobody can need them any
    /// more, apart from each other.
    void take_listed_end(std::string_view key, const model::FamilyEnd& listed) {
        const auto family = codec::trailing_id<FamilyId>(key, key.size());
        if (!is_mine(digest(codec::id_view(*family)))) return;
        listed_ends_.push_back(digest(key));
        const auto end = database_.get_family_end(*family);
        if (cannot_tell(end)) return;
        if (*end ? **end == listed : may_be_gone(listed.keep_until_us)) return;
        const auto user =
            codec::trailing_id<UserId>(key.substr(0, codec::revocation_prefix_bytes), codec::revocation_prefix_bytes);
        if (*end && model::is_outdated_note_of(listed, **end)) {
            const auto owner = database_.owner_of(*family);
            if (cannot_tell(owner) || *owner != user) return;
        }
        tell_end_not_listed(*user, *family, "a family is noted under its user as ended, and its end says otherwise");
    }

    void tell_end_not_listed(const UserId& user, const FamilyId& family, std::string_view detail) {
        auto found = finding(FindingKind::end_not_listed, Family::revocations, detail);
        found.user_id = user;
        found.family_id = family;
        tell(found);
    }

    // ---- The tokens ------------------------------------------------------------------------------------------------

    Result<void> scan_tokens() {
        auto scanned = each_token(
            [&](const Token& token) {
                if (is_first_pass()) {
                    ++summary_.tokens;
                    tell(model::check_rotation(token), token);
                    check_expiry(token);
                }
                check_ends_of(token);
                if (!request_.full) return;
                if (!token.consumed_at_us && !may_be_gone(token.expires_at_us)) expect_entries_of(token);
                claim_neighbours_of(token);
            },
            is_first_pass());
        std::ranges::sort(in_family_, {}, &ExpectedEntry::entry);
        std::ranges::sort(of_user_, {}, &ExpectedEntry::entry);
        return take_scan(Family::tokens, std::move(scanned));
    }

    template <class Visit>
    Result<void> each_token(const Visit& visit, bool tells_undecodable) {
        Token token;
        return database_.scan_records(Family::tokens, [&](std::string_view key, std::string_view stored) {
            const auto hash = codec::parse_token_key(key);
            const auto status = hash ? codec::decode_token(*hash, stored, token) : DecodeStatus::malformed;
            if (status == DecodeStatus::ok) {
                visit(std::as_const(token));
            } else if (tells_undecodable) {
                tell_undecodable(Family::tokens, status, hash);
            }
            return goes_on();
        });
    }

    void check_expiry(const Token& token) {
        if (!longest_expiry_us_ || token.expires_at_us <= *longest_expiry_us_) return;
        tell(finding(FindingKind::expiry_beyond_bound, Family::tokens,
                     "a token expires later than the store says that any does: ends may be dropped before it", token));
    }

    void check_ends_of(const Token& token) {
        const auto family = digest(codec::id_view(token.family_id));
        const auto user = digest(codec::id_view(token.user_id));
        const auto* const family_end = is_mine(family) ? find_end(family_ends_, family) : nullptr;
        const auto* const user_end = is_mine(user) ? find_end(user_ends_, user) : nullptr;
        const auto is_short = [&](const KnownEnd* end) {
            return end != nullptr && token.issue_stamp_us <= end->stamp_us && end->keep_until_us < token.expires_at_us;
        };
        if (!is_short(family_end) && !is_short(user_end)) return;
        const auto ends = database_.get_ends({token.family_id, token.user_id});
        if (!cannot_tell(ends)) tell(model::check_ends(token, *ends), token);
    }

    void expect_entries_of(const Token& token) {
        const auto expect = [&](std::vector<ExpectedEntry>& entries, Family family) {
            if (!is_mine(digest(entry_key(family, token).view()))) return;
            entries.push_back({record_digest(expected_entry(family, token)), digest(token.hash)});
        };
        expect(in_family_, Family::by_family);
        expect(of_user_, Family::by_user);
    }

    void claim_neighbours_of(const Token& token) {
        const auto claim = [&](const std::optional<TokenHash>& target, std::int64_t moment_us, bool is_successor) {
            if (!target || !is_mine(digest(*target))) return;
            claims_.push_back({digest(*target), digest(token.hash), lineage_digest(token), moment_us, is_successor});
        };
        claim(token.successor, token.consumed_at_us.value_or(0), true);
        claim(token.predecessor, token.created_at_us, false);
    }

    // ---- The indexes -----------------------------------------------------------------------------------------------

    Result<void> scan_by_family() {
        codec::FamilyIndexEntry last;
        std::string last_family;
        auto scanned = each_entry<codec::FamilyIndexEntry>(
            Family::by_family, in_family_, [&](std::string_view key, const codec::FamilyIndexEntry& entry) {
                const auto family = key.substr(0, codec::index_prefix_bytes);
                if (is_first_pass() && family == last_family && entry.user_id != last.user_id) {
                    auto found = finding(FindingKind::two_users, Family::by_family, "a family belongs to two users");
                    found.family_id = codec::leading_id<FamilyId>(key);
                    found.user_id = entry.user_id;
                    tell(found);
                }
                last_family = family;
                last = entry;
            });
        if (scanned) look_for_missing(in_family_, Family::by_family);
        return take_scan(Family::by_family, std::move(scanned));
    }

    Result<void> scan_by_user() {
        auto scanned = each_entry<codec::UserIndexEntry>(
            Family::by_user, of_user_, [&](std::string_view key, const codec::UserIndexEntry& entry) {
                check_listing(*codec::leading_id<UserId>(key), entry.family_id);
            });
        if (scanned) look_for_missing(of_user_, Family::by_user);
        return take_scan(Family::by_user, std::move(scanned));
    }

    /// Entries of what may be gone are decoded, and no more is asked of them.
    template <class Entry, class Visit>
    Result<void> each_entry(Family family, std::vector<ExpectedEntry>& expected, const Visit& visit) {
        return database_.scan_records(family, [&](std::string_view key, std::string_view stored) {
            if (is_first_pass()) ++summary_.index_entries;
            Entry entry;
            const auto status = key.size() == 2 * codec::id_bytes ? codec::decode_index_entry(key, stored, entry)
                                                                  : DecodeStatus::malformed;
            if (status != DecodeStatus::ok) {
                tell_undecodable_entry(family, status, key);
            } else if (request_.full && !may_be_gone(entry.expires_at_us)) {
                visit(key, entry);
                if (is_mine(digest(key)) && !note_seen(expected, record_digest(stored))) {
                    suspect_entry(family, key, stored, entry);
                }
            }
            return goes_on();
        });
    }

    static bool note_seen(std::vector<ExpectedEntry>& expected, std::uint64_t entry) {
        auto at = std::ranges::lower_bound(expected, entry, {}, &ExpectedEntry::entry);
        bool any = false;
        for (; at != expected.end() && at->entry == entry; ++at) any = at->seen = true;
        return any;
    }

    /// The end of a family is noted under its user too, for as long as a chain of the family may be listed there.
    void check_listing(const UserId& user, const FamilyId& family) {
        const auto of_family = digest(codec::id_view(family));
        if (!is_mine(of_family) || (family_ends_.empty() && listed_ends_.empty())) return;
        const auto key = codec::ended_family_key(user, family);
        const bool is_ended = find_end(family_ends_, of_family) != nullptr;
        if (is_ended == std::ranges::binary_search(listed_ends_, digest(key.view()))) return;
        const auto end = database_.get_family_end(family);
        if (cannot_tell(end) || !*end) return;  // the other way round is met with the notes
        const auto listed = database_.get_record(Family::revocations, key.view());
        if (cannot_tell(listed) || *listed) return;
        if (is_news(Family::revocations, key.view())) {
            tell_end_not_listed(user, family, "a family has ended, and is not noted under its user as ended");
        }
    }

    // ---- A second, exact look at what digests did not explain ------------------------------------------------------

    /// Whether nothing was told yet of what stands, or should stand, under this key.
    bool is_news(Family family, std::string_view key) { return told_.emplace(family, std::string(key)).second; }

    template <class Entry>
    void suspect_entry(Family family, std::string_view key, std::string_view stored, const Entry& entry) {
        const auto tip = tip_of(database_, key, entry);
        if (cannot_tell(tip)) return;
        const bool is_orphan = !*tip || (*tip)->consumed_at_us || entry_key(family, **tip).view() != key;
        if (!is_orphan && expected_entry(family, **tip) == stored) return;
        if (!is_news(family, key)) return;
        auto found = is_orphan
                         ? finding(FindingKind::orphan_entry, family, "an entry stands for no token")
                         : finding(FindingKind::differing_entry, family, "an entry differs from its token's record");
        if (!is_orphan) found.token_hash = (*tip)->hash;
        name_entry(found, family, key);
        tell(found);
    }

    static void name_entry(Finding& found, Family family, std::string_view key) {
        found.chain_id = codec::chain_of_index_key(key);
        if (family == Family::by_family) {
            found.family_id = codec::leading_id<FamilyId>(key);
        } else {
            found.user_id = codec::leading_id<UserId>(key);
        }
    }

    void look_for_missing(const std::vector<ExpectedEntry>& expected, Family family) {
        for (const auto& entry : expected) {
            if (entry.seen || stopped_ || failure_) continue;
            for (const auto& token : tokens_with(entry.token)) {
                if (!token.consumed_at_us && !may_be_gone(token.expires_at_us)) suspect_tip(family, token);
            }
        }
    }

    void suspect_tip(Family family, const Token& token) {
        const auto key = entry_key(family, token);
        const auto stored = database_.get_record(family, key.view());
        if (cannot_tell(stored) || *stored == expected_entry(family, token) || !is_news(family, key.view())) return;
        if (!*stored) {
            tell(finding(FindingKind::missing_entry, family, "the tip of a chain has no entry", token));
            return;
        }
        const auto other = tip_of_chain(database_, token);
        if (cannot_tell(other)) return;
        const bool is_another = *other && (*other)->hash != token.hash && !(*other)->consumed_at_us;
        if (!is_another) {
            tell(finding(FindingKind::differing_entry, family, "an entry differs from its token's record", token));
        } else if (family == Family::by_user && !may_be_gone((*other)->expires_at_us)) {
            auto found = finding(FindingKind::two_tips, family, "a chain has two tips", token);
            found.other_token_hash = (*other)->hash;
            tell(found);
        }
    }

    /// Nearly always one.
    std::vector<Token> tokens_with(std::uint64_t hash_digest) {
        std::vector<Token> tokens;
        storage::SkippedDamage skipped;  // told when the scan met it
        const auto scanned = database_.scan_tokens(first_hash(hash_digest), &skipped, [&](Token&& token) {
            if (digest(token.hash) != hash_digest) return false;
            tokens.push_back(std::move(token));
            return true;
        });
        if (cannot_tell(scanned)) return {};
        return tokens;
    }

    // ---- Predecessors and successors -------------------------------------------------------------------------------

    /// Tokens come in the order of their hashes, and so do the claims about them.
    Result<void> follow_lineage() {
        if (claims_.empty()) return {};
        std::ranges::sort(claims_, {}, &LineageClaim::target);
        auto next = claims_.cbegin();
        auto scanned = each_token(
            [&](const Token& token) {
                const auto own = digest(token.hash);
                while (next != claims_.cend() && next->target < own) ++next;
                // Two tokens with one digest both look at its claims.
                for (auto claim = next; claim != claims_.cend() && claim->target == own; ++claim) {
                    if (!is_borne_out(*claim, token)) suspect_claim(*claim, token);
                }
            },
            /*tells_undecodable=*/false);
        // Damage that ends this scan has ended the one before.
        if (!scanned && scanned.error().code == ErrorCode::corrupt) return {};
        return scanned;
    }

    static bool is_borne_out(const LineageClaim& claim, const Token& target) {
        if (!claim.target_is_successor) return target.successor && digest(*target.successor) == claim.claimant;
        return target.predecessor && digest(*target.predecessor) == claim.claimant &&
               lineage_digest(target) == claim.lineage && target.created_at_us == claim.moment_us;
    }

    void suspect_claim(const LineageClaim& claim, const Token& target) {
        for (const auto& claimant : tokens_with(claim.claimant)) {
            if (claim.target_is_successor && claimant.successor == target.hash) {
                tell(model::check_successor(claimant, target), claimant, &target.hash);
            } else if (!claim.target_is_successor && claimant.predecessor == target.hash) {
                tell(model::check_predecessor(claimant, target), claimant, &target.hash);
            }
        }
    }

    const storage::Database& database_;
    const VerifyRequest& request_;
    const std::function<bool(const Finding&)>& visit_;
    VerifySummary summary_;
    bool stopped_ = false;          // by the visitor
    std::optional<Error> failure_;  // of a second look
    std::int64_t reclaimed_until_us_ = 0;
    std::optional<std::int64_t> longest_expiry_us_;
    std::uint64_t records_read_ = 0;
    std::uint64_t records_to_read_ = 0;
    std::set<std::pair<Family, std::string>> told_;

    // Of this pass.
    std::uint64_t pass_ = 0;
    std::uint64_t passes_ = 1;
    std::vector<KnownEnd> family_ends_;
    std::vector<KnownEnd> user_ends_;
    std::vector<std::uint64_t> listed_ends_;  // digests of their keys
    std::vector<ExpectedEntry> in_family_;
    std::vector<ExpectedEntry> of_user_;
    std::vector<LineageClaim> claims_;
};

}  // namespace

Result<VerifySummary> verify(const storage::Database& database, const VerifyRequest& request,
                             const std::function<bool(const Finding&)>& visit) {
    return Verification(database, request, visit).run();
}

}  // namespace tokenstore::operations
