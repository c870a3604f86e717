#include "verbs/admin_revoke.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <tokenstore/clock.hpp>

#include "format/redaction.hpp"
#include "verbs/change.hpp"
#include "verbs/options.hpp"
#include "verbs/view.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

/// Of the three that can be ended one is set.
struct Arguments {
    ChangeArguments change;
    Redaction shown;
    std::optional<TokenHash> token;
    std::optional<FamilyId> family;
    std::optional<UserId> user;

    [[nodiscard]] std::string target() const { return token ? "token" : family ? "family" : "user"; }
    [[nodiscard]] bool owns(const Token& one) const { return one.family_id == family || one.user_id == user; }
};

Told tell(const Arguments& arguments, std::uint64_t live_tokens, std::string outcome) {
    const auto shown = [&](const auto& id) { return arguments.shown(id); };
    Told told;
    told.record.add("change", std::string("revoke"))
        .add("target", arguments.target())
        .add_if("token_hash", arguments.token, shown)
        .add_if("family_id", arguments.family, [](const FamilyId& family) { return to_string(family); })
        .add_if("user_id", arguments.user, shown)
        .add("live_tokens", live_tokens)
        .add("outcome", std::move(outcome));
    return told;
}

Told tell_unknown(const Arguments& arguments, Console& console, const std::string& remark) {
    report(console, remark);
    Told told = tell(arguments, 0, "not_found");
    told.verdict = ExitCode::not_found;
    return told;
}

std::string none_stored(const Arguments& arguments) { return "no token of this " + arguments.target() + " is stored"; }

struct Owned {
    std::uint64_t tokens = 0;
    std::uint64_t live = 0;
    ExitCode verdict = ExitCode::ok;
};

/// The family's tokens by its index, or the user's sessions.
Result<Owned> look_into_index(const Arguments& arguments, const StoreReader& reader, std::int64_t now_us) {
    Owned owned;
    if (arguments.family) {
        const auto walked = reader.walk_family(*arguments.family, now_us, [&](const JudgedToken& judged) {
            ++owned.tokens;
            if (judged.state == TokenState::live) ++owned.live;
            return true;
        });
        if (!walked) return walked.error();
        return owned;
    }
    SessionPageRequest request{.limit = max_page_limit};
    do {
        const Result<SessionPage> page = reader.get_user_active_sessions(*arguments.user, now_us, request);
        if (!page) return page.error();
        owned.live += page->sessions.size();
        request.after = page->next;
    } while (request.after);
    owned.tokens = owned.live;
    return owned;
}

/// What is stored of the family or user. Where the index shows nothing, or is damaged, the tokens themselves are read:
/// what it has lost is ended as well, and nobody shall hear by mistake that it is not stored.
Result<Owned> look_for(const Arguments& arguments, const StoreReader& reader, Console& console) {
    const std::int64_t now_us = system_clock().wall_us();
    Result<Owned> indexed = look_into_index(arguments, reader, now_us);
    const bool decides = indexed ? indexed->tokens > 0 : indexed.error().code != ErrorCode::corrupt;
    if (decides) return indexed;
    Owned owned;
    const Result<WalkedTokens> walked = walk_all(reader, now_us, "looking", console, [&](const JudgedToken& judged) {
        if (!arguments.owns(judged.token)) return true;
        ++owned.tokens;
        if (judged.state == TokenState::live) ++owned.live;
        return true;
    });
    if (!walked) return walked.error();
    owned.verdict = tell_damage(console, reader, now_us, *walked);
    return owned;
}

// ---- What would be done ---------------------------------------------------------------------------------------------

Result<Told> plan_token(const Arguments& arguments, const StoreReader& reader, Console& console) {
    const Result<std::optional<JudgedToken>> found = reader.get_by_hash(*arguments.token, system_clock().wall_us());
    if (!found) return found.error();
    if (!*found) return tell_unknown(arguments, console, "no such token is stored");
    const bool is_live = (*found)->state == TokenState::live;
    return tell(arguments, is_live ? 1 : 0, std::string(name((*found)->state)));
}

Result<Told> plan_owner(const Arguments& arguments, const StoreReader& reader, Console& console) {
    const Result<Owned> owned = look_for(arguments, reader, console);
    if (!owned) return owned.error();
    if (owned->tokens == 0 && owned->verdict == ExitCode::ok) {
        return tell_unknown(arguments, console, none_stored(arguments));
    }
    Told told = tell(arguments, owned->live, "to_be_ended");
    told.verdict = owned->verdict;
    return told;
}

// ---- What is done ---------------------------------------------------------------------------------------------------

Result<Told> revoke_token(const Arguments& arguments, TokenStore& store, Console& console) {
    const Result<RevokeTokenOutcome> outcome = store.revoke_token(*arguments.token);
    if (!outcome) return outcome.error();
    if (*outcome == RevokeTokenOutcome::not_found) return tell_unknown(arguments, console, "no such token is stored");
    return tell(arguments, *outcome == RevokeTokenOutcome::revoked ? 1 : 0, std::string(name(*outcome)));
}

Result<Told> revoke_owner(const Arguments& arguments, TokenStore& store, Console& console) {
    const Result<RevokeResult> result =
        arguments.family ? store.revoke_family(*arguments.family) : store.revoke_all_user_tokens(*arguments.user);
    if (!result) return result.error();
    const std::uint64_t live = result->live_ended.value_or(0);
    Told told = tell(arguments, live, result->newly_ended ? "ended" : "already_ended");
    if (live > 0) return told;
    // It has ended, known or not; but whoever has mistyped an id must hear of it, each time.
    const Result<StoreReader> reader = StoreReader::open(arguments.change.store);
    const Result<Owned> owned = reader ? look_for(arguments, *reader, console) : reader.error();
    if (owned && owned->tokens == 0 && owned->verdict == ExitCode::ok) {
        return tell_unknown(
            arguments, console,
            none_stored(arguments) + "; it was ended " + (result->newly_ended ? "all the same" : "before"));
    }
    told.verdict = owned ? owned->verdict : report(console, owned.error());
    return told;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_change(line, arguments->change);
    CLI::Option& token = add_parsed(line, "--hash", arguments->token, parsed_by(parse_token_hash),
                                    "64 hexadecimal digits", "End the token with this hash, 64 hexadecimal digits");
    token.type_name("HEX");
    CLI::Option& family = add_parsed(line, "--family", arguments->family, parsed_by(parse_id<FamilyId>), "a UUID",
                                     "End this family, for good");
    family.type_name("ID");
    CLI::Option& user = add_parsed(line, "--user", arguments->user, parsed_by(parse_id<UserId>), "a UUID",
                                   "End all sessions of this user, who can log in again");
    user.type_name("ID");
    add_redaction(line, arguments->shown);
    line.parse_complete_callback([&token, &family, &user] {
        if (token.count() + family.count() + user.count() != 1) {
            throw CLI::ValidationError("revoke", "expected one of --hash, --family and --user");
        }
    });
    const Change change = {
        .plan =
            [arguments](const StoreReader& reader, Console& console) {
                return arguments->token ? plan_token(*arguments, reader, console)
                                        : plan_owner(*arguments, reader, console);
            },
        .make =
            [arguments](TokenStore& store, Console& console) {
                return arguments->token ? revoke_token(*arguments, store, console)
                                        : revoke_owner(*arguments, store, console);
            },
    };
    return [arguments, change](Console& console) { return run_change(arguments->change, change, console); };
}

}  // namespace

Verb admin_revoke_verb() { return {"revoke", "End a token, a family or a user", declare}; }

}  // namespace tokenstore::tool
