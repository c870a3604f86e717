#include "crash/expected_store.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tokenstore::test {

namespace {

bool ends_family(RotateOutcome outcome) {
    return outcome == RotateOutcome::reuse_detected || outcome == RotateOutcome::revoked;
}

/// Such a token may be gone before anybody looks, so that it cannot be told whether it was stored. What was done with
/// it since, its family's end above all, is there to be seen: it is taken for known.
bool was_never_live(const LedgerEntry& entry, std::size_t made) {
    return entry.expires_at_us.at(made) <= system_clock().wall_us();
}

/// A synced call that has surely written: everything that was answered before it began was synced with it.
bool is_a_sync(const LedgerEntry& entry) {
    if (!entry.synced || entry.progress.load() != LedgerProgress::answered) return false;
    switch (entry.call) {
        case LedgerCall::create:
        case LedgerCall::revoke_family:
        case LedgerCall::revoke_user:
            return true;
        case LedgerCall::rotate: {
            const auto outcome = static_cast<RotateOutcome>(entry.answer);
            // One that was answered `revoked` may have found the family ended, and written nothing.
            return outcome == RotateOutcome::rotated || outcome == RotateOutcome::reuse_detected;
        }
        case LedgerCall::revoke_token:
            return static_cast<RevokeTokenOutcome>(entry.answer) != RevokeTokenOutcome::not_found;
        case LedgerCall::import:
            return entry.answer == 1;
        case LedgerCall::cleanup:
            return false;  // it may have found nothing to remove
    }
    return false;
}

/// The ticket at which the last such call began.
std::uint64_t last_sync(const Ledger& ledger) {
    std::uint64_t last = 0;
    for (std::size_t thread = 0; thread < ledger_threads; ++thread) {
        for (const LedgerEntry& entry : ledger.entries_of(thread)) {
            if (is_a_sync(entry)) last = std::max(last, entry.begin);
        }
    }
    return last;
}

}  // namespace

void ExpectedStore::take_over(const Ledger& ledger, const TokenStore& store, Ending ending) {
    for (auto& [hash, expected] : tokens_) {
        expected.made_by = 0;
        expected.must_be_there = true;
    }
    const auto synced_until = last_sync(ledger);
    for (std::size_t thread = 0; thread < ledger_threads; ++thread) {
        const auto entries = ledger.entries_of(thread);
        const auto there = ending == Ending::killed ? entries.size() : count_there(entries, store, synced_until);
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (entries[i].progress.load() == LedgerProgress::failed) {
                findings_.add(Finding::failed, "a call failed: " + std::string(entries[i].error.data()));
                continue;
            }
            const bool is_safe = is_a_sync(entries[i]) || entries[i].end < synced_until;
            take_over(entries[i], store, i < there, ending == Ending::killed || is_safe);
        }
    }
    // What a power failure brings back has expired all the same.
    if (ending == Ending::killed) note_cleanups(ledger);
    check_stamps(ledger);
}

/// How many of a thread's calls outlived a power failure: all up to the last one that was synced, or that is seen to be
/// there. That those before it are there as well, without a hole, is for check() to see.
std::size_t ExpectedStore::count_there(std::span<const LedgerEntry> entries, const TokenStore& store,
                                       std::uint64_t synced_until) {
    for (std::size_t i = entries.size(); i > 0; --i) {
        const LedgerEntry& entry = entries[i - 1];
        if (entry.progress.load() != LedgerProgress::answered) continue;
        if (is_a_sync(entry) || entry.end < synced_until || is_seen(entry, store)) return i;
    }
    return 0;
}

