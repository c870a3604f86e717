// How a verb changes a store: it shows a plan made from a view, decides, takes the store for itself, changes it, closes
// it, and tells what was done.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include <tokenstore/store_reader.hpp>
#include <tokenstore/token_store.hpp>

#include "verbs/answers.hpp"
#include "verbs/confirmation.hpp"

namespace tokenstore::tool {

struct ChangeArguments {
    std::filesystem::path store;
    Confirmation confirmation;
    std::optional<Form> form;
};

/// STORE, --dry-run, --yes and --format.
void add_change(CLI::App& line, ChangeArguments& arguments);

/// What would be done, or was done, and how the tool ends if that is all.
struct Told {
    Record record;
    ExitCode verdict = ExitCode::ok;
};

/// The console is for progress and for what is to be said besides.
struct Change {
    std::function<Result<Told>(const StoreReader&, Console&)> plan;
    std::function<Result<Told>(TokenStore&, Console&)> make;

    bool reclaims_expired = false;  ///< whether the engine may drop what has expired while the store is open
};

[[nodiscard]] ExitCode run_change(const ChangeArguments& arguments, const Change& change, Console& console);

}  // namespace tokenstore::tool
