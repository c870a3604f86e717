#include "race/mixed_round.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "race/race_rounds.hpp"
#include "support/arena.hpp"
#include "support/dice.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t numbers_of_a_round = 4'096;

enum class Kind { create, rotate, revoke_token, revoke_family, revoke_user, get_valid, get, sessions };

/// One call as it was seen from outside.
struct Call {
    Kind kind = Kind::get;
    Span span;
    std::optional<TokenHash> subject;  // the token asked about, presented or made
    std::optional<FamilyId> family;    // of revoke_family and create
    std::optional<Token> made;         // by create and rotate
    std::optional<RotateOutcome> rotated;
    std::optional<RevokeTokenOutcome> token_revoked;
    std::vector<TokenHash> live;  // the tokens that the answer shows as usable
    std::uint64_t live_ended = 0;
    bool newly_ended = false;
    bool family_was_ended = false;  // create was refused for that
    std::optional<Error> failure;
};

/// A token that a call of the round, or the setting up, has made.
struct Made {
    Token token;
    Span span;
};

class Round {
public:
    Round(RaceStore& race, const MixedRoundPlan& plan, std::uint64_t round, std::uint64_t seed)
        : race_(race),
          plan_(plan),
          first_number_(round * numbers_of_a_round),
          seed_(seed),
          user_(make_user_id(first_number_)) {
        for (std::size_t i = 0; i < plan.families; ++i) families_.push_back(make_family_id(first_number_ + i));
        expires_at_us_ = race.clock().wall_us() + hour_us;
    }

    std::string run() {
        set_up();
        std::vector<std::vector<Call>> calls(plan_.threads);
        run_together(plan_.threads, [&](std::size_t index) { play(index, calls[index]); });
        for (auto& of_thread : calls) calls_.insert(calls_.end(), of_thread.begin(), of_thread.end());
        race_tally().rotations_against_ends +=
            static_cast<std::uint64_t>(std::ranges::count(calls_, Kind::rotate, &Call::kind));
        judge();
        return found_;
    }

private:
    // ---- Playing ---------------------------------------------------------------------------------------------------

    void set_up() {
        for (const FamilyId& family : families_) {
            for (std::size_t i = 0; i < plan_.chains_per_family; ++i) {
                auto token = race_.store().create_token(request(next_set_up_++, family), durability_);
                if (!token) {
                    add("setting up failed: " + token.error().to_string());
                    continue;
                }
                made_.emplace(token->hash, Made{*token, {}});
            }
        }
    }

    [[nodiscard]] NewToken request(std::uint64_t number, const FamilyId& family) const {
        NewToken token;
        token.hash = make_hash(first_number_ + number);
        token.user_id = user_;
        token.family_id = family;
        token.expires_at_us = expires_at_us_;
        return token;
    }

    /// What one thread draws from and remembers.
    struct Player {
        Dice dice;
        std::uint64_t next_number;
        std::vector<TokenHash> own;
    };

    [[nodiscard]] std::uint64_t first_number_of(std::size_t thread) const {
        return next_set_up_ + thread * plan_.calls_per_thread;
    }

    void play(std::size_t index, std::vector<Call>& calls) {
        Player player{Dice(seed_ + index), first_number_of(index), {}};
        for (std::size_t i = 0; i < plan_.calls_per_thread; ++i) {
            Call call;
            call_one(player, call);
            calls.push_back(std::move(call));
        }
    }

    void call_one(Player& player, Call& call) {
        struct Choice {
            unsigned weight;
            void (Round::*make)(Player&, Call&);
        };
        const std::array choices{Choice{plan_.create, &Round::create},
                                 Choice{plan_.rotate, &Round::rotate},
                                 Choice{plan_.revoke_token, &Round::revoke_token},
                                 Choice{plan_.revoke_family, &Round::revoke_family},
                                 Choice{plan_.revoke_user, &Round::revoke_user},
                                 Choice{plan_.get_valid, &Round::get_valid},
                                 Choice{plan_.get_valid_many, &Round::get_valid_many},
                                 Choice{plan_.get, &Round::get},
                                 Choice{plan_.sessions, &Round::sessions}};
        unsigned total = 0;
        for (const Choice& choice : choices) total += choice.weight;
        auto drawn = static_cast<unsigned>(player.dice.below(total));
        for (const Choice& choice : choices) {
            if (drawn < choice.weight) return (this->*choice.make)(player, call);
            drawn -= choice.weight;
        }
    }

