// Looking into the sample: the answers are those of the origin's SQL.
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tokenstore/token_store.hpp>

#include "support/manual_clock.hpp"
#include "support/plain_database.hpp"
#include "support/results.hpp"
#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

const std::vector<std::string> at_the_moment = {"--as-of", std::string(as_of_text)};

// The same moment for the library's clock.
constexpr std::int64_t as_of_us = tokenstore::test::ManualClock::first_wall_us;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::vector<std::string> with_moment(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), at_the_moment.begin(), at_the_moment.end());
    return arguments;
}

// The sample is only read here: one store serves all cases.
class SampleStore : public ToolFixture {
public:
    [[nodiscard]] static const ToolFixture& shared() {
        static const ToolFixture* const fixture = [] {
            static const ToolFixture made;
            made.import_sample();
            return &made;
        }();
        return *fixture;
    }
    [[nodiscard]] static std::string store() { return shared().store().string(); }

    // Everything shown, a document for each session.
    [[nodiscard]] static std::vector<rapidjson::Document> sessions_of(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"sessions", store()});
        arguments.insert(arguments.end(), {"--format", "json", "--full-hash", "--show-ids"});
        const Finished sessions = tool(with_moment(arguments));
        BOOST_REQUIRE_MESSAGE(sessions.exit_code == 0, sessions.errors);
        return parse_json_lines(sessions.output);
    }
};

BOOST_FIXTURE_TEST_SUITE(queries, SampleStore)

BOOST_AUTO_TEST_CASE(counts_are_the_origins) {
    const Finished count = tool(with_moment({"count", store()}));
    BOOST_REQUIRE(count.exit_code == 0);
    const rapidjson::Document counts = parse_json(count.output);
    const rapidjson::Document answers = sample_answers();
    for (const char* name : {"tokens", "users", "families", "live", "revoked"}) {
        BOOST_TEST(counts[name].GetUint64() == answers[name].GetUint64(), name);
    }
    // The origin counts as expired what was revoked as well; here each token is in one state.
    const std::uint64_t ended_first = answers["live"].GetUint64() + answers["revoked"].GetUint64();
    BOOST_TEST(counts["expired"].GetUint64() == answers["tokens"].GetUint64() - ended_first);
    BOOST_TEST(counts["consumed"].GetUint64() == 0U);
    BOOST_TEST(counts["as_of"].GetString() == as_of_text);
}

// All of the sample has expired by now, and most of it had been revoked before.
BOOST_AUTO_TEST_CASE(states_mean_the_same_wherever_they_are_counted) {
    const rapidjson::Document counts = parse_json(tool({"count", store()}).output);
    const rapidjson::Document stat = parse_json(tool({"stat", store()}).output);
    for (const char* state : {"live", "consumed", "revoked", "expired"}) {
        BOOST_TEST(counts[state].GetUint64() == stat[state].GetUint64(), state);
    }
    for (const auto& group : parse_json_lines(tool({"count", store(), "--by", "state"}).output)) {
        BOOST_TEST(counts[group["group"].GetString()].GetUint64() == group["tokens"].GetUint64());
    }
}

BOOST_AUTO_TEST_CASE(longest_families_are_those_of_the_origin) {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> families;  // tokens, live ones
    for (const std::string& line : lines_of(tool(with_moment({"dump", store()})).output)) {
        const rapidjson::Document token = parse_json(line);
        auto& [tokens, live] = families[token["family_id"].GetString()];
        ++tokens;
        if (std::string_view(token["state"].GetString()) == "live") ++live;
    }
    const rapidjson::Document answers = sample_answers();
    for (const auto& family : answers["longest_families"].GetArray()) {
        const auto& [tokens, live] = families.at(family["family_id"].GetString());
        BOOST_TEST(tokens == family["tokens"].GetUint64());
        BOOST_TEST(live == family["live"].GetUint64());
    }
}

// The tool has no verb for it yet: the library does it, on the store that the tool has made.
BOOST_FIXTURE_TEST_CASE(cleanup_removes_as_many_as_the_origin, ToolFixture) {
    const std::filesystem::path imported = folder() / "store";
    BOOST_REQUIRE(tool({"import", imported.string(), sample_csv().string()}).exit_code == 0);
    using tokenstore::test::must;
    const tokenstore::test::ManualClock as_of(as_of_us);
    Options options;
    options.clock = &as_of;
    options.maintenance_interval_ms = 0;
    options.reclaim_expired = false;
    auto store_of_then = must(TokenStore::open(imported, options));
    must(store_of_then.trust_clock());  // the import ran today, and the store's time does not go back by itself
    BOOST_TEST(must(store_of_then.cleanup_expired()) == sample_answers()["cleanup_expired"].GetUint64());
    BOOST_TEST(must(store_of_then.cleanup_expired()) == 0U);
}

BOOST_AUTO_TEST_CASE(offset_names_the_same_moment) {
    const Finished there = tool({"count", store(), "--as-of", "2026-06-01T05:30:00.0000009+05:30"});
    BOOST_TEST(there.output == tool(with_moment({"count", store()})).output);
}

