// Walking over all tokens of a store as a verb does: with progress, past damage, and until somebody interrupts it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <tokenstore/store_reader.hpp>

#include "format/progress.hpp"
#include "verbs/console.hpp"

namespace tokenstore::tool {

/// For a long call of the library: tells how far it has come once it takes so long that somebody wonders, and answers
/// false once somebody interrupts. `what` names the work.
[[nodiscard]] std::function<bool(std::uint64_t done, std::uint64_t total)> slow_progress(std::string_view what,
                                                                                         Console& console);

/// How far a walk in the order of hashes has come, told once it takes so long that somebody wonders.
class WalkProgress {
public:
    WalkProgress(std::string_view what, Console& console);

    /// Cheap to call for every token.
    void visit(const TokenHash& hash);

    /// Clears the line, before something else is written to the terminal.
    void erase() { progress_.erase(); }

private:
    Progress progress_;
    std::uint64_t visited_ = 0;
};

/// What a verb ends with that was interrupted: half an answer could be taken for a whole one, so it gives none.
[[nodiscard]] Error broken_off();

/// Visits every token that can be read, in the order of hashes, until `visit` answers false or the output has failed.
/// `what` names the work in the line of progress. Error: broken_off(), once an interruption has arrived.
[[nodiscard]] Result<WalkedTokens> walk_all(const StoreReader& reader, std::int64_t as_of_us, std::string_view what,
                                            Console& console, const std::function<bool(const JudgedToken&)>& visit);

/// "2 damaged records and 1 unreadable stretch of unknown size"; empty if there is no damage.
[[nodiscard]] std::string damage_text(const WalkedTokens& walked);

/// Tells what is missing in the answer for damage, if anything is. `what` stands before the moment, such as
/// "3 tokens of ".
[[nodiscard]] ExitCode tell_damage(Console& console, const StoreReader& reader, std::int64_t as_of_us,
                                   const WalkedTokens& walked, const std::string& what = {});

/// Tells of which moment the answer speaks, and what is missing in it for damage. Call it once the answer is
/// complete.
[[nodiscard]] ExitCode conclude(Console& console, const StoreReader& reader, std::int64_t as_of_us,
                                const WalkedTokens& walked, const std::string& what = {});

}  // namespace tokenstore::tool
