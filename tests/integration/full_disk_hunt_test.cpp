// A small file system of its own, filled to the brim again and again under a store at work: what meets the end of it is
// refused clearly, look-ups go on, and once there is room the store writes on by itself, or its health says that it has
// to be opened again. Nothing that was acknowledged is lost. TOKENSTORE_DISK_FILLS sets how often.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "integration/small_disk.hpp"
#include "storage/host.hpp"
#include "support/child_test.hpp"
#include "support/dice.hpp"
#include "support/index_checker.hpp"
#include "support/private_mounts.hpp"
#include "support/requirements.hpp"
#include "support/results.hpp"
#include "support/sleepless_env.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

using boost::unit_test::disabled;
using boost::unit_test::precondition;

constexpr auto buffered = Durability::lose_on_power_failure;
constexpr std::string_view closing_word = "full disk: ";

BOOST_AUTO_TEST_SUITE(full_disk)

BOOST_AUTO_TEST_CASE(whatever_meets_a_full_disk_is_refused_clearly_and_goes_on_once_there_is_room,
                     *precondition(mounts_are_permitted)) {
    const auto output = run_child_test("full_disk_hunt_parts/fills_up_again_and_again",
                                       {{"TOKENSTORE_TEST_SEED", std::to_string(test_seed())}});
    const auto line = output.find(closing_word);
    BOOST_REQUIRE(line != std::string::npos);
    std::cout << output.substr(line, output.find('\n', line) - line) << std::endl;
}

BOOST_AUTO_TEST_SUITE_END()

/// What comes upon the end of the disk, besides the creating of tokens that uses it up.
enum class Meeting { create, rotate, revoke_token, revoke_user, import, cleanup, flush, compact, maintain };

constexpr std::array meeting_names{"create_token",  "rotate_token",    "revoke_token", "revoke_all_user_tokens",
                                   "import_tokens", "cleanup_expired", "flush",        "compact",
                                   "maintain"};

constexpr std::array<std::uint64_t, 8> spare_bytes{0,           4U << 10U, 32U << 10U, 128U << 10U,
                                                   512U << 10U, 1U << 20U, 2U << 20U,  4U << 20U};

struct Tally {
    std::uint64_t fills = 0;
    std::map<std::string, std::uint64_t> met;  // by what was refused
    std::uint64_t wrote_on = 0;
    std::uint64_t reopened = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t wrong = 0;

    [[nodiscard]] std::string closing_line() const {
        std::ostringstream line;
        line << closing_word << fills << " fills, met by";
        for (const auto& [what, times] : met) line << ' ' << what << ' ' << times << ',';
        line << ' ' << wrote_on << " wrote on, " << reopened << " reopened as health said, " << acknowledged
             << " changes acknowledged, " << wrong << " fills with a loss or an unclear answer; seed " << test_seed();
        return line.str();
    }
};

/// One store, one fill. Throws what is wrong. Each token that is created has a user and a family of its own.
class Fill {
public:
    Fill(const SmallDisk& disk, std::uint64_t number, Tally& tally)
        : disk_(disk),
          dice_(test_seed() + number),
          tally_(tally),
          meeting_(static_cast<Meeting>(number % meeting_names.size())) {}