/// Whether the call has left a trace that nothing else could have.
bool ExpectedStore::is_seen(const LedgerEntry& entry, const TokenStore& store) {
    switch (entry.call) {
        case LedgerCall::create:
        case LedgerCall::import:
            return look_up(store, entry.made[0]).has_value();
        case LedgerCall::rotate:
            return is_rotated(entry, store);
        case LedgerCall::revoke_token: {
            const Lookup stored = look_up(store, entry.subject);
            return stored && stored->token.revoked &&
                   static_cast<RevokeTokenOutcome>(entry.answer) == RevokeTokenOutcome::revoked;
        }
        case LedgerCall::revoke_family:
        case LedgerCall::revoke_user:
        case LedgerCall::cleanup:
            return false;
    }
    return false;
}

void ExpectedStore::take_over(const LedgerEntry& entry, const TokenStore& store, bool is_there, bool must_be_there) {
    const auto progress = entry.progress.load();
    const bool is_answered = progress == LedgerProgress::answered;
    ++(is_answered ? calls_answered_ : calls_open_);
    if (is_answered && is_there) {
        apply(entry);
        if (must_be_there) note_kept(entry);
        return;
    }
    if (settle(entry, store) && !is_answered) ++calls_open_and_done_;
}

void ExpectedStore::note_kept(const LedgerEntry& entry) {
    ++calls_kept_;
    for (const TokenHash& made : entry.made) {
        if (const auto known = tokens_.find(made); known != tokens_.end()) known->second.must_be_there = true;
    }
}

void ExpectedStore::apply(const LedgerEntry& entry) {
    switch (entry.call) {
        case LedgerCall::create:
            apply_create(entry);
            break;
        case LedgerCall::rotate:
            if (const auto outcome = static_cast<RotateOutcome>(entry.answer); outcome == RotateOutcome::rotated) {
                apply_rotate(entry);
            } else if (ends_family(outcome)) {
                ended_families_.insert(tokens_.at(entry.subject).family);
            }
            break;
        case LedgerCall::revoke_token:
            if (static_cast<RevokeTokenOutcome>(entry.answer) == RevokeTokenOutcome::revoked) {
                tokens_.at(entry.subject).revoked = true;
            }
            break;
        case LedgerCall::revoke_family:
            ended_families_.insert(entry.family);
            break;
        case LedgerCall::revoke_user:
            apply_user_end(entry.user);
            break;
        case LedgerCall::import:
            if (entry.answer != 1) findings_.add(Finding::failed, "a row was not imported");
            for (std::size_t row = 0; row < rows_of_an_import; ++row) apply_import_row(entry, row);
            break;
        case LedgerCall::cleanup:
            break;  // note_cleanups()
    }
}

void ExpectedStore::apply_create(const LedgerEntry& entry) {
    Expected made;
    made.user = entry.user;
    made.family = entry.family;
    made.expires_at_us = entry.expires_at_us[0];
    if (entry.progress.load() == LedgerProgress::answered) {
        made.id = entry.ids[0];
        made.issue_stamp_us = entry.issue_stamp_us;
        made.made_by = entry.end;
    }
    tokens_.emplace(entry.made[0], made);
}

void ExpectedStore::apply_rotate(const LedgerEntry& entry) {
    Expected& presented = tokens_.at(entry.subject);
    presented.successor = entry.made[0];
    Expected made;
    made.user = presented.user;
    made.family = presented.family;
    made.expires_at_us = entry.expires_at_us[0];
    made.predecessor = entry.subject;
    if (entry.progress.load() == LedgerProgress::answered) {
        made.id = entry.ids[0];
        made.issue_stamp_us = entry.issue_stamp_us;
        made.made_by = entry.end;
    }
    tokens_.emplace(entry.made[0], made);
}

void ExpectedStore::apply_import_row(const LedgerEntry& entry, std::size_t row) {
    Expected made;
    made.user = entry.user;
    made.family = entry.family;
    made.expires_at_us = entry.expires_at_us.at(row);
    made.id = entry.ids.at(row);
    made.issue_stamp_us = entry.created_at_us;
    // It was issued a day ago: an end of its user that stands already covers it.
    made.user_ended = ended_users_.contains(entry.user);
    if (entry.progress.load() == LedgerProgress::answered) made.made_by = entry.end;
    tokens_.emplace(entry.made.at(row), made);
}

