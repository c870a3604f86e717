#include "verbs/admin_revoke.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <tokenstore/clock.hpp>

#include "verbs/change.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

struct Target {
    std::optional<TokenHash> token;
    std::optional<FamilyId> family;
    std::optional<UserId> user;
};

Record revoke_record(std::string target, std::uint64_t live_tokens, std::string outcome) {
    return Record()
        .add("change", std::string("revoke"))
        .add("target", std::move(target))
        .add("live_tokens", live_tokens)
        .add("outcome", std::move(outcome));
}

// ---- What would be done
// ----------------------------------------------------------------------------------------------

Result<Record> plan_token(const StoreReader& reader, const TokenHash& hash) {
    const Result<std::optional<JudgedToken>> found = reader.get_by_hash(hash, system_clock().wall_us());
    if (!found) return found.error();
    if (!*found) return revoke_record("token", 0, "not_found");
    const bool is_live = (*found)->state == TokenState::live;
    return revoke_record("token", is_live ? 1 : 0, std::string(name((*found)->state)));
}

Result<Record> plan_family(const StoreReader& reader, const FamilyId& family) {
    std::uint64_t live = 0;
    const auto visited = reader.for_each_token(system_clock().wall_us(), [&](const JudgedToken& judged) {
        if (judged.token.family_id == family && judged.state == TokenState::live) ++live;
        return true;
    });
    if (!visited) return visited.error();
    return revoke_record("family", live, "to_be_ended");
}

Result<Record> plan_user(const StoreReader& reader, const UserId& user) {
    std::uint64_t live = 0;
    SessionPageRequest request{.limit = max_page_limit, .after = std::nullopt};
    do {
        const Result<SessionPage> page = reader.get_user_active_sessions(user, system_clock().wall_us(), request);
        if (!page) return page.error();
        live += page->sessions.size();
        request.after = page->next;
    } while (request.after);
    return revoke_record("user", live, "to_be_ended");
}

// ---- What is done
// ----------------------------------------------------------------------------------------------------

Result<Record> revoke_one(TokenStore& store, const TokenHash& hash) {
    const Result<RevokeTokenOutcome> outcome = store.revoke_token(hash);
    if (!outcome) return outcome.error();
    return revoke_record("token", *outcome == RevokeTokenOutcome::revoked ? 1 : 0, std::string(name(*outcome)));
}

Result<Record> ended(std::string target, const Result<RevokeResult>& result) {
    if (!result) return result.error();
    return revoke_record(std::move(target), result->live_ended.value_or(0),
                         result->newly_ended ? "ended" : "already_ended");
}

Run declare(CLI::App& line) {
    struct Arguments {
        ChangeArguments change;
        Target target;
    };
    const auto arguments = std::make_shared<Arguments>();
    Target& target = arguments->target;
    add_change(line, arguments->change);
    CLI::Option& token = add_parsed(line, "--hash", target.token, parsed_by(parse_token_hash), "64 hexadecimal digits",
                                    "End the token with this hash, 64 hexadecimal digits");
    token.type_name("HEX");
    CLI::Option& family = add_parsed(line, "--family", target.family, parsed_by(parse_id<FamilyId>), "a UUID",
                                     "End this family, for good");
    family.type_name("ID");
    CLI::Option& user = add_parsed(line, "--user", target.user, parsed_by(parse_id<UserId>), "a UUID",
                                   "End all sessions of this user, who can log in again");
    user.type_name("ID");
    line.parse_complete_callback([&token, &family, &user] {
        if (token.count() + family.count() + user.count() != 1) {
            throw CLI::ValidationError("revoke", "expected one of --hash, --family and --user");
        }
    });
    const Change change = {
        .plan =
            [&target](const StoreReader& reader) {
                if (target.token) return plan_token(reader, *target.token);
                return target.family ? plan_family(reader, *target.family) : plan_user(reader, *target.user);
            },
        .make =
            [&target](TokenStore& store) {
                if (target.token) return revoke_one(store, *target.token);
                return target.family ? ended("family", store.revoke_family(*target.family))
                                     : ended("user", store.revoke_all_user_tokens(*target.user));
            },
    };
    return [arguments, change](Console& console) { return run_change(arguments->change, change, console); };
}

}  // namespace

Verb admin_revoke_verb() { return {"revoke", "End a token, a family or a user", declare}; }

}  // namespace tokenstore::tool
