#include "verbs/walk.hpp"

#include <string>

#include "format/progress.hpp"
#include "system/interruption.hpp"
#include "verbs/view.hpp"

namespace tokenstore::tool {
namespace {

// Hashes are evenly spread: how far the walk has come in them is how far it has come in the store.
constexpr std::uint64_t places = std::uint64_t{1} << 32U;

std::uint64_t place_of(const TokenHash& hash) noexcept {
    std::uint64_t place = 0;
    for (std::size_t i = 0; i < 4; ++i) place = place << 8U | hash.bytes[i];
    return place;
}

}  // namespace

std::string damage_text(const WalkedTokens& walked) {
    std::string text;
    const auto add = [&text](std::uint64_t count, const char* one, const char* many) {
        if (count == 0) return;
        if (!text.empty()) text += " and ";
        text += std::to_string(count) + ' ' + (count == 1 ? one : many);
    };
    add(walked.damaged_records, "damaged record", "damaged records");
    add(walked.lost_stretches, "unreadable stretch of unknown size", "unreadable stretches of unknown size");
    return text;
}

Result<WalkedTokens> walk_all(const StoreReader& reader, std::int64_t as_of_us, std::string_view what, Console& console,
                              const std::function<bool(const JudgedToken&)>& visit) {
    constexpr std::uint64_t tokens_between_looks = 256;
    constexpr std::int64_t wondering_after_us = 1'000'000;
    Progress progress(console.errors);
    progress.begin(what, places, wondering_after_us);
    std::uint64_t visited = 0;
    return reader.walk_tokens({.as_of_us = as_of_us, .on_damage = OnDamage::skip}, [&](const JudgedToken& judged) {
        if (++visited % tokens_between_looks == 0) progress.update(visited, place_of(judged.token.hash));
        return visit(judged) && console.output.usable() && !interrupted();
    });
}

ExitCode conclude(Console& console, const StoreReader& reader, std::int64_t as_of_us, const WalkedTokens& walked,
                  const std::string& what) {
    console.output.flush();
    const std::string moment = what + moment_text(reader, as_of_us);
    if (walked.met_damage()) {
        report(console, "corrupt: " + moment + ", WITHOUT " + damage_text(walked));
        return ExitCode::damaged;
    }
    if (console.output.usable()) report(console, moment);
    return ExitCode::ok;
}

}  // namespace tokenstore::tool