void ExpectedStore::apply_user_end(const UserId& user) {
    ended_users_.insert(user);
    for (auto& [hash, expected] : tokens_) {
        if (expected.user == user) expected.user_ended = true;
    }
}

ExpectedStore::Lookup ExpectedStore::look_up(const TokenStore& store, const TokenHash& hash) {
    auto found = store.get_by_hash(hash);
    if (found) return *std::move(found);
    findings_.add(Finding::failed, "a look-up failed: " + found.error().to_string());
    return std::nullopt;
}

/// A call that need not be there: done or not, as the store says. Whether it was done wholly is for check() to see.
bool ExpectedStore::settle(const LedgerEntry& entry, const TokenStore& store) {
    if (entry.call == LedgerCall::import) {
        bool any = false;
        for (std::size_t row = 0; row < rows_of_an_import; ++row) {
            const bool is_there = look_up(store, entry.made.at(row)).has_value();
            if (is_there || was_never_live(entry, row)) apply_import_row(entry, row);
            any = any || is_there;
        }
        return any;
    }
    if (!is_done(entry, store)) return false;
    switch (entry.call) {
        case LedgerCall::create:
            apply_create(entry);
            break;
        case LedgerCall::rotate:
            if (is_rotated(entry, store)) {
                apply_rotate(entry);
                tokens_.at(entry.subject).may_be_retried = entry.progress.load() != LedgerProgress::answered;
            } else {
                ended_families_.insert(tokens_.at(entry.subject).family);
            }
            break;
        case LedgerCall::revoke_token:
            tokens_.at(entry.subject).revoked = true;
            break;
        case LedgerCall::revoke_family:
            ended_families_.insert(entry.family);
            break;
        case LedgerCall::revoke_user:
            apply_user_end(entry.user);
            break;
        case LedgerCall::import:
        case LedgerCall::cleanup:
            break;
    }
    return true;
}

/// The predecessor tells, where it is there still: a successor that was expired from the start may be gone already.
bool ExpectedStore::is_rotated(const LedgerEntry& entry, const TokenStore& store) {
    const Lookup presented = look_up(store, entry.subject);
    if (presented && presented->token.successor == entry.made[0]) return true;
    return look_up(store, entry.made[0]).has_value();
}

bool ExpectedStore::is_done(const LedgerEntry& entry, const TokenStore& store) {
    const auto any_is_revoked_for = [&](const auto& chosen, RevocationReason reason) {
        return std::ranges::any_of(tokens_, [&](const auto& known) {
            if (!chosen(known.second)) return false;
            const Lookup stored = look_up(store, known.first);
            return stored && stored->revocation && stored->revocation->reason == reason;
        });
    };
    switch (entry.call) {
        case LedgerCall::create:
            return was_never_live(entry, 0) || look_up(store, entry.made[0]).has_value();
        case LedgerCall::rotate: {
            if (is_rotated(entry, store)) return true;
            const auto presented = tokens_.find(entry.subject);
            if (presented == tokens_.end()) return false;
            const auto& family = presented->second.family;
            const auto in_family = [&](const Expected& expected) { return expected.family == family; };
            return any_is_revoked_for(in_family, RevocationReason::reuse_detected) ||
                   any_is_revoked_for(in_family, RevocationReason::revoked_presented);
        }
        case LedgerCall::revoke_token: {
            const Lookup stored = look_up(store, entry.subject);
            return stored && stored->token.revoked && tokens_.contains(entry.subject);
        }
        case LedgerCall::revoke_family:
            return any_is_revoked_for([&](const Expected& expected) { return expected.family == entry.family; },
                                      RevocationReason::family_revoked);
        case LedgerCall::revoke_user:
            return any_is_revoked_for(
                [&](const Expected& expected) { return expected.user == entry.user && !expected.user_ended; },
                RevocationReason::user_revoked);
        case LedgerCall::import:
        case LedgerCall::cleanup:
            return false;
    }
    return false;
}

