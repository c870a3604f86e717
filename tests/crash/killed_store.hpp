// A store that one process after the other works on, each killed, and what is found in it afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "crash/evidence.hpp"
#include "crash/expected_store.hpp"
#include "crash/findings.hpp"
#include "crash/kill_point.hpp"
#include "crash/ledger.hpp"
#include "crash/victim_process.hpp"
#include "support/dice.hpp"
#include "support/temporary_directory.hpp"

namespace tokenstore::test {

/// What was killed so far, in all stores of a hunt.
struct KillTally {
    std::uint64_t kills = 0;
    std::uint64_t double_kills = 0;   ///< an opening was killed, and the next one again
    std::uint64_t in_background = 0;  ///< in flushes and compactions
    std::map<std::string, std::uint64_t> at_points;
};

/// Goes through the points of each kind of work, one after the other, so that none is left out by chance.
class PointCycle {
public:
    [[nodiscard]] KillOrder next(Work work, Dice& dice);

private:
    std::map<Work, std::size_t> next_;
};

class KilledStore {
public:
    KilledStore(std::uint64_t seed, KillTally& tally, PointCycle& points, Findings& findings)
        : seed_(seed), dice_(seed), tally_(tally), points_(points), findings_(findings), expected_(findings) {}

    /// Kills a process, or several without a look at the store between them; then opens and checks. Every other time an
    /// opening is killed, and the opening after it. `is_last` presents every dead token.
    void go_round(bool is_last);

    /// The kills of the last round, in order, and where the store is kept.
    [[nodiscard]] std::string describe_round(const std::string& name) const;

    [[nodiscard]] const ExpectedStore& expected() const noexcept { return expected_; }

private:
    void kill_at_work();
    void kill_openings();
    bool kill_an_opening();
    bool kill(const KillOrder& order, const KillTime& time);
    void check(bool is_last);
    [[nodiscard]] std::filesystem::path store() const { return directory_.path() / "store"; }
    [[nodiscard]] std::filesystem::path ledger_file(std::size_t number) const {
        return directory_.path() / ("ledger_" + std::to_string(number));
    }

    std::uint64_t seed_;
    Dice dice_;
    KillTally& tally_;
    PointCycle& points_;
    Findings& findings_;
    TemporaryDirectory directory_{folder_in_memory()};
    Evidence evidence_{directory_.path()};
    ExpectedStore expected_;
    std::uint64_t rounds_ = 0;
    std::uint64_t kills_ = 0;
    std::vector<Ledger> ledgers_;      // of this round
    std::vector<std::string> deaths_;  // likewise
};

}  // namespace tokenstore::test
