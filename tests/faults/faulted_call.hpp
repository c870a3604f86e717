// The calls that faults are planned for, each with what must hold of it whatever it answered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tokenstore/token_store.hpp>

#include "faults/fault_finding.hpp"
#include "support/manual_clock.hpp"

namespace tokenstore::test {

/// How a call ended: `error` is absent where it succeeded.
struct Attempt {
    std::optional<Error> error;
    std::string answer;  ///< of a call that reads
};

/// The tokens of the prepared store are numbered 1 to this; each has a user and a family by its number, but for 1 and
/// 2, which share user 1.
inline constexpr std::uint64_t prepared_tokens = 12;

/// Fills a new store: tokens 1 to 6 rest in table files of two levels, 7 to 12 in the log; 3 was rotated to 103, the
/// family of 4 was ended, 5 was revoked, and 6 has expired.
void prepare(TokenStore& store, ManualClock& clock);

/// What a healthy store answers about all tokens but those that a call is about, as text.
[[nodiscard]] std::string states_but(const TokenStore& store, const std::vector<std::uint64_t>& touched);

struct FaultedCall {
    const char* name;
    std::vector<std::uint64_t> touched;  ///< the tokens that it may change
    bool changes;                        ///< it writes
    Attempt (*make)(TokenStore& store, ManualClock& clock);

    /// After the disk was healed and the store opened again: what is wrong with what the attempt left.
    MaybeFinding (*find_wrong)(TokenStore& store, ManualClock& clock, const Attempt& attempt);
};

/// One more change, made where a fault has been met before: what it answers has to be true like any other answer.
[[nodiscard]] Attempt make_later_call(TokenStore& store, ManualClock& clock);
[[nodiscard]] MaybeFinding find_wrong_with_later_call(TokenStore& store, const Attempt& attempt);

/// All calls on an open store that reach the disk; opening itself is the test's.
[[nodiscard]] const std::vector<FaultedCall>& faulted_calls();

}  // namespace tokenstore::test