/// What had expired when a clean-up began, and that clean-up returned, does not come back.
void ExpectedStore::note_cleanups(const Ledger& ledger) {
    std::optional<std::uint64_t> last_begin;
    for (std::size_t thread = 0; thread < ledger_threads; ++thread) {
        for (const LedgerEntry& entry : ledger.entries_of(thread)) {
            if (entry.call != LedgerCall::cleanup || entry.progress.load() != LedgerProgress::answered) continue;
            last_begin = std::max(last_begin.value_or(0), entry.begin);
        }
    }
    if (!last_begin) return;
    for (auto& [hash, expected] : tokens_) {
        const bool was_there = expected.made_by == 0 ? expected.id.has_value() : expected.made_by < *last_begin;
        const bool was_expired = expected.issue_stamp_us && expected.expires_at_us < *expected.issue_stamp_us;
        if (was_there && was_expired) expected.was_cleaned_up = true;
    }
}

/// The stamps of a process are above all stamps of those before it.
void ExpectedStore::check_stamps(const Ledger& ledger) {
    std::int64_t greatest_us = last_stamp_us_;
    for (std::size_t thread = 0; thread < ledger_threads; ++thread) {
        for (const LedgerEntry& entry : ledger.entries_of(thread)) {
            if (entry.progress.load() != LedgerProgress::answered || entry.issue_stamp_us == 0) continue;
            if (entry.issue_stamp_us <= last_stamp_us_) {
                findings_.add(Finding::lost, "an issue stamp did not outlive the kill");
            }
            greatest_us = std::max(greatest_us, entry.issue_stamp_us);
        }
    }
    last_stamp_us_ = greatest_us;
}

bool ExpectedStore::is_revoked(const Expected& expected) const {
    return expected.revoked || expected.user_ended || ended_families_.contains(expected.family);
}

bool ExpectedStore::is_dead(const Expected& expected) const {
    return is_revoked(expected) || (expected.is_consumed() && !expected.may_be_retried);
}

void ExpectedStore::check_token(const TokenHash& hash, const Expected& expected, const Lookup& stored,
                                std::int64_t now_us) {
    const auto wrong = [&](Finding finding, const std::string& what) {
        findings_.add(finding, "token " + to_hex(hash).substr(0, 8) + ": " + what);
    };
    // A token without a known id was made by a call that nobody got an answer from, of which something else is there.
    const auto missing = [](const Expected& token) {
        return token.must_be_there ? Finding::lost : token.id ? Finding::hole : Finding::half_applied;
    };
    if (!stored) {
        if (!may_be_gone(expected, now_us)) wrong(missing(expected), "it is not there");
        return;
    }
    if (expected.was_cleaned_up) return wrong(Finding::resurrected, "it was cleaned up, and is there again");
    const Token& token = stored->token;
    if (token.user_id != expected.user || token.family_id != expected.family ||
        token.expires_at_us != expected.expires_at_us) {
        wrong(Finding::half_applied, "its user, family or expiry is not what was stored");
    }
    if (expected.id && token.id != *expected.id) wrong(Finding::half_applied, "its id is not what was answered");
    if (expected.issue_stamp_us && token.issue_stamp_us != *expected.issue_stamp_us) {
        wrong(Finding::half_applied, "its issue stamp is not what was answered");
    }
    if (token.predecessor != expected.predecessor) wrong(Finding::half_applied, "it names another predecessor");
    if (!token.successor && expected.successor) {
        wrong(missing(tokens_.at(*expected.successor)), "its rotation is not there");
    } else if (token.successor != expected.successor) {
        wrong(Finding::half_applied, "it names a successor, or another one, against the log");
    }
    if (token.consumed_at_us.has_value() != token.successor.has_value()) {
        wrong(Finding::half_applied, "it has a successor and is not consumed, or the reverse");
    }
    if (token.revoked != expected.revoked) {
        wrong(token.revoked ? Finding::half_applied : Finding::lost, "it is revoked, or is not, against the log");
    }
    const TokenState state = is_revoked(expected)               ? TokenState::revoked
                             : expected.is_consumed()           ? TokenState::consumed
                             : expected.expires_at_us <= now_us ? TokenState::expired
                                                                : TokenState::live;
    if (stored->state != state) {
        wrong(stored->state == TokenState::live ? Finding::resurrected
              : is_revoked(expected)            ? Finding::lost
                                                : Finding::half_applied,
              "its state is " + std::string(name(stored->state)) + " and ought to be " + std::string(name(state)) +
                  (expected.revoked ? ", revoked itself" : "") + (expected.user_ended ? ", its user ended" : "") +
                  (ended_families_.contains(expected.family) ? ", its family ended" : ""));
    }
}