BOOST_AUTO_TEST_CASE(by_default_the_moment_is_now) {
    const rapidjson::Document counts = parse_json(tool({"count", store()}).output);
    BOOST_TEST(std::string(counts["as_of"].GetString()) > as_of_text);
}

BOOST_AUTO_TEST_CASE(sessions_are_as_many_as_the_origin_counts) {
    const rapidjson::Document answers = sample_answers();
    for (const auto& user : answers["busiest_users"].GetArray()) {
        const auto sessions = sessions_of({user["user_id"].GetString()});
        BOOST_TEST(sessions.size() == user["active_sessions"].GetUint());
        for (const auto& session : sessions) {
            BOOST_TEST(session["user_id"].GetString() == user["user_id"].GetString());
            BOOST_TEST(session["state"].GetString() == "live");
        }
    }
}

BOOST_AUTO_TEST_CASE(sessions_are_listed_newest_first_and_page_by_page) {
    const std::string user(busiest_user);
    std::vector<std::string> hashes;
    std::string newer = "9999";
    for (const auto& session : sessions_of({user})) {
        hashes.emplace_back(session["token_hash"].GetString());
        const std::string created_at = session["created_at"].GetString();
        BOOST_TEST((created_at < newer));
        newer = created_at;
    }
    std::vector<std::string> paged;
    std::vector<std::string> arguments = {user, "--limit", "2"};
    for (;;) {
        const auto page = sessions_of(arguments);
        for (const auto& session : page) paged.emplace_back(session["token_hash"].GetString());
        if (page.size() < 2U) break;
        arguments = {user, "--limit", "2", "--after", page.back()["chain_id"].GetString()};
    }
    BOOST_TEST((paged == hashes));
}

BOOST_AUTO_TEST_CASE(table_of_sessions_ends_with_count_and_cursor) {
    const std::string user(busiest_user);
    const Finished all = tool(with_moment({"sessions", store(), user, "--format", "table"}));
    BOOST_TEST(all.exit_code == 0);
    BOOST_TEST(all.output.starts_with("created               expires               token hash"));
    BOOST_TEST(all.output.ends_with("\n6 active sessions as of 2026-06-01T00:00:00Z\n"));
    const auto page = sessions_of({user, "--limit", "2"});
    const Finished two = tool(with_moment({"sessions", store(), user, "--limit", "2", "--format", "table"}));
    BOOST_TEST(two.output.ends_with("\n2 active sessions as of 2026-06-01T00:00:00Z; for more: --after " +
                                    std::string(page.back()["chain_id"].GetString()) + "\n"));
}

BOOST_AUTO_TEST_CASE(user_without_sessions_is_no_error) {
    const std::string nobody = "00000000-0000-4000-8000-000000000000";
    const Finished table = tool(with_moment({"sessions", store(), nobody, "--format", "table"}));
    BOOST_TEST(table.exit_code == 0);
    BOOST_TEST(table.output == "no active sessions\n");
    BOOST_TEST(sessions_of({nobody}).empty());
}

// The list calls a token expired by its expiry alone; our state says first that it was revoked.
void check_state(const rapidjson::Document& token, const std::string& listed) {
    const std::string state = token["state"].GetString();
    if (listed == "expired") {
        BOOST_TEST((token["expires_at"].GetString() <= std::string(as_of_text)));
        BOOST_TEST(state == (token["is_revoked"].GetBool() ? "revoked" : "expired"));
    } else {
        BOOST_TEST(state == listed);
    }
}

BOOST_AUTO_TEST_CASE(raw_token_on_standard_input_finds_its_record_in_every_state) {
    std::map<std::string, int> seen;
    for (const RawTokenSample& sample : sample_raw_tokens()) {
        RunOptions options;
        options.input = sample.raw_token + '\n';
        const Finished get = tool(with_moment({"get", store(), "--token-stdin"}), options);
        BOOST_REQUIRE_MESSAGE(get.exit_code == 0, get.errors);
        check_state(parse_json(get.output), sample.state);
        BOOST_TEST(!contains(get.output + get.errors, sample.raw_token));
        ++seen[sample.state];
    }
    for (const char* state : {"live", "revoked", "expired"}) BOOST_TEST(seen[state] >= 8, state);
}

BOOST_AUTO_TEST_CASE(end_of_the_line_is_no_part_of_the_token) {
    const RawTokenSample sample = sample_raw_tokens().front();
    for (const char* line_end : {"", "\n", "\r\n", "\nnot read"}) {
        RunOptions options;
        options.input = sample.raw_token + line_end;
        const Finished get = tool(with_moment({"get", store(), "--token-stdin"}), options);
        BOOST_REQUIRE_MESSAGE(get.exit_code == 0, get.errors);
        check_state(parse_json(get.output), sample.state);
    }
}

BOOST_AUTO_TEST_CASE(hash_finds_what_the_raw_token_finds) {
    const RawTokenSample sample = sample_raw_tokens().front();
    RunOptions options;
    options.input = sample.raw_token;
    const Finished by_token = tool(with_moment({"get", store(), "--token-stdin"}), options);
    const Finished by_hash = tool(with_moment({"get", store(), "--hash", to_hex(hash_token(sample.raw_token))}));
    BOOST_TEST(by_hash.exit_code == 0);
    BOOST_TEST(by_hash.output == by_token.output);
}

