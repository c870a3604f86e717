// The tool beside the process that owns the store and writes into it all the while.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <tokenstore/token_store.hpp>

#include "support/results.hpp"
#include "support/token_builders.hpp"
#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

using tokenstore::test::make_family_id;
using tokenstore::test::make_hash;
using tokenstore::test::make_user_id;
using tokenstore::test::must;

constexpr std::uint64_t families = 8;

// This process is the gateway: it owns the store, and rotates the token of each family in turn until it goes away.
class Gateway : public ToolFixture {
public:
    Gateway() {
        Options options = keeping_everything();
        options.write_buffer_bytes = 1 << 20;  // so that tables are written, compacted and dropped meanwhile
        options.validity_cache_bytes = 0;
        store_.emplace(must(TokenStore::open(store(), options)));
        for (std::uint64_t family = 0; family < families; ++family) {
            static_cast<void>(must(store_->create_token({.hash = hash_of(family, 0),
                                                         .user_id = make_user_id(family),
                                                         .family_id = make_family_id(family),
                                                         .expires_at_us = expires_at_us(),
                                                         .device_id = std::nullopt,
                                                         .device_name = std::string(100, 'n'),
                                                         .ip_address = std::nullopt})));
        }
        writer_ = std::thread([this] { rotate_until_stopped(); });
    }
    ~Gateway() {
        stop_ = true;
        writer_.join();
    }
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    /// Rounds of rotations that were answered.
    [[nodiscard]] std::uint64_t rounds() const { return rounds_; }
    [[nodiscard]] bool failed() const { return failed_; }

    [[nodiscard]] static TokenHash hash_of(std::uint64_t family, std::uint64_t round) {
        return make_hash(round * families + family + 1);
    }

private:
    static std::int64_t expires_at_us() { return system_clock().wall_us() + tokenstore::test::day_us; }

    void rotate_until_stopped() {
        for (std::uint64_t round = 0; !stop_; ++round) {
            for (std::uint64_t family = 0; family < families; ++family) {
                Successor successor;
                successor.hash = hash_of(family, round + 1);
                successor.expires_at_us = expires_at_us();
                const auto rotated = store_->rotate_token(hash_of(family, round), successor);
                if (!rotated || rotated->outcome != RotateOutcome::rotated) failed_ = true;
            }
            rounds_ = round + 1;
        }
    }

    std::optional<TokenStore> store_;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> failed_ = false;
    std::atomic<std::uint64_t> rounds_ = 0;
    std::thread writer_;
};

BOOST_AUTO_TEST_SUITE(live_store)

// A dump is of one moment: each family has exactly one token that was not rotated away, and all those before it.
BOOST_FIXTURE_TEST_CASE(dump_is_of_one_moment_and_holds_all_that_was_answered_before_it, Gateway) {
    for (int i = 0; i < 3; ++i) {
        const std::uint64_t rounds_before = rounds();
        const Finished dump = tool({"dump", store().string()});
        BOOST_REQUIRE_MESSAGE(dump.exit_code == 0, dump.errors);
        std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> tokens_and_tips;
        for (const auto& token : parse_json_lines(dump.output)) {
            auto& [tokens, tips] = tokens_and_tips[token["family_id"].GetString()];
            ++tokens;
            if (token["consumed_at"].IsNull()) ++tips;
        }
        BOOST_TEST(tokens_and_tips.size() == families);
        for (const auto& [family, counted] : tokens_and_tips) {
            BOOST_TEST(counted.first > rounds_before);
            BOOST_TEST(counted.second == 1U);
        }
    }
    BOOST_TEST(!failed());
}

BOOST_FIXTURE_TEST_CASE(every_verb_answers, Gateway) {
    const std::string path = store().string();
    const std::vector<std::vector<std::string>> commands = {
        {"get", path, "--hash", to_hex(hash_of(3, 0))},
        {"family", path, to_string(make_family_id(3))},
        {"sessions", path, to_string(make_user_id(3))},
        {"count", path},
        {"count", path, "--by", "state"},
        {"top", path},
        {"expiry", path},
        {"dump", path, "--format", "csv"},
        {"report", path, "--out", (folder() / "report.html").string()},
    };
    for (const auto& command : commands) {
        const Finished finished = tool(command);
        BOOST_TEST(finished.exit_code == 0, command.front() << ": " << finished.errors);
    }
    BOOST_TEST(!failed());
}

BOOST_FIXTURE_TEST_CASE(family_is_told_without_a_hole, Gateway) {
    for (int i = 0; i < 3; ++i) {
        const std::uint64_t rounds_before = rounds();
        const Finished shown = tool({"family", store().string(), to_string(make_family_id(5))});
        BOOST_REQUIRE_MESSAGE(shown.exit_code == 0, shown.errors);
        const auto lines = parse_json_lines(shown.output);
        BOOST_TEST(lines.front()["tokens"].GetUint64() > rounds_before);
        BOOST_TEST(lines.back()["state"].GetString() == "live");
        BOOST_TEST(lines.back()["chain_begins_here"].GetBool());
    }
}

BOOST_FIXTURE_TEST_CASE(import_is_told_who_holds_the_store, Gateway) {
    const Finished import = tool({"import", store().string(), sample_csv().string()});
    BOOST_TEST(import.exit_code == 4);
    BOOST_TEST(import.errors.starts_with("tokenstore: held_by_another_process: "), import.errors);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
