#include "verbs/expiry.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "format/expiry_histogram.hpp"
#include "format/json_line.hpp"
#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/validity.hpp"
#include "verbs/view.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments : View {
    std::size_t buckets_max = 40;
};

std::string distance(std::int64_t time_us, std::int64_t as_of_us) {
    if (time_us == as_of_us) return "now";
    return rough_duration(time_us - as_of_us) + (time_us < as_of_us ? " before" : " after");
}

std::string for_people(const std::vector<ExpiryBucket>& buckets, std::int64_t as_of_us, bool colours) {
    if (buckets.empty()) return "no tokens\n";
    std::uint64_t greatest = 0;
    for (const ExpiryBucket& bucket : buckets) greatest = std::max(greatest, bucket.tokens());
    std::vector<Row> rows = {{"expires after", "", "tokens", "live", "ended", "expired"}};
    if (colours) rows.front().emplace_back("");
    for (const ExpiryBucket& bucket : buckets) {
        Row row = {rfc3339_seconds(bucket.after_us),
                   {distance(bucket.after_us, as_of_us), Colour::faint},
                   Cell(bucket.tokens()),
                   Cell(bucket.live),
                   Cell(bucket.ended),
                   Cell(bucket.expired)};
        if (colours) {
            row.emplace_back(bar(bucket.tokens(), greatest),
                             bucket.after_us < as_of_us ? Colour::faint : Colour::green);
        }
        rows.push_back(std::move(row));
    }
    return table(std::move(rows), colours);
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    ExpiryHistogram histogram(arguments.as_of_us);
    const Result<WalkedTokens> walked =
        walk_all(*reader, arguments.as_of_us, "reading", console, [&histogram](const JudgedToken& judged) {
            histogram.add(judged);
            return true;
        });
    if (!walked) return report(console, walked.error());
    const std::vector<ExpiryBucket> buckets = histogram.buckets(arguments.buckets_max);
    if (as_table(arguments.form, console)) {
        console.output.write(for_people(buckets, arguments.as_of_us, wants_colours(console)));
    } else {
        JsonLine line;
        for (const ExpiryBucket& bucket : buckets) {
            line.time("after", bucket.after_us).time("up_to", bucket.up_to_us).number("tokens", bucket.tokens());
            line.number("live", bucket.live).number("ended", bucket.ended).number("expired", bucket.expired);
            console.output.write(line.finish());
        }
    }
    return conclude(console, *reader, arguments.as_of_us, *walked);
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_view(line, *arguments);
    add_number(line, "--buckets", arguments->buckets_max, 1, 1000, "About so many lines at most; 40 by default");
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb expiry_verb() { return {"expiry", "Show what expires when, past and future", declare}; }

}  // namespace tokenstore::tool
