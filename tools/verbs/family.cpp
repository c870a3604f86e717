#include "verbs/family.hpp"

#include <cstddef>
#include <memory>
#include <string>

#include <tokenstore/store_reader.hpp>

#include "format/family_tree.hpp"
#include "format/json_line.hpp"
#include "format/token_json.hpp"
#include "system/interruption.hpp"
#include "verbs/view.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments : View {
    FamilyId family;
    std::size_t limit = 50;
};

// A line for the family, then one for each generation shown, the oldest of a chain first.
void write_json(const FamilyTree& tree, const WalkedFamily& family, const Arguments& arguments, Output& output) {
    JsonLine line;
    line.plain("kind", "family").plain("family_id", to_string(arguments.family));
    if (family.user_id) {
        line.plain("user_id", arguments.shown(*family.user_id));
    } else {
        line.null("user_id");
    }
    line.number("tokens", family.visited).number("chains", tree.chains().size());
    line.time("ended_at", family.end ? family.end->at_us : std::nullopt);
    if (family.end) {
        line.plain("end_reason", name(family.end->reason));
    } else {
        line.null("end_reason");
    }
    output.write(line.finish());
    for (const Lineage& chain : tree.chains()) {
        std::uint64_t generation = chain.generations - chain.newest.size();
        for (auto judged = chain.newest.rbegin(); judged != chain.newest.rend(); ++judged) {
            line.plain("kind", "generation").number("generation", ++generation);
            line.flag("chain_begins_here", chain.begins_here);
            add_token(line, *judged, arguments.shown);
            output.write(line.finish());
        }
    }
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    FamilyTree tree(arguments.limit);
    const Result<std::optional<WalkedFamily>> family =
        reader->walk_family(arguments.family, arguments.as_of_us, [&tree](const JudgedToken& judged) {
            tree.add(judged);
            return !interrupted();
        });
    if (!family) return report(console, family.error());
    if (interrupted()) return report(console, broken_off());
    if (!*family) {
        report(console, "no such family in " + moment_text(*reader, arguments.as_of_us));
        return ExitCode::not_found;
    }
    if (as_table(arguments.form, console)) {
        console.output.write(family_tree_text(tree, **family, arguments.shown, wants_colours(console)));
    } else {
        write_json(tree, **family, arguments, console.output);
    }
    tell_moment(console, *reader, arguments.as_of_us);
    return ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_view(line, *arguments);
    add_parsed(line, "FAMILY", arguments->family, parsed_by(parse_id<FamilyId>), "a UUID", "The family's id, a UUID")
        .required()
        ->type_name("");
    add_number(line, "--limit", arguments->limit, 1, 1'000'000,
               "At most so many generations of each chain, the newest ones; 50 by default");
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb family_verb() { return {"family", "Show a login and all that was rotated from it, as a tree", declare}; }

}  // namespace tokenstore::tool
