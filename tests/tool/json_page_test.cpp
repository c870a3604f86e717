// docs/json.md says what every line of JSON holds: its members in their order, their types, and which may be null or
// left out.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <ostream>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/plain_database.hpp"
#include "tool/lived_in_store.hpp"
#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

struct Member {
    std::string name;
    std::string type;  // the first word of what the page says
    bool may_be_null = false;
    bool only_shown = false;
};

using Members = std::vector<Member>;

constexpr std::string_view token_heading = "A token";

// By the headings of the page.
std::map<std::string, Members> read_page() {
    static const std::regex row(R"(^\| `([a-z0-9_]+)` \| ([a-z]+)(.*?) \|.*)");
    std::map<std::string, Members> page;
    std::string heading;
    std::ifstream file(TOKENSTORE_JSON_PAGE);
    for (std::string line; std::getline(file, line);) {
        std::smatch match;
        if (line.starts_with("## ")) {
            heading = line.substr(3);
        } else if (line.starts_with("| *a token* |")) {
            const Members& token = page.at(std::string(token_heading));
            page[heading].insert(page[heading].end(), token.begin(), token.end());
        } else if (!heading.empty() && std::regex_match(line, match, row)) {
            const std::string more = match[3];
            page[heading].push_back({.name = match[1],
                                     .type = match[2],
                                     .may_be_null = more.find("or null") != std::string::npos,
                                     .only_shown = more.find("shown") != std::string::npos});
        }
    }
    return page;
}

const Members& members_of(const std::string& heading) {
    static const std::map<std::string, Members> page = read_page();
    const auto found = page.find(heading);
    BOOST_REQUIRE_MESSAGE(found != page.end(), "the page has no heading " << heading);
    return found->second;
}

bool is_text_like(const rapidjson::Value& value, const char* pattern) {
    return value.IsString() &&
           std::regex_match(std::string(value.GetString(), value.GetStringLength()), std::regex(pattern));
}

bool has_type(const rapidjson::Value& value, const std::string& type, bool shown) {
    constexpr const char* uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    if (type == "text") return value.IsString();
    if (type == "word") return is_text_like(value, "[a-z_]+");
    if (type == "time") return is_text_like(value, R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z)");
    if (type == "number") return value.IsUint64();
    if (type == "flag") return value.IsBool();
    if (type == "share") return value.IsNumber() && value.GetDouble() >= 0 && value.GetDouble() <= 1;
    if (type == "seconds") return value.IsNumber() && value.GetDouble() >= 0;
    if (type == "id") return is_text_like(value, uuid);
    if (type == "hash") return is_text_like(value, shown ? "[0-9a-f]{64}" : "[0-9a-f]{8}");
    if (type == "user") return is_text_like(value, shown ? uuid : "[0-9a-f]{8}");
    return false;
}

void check_line(const rapidjson::Document& line, const Members& expected, bool shown) {
    auto member = line.MemberBegin();
    for (const Member& wanted : expected) {
        if (wanted.only_shown && !shown) continue;
        BOOST_REQUIRE(member != line.MemberEnd());
        BOOST_TEST(member->name.GetString() == wanted.name);
        const bool fits = member->value.IsNull() ? wanted.may_be_null : has_type(member->value, wanted.type, shown);
        BOOST_TEST(fits, wanted.name << " is no " << wanted.type);
        ++member;
    }
    BOOST_TEST((member == line.MemberEnd()));
}

struct Query {
    std::vector<std::string> arguments;  // without the store
    std::vector<std::string> headings;   // of its lines, in any order
};

std::ostream& operator<<(std::ostream& out, const Query& query) { return out << query.arguments.front(); }

const std::string user = to_string(tokenstore::test::make_user_id(1));
const std::string family = to_string(tokenstore::test::make_family_id(2));
const std::string hash = to_hex(tokenstore::test::make_hash(11));

const std::vector<Query> queries = {
    {{"get", "--hash", hash}, {"get"}},
    {{"sessions", user}, {"sessions"}},
    {{"family", family}, {"family", "family: generation"}},
    {{"count"}, {"count"}},
    {{"count", "--by", "state"}, {"count --by"}},
    {{"count", "--by", "day"}, {"count --by"}},
    {{"count", "--by", "user"}, {"count --by"}},
    {{"top"}, {"top: users", "top: families", "top: records"}},
    {{"expiry"}, {"expiry"}},
};

// Which heading a line belongs to: where a verb has several, its first member tells them apart.
std::string heading_of(const rapidjson::Document& line, const Query& query) {
    if (query.headings.size() == 1) return query.headings.front();
    const std::string word = line.MemberBegin()->value.GetString();
    return word == query.headings.front() ? word : query.arguments.front() + ": " + word;
}

class LivedInStore : public ToolFixture {
public:
    [[nodiscard]] static std::filesystem::path made() {
        static const LivedInStore shared;
        static const bool once = (make_lived_in_store(shared.store()), true);
        static_cast<void>(once);
        return shared.store();
    }
};

Finished run(std::vector<std::string> arguments, bool shown) {
    arguments.insert(arguments.begin() + 1, LivedInStore::made().string());
    arguments.insert(arguments.end(), {"--as-of", "2026-06-03T00:00:00Z"});
    if (shown) arguments.insert(arguments.end(), {"--full-hash", "--show-ids"});
    return ToolFixture::tool(arguments);
}

