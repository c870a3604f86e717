// Opening a damaged store and asking it everything, in a process of its own: the engine of Debian is built with its
// asserts, and damage may end the process that meets it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tokenstore::test {

/// As the first argument of this program: run trials.
inline constexpr const char* trials_argument = "--trials";

/// What became of a damaged store.
enum class Outcome {
    same_answers,
    refused_at_open,  ///< by TokenStore::open, with an explicit error
    explicit_errors,  ///< some calls answered an error, and all others as the undamaged store does
    stopped,          ///< the process, by an assertion of the engine that is known
    wrong_answers,
    crash,  ///< the process ended in another way, or was stuck
};

inline constexpr std::size_t outcomes = 6;

/// One trial, as it is told from one process to the other: a line of text.
struct TrialReport {
    std::uint64_t number = 0;  ///< of the mutation
    Outcome outcome = Outcome::same_answers;
    std::string code;    ///< of the error that refused
    std::string detail;  ///< more to say, for people
};

[[nodiscard]] std::string to_line(const TrialReport& report);

/// Throws std::invalid_argument.
[[nodiscard]] TrialReport parse_report(const std::string& line);

struct TrialOrders {
    std::filesystem::path images;  ///< saved by save_images()
    std::uint64_t seed = 0;
    std::uint64_t first = 0;  ///< mutations are numbered
    std::uint64_t end = 0;
};

/// How long one trial may take: only a defect makes it wait so long. The system then ends the process.
inline constexpr unsigned longest_trial_s = 120;

/// The exit code of a process in which the test itself failed.
inline constexpr int test_failed = 2;

/// Writes a report for each mutation to standard output, as soon as it is known. Answers the exit code of the process.
[[nodiscard]] int run_trials(const TrialOrders& orders);

}  // namespace tokenstore::test