    void run() {
        std::filesystem::remove_all(disk_.directory);
        store_.emplace(must(disk_.open()));
        begin();
        require_health(HealthState::healthy, "before the disk is full");
        disk_.fill_up(dice_.one_of(spare_bytes));
        work_until_refused();
        const auto health = must(store_->health());
        require(health.state == HealthState::degraded,
                "on a full disk the store is " + std::string(name(health.state)));
        require(health.cause && health.cause->code == ErrorCode::disk_full, "its health does not name the full disk");
        if (!health.takes_writes) require_refused();
        require_all_there();
        disk_.make_room();
        go_on();
        require_all_there();
        must(store_->close());
        const auto disagreements = check_closed_store(disk_.directory, disk_.clock.wall_us());
        require(disagreements.empty(), disagreements);
    }

private:
    void begin() {
        const auto tokens = 300 + dice_.below(1'000);
        for (std::uint64_t i = 0; i < tokens; ++i) {
            require_success(dice_.chance(20) ? create_expired() : create());
            if (dice_.below(300) == 0) must(store_->flush());
        }
    }

    /// Throws unless what is refused is refused for want of room.
    void work_until_refused() {
        constexpr unsigned far_more_than_fit = 100'000;
        for (unsigned step = 0; step < far_more_than_fit; ++step) {
            const auto call = dice_.chance(is_upkeep() ? 99 : 50) ? Meeting::create : meeting_;
            const auto error = make(call);
            if (!error) continue;
            ++tally_.met[meeting_names.at(static_cast<std::size_t>(call))];
            require(error->code == ErrorCode::disk_full, "on a full disk: " + error->to_string());
            require(error->advice() == Advice::call_operator, "the advice is not to call an operator");
            return;
        }
        throw Difference("the disk is full, and everything goes on");
    }

    [[nodiscard]] bool is_upkeep() const {
        return meeting_ == Meeting::cleanup || meeting_ == Meeting::flush || meeting_ == Meeting::compact ||
               meeting_ == Meeting::maintain;
    }

    std::optional<Error> make(Meeting call) {
        switch (call) {
            case Meeting::create:
                return create();
            case Meeting::rotate:
                return rotate();
            case Meeting::revoke_token: {
                const auto number = live_token();
                return note({{number, false}}, store_->revoke_token(make_hash(number), durability()));
            }
            case Meeting::revoke_user: {
                const auto number = live_token();
                return note({{number, false}},
                            store_->revoke_all_user_tokens(user_of(number), Counting::exact, durability()));
            }
            case Meeting::import:
                return import();
            case Meeting::cleanup:
                return note({}, store_->cleanup_expired(durability()));
            case Meeting::flush:
                return note({}, store_->flush());
            case Meeting::compact:
                return note({}, store_->compact());
            case Meeting::maintain:
                return note({}, store_->maintain());
        }
        return std::nullopt;
    }

    std::optional<Error> create() {
        const auto number = next_number_++;
        return note({{number, true}}, store_->create_token(SmallDisk::token(number), durability()));
    }

    std::optional<Error> create_expired() {
        const auto number = next_number_++;
        auto token = SmallDisk::token(number);
        token.expires_at_us = disk_.clock.wall_us() - second_us;
        return note({{number, false}}, store_->create_token(token, durability()));
    }

    std::optional<Error> rotate() {
        const auto presented = live_token();
        const auto number = next_number_++;
        user_numbers_[number] = user_numbers_.contains(presented) ? user_numbers_.at(presented) : presented;
        return note({{presented, false}, {number, true}},
                    store_->rotate_token(make_hash(presented), make_successor(number), durability()));
    }

    std::optional<Error> import() {
        std::vector<Token> rows;
        Changes changes;
        for (unsigned i = 0; i < 20; ++i) {
            changes[next_number_] = true;
            rows.push_back(make_token(next_number_++));
        }
        return note(changes, store_->import_tokens(rows, durability()));
    }

    [[nodiscard]] Durability durability() { return dice_.chance(10) ? Durability::lose_nothing : buffered; }

    /// A successor's user is that of the token that began its chain.
    [[nodiscard]] UserId user_of(std::uint64_t number) const {
        const auto inherited = user_numbers_.find(number);
        return make_user_id(inherited == user_numbers_.end() ? number : inherited->second);
    }

    [[nodiscard]] std::uint64_t live_token() {
        for (;;) {
            const auto number = 1 + dice_.below(next_number_ - 1);
            const auto found = is_valid_.find(number);
            if (found != is_valid_.end() && found->second) return number;
        }
    }

    /// What becomes of tokens if a call succeeds: whether they are valid then.
    using Changes = std::map<std::uint64_t, bool>;

    template <class Value>
    std::optional<Error> note(const Changes& changes, const Result<Value>& answer) {
        for (const auto& [number, valid] : changes) {
            answers_[number]
                .append(valid ? "to be valid: " : "to be dead: ")
                .append(answer ? "done" : answer.error().to_string())
                .append("; ");
            if (answer) {
                is_valid_[number] = valid;
            } else if (answer.error().write != WriteState::nothing_written) {
                is_valid_.erase(number);  // in doubt
            } else if (!is_valid_.contains(number)) {
                is_valid_[number] = false;  // was not stored
            }
        }
        if (!answer) return answer.error();
        tally_.acknowledged += changes.size();
        return std::nullopt;
    }

    static void require_success(const std::optional<Error>& error) { require(!error, error ? error->to_string() : ""); }

    void require_health(HealthState state, std::string_view when) const {
        const auto health = must(store_->health());
        require(health.state == state, std::string(when) + " the store is " + std::string(name(health.state)) +
                                           (health.cause ? ": " + health.cause->to_string() : ""));
    }

    /// Each kind of change, with nothing written and a reason that says what to do; unless the engine finds by itself
    /// that there is room enough after all.
    void require_refused() {
        for (const auto call : {Meeting::create, Meeting::rotate, Meeting::revoke_token, Meeting::revoke_user}) {
            const bool recovers = must(store_->health()).recovers_by_itself;
            const auto error = make(call);
            const std::string what = meeting_names.at(static_cast<std::size_t>(call));
            require(error || recovers, what + " succeeded where health says that no change is taken");
            if (!error) return;
            const bool is_clear = error->code == ErrorCode::disk_full || error->code == ErrorCode::write_refused;
            require(is_clear && (recovers || error->write == WriteState::nothing_written),
                    what + ": " + error->to_string());
        }
    }

    void require_all_there() const {
        std::vector<std::uint64_t> numbers;
        std::vector<TokenHash> hashes;
        for (const auto& [number, valid] : is_valid_) {
            numbers.push_back(number);
            hashes.push_back(make_hash(number));
        }
        const auto found = must(store_->get_valid_by_hashes(hashes));
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            require_equal("whether token " + std::to_string(numbers[i]) + " is valid (" + answers_.at(numbers[i]) + ")",
                          found[i].has_value(), is_valid_.at(numbers[i]));
        }
        for (std::size_t i = 0; i < numbers.size(); i += 50) {
            const auto page = must(store_->get_user_active_sessions(make_user_id(numbers[i])));
            if (found[i] && found[i]->user_id == make_user_id(numbers[i])) {
                require_equal("the sessions of a user", page.sessions.size(), std::size_t{1});
            }
        }
    }

