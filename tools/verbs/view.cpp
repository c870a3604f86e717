#include "verbs/view.hpp"

#include <string>

#include "format/rfc3339.hpp"

namespace tokenstore::tool {

void add_form(CLI::App& line, std::optional<Form>& form) {
    add_choice<Form>(line, "--format", form, {{"table", Form::table}, {"json", Form::json}},
                     "table by default on a terminal, json (a line for each) elsewhere");
}

bool as_table(std::optional<Form> form, const Console& console) noexcept {
    return form.value_or(console.output.is_terminal() ? Form::table : Form::json) == Form::table;
}

void add_redaction(CLI::App& line, Redaction& shown) {
    add_flag(line, "--full-hash", shown.full_hash, "Show token hashes whole, not just their first eight digits");
    add_flag(line, "--show-ids", shown.show_ids,
             "Show what identifies people: user ids whole, device ids, device names, addresses");
}

void add_view(CLI::App& line, View& view) {
    add_store(line, view.store);
    add_as_of(line, view.as_of_us);
    add_form(line, view.form);
    add_redaction(line, view.shown);
}

std::string view_text(const StoreReader& reader) {
    std::string text = "the store";
    if (const Result<ViewMoment> moment = reader.moment()) {
        text +=
            " as of " + rfc3339_seconds(moment->opened_at_us) + " (change " + std::to_string(moment->sequence) + ')';
    }
    return text;
}

std::string moment_text(const StoreReader& reader, std::int64_t as_of_us) {
    return view_text(reader) + ", judged as of " + rfc3339_seconds(as_of_us);
}

void tell_moment(Console& console, const StoreReader& reader, std::int64_t as_of_us) {
    console.output.flush();
    if (console.output.usable()) report(console, moment_text(reader, as_of_us));
}

}  // namespace tokenstore::tool
