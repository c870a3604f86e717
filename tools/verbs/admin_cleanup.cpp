#include "verbs/admin_cleanup.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <tokenstore/clock.hpp>

#include "verbs/change.hpp"
#include "verbs/walk.hpp"
#include "verbs/watched_work.hpp"

namespace tokenstore::tool {
namespace {

Record cleanup_record(std::uint64_t tokens) {
    return Record().add("change", std::string("cleanup")).add("expired_tokens", tokens);
}

struct Expired {
    std::uint64_t tokens = 0;
    WalkedTokens walked;
};

// Whatever their state.
Result<Expired> count_expired(const StoreReader& reader, std::int64_t now_us, Console& console) {
    Expired expired;
    const Result<WalkedTokens> walked = walk_all(reader, now_us, "counting", console, [&](const JudgedToken& judged) {
        if (judged.token.expires_at_us <= now_us) ++expired.tokens;
        return true;
    });
    if (!walked) return walked.error();
    expired.walked = *walked;
    return expired;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<ChangeArguments>();
    add_change(line, *arguments);
    const auto planned = std::make_shared<std::optional<std::uint64_t>>();  // how many, where a plan was made
    const Change change = {
        .plan = [planned](const StoreReader& reader, Console& console) -> Result<Told> {
            const std::int64_t now_us = system_clock().wall_us();
            const Result<Expired> expired = count_expired(reader, now_us, console);
            if (!expired) return expired.error();
            *planned = expired->tokens;
            return Told{cleanup_record(expired->tokens), tell_damage(console, reader, now_us, expired->walked)};
        },
        .make = [planned](TokenStore& store, Console& console) -> Result<Told> {
            const WatchedWork watched(console, "removing", "tokens", *planned, [&store] {
                const Result<Statistics> statistics = store.statistics();
                return statistics ? statistics->cleaned_up : 0;
            });
            const Result<std::uint64_t> removed = store.cleanup_expired();
            if (!removed) return removed.error();
            return Told{cleanup_record(*removed)};
        },
    };
    return [arguments, change](Console& console) { return run_change(*arguments, change, console); };
}

}  // namespace

Verb admin_cleanup_verb() { return {"cleanup", "Remove every token that has expired", declare}; }

}  // namespace tokenstore::tool
