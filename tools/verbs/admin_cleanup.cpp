#include "verbs/admin_cleanup.hpp"

#include <memory>

#include <tokenstore/clock.hpp>

#include "verbs/change.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

Record cleanup_record(std::uint64_t tokens) {
    return Record().add("change", std::string("cleanup")).add("expired_tokens", tokens);
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<ChangeArguments>();
    add_change(line, *arguments);
    const Change change = {
        .plan = [](const StoreReader& reader, Console& console) -> Result<Told> {
            const std::int64_t now_us = system_clock().wall_us();
            std::uint64_t expired = 0;
            const Result<WalkedTokens> walked =
                walk_all(reader, now_us, "counting", console, [&](const JudgedToken& judged) {
                    if (judged.token.expires_at_us <= now_us) ++expired;  // whatever its state
                    return true;
                });
            if (!walked) return walked.error();
            return Told{cleanup_record(expired), tell_damage(console, reader, now_us, *walked)};
        },
        .make = [](TokenStore& store, Console& /*console*/) -> Result<Told> {
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
