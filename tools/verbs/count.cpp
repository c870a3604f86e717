#include "verbs/count.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <tokenstore/store_reader.hpp>

#include "format/calendar_time.hpp"
#include "format/json_line.hpp"
#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/terminal_text.hpp"
#include "verbs/answers.hpp"
#include "verbs/options.hpp"
#include "verbs/view.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

enum class By { state, day, device, user };

const std::map<std::string, By> by_names = {
    {"state", By::state}, {"day", By::day}, {"device", By::device}, {"user", By::user}};

std::string name_of(By by) {
    return std::find_if(by_names.begin(), by_names.end(), [by](const auto& named) { return named.second == by; })
        ->first;
}

constexpr std::size_t name_columns_max = 40;

struct Arguments : View {
    std::optional<By> by;  // absent: one line for the whole store
};

/// Nothing where damage keeps the index from being read through, which counts as a lost stretch.
Result<std::optional<std::uint64_t>> unless_damaged(const Result<std::uint64_t>& count, WalkedTokens& walked) {
    if (count) return std::optional(*count);
    if (count.error().code != ErrorCode::corrupt) return count.error();
    ++walked.lost_stretches;
    return std::optional<std::uint64_t>();
}

ExitCode count_all(const Arguments& arguments, const StoreReader& reader, Console& console) {
    std::map<TokenState, std::uint64_t> tokens;
    Result<WalkedTokens> walked =
        walk_all(reader, arguments.as_of_us, "counting", console, [&tokens](const JudgedToken& judged) {
            ++tokens[judged.state];
            return true;
        });
    if (!walked) return report(console, walked.error());
    const auto users = unless_damaged(reader.count_users(), *walked);
    if (!users) return report(console, users.error());
    const auto families = unless_damaged(reader.count_families(), *walked);
    if (!families) return report(console, families.error());

    const auto itself = [](std::uint64_t count) { return count; };
    Record record;
    if (!as_table(arguments.form, console)) record.add("as_of", Moment{arguments.as_of_us});
    record.add("tokens", walked->visited);
    record.add_if("users", *users, itself);
    record.add_if("families", *families, itself);
    for (const TokenState state : {TokenState::live, TokenState::revoked, TokenState::consumed, TokenState::expired}) {
        record.add(std::string(name(state)), tokens[state]);
    }
    Answers(console, arguments.form).single(record);
    return conclude(console, reader, arguments.as_of_us, *walked);
}

struct Tally {
    std::uint64_t tokens = 0;
    std::uint64_t live = 0;

    void add(const JudgedToken& judged) {
        ++tokens;
        if (judged.state == TokenState::live) ++live;
    }
};

struct Group {
    std::optional<std::string> name;  // absent: the tokens for which it is NULL
    Tally tally;
};

/// Collects tokens into groups.
class Groups {
public:
    Groups(By by, const Redaction& shown) : by_(by), shown_(shown) {}

    void add(const JudgedToken& judged) {
        const Token& token = judged.token;
        switch (by_) {
            case By::state:
                return states_[judged.state].add(judged);
            case By::day:
                return days_[start_of_day(token.created_at_us)].add(judged);
            case By::device:
                return devices_[token.device_name].add(judged);
            case By::user:
                return users_[token.user_id].add(judged);
        }
    }

    /// States and days in their own order, others with the greatest first.
    [[nodiscard]] std::vector<Group> sorted() const {
        std::vector<Group> groups;
        for (const auto& [state, tally] : states_) groups.push_back({std::string(name(state)), tally});
        for (const auto& [day_us, tally] : days_) groups.push_back({date(day_us), tally});
        for (const auto& [device, tally] : devices_) groups.push_back({device, tally});
        for (const auto& [user, tally] : users_) groups.push_back({shown_(user), tally});
        if (by_ != By::device && by_ != By::user) return groups;
        std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
            return std::tie(b.tally.tokens, b.tally.live, a.name) < std::tie(a.tally.tokens, a.tally.live, b.name);
        });
        return groups;
    }

private:
    By by_;
    Redaction shown_;
    std::map<TokenState, Tally> states_;
    std::map<std::int64_t, Tally> days_;  // by their beginnings
    std::map<std::optional<std::string>, Tally> devices_;
    std::unordered_map<UserId, Tally> users_;
};

std::string for_people(const std::vector<Group>& groups, const std::string& by, bool bars) {
    std::uint64_t greatest = 0;
    for (const Group& group : groups) greatest = std::max(greatest, group.tally.tokens);
    std::vector<Row> rows = {{by, "tokens", "live"}};
    if (bars) rows.front().emplace_back("");
    for (const Group& group : groups) {
        Row row = {cut_to_width(shown_text(group.name), name_columns_max), Cell(group.tally.tokens),
                   Cell(group.tally.live)};
        if (bars) row.emplace_back(bar(group.tally.tokens, greatest), Colour::cyan);
        rows.push_back(std::move(row));
    }
    return table(std::move(rows), bars);
}

ExitCode count_groups(const Arguments& arguments, By by, const StoreReader& reader, Console& console) {
    Groups groups(by, arguments.shown);
    const Result<WalkedTokens> walked =
        walk_all(reader, arguments.as_of_us, "counting", console, [&groups](const JudgedToken& judged) {
            groups.add(judged);
            return true;
        });
    if (!walked) return report(console, walked.error());
    const std::string by_name = name_of(by);
    if (as_table(arguments.form, console)) {
        console.output.write(for_people(groups.sorted(), by_name, wants_colours(console)));
    } else {
        JsonLine line;
        for (const Group& group : groups.sorted()) {
            line.plain("by", by_name).text_or_null("group", group.name);
            line.number("tokens", group.tally.tokens).number("live", group.tally.live);
            console.output.write(line.finish());
        }
    }
    return conclude(console, reader, arguments.as_of_us, *walked);
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    if (arguments.by) return count_groups(arguments, *arguments.by, *reader, console);
    return count_all(arguments, *reader, console);
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_view(line, *arguments);
    add_choice<By>(line, "--by", arguments->by, by_names,
                   "A line for each state, day of creation, device name or user");
    line.parse_complete_callback([arguments] {
        if (arguments->by == By::device && !arguments->shown.show_ids) {
            throw CLI::ValidationError("--by device", "shows device names, and so needs --show-ids");
        }
    });
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb count_verb() { return {"count", "Count tokens: all, or by state, day, device or user", declare}; }

}  // namespace tokenstore::tool
