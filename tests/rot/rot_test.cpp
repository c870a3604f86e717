// Bit rot: whatever happens to one file of a store, each answer is the right one or an explicit error.
// TOKENSTORE_MUTATIONS sets how many mutations are tried, TOKENSTORE_FIRST_MUTATION where their numbers begin: with the
// seed of a finding and its number, it comes again.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "rot/mutation.hpp"
#include "rot/store_image.hpp"
#include "rot/trial.hpp"
#include "support/arena.hpp"
#include "support/run_process.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t trials_of_a_process = 50;
constexpr std::size_t processes = 2;

/// Stores are written and removed by the thousand: in memory, where the system has a place for that.
std::filesystem::path fast_folder() {
    const std::filesystem::path memory = "/dev/shm";
    return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

/// How often each kind of file came to which end.
class Tally {
public:
    void add(const std::string& kind, const TrialReport& report) {
        Row& row = rows_[kind];
        ++row.counts.at(static_cast<std::size_t>(report.outcome));
        if (report.outcome == Outcome::refused_at_open) ++row.refused_with[report.code];
    }

    [[nodiscard]] std::uint64_t sum(Outcome outcome) const {
        std::uint64_t sum = 0;
        for (const auto& [kind, row] : rows_) sum += row.counts.at(static_cast<std::size_t>(outcome));
        return sum;
    }

    [[nodiscard]] std::string table() const {
        std::ostringstream out;
        out << "file                  same answers  refused  errors  stopped  wrong  crash";
        for (const auto& [kind, row] : rows_) {
            constexpr std::array<int, outcomes> widths{14, 9, 8, 9, 7, 7};
            out << '\n' << std::left << std::setw(20) << kind << std::right;
            for (std::size_t i = 0; i < outcomes; ++i) out << std::setw(widths.at(i)) << row.counts.at(i);
            for (const auto& [code, count] : row.refused_with) out << "  " << code << ' ' << count;
        }
        return out.str();
    }

private:
    struct Row {
        std::array<std::uint64_t, outcomes> counts{};
        std::map<std::string, std::uint64_t> refused_with;  // by the name of the error
    };

    std::map<std::string, Row> rows_;
};

/// The engine reads the properties of a table before it verifies their checksum. Debian builds it with its assertions,
/// and one bit of each table file, if it flips, fails one of them: the process ends, loudly, when the store is opened.
bool was_stopped(const std::string& errors) {
    return errors.find("DataBlockHashIndex::Initialize") != std::string::npos;
}

/// Runs the trials of mutations `number` to `end` - 1, each reported once. A process that a trial ends is followed by
/// another, behind it.
std::vector<TrialReport> run_batch(const std::filesystem::path& images, std::uint64_t seed, std::uint64_t number,
                                   std::uint64_t end) {
    std::vector<TrialReport> reports;
    RunOptions options;
    options.environment = {{"TMPDIR", images.string()}};
    while (number < end) {
        const auto finished = run_process({"/proc/self/exe", trials_argument, images.string(), std::to_string(seed),
                                           std::to_string(number), std::to_string(end)},
                                          options);
        if (finished.exit_code == test_failed) throw std::runtime_error(finished.errors);
        std::istringstream lines(finished.output);
        for (std::string line; std::getline(lines, line);) {
            reports.push_back(parse_report(line));
            number = reports.back().number + 1;
        }
        if (number == end && finished.exit_code == 0) break;
        number = std::min(number, end - 1);  // a process may also fail to end
        reports.push_back({number,
                           was_stopped(finished.errors) ? Outcome::stopped : Outcome::crash,
                           {},
                           "the process ended with " + std::to_string(finished.exit_code) + ": " + finished.errors});
        ++number;
    }
    return reports;
}

BOOST_AUTO_TEST_SUITE(rot)

BOOST_AUTO_TEST_CASE(whatever_happens_to_one_file_each_answer_is_right_or_an_error) {
    const auto first = test_number("TOKENSTORE_FIRST_MUTATION", 0);
    const auto end = first + test_number("TOKENSTORE_MUTATIONS", 2000);
    const auto seed = test_seed();
    const TemporaryDirectory folder(fast_folder());
    const auto images = make_store_images();
    save_images(images, folder.path());

    std::atomic<std::uint64_t> next = first;
    std::mutex mutex;
    std::vector<TrialReport> reports;  // guarded by mutex
    run_together(processes, [&](std::size_t) {
        for (;;) {
            const auto number = next.fetch_add(trials_of_a_process);
            if (number >= end) return;
            auto batch = run_batch(folder.path(), seed, number, std::min(end, number + trials_of_a_process));
            const std::lock_guard lock(mutex);
            std::ranges::move(batch, std::back_inserter(reports));
        }
    });

    const MutationSource source(images, seed);
    Tally tally;
    for (const auto& report : reports) {
        const auto mutation = source.draw(report.number);
        tally.add(mutation.kind, report);
        const bool right = report.outcome != Outcome::wrong_answers && report.outcome != Outcome::crash;
        BOOST_TEST(right, "mutation " << report.number << " of seed " << seed << ", " << mutation.text << ": "
                                      << report.detail);
    }
    BOOST_TEST_MESSAGE(tally.table());
    std::cout << reports.size() << " mutations: " << tally.sum(Outcome::same_answers) << " same answers, "
              << tally.sum(Outcome::refused_at_open) << " refused at open, " << tally.sum(Outcome::explicit_errors)
              << " explicit errors, " << tally.sum(Outcome::stopped) << " stopped by the engine, "
              << tally.sum(Outcome::wrong_answers) << " wrong answers, " << tally.sum(Outcome::crash) << " crashes\n";
    BOOST_TEST(reports.size() == end - first);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
