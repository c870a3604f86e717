// Histories written by hand, a line for each call.
#pragma once

#include <cstdint>
#include <utility>

#include "linearizability/history.hpp"

namespace tokenstore::test {

[[nodiscard]] inline RecordedCall at(std::uint64_t begin, std::uint64_t end, const Call& call, Outcome outcome) {
    return {call, {begin, end}, std::move(outcome), 0};
}

[[nodiscard]] inline RecordedCall at(std::uint64_t begin, std::uint64_t end, const Call& call, Answer answer) {
    return at(begin, end, call, Outcome{.answer = answer});
}

[[nodiscard]] inline RecordedCall unknown_from(std::uint64_t begin, const Call& call) {
    return {call, {begin, never}, std::nullopt, 0};
}

[[nodiscard]] inline Outcome counted(Answer answer, std::uint64_t live_ended) {
    return {.answer = answer, .live_ended = live_ended};
}

[[nodiscard]] inline Outcome because(Answer answer, Reason reason) { return {.answer = answer, .reason = reason}; }

[[nodiscard]] inline Outcome consumed_to(TokenNumber successor) {
    return {.answer = Answer::consumed, .successor = successor};
}

}  // namespace tokenstore::test