    template <class Do>
    auto timed(Call& call, Kind kind, const Do& what) {
        call.kind = kind;
        call.span.begin = tickets_.draw();
        auto answer = what();
        call.span.end = tickets_.draw();
        if (!answer) call.failure = answer.error();
        return answer;
    }

    /// Mostly one that this thread has made, or that was there from the start; else whatever another may have made.
    [[nodiscard]] TokenHash a_hash(Player& player) const {
        const auto drawn = player.dice.below(100);
        if (drawn < 40 && !player.own.empty()) return player.own.back();
        const auto all = first_number_of(plan_.threads);
        return make_hash(first_number_ + player.dice.below(drawn < 80 ? next_set_up_ : all));
    }

    void create(Player& player, Call& call) {
        const NewToken token = request(player.next_number++, player.dice.one_of(families_));
        call.family = token.family_id;
        const auto answer =
            timed(call, Kind::create, [&] { return race_.store().create_token(token, a_durability(player)); });
        if (answer) {
            call.made = *answer;
            player.own.push_back(token.hash);
        } else if (answer.error().code == ErrorCode::family_ended) {
            call.failure.reset();
            call.family_was_ended = true;
        }
    }

    void rotate(Player& player, Call& call) {
        Successor successor;
        successor.hash = make_hash(first_number_ + player.next_number++);
        successor.expires_at_us = expires_at_us_;
        call.subject = a_hash(player);
        const auto answer = timed(call, Kind::rotate, [&] {
            return race_.store().rotate_token(*call.subject, successor, a_durability(player));
        });
        if (!answer) return;
        call.rotated = answer->outcome;
        call.live_ended = answer->live_tokens_ended;
        call.made = answer->successor;
        if (answer->predecessor) call.family = answer->predecessor->family_id;
        if (call.made) player.own.push_back(successor.hash);
    }

    void revoke_token(Player& player, Call& call) {
        call.subject = a_hash(player);
        const auto answer = timed(call, Kind::revoke_token,
                                  [&] { return race_.store().revoke_token(*call.subject, a_durability(player)); });
        if (answer) call.token_revoked = *answer;
    }

    void revoke_family(Player& player, Call& call) {
        call.family = player.dice.one_of(families_);
        const auto answer = timed(call, Kind::revoke_family, [&] {
            return race_.store().revoke_family(*call.family, Counting::exact, a_durability(player));
        });
        if (!answer) return;
        call.newly_ended = answer->newly_ended;
        call.live_ended = answer->live_ended.value_or(0);
    }

    void revoke_user(Player& player, Call& call) {
        const auto answer = timed(call, Kind::revoke_user, [&] {
            return race_.store().revoke_all_user_tokens(user_, Counting::exact, a_durability(player));
        });
        if (answer) call.live_ended = answer->live_ended.value_or(0);
    }

    void get_valid(Player& player, Call& call) {
        call.subject = a_hash(player);
        const auto show = [&call](const auto& answer) {
            if (answer && *answer) call.live.push_back(*call.subject);
        };
        if (player.dice.chance(30)) {
            show(timed(call, Kind::get_valid, [&] { return race_.store().get_valid_by_hash(*call.subject); }));
        } else {
            show(timed(call, Kind::get_valid, [&] { return race_.store().validate(*call.subject); }));
        }
    }

    void get_valid_many(Player& player, Call& call) {
        std::array<TokenHash, 6> hashes;
        for (TokenHash& hash : hashes) hash = a_hash(player);
        const auto show = [&](const auto& answer) {
            if (!answer) return;
            for (std::size_t i = 0; i < hashes.size(); ++i) {
                if ((*answer)[i]) call.live.push_back(hashes[i]);
            }
        };
        if (player.dice.chance(30)) {
            show(timed(call, Kind::get_valid, [&] { return race_.store().get_valid_by_hashes(hashes); }));
        } else {
            show(timed(call, Kind::get_valid, [&] { return race_.store().validate_many(hashes); }));
        }
    }

    void get(Player& player, Call& call) {
        call.subject = a_hash(player);
        const auto answer = timed(call, Kind::get, [&] { return race_.store().get_by_hash(*call.subject); });
        if (answer && *answer && (*answer)->state == TokenState::live) call.live.push_back(*call.subject);
    }