void ExpectedStore::check(const TokenStore& store) {
    for (const auto& [hash, expected] : tokens_) {
        const Lookup stored = look_up(store, hash);
        check_token(hash, expected, stored, system_clock().wall_us());
    }
    check_unusable(store);
}

void ExpectedStore::check_unusable(const TokenStore& store) {
    std::vector<TokenHash> dead;
    for (const auto& [hash, expected] : tokens_) {
        if (is_dead(expected)) dead.push_back(hash);
    }
    const auto usable = store.get_valid_by_hashes(dead);
    if (!usable) return findings_.add(Finding::failed, "a look-up failed: " + usable.error().to_string());
    for (const auto& token : *usable) {
        if (token) findings_.add(Finding::resurrected, "token " + to_hex(token->hash).substr(0, 8) + ": it is usable");
    }
    for (const char* const from : {"the engine", "memory"}) {
        const auto validated = store.validate_many(dead);
        if (!validated) return findings_.add(Finding::failed, "a look-up failed: " + validated.error().to_string());
        for (std::size_t i = 0; i < dead.size(); ++i) {
            if (!(*validated)[i]) continue;
            findings_.add(Finding::resurrected,
                          "token " + to_hex(dead[i]).substr(0, 8) + ": it is valid, says " + std::string(from));
        }
    }
}

void ExpectedStore::present_dead_tokens(TokenStore& store, Dice& dice, std::uint64_t one_in) {
    bool was_revoked_presented = false;
    bool was_consumed_presented = false;
    for (const auto& [hash, expected] : tokens_) {
        if (!is_dead(expected) || may_be_gone(expected, system_clock().wall_us())) continue;
        bool& was_presented = is_revoked(expected) ? was_revoked_presented : was_consumed_presented;
        if (was_presented && dice.below(one_in) != 0) continue;
        was_presented = true;
        present_dead_token(store, hash, expected);
    }
}

/// To be called while the token is surely not expired. It ends the token's family.
void ExpectedStore::present_dead_token(TokenStore& store, const TokenHash& hash, const Expected& expected) {
    Successor successor;
    successor.hash.bytes.fill(0xee);
    successor.expires_at_us = expected.expires_at_us;
    const auto rotated = store.rotate_token(hash, successor, Durability::lose_on_power_failure);
    const auto refusal = is_revoked(expected) ? RotateOutcome::revoked : RotateOutcome::reuse_detected;
    const std::string token = "token " + to_hex(hash).substr(0, 8) + ": ";
    if (!rotated) {
        findings_.add(Finding::failed, token + "presenting it failed: " + rotated.error().to_string());
    } else if (rotated->outcome != refusal) {
        findings_.add(Finding::resurrected, token + "it was not refused as it ought to be");
    }
    ended_families_.insert(expected.family);
    ++tokens_presented_;
}

}  // namespace tokenstore::test
