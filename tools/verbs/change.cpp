#include "verbs/change.hpp"

#include "verbs/options.hpp"
#include "verbs/owner_options.hpp"

namespace tokenstore::tool {
namespace {

Result<Record> planned(const ChangeArguments& arguments, const Change& change) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return reader.error();
    return change.plan(*reader);
}

Result<Record> made(const ChangeArguments& arguments, const Change& change) {
    Result<TokenStore> store = TokenStore::open(arguments.store, owner_options(change.reclaims_expired));
    if (!store) return store.error();
    Result<Record> record = change.make(*store);
    const Result<void> closed = store->close();
    if (record && !closed) return closed.error();
    return record;
}

}  // namespace

void add_change(CLI::App& line, ChangeArguments& arguments) {
    add_store(line, arguments.store);
    add_confirmation(line, arguments.confirmation);
    add_form(line, arguments.form);
}

ExitCode run_change(const ChangeArguments& arguments, const Change& change, Console& console) {
    Record plan;
    if (!arguments.confirmation.yes) {
        Result<Record> found = planned(arguments, change);
        if (!found) return report(console, found.error());
        plan = *std::move(found);
    }
    Answers answers(console, arguments.form);
    switch (decide(arguments.confirmation, plan, console)) {
        case Decision::only_shown:
            answers.single(plan.add("done", false));
            return ExitCode::ok;
        case Decision::declined:
            report(console, "nothing was changed");
            return ExitCode::ok;
        case Decision::unasked:
            return ExitCode::usage;
        case Decision::go_on:
            break;
    }
    Result<Record> record = made(arguments, change);
    if (!record) return report(console, record.error());
    answers.single(record->add("done", true));
    return ExitCode::ok;
}

}  // namespace tokenstore::tool
