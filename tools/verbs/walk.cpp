#include "verbs/walk.hpp"

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>

#include "system/interruption.hpp"
#include "system/os_error.hpp"
#include "verbs/view.hpp"

namespace tokenstore::tool {
namespace {

constexpr std::int64_t wondering_after_us = 1'000'000;

// Hashes are evenly spread: how far the walk has come in them is how far it has come in the store.
constexpr std::uint64_t places = std::uint64_t{1} << 32U;

std::uint64_t place_of(const TokenHash& hash) noexcept {
    std::uint64_t place = 0;
    for (std::size_t i = 0; i < 4; ++i) place = place << 8U | hash.bytes[i];
    return place;
}

}  // namespace

WalkProgress::WalkProgress(std::string_view what, Console& console) : progress_(console.errors) {
    progress_.begin(what, places, wondering_after_us);
}

void WalkProgress::visit(const TokenHash& hash) {
    constexpr std::uint64_t tokens_between_looks = 256;
    if (++visited_ % tokens_between_looks == 0) progress_.update(visited_, place_of(hash));
}

Error broken_off() { return os_error("broken off", EINTR); }

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

std::function<bool(std::uint64_t, std::uint64_t)> slow_progress(std::string_view what, Console& console) {
    const auto progress = std::make_shared<Progress>(console.errors);
    const auto has_begun = std::make_shared<bool>(false);
    return [=, what = std::string(what)](std::uint64_t done, std::uint64_t total) {
        if (!*has_begun) progress->begin(what, total, wondering_after_us);
        *has_begun = true;
        progress->update(done, done);
        return !interrupted();
    };
}

Result<WalkedTokens> walk_all(const StoreReader& reader, std::int64_t as_of_us, std::string_view what, Console& console,
                              const std::function<bool(const JudgedToken&)>& visit) {
    WalkProgress progress(what, console);
    Result<WalkedTokens> walked =
        reader.walk_tokens({.as_of_us = as_of_us, .on_damage = OnDamage::skip}, [&](const JudgedToken& judged) {
            progress.visit(judged.token.hash);
            return visit(judged) && console.output.usable() && !interrupted();
        });
    if (interrupted()) return broken_off();
    return walked;
}

ExitCode tell_damage(Console& console, const StoreReader& reader, std::int64_t as_of_us, const WalkedTokens& walked,
                     const std::string& what) {
    if (!walked.met_damage()) return ExitCode::ok;
    report(console, "corrupt: " + what + moment_text(reader, as_of_us) + ", WITHOUT " + damage_text(walked));
    return ExitCode::damaged;
}

ExitCode conclude(Console& console, const StoreReader& reader, std::int64_t as_of_us, const WalkedTokens& walked,
                  const std::string& what) {
    console.output.flush();
    if (walked.met_damage()) return tell_damage(console, reader, as_of_us, walked, what);
    if (console.output.usable()) report(console, what + moment_text(reader, as_of_us));
    return ExitCode::ok;
}

}  // namespace tokenstore::tool