    void sessions(Player& /*player*/, Call& call) {
        const SessionPageRequest page{max_page_limit, std::nullopt};
        const auto answer =
            timed(call, Kind::sessions, [&] { return race_.store().get_user_active_sessions(user_, page); });
        if (!answer) return;
        for (const Token& token : answer->sessions) call.live.push_back(token.hash);
    }

    [[nodiscard]] Durability a_durability(Player& player) const {
        return player.dice.below(200) == 0 ? Durability::lose_nothing : durability_;
    }

    // ---- Judging ---------------------------------------------------------------------------------------------------

    void add(const std::string& what) { found_ += what + "\n"; }

    void judge() {
        collect();
        find_ends();
        check_successes();
        check_rotations();
        check_what_is_stored();
    }

    void collect() {
        for (const Call& call : calls_) {
            if (call.failure) add("a call failed: " + call.failure->to_string());
            if (call.made && !made_.emplace(call.made->hash, Made{*call.made, call.span}).second) {
                add("two calls made one token");
            }
        }
    }

    /// When the family or the token was ended for sure: the earliest ticket at which a call that says so had returned.
    void find_ends() {
        const auto note = [](auto& ends, const auto& key, std::uint64_t ticket) {
            auto& end = ends.emplace(key, never).first->second;
            end = std::min(end, ticket);
        };
        for (const Call& call : calls_) {
            const bool ended_by_rotation =
                call.rotated == RotateOutcome::reuse_detected || call.rotated == RotateOutcome::revoked;
            if (call.kind == Kind::revoke_family || ended_by_rotation || call.family_was_ended) {
                note(family_ends_, *call.family, call.span.end);
            }
            if (call.token_revoked == RevokeTokenOutcome::revoked ||
                call.token_revoked == RevokeTokenOutcome::already_revoked) {
                note(token_ends_, *call.subject, call.span.end);
            }
            if (call.rotated == RotateOutcome::rotated) note(token_ends_, *call.subject, call.span.end);
        }
    }

    /// The beginnings of a token: its own making and those of the tokens it was rotated from, since a token whose
    /// predecessor was covered by a user's end is covered too: after that end it could not have been made.
    [[nodiscard]] bool was_issued_before(const Made& made, std::uint64_t ticket) const {
        const Made* at = &made;
        while (at != nullptr) {
            if (at->span.end < ticket) return true;
            at = predecessor_of(*at);
        }
        return false;
    }

    [[nodiscard]] bool was_begun_after(const Made& made, std::uint64_t ticket) const {
        const Made* at = &made;
        while (const Made* before = predecessor_of(*at)) at = before;
        return at->span.begin > ticket;
    }

    [[nodiscard]] const Made* predecessor_of(const Made& made) const {
        if (!made.token.predecessor) return nullptr;
        const auto found = made_.find(*made.token.predecessor);
        return found == made_.end() ? nullptr : &found->second;
    }

    /// The ticket from which on no call may find the token usable.
    [[nodiscard]] std::uint64_t ended_at(const Made& made) const {
        std::uint64_t ended = never;
        if (const auto end = token_ends_.find(made.token.hash); end != token_ends_.end()) ended = end->second;
        if (const auto end = family_ends_.find(made.token.family_id); end != family_ends_.end()) {
            ended = std::min(ended, end->second);
        }
        for (const Call& call : calls_) {
            if (call.kind == Kind::revoke_user && was_issued_before(made, call.span.begin)) {
                ended = std::min(ended, call.span.end);
            }
        }
        return ended;
    }

    /// Nobody can have ended it or rotated it away.
    [[nodiscard]] bool lives_for_sure(const Made& made) const {
        if (token_ends_.contains(made.token.hash) || family_ends_.contains(made.token.family_id)) return false;
        return std::ranges::all_of(calls_, [&](const Call& call) {
            return call.kind != Kind::revoke_user || was_begun_after(made, call.span.end);
        });
    }

    void check_successes() {
        for (const Call& call : calls_) {
            for (const TokenHash& hash : call.live) check_success(call, hash);
            if (call.rotated == RotateOutcome::rotated) check_success(call, *call.subject);
            if (call.kind == Kind::create && call.made && family_ends_.contains(*call.family) &&
                call.span.begin > family_ends_.at(*call.family)) {
                add("a token was created in a family whose end had returned");
            }
            if (call.kind == Kind::sessions) check_listing(call);
        }
    }

