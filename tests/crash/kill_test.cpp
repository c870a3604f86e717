// Killing a process in the middle of its writes: what it was answered is there, what it was not answered is there
// wholly or not at all. TOKENSTORE_KILLS sets how many processes are killed.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <tokenstore/token_store.hpp>

#include "crash/expected_store.hpp"
#include "crash/ledger.hpp"
#include "crash/victim.hpp"
#include "support/dice.hpp"
#include "support/index_checker.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t kills_of_a_store = 10;
constexpr std::uint64_t most_answers_before_a_kill = 400;

// A victim that does not come so far is stuck: only a defect makes a test wait this long.
constexpr std::chrono::minutes longest_wait{2};

/// A process that is killed on destruction, if it still runs.
class Victim {
public:
    explicit Victim(const VictimOrders& orders) {
        std::vector<std::string> words{std::filesystem::read_symlink("/proc/self/exe").string(),
                                       victim_argument,
                                       orders.store.string(),
                                       orders.ledger.string(),
                                       std::to_string(orders.seed),
                                       std::to_string(orders.first_number)};
        std::vector<char*> arguments;
        arguments.reserve(words.size() + 1);
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        const int error = ::posix_spawn(&process_, arguments[0], nullptr, nullptr, arguments.data(), environ);
        if (error != 0) throw std::system_error(error, std::generic_category(), "starting the victim");
    }
    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;
    ~Victim() { kill(); }

    /// False once it has ended by itself.
    [[nodiscard]] bool runs() {
        if (!has_ended_ && ::waitpid(process_, nullptr, WNOHANG) == process_) has_ended_ = true;
        return !has_ended_;
    }

    void kill() noexcept {
        if (has_ended_) return;
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        has_ended_ = true;
    }

private:
    pid_t process_ = 0;
    bool has_ended_ = false;
};

/// The moment of a kill: some number of answers, or somewhere in the opening of the store.
struct Moment {
    LedgerStage stage = LedgerStage::opening;
    std::uint64_t answers = 0;
};

Moment draw_moment(Dice& dice) {
    if (dice.chance(10)) return {LedgerStage::opening, 0};
    return {LedgerStage::open, dice.below(most_answers_before_a_kill)};
}

void wait_for(const Moment& moment, const Ledger& ledger, Victim& victim) {
    const auto deadline = std::chrono::steady_clock::now() + longest_wait;
    const LedgerPages& pages = ledger.pages();
    while (pages.stage.load() < moment.stage || pages.answered.load() < moment.answers) {
        if (!victim.runs())
            throw std::runtime_error("the victim ended: " + std::string(pages.entries[0][0].error.data()));
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the victim is stuck");
        std::this_thread::yield();
    }
}

/// A store that is worked on by one process after the other, each killed.
class KilledStore {
public:
    explicit KilledStore(std::uint64_t seed) : seed_(seed), dice_(seed) {}

    void kill_one(bool is_last) {
        const VictimOrders orders{directory_.path() / "store", directory_.path() / "ledger", seed_ + kills_,
                                  kills_ * numbers_of_a_victim};
        const Ledger ledger = Ledger::make(orders.ledger);
        {
            Victim victim(orders);
            wait_for(draw_moment(dice_), ledger, victim);
        }
        ++kills_;
        auto store = TokenStore::open(orders.store, crash_options());
        BOOST_REQUIRE_MESSAGE(store, (store ? std::string() : store.error().to_string()));
        expected_.take_over(ledger, *store);
        BOOST_TEST_REQUIRE(expected_.take_faults() == "");
        expected_.check(*store);
        BOOST_TEST_REQUIRE(expected_.take_faults() == "");
        expected_.present_dead_tokens(*store, dice_, is_last ? 1 : 50);
        expected_.check(*store);
        BOOST_TEST_REQUIRE(expected_.take_faults() == "");
        const auto closed = store->close();
        BOOST_REQUIRE_MESSAGE(closed, (closed ? std::string() : closed.error().to_string()));
        BOOST_TEST_REQUIRE(check_closed_store(orders.store, system_clock().wall_us()) == "");
    }

    [[nodiscard]] const ExpectedStore& expected() const noexcept { return expected_; }

private:
    std::uint64_t seed_;
    Dice dice_;
    TemporaryDirectory directory_;
    ExpectedStore expected_;
    std::uint64_t kills_ = 0;
};

BOOST_AUTO_TEST_SUITE(killing)

BOOST_AUTO_TEST_CASE(what_was_answered_before_a_kill_is_there_after_it) {
    const std::uint64_t kills = test_number("TOKENSTORE_KILLS", 100);
    std::uint64_t answered = 0;
    std::uint64_t open = 0;
    std::uint64_t open_and_done = 0;
    std::optional<KilledStore> store;
    for (std::uint64_t kill = 0; kill < kills; ++kill) {
        if (kill % kills_of_a_store == 0) store.emplace(test_seed() + kill);
        const bool is_last = (kill + 1) % kills_of_a_store == 0 || kill + 1 == kills;
        BOOST_TEST_CONTEXT("kill " << kill) { store->kill_one(is_last); }
        if (!is_last) continue;
        answered += store->expected().calls_answered();
        open += store->expected().calls_open();
        open_and_done += store->expected().calls_open_and_done();
    }
    BOOST_TEST_MESSAGE(kills << " kills; " << answered << " calls answered, " << open << " not answered, of which "
                             << open_and_done << " had been done");
    BOOST_TEST(answered > kills);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
