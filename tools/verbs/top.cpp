#include "verbs/top.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <tokenstore/store_reader.hpp>

#include "format/greatest.hpp"
#include "format/json_line.hpp"
#include "format/table.hpp"
#include "verbs/view.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments : View {
    std::size_t limit = 10;
};

/// A record that stands in the list of the largest.
struct LargeRecord {
    TokenHash hash;
    FamilyId family;

    friend auto operator<=>(const LargeRecord&, const LargeRecord&) = default;
};

/// One line of one of the three lists.
struct Ranked {
    std::string name;
    std::uint64_t measure = 0;
    std::string of;  // what it belongs to
};

struct Ranking {
    std::string_view list;      // its name in JSON
    std::string_view title;     // its heading in a table
    std::string_view name_key;  // of what is ranked
    std::string_view measure_key;
    std::string_view of_key;  // empty if nothing
    std::vector<Ranked> ranked;
};

/// Its memory grows with the numbers of users and families, about 70 bytes each.
class Rankings {
public:
    Rankings(std::size_t limit, const Redaction& shown) : limit_(limit), shown_(shown), records_(limit) {}

    void add(const JudgedToken& judged) {
        const Token& token = judged.token;
        if (judged.state == TokenState::live) ++live_of_[token.user_id];
        ++tokens_of_[token.family_id];
        records_.add(StoreReader::record_bytes(token), {token.hash, token.family_id});
    }

    [[nodiscard]] std::vector<Ranking> all() const {
        Ranking users{"users", "users with most sessions", "user_id", "sessions", {}, {}};
        for (const auto& [user, live] : greatest(live_of_)) users.ranked.push_back({shown_(user), live, {}});
        Ranking families{"families", "longest families", "family_id", "tokens", {}, {}};
        for (const auto& [family, tokens] : greatest(tokens_of_)) {
            families.ranked.push_back({to_string(family), tokens, {}});
        }
        Ranking records{"records", "largest records", "token_hash", "bytes", "family_id", {}};
        for (const auto& [bytes, record] : records_.sorted()) {
            records.ranked.push_back({shown_(record.hash), bytes, to_string(record.family)});
        }
        return {std::move(users), std::move(families), std::move(records)};
    }

private:
    template <class Id>
    [[nodiscard]] std::vector<std::pair<Id, std::uint64_t>> greatest(
        const std::unordered_map<Id, std::uint64_t>& measures) const {
        Greatest<Id> kept(limit_);
        for (const auto& [id, measure] : measures) kept.add(measure, id);
        std::vector<std::pair<Id, std::uint64_t>> sorted;
        for (const auto& entry : kept.sorted()) sorted.emplace_back(entry.thing, entry.measure);
        return sorted;
    }

    std::size_t limit_;
    Redaction shown_;
    std::unordered_map<UserId, std::uint64_t> live_of_;
    std::unordered_map<FamilyId, std::uint64_t> tokens_of_;
    Greatest<LargeRecord> records_;
};

std::string for_people(const Ranking& ranking, bool colours) {
    std::string text = coloured(ranking.title, colours ? Colour::bold : Colour::none) + '\n';
    if (ranking.ranked.empty()) return text + "none\n";
    std::vector<Row> rows = {{ranking.name_key, ranking.measure_key}};
    if (!ranking.of_key.empty()) rows.front().emplace_back(ranking.of_key);
    if (colours) rows.front().emplace_back("");
    for (const Ranked& ranked : ranking.ranked) {
        Row row = {ranked.name, Cell(ranked.measure)};
        if (!ranking.of_key.empty()) row.emplace_back(ranked.of);
        if (colours) row.emplace_back(bar(ranked.measure, ranking.ranked.front().measure), Colour::cyan);
        rows.push_back(std::move(row));
    }
    return text + table(std::move(rows), colours);
}

void write_json(const Ranking& ranking, Output& output) {
    JsonLine line;
    for (const Ranked& ranked : ranking.ranked) {
        line.plain("list", ranking.list)
            .plain(ranking.name_key, ranked.name)
            .number(ranking.measure_key, ranked.measure);
        if (!ranking.of_key.empty()) line.plain(ranking.of_key, ranked.of);
        output.write(line.finish());
    }
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    Rankings rankings(arguments.limit, arguments.shown);
    const Result<WalkedTokens> walked =
        walk_all(*reader, arguments.as_of_us, "ranking", console, [&rankings](const JudgedToken& judged) {
            rankings.add(judged);
            return true;
        });
    if (!walked) return report(console, walked.error());
    std::string_view separator;
    for (const Ranking& ranking : rankings.all()) {
        if (as_table(arguments.form, console)) {
            console.output.write(separator);
            console.output.write(for_people(ranking, wants_colours(console)));
            separator = "\n";
        } else {
            write_json(ranking, console.output);
        }
    }
    return conclude(console, *reader, arguments.as_of_us, *walked);
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_view(line, *arguments);
    add_number(line, "--limit", arguments->limit, 1, 1000, "So many of each list; 10 by default");
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb top_verb() {
    return {"top", "Show the users with most sessions, the longest families and the largest records", declare};
}

}  // namespace tokenstore::tool
