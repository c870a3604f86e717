#include "verbs/admin_cleanup.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <tokenstore/clock.hpp>

#include "system/interruption.hpp"
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

// How much there is to do, for somebody who looks on; nothing if nobody does, or if it cannot be told.
std::optional<std::uint64_t> to_be_removed(const std::filesystem::path& store, Console& console) {
    if (!console.errors.is_terminal()) return std::nullopt;
    const Result<StoreReader> reader = StoreReader::open(store);
    if (!reader) return std::nullopt;
    const Result<Expired> expired = count_expired(*reader, system_clock().wall_us(), console);
    return expired ? std::optional(expired->tokens) : std::nullopt;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<ChangeArguments>();
    add_change(line, *arguments);
    const Change change = {
        .plan = [](const StoreReader& reader, Console& console) -> Result<Told> {
            const std::int64_t now_us = system_clock().wall_us();
            const Result<Expired> expired = count_expired(reader, now_us, console);
            if (!expired) return expired.error();
            return Told{cleanup_record(expired->tokens), tell_damage(console, reader, now_us, expired->walked)};
        },
        .make = [arguments](TokenStore& store, Console& console) -> Result<Told> {
            const std::optional<std::uint64_t> expired = to_be_removed(arguments->store, console);
            if (interrupted()) return broken_off();
            const WatchedWork watched(console, "removing", "tokens", expired, [&store] {
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
