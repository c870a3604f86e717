// What the verbs that only look have in common: which store, judged as of when, in which form, and what may be shown.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <tokenstore/store_reader.hpp>

#include "format/redaction.hpp"
#include "verbs/console.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {

enum class Form { table, json };

/// --format: a table on a terminal and JSON lines elsewhere, unless it is said.
void add_form(CLI::App& line, std::optional<Form>& form);
[[nodiscard]] bool as_table(std::optional<Form> form, const Console& console) noexcept;

/// --full-hash and --show-ids.
void add_redaction(CLI::App& line, Redaction& shown);

struct View {
    std::filesystem::path store;
    std::int64_t as_of_us = 0;
    std::optional<Form> form;
    Redaction shown;
};

/// STORE and the options of all four.
void add_view(CLI::App& line, View& view);

/// "the store as of 2026-06-01T00:00:05Z (change 1002)"
[[nodiscard]] std::string view_text(const StoreReader& reader);

/// "the store as of 2026-06-01T00:00:05Z (change 1002), judged as of 2026-06-01T00:00:00Z"
[[nodiscard]] std::string moment_text(const StoreReader& reader, std::int64_t as_of_us);

/// Tells on standard error as of which moment the answer speaks, unless nobody could read the answer. To be called once
/// it is complete.
void tell_moment(Console& console, const StoreReader& reader, std::int64_t as_of_us);

}  // namespace tokenstore::tool
