#include "verbs/change.hpp"

#include "system/interruption.hpp"
#include "verbs/options.hpp"
#include "verbs/owner_options.hpp"
#include "verbs/view.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

Result<Told> planned(const ChangeArguments& arguments, const Change& change, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return reader.error();
    Result<Told> plan = change.plan(*reader, console);
    if (interrupted()) return broken_off();
    if (plan && arguments.confirmation.dry_run) report(console, "found in " + view_text(*reader));
    return plan;
}

Result<Told> made(const ChangeArguments& arguments, const Change& change, Console& console) {
    Result<TokenStore> store = TokenStore::open(arguments.store, owner_options(change.reclaims_expired));
    if (!store) return store.error();
    Result<Told> told = change.make(*store, console);
    const Result<void> closed = store->close();
    if (told && !closed) return closed.error();
    return told;
}

}  // namespace

void add_change(CLI::App& line, ChangeArguments& arguments) {
    add_store(line, arguments.store);
    add_confirmation(line, arguments.confirmation);
    add_form(line, arguments.form);
}

ExitCode run_change(const ChangeArguments& arguments, const Change& change, Console& console) {
    Told plan;
    if (!arguments.confirmation.yes) {
        Result<Told> found = planned(arguments, change, console);
        if (!found) return report(console, found.error());
        plan = *std::move(found);
    }
    Answers answers(console, arguments.form);
    switch (decide(arguments.confirmation, plan.record, console)) {
        case Decision::only_shown:
            answers.single(plan.record.add("done", false));
            return plan.verdict;
        case Decision::declined:
            report(console, "nothing was changed");
            return ExitCode::ok;
        case Decision::unasked:
            return ExitCode::usage;
        case Decision::go_on:
            break;
    }
    Result<Told> told = made(arguments, change, console);
    if (!told) return report(console, told.error());
    answers.single(told->record.add("done", true));
    return told->verdict;
}

}  // namespace tokenstore::tool