BOOST_AUTO_TEST_CASE(state_follows_the_moment) {
    for (const RawTokenSample& sample : sample_raw_tokens()) {
        if (sample.state != "live") continue;
        const std::string hash = to_hex(hash_token(sample.raw_token));
        const rapidjson::Document now = parse_json(tool(with_moment({"get", store(), "--hash", hash})).output);
        const std::string expiry = now["expires_at"].GetString();
        const rapidjson::Document then = parse_json(tool({"get", store(), "--hash", hash, "--as-of", expiry}).output);
        BOOST_TEST(then["state"].GetString() == "expired");
        break;
    }
}

BOOST_AUTO_TEST_CASE(unknown_token_is_not_found) {
    const Finished by_hash = tool({"get", store(), "--hash", std::string(64, '0')});
    BOOST_TEST(by_hash.exit_code == 1);
    BOOST_TEST(by_hash.output.empty());
    BOOST_TEST(by_hash.errors.starts_with("tokenstore: no such token in the store as of "), by_hash.errors);
    BOOST_TEST(lines_of(by_hash.errors).size() == 1U);
    RunOptions options;
    options.input = std::string(generate_token()->reveal());
    BOOST_TEST(tool({"get", store(), "--token-stdin"}, options).exit_code == 1);
}

BOOST_AUTO_TEST_CASE(malformed_token_is_refused_and_not_repeated) {
    for (const std::string& input : {std::string(), std::string("secret!"), std::string(1'000'000, 'A')}) {
        RunOptions options;
        options.input = input;
        const Finished get = tool({"get", store(), "--token-stdin"}, options);
        BOOST_TEST(get.exit_code == 5);
        BOOST_TEST(get.errors.starts_with("tokenstore: malformed_token: "));
        BOOST_TEST(!contains(get.errors, "secret!"));
    }
}

BOOST_AUTO_TEST_CASE(token_typed_on_a_terminal_is_not_shown) {
    const RawTokenSample sample = sample_raw_tokens().front();
    const Finished get = tool_on_terminal(with_moment({"get", store(), "--token-stdin"}),
                                          "Raw token (not shown): ", sample.raw_token + "\n");
    BOOST_TEST(get.exit_code == 0);
    BOOST_TEST(!contains(get.output, sample.raw_token));
    BOOST_TEST(get.output.starts_with("Raw token (not shown): \nvalid: "), get.output);
    BOOST_TEST(contains(get.output, "\nstate:             " + sample.state + "\n"), get.output);
}

BOOST_AUTO_TEST_CASE(interrupt_typed_instead_of_a_token_ends_the_tool_by_its_signal) {
    const Finished get = tool_on_terminal({"get", store(), "--token-stdin"}, "Raw token (not shown): ", "\x03");
    BOOST_TEST(get.exit_code == 128 + SIGINT);
    BOOST_TEST(!contains(get.output, "tokenstore:"), get.output);
}

BOOST_AUTO_TEST_CASE(format_of_get_is_a_table_for_people_and_json_for_programs) {
    const std::vector<std::string> get =
        with_moment({"get", store(), "--hash", to_hex(hash_token(sample_raw_tokens().front().raw_token))});
    const auto with_format = [&get](const char* format) {
        std::vector<std::string> arguments = get;
        arguments.insert(arguments.end(), {"--format", format});
        return arguments;
    };
    BOOST_TEST(tool(get).output == tool(with_format("json")).output);
    const Finished table = tool(with_format("table"));
    BOOST_TEST(without_now(tool_on_terminal(get).output) == without_now(table.output + table.errors));
    BOOST_TEST(contains(tool(with_format("table")).output, "\ncreated_at:        2026-"));
}

BOOST_FIXTURE_TEST_CASE(query_of_damaged_records_ends_with_one_line, ToolFixture) {
    import_sample();
    const std::string damaged = store().string();
    {
        tokenstore::test::PlainDatabase database(damaged);
        for (const char* family : {"tokens", "by_user"}) {
            for (const auto& key : database.keys(family)) {
                std::string value = database.get(family, key).value();
                value.back() = static_cast<char>(value.back() ^ 1);
                database.put(family, key, value);
            }
        }
    }
    const std::string hash = to_hex(hash_token(sample_raw_tokens().front().raw_token));
    const std::vector<std::vector<std::string>> queries{{"count", damaged},
                                                        {"dump", damaged},
                                                        {"sessions", damaged, std::string(busiest_user)},
                                                        {"get", damaged, "--hash", hash}};
    for (const auto& query : queries) {
        const Finished finished = tool(with_moment(query));
        BOOST_TEST_CONTEXT(query.front()) {
            BOOST_TEST(finished.exit_code != 0);
            BOOST_TEST(finished.errors.starts_with("tokenstore: corrupt: "), finished.errors);
            BOOST_TEST(lines_of(finished.errors).size() == 1U);
            BOOST_TEST(!contains(finished.errors, hash));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