BOOST_AUTO_TEST_SUITE(json_page)

BOOST_DATA_TEST_CASE(tells_what_each_line_holds, queries, query) {
    for (const bool shown : {false, true}) {
        const Finished finished = run(query.arguments, shown);
        BOOST_TEST(finished.exit_code == 0, finished.errors);
        std::set<std::string> seen;
        for (const auto& line : parse_json_lines(finished.output)) {
            const std::string heading = heading_of(line, query);
            seen.insert(heading);
            check_line(line, members_of(heading), shown);
        }
        BOOST_TEST((seen == std::set<std::string>(query.headings.begin(), query.headings.end())));
    }
}

BOOST_AUTO_TEST_CASE(tells_what_a_dump_holds) {
    for (const auto& line : parse_json_lines(run({"dump"}, false).output)) check_line(line, members_of("dump"), true);
}

BOOST_AUTO_TEST_CASE(tells_what_a_group_by_device_is) {
    for (const auto& line : parse_json_lines(run({"count", "--by", "device"}, true).output)) {
        check_line(line, members_of("count --by"), true);
    }
}

BOOST_FIXTURE_TEST_CASE(tells_what_a_difference_holds, ToolFixture) {
    import_sample();
    const std::string other = LivedInStore::made().string();
    for (const bool shown : {false, true}) {
        std::vector<std::string> arguments = {"diff", store().string(), other};
        if (shown) arguments.insert(arguments.end(), {"--full-hash", "--show-ids"});
        const Finished finished = tool(arguments);
        BOOST_TEST(finished.exit_code == 2);
        for (const auto& line : parse_json_lines(finished.output)) check_line(line, members_of("diff"), shown);
    }
}

// The verbs about the store itself: whole command lines, without what stands for the copy of a store.
struct StoreQuery {
    std::string heading;
    std::vector<std::string> arguments;
};

const std::vector<StoreQuery> store_queries = {
    {"import", {"import", "STORE", "SAMPLE"}},
    {"info", {"info", "STORE"}},
    {"info --options", {"info", "STORE", "--options"}},
    {"stat", {"stat", "STORE"}},
    {"size", {"size", "STORE"}},
    {"log", {"log", "STORE", "--upkeep"}},
    {"verify: verdict", {"verify", "STORE", "--full"}},
    {"checkpoint", {"checkpoint", "STORE", "COPY"}},
    {"backup", {"backup", "STORE", "BACKUPS"}},
    {"backups --check", {"backups", "BACKUPS", "--check"}},
    {"restore", {"restore", "BACKUPS/000001", "RESTORED", "--fence", "all"}},
    {"admin revoke", {"admin", "revoke", "STORE", "--hash", hash, "--yes"}},
    {"admin revoke", {"admin", "revoke", "STORE", "--family", family, "--yes"}},
    {"admin revoke", {"admin", "revoke", "STORE", "--user", user, "--dry-run"}},
    {"admin cleanup", {"admin", "cleanup", "STORE", "--yes"}},
    {"admin compact", {"admin", "compact", "STORE", "--yes"}},
    {"admin repair-index", {"admin", "repair-index", "STORE", "--yes"}},
    {"fsync-test", {"fsync-test", "FOLDER", "--seconds", "0.001"}},
};

BOOST_FIXTURE_TEST_CASE(tells_what_each_line_about_a_store_holds, ToolFixture) {
    make_lived_in_store(store());
    const std::map<std::string, std::string> places = {{"STORE", store().string()},
                                                       {"SAMPLE", sample_csv().string()},
                                                       {"FOLDER", folder().string()},
                                                       {"COPY", (folder() / "copy").string()},
                                                       {"RESTORED", (folder() / "restored").string()},
                                                       {"BACKUPS", (folder() / "backups").string()},
                                                       {"BACKUPS/000001", (folder() / "backups/000001").string()}};
    for (const auto& [heading, words] : store_queries) {
        BOOST_TEST_CONTEXT(heading) {
            std::vector<std::string> arguments;
            for (const std::string& word : words) {
                arguments.push_back(places.contains(word) ? places.at(word) : word);
            }
            const Finished finished = tool(arguments);
            BOOST_TEST(finished.exit_code == 0, finished.errors);
            const auto lines = parse_json_lines(finished.output);
            BOOST_TEST(!lines.empty());
            for (const auto& line : lines) check_line(line, members_of(heading), false);
        }
    }
}

BOOST_FIXTURE_TEST_CASE(tells_what_a_finding_holds, ToolFixture) {
    make_lived_in_store(store());
    {
        tokenstore::test::PlainDatabase database(store());
        for (const auto& key : database.keys("by_user")) database.remove("by_user", key);
        for (const auto& key : database.keys("tokens")) database.put("tokens", key, "no record of ours, by any means");
    }
    for (const bool shown : {false, true}) {
        std::vector<std::string> arguments = {"verify", store().string(), "--full"};
        if (shown) arguments.insert(arguments.end(), {"--full-hash", "--show-ids"});
        for (const auto& line : parse_json_lines(tool(arguments).output)) {
            const bool is_finding = line.HasMember("finding");
            check_line(line, members_of(is_finding ? "verify: finding" : "verify: verdict"), shown);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