    /// With room again: the store writes on by itself, or its health says that it has to be opened anew.
    void go_on() {
        auto health = must(store_->health());
        while (health.state != HealthState::healthy && health.recovers_by_itself) {
            std::this_thread::yield();
            health = must(store_->health());
        }
        if (health.takes_writes) {
            ++tally_.wrote_on;
        } else {
            ++tally_.reopened;
            const auto refused = create();
            require(refused && refused->code == ErrorCode::write_refused && refused->advice() == Advice::reopen_store,
                    "a store that has to be opened again does not say so");
            static_cast<void>(store_->close());
            store_.reset();
            store_.emplace(must(disk_.open()));
        }
        for (const auto call : {Meeting::create, Meeting::rotate, Meeting::revoke_token, Meeting::flush}) {
            require_success(make(call));
        }
        require_success(make(meeting_));
        require_health(HealthState::healthy, "with room again");
    }

    const SmallDisk& disk_;
    Dice dice_;
    Tally& tally_;
    Meeting meeting_;
    std::optional<TokenStore> store_;
    std::uint64_t next_number_ = 1;
    std::map<std::uint64_t, std::uint64_t>
        user_numbers_;  // of tokens made by rotation: the number of the chain's first

    std::map<std::uint64_t, std::string> answers_;  // what the calls about each token answered
    std::map<std::uint64_t, bool> is_valid_;        // of every token that is not in doubt
};

/// For whoever looks into it: the disk goes with this process.
void keep_finding(const std::filesystem::path& store, std::uint64_t fill) {
    const char* const findings = std::getenv("TOKENSTORE_FINDINGS");
    if (findings == nullptr) return;
    const auto name = "full_disk_" + std::to_string(test_seed()) + "_" + std::to_string(fill);
    std::error_code ignored;
    std::filesystem::create_directories(findings, ignored);
    std::filesystem::copy(store, std::filesystem::path(findings) / name, std::filesystem::copy_options::recursive,
                          ignored);
}

BOOST_FIXTURE_TEST_SUITE(full_disk_hunt_parts, SmallDisk, *disabled())

BOOST_AUTO_TEST_CASE(fills_up_again_and_again) {
    const storage::HostOverride impatient(storage::Host{&sleepless_env(), storage::current_host().boot});
    const auto fills = test_number("TOKENSTORE_DISK_FILLS", 50);
    Tally tally;
    for (; tally.fills < fills; ++tally.fills) {
        try {
            Fill(*this, tally.fills, tally).run();
        } catch (const std::exception& finding) {
            ++tally.wrong;
            BOOST_ERROR("fill " << tally.fills << " of seed " << test_seed() << ": " << finding.what());
            keep_finding(directory, tally.fills);
        }
        std::filesystem::remove(filler);
    }
    std::cout << tally.closing_line() << std::endl;
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