    void check_success(const Call& call, const TokenHash& hash) {
        const auto made = made_.find(hash);
        if (made == made_.end()) {
            add("a token was usable that nobody made");
            return;
        }
        if (call.span.begin > ended_at(made->second)) {
            add("a call of kind " + std::to_string(static_cast<int>(call.kind)) +
                " succeeded that began after the token's end had returned");
        }
    }

    void check_listing(const Call& call) {
        std::set<TokenId> chains;
        for (const TokenHash& hash : call.live) {
            const auto made = made_.find(hash);
            if (made != made_.end() && !chains.insert(made->second.token.chain_id).second) {
                add("a listing shows two tokens of one chain");
            }
        }
        for (const auto& [hash, made] : made_) {
            if (made.span.end < call.span.begin && lives_for_sure(made) &&
                std::ranges::find(call.live, hash) == call.live.end()) {
                add("a listing leaves out a token that was live all the time");
            }
        }
    }

    void check_rotations() {
        std::set<TokenHash> rotated;
        for (const Call& call : calls_) {
            if (call.rotated == RotateOutcome::rotated && !rotated.insert(*call.subject).second) {
                add("a token was rotated twice");
            }
        }
    }

    void check_what_is_stored() {
        std::uint64_t ended = 0;
        std::map<FamilyId, std::set<RevocationReason>> family_reasons;
        for (const auto& [hash, made] : made_) {
            const auto stored = race_.store().get_by_hash(hash);
            if (!stored || !*stored) {
                add("a token that was made is not stored");
                continue;
            }
            const JudgedToken& judged = **stored;
            if (judged.state == TokenState::revoked && !judged.token.consumed_at_us) ++ended;
            if (judged.state == TokenState::revoked && !judged.token.revoked) {
                family_reasons[judged.token.family_id].insert(judged.revocation->reason);
            }
            check_link(judged.token);
            // Consumed alone is no end: presenting it has to remain reuse.
            const bool was_rotated = judged.token.consumed_at_us.has_value();
            if (judged.state == TokenState::live && ended_at(made) != never) add("an ended token is live");
            if (judged.state != TokenState::live && lives_for_sure(made)) {
                add(was_rotated ? "a token is consumed that nobody rotated" : "a token died that nobody ended");
            }
        }
        check_counts(ended);
        for (const FamilyId& family : families_) check_family(family, family_reasons[family]);
    }

    void check_link(const Token& stored) {
        for (const Call& call : calls_) {
            if (call.rotated != RotateOutcome::rotated || *call.subject != stored.hash) continue;
            if (stored.successor != call.made->hash) add("a token names another successor than the one that won");
        }
    }

    /// Every ended token was ended by one call, and that call counted it.
    void check_counts(std::uint64_t ended) {
        std::uint64_t counted = 0;
        for (const Call& call : calls_) {
            counted += call.live_ended;
            if (call.token_revoked == RevokeTokenOutcome::revoked) ++counted;
        }
        if (counted != ended) {
            add("the calls ended " + std::to_string(counted) + " tokens, and " + std::to_string(ended) + " are ended");
        }
    }

    void check_family(const FamilyId& family, const std::set<RevocationReason>& reasons) {
        const auto newly_ended =
            std::ranges::count_if(calls_, [&](const Call& call) { return call.newly_ended && call.family == family; });
        if (reasons.contains(RevocationReason::family_revoked) ? newly_ended != 1 : newly_ended > 1) {
            add("a family was newly ended " + std::to_string(newly_ended) + " times");
        }
    }

    RaceStore& race_;
    const MixedRoundPlan& plan_;
    std::uint64_t first_number_;
    std::uint64_t seed_;
    UserId user_;
    std::vector<FamilyId> families_;
    std::int64_t expires_at_us_ = 0;
    std::uint64_t next_set_up_ = 0;
    Durability durability_ = Durability::lose_on_power_failure;
    Tickets tickets_;

    std::vector<Call> calls_;
    std::map<TokenHash, Made> made_;
    std::map<FamilyId, std::uint64_t> family_ends_;
    std::map<TokenHash, std::uint64_t> token_ends_;
    std::string found_;
};

}  // namespace

std::string run_mixed_round(RaceStore& race, const MixedRoundPlan& plan, std::uint64_t round, std::uint64_t seed) {
    return Round(race, plan, round, seed).run();
}

}  // namespace tokenstore::test
