#include "verbs/diff.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "format/colour.hpp"
#include "format/json_line.hpp"
#include "format/table.hpp"
#include "format/token_difference.hpp"
#include "system/interruption.hpp"
#include "verbs/token_stream.hpp"
#include "verbs/view.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments {
    std::filesystem::path a;
    std::filesystem::path b;
    std::optional<Form> form;
    Redaction shown;
};

enum class Change { only_in_a, only_in_b, changed };

struct ChangeForm {
    std::string_view name;
    std::string_view mark;
    Colour colour;
};

constexpr std::array<ChangeForm, 3> change_forms = {
    {{"only_in_a", "-", Colour::red}, {"only_in_b", "+", Colour::green}, {"changed", "~", Colour::yellow}}};

class Differences {
public:
    Differences(const Arguments& arguments, Console& console)
        : shown_(arguments.shown),
          output_(console.output),
          for_people_(as_table(arguments.form, console)),
          colours_(wants_colours(console)) {}

    void add_alike() { ++alike_; }

    void add(Change change, const Token& token, const std::string& columns) {
        const auto number = static_cast<std::size_t>(change);
        ++counts_[number];
        const ChangeForm& form = change_forms[number];
        if (for_people_) {
            const std::string text = std::string(form.mark) + ' ' + shown_(token.hash) + "  family " +
                                     to_string(token.family_id) + (columns.empty() ? "" : "  " + columns);
            output_.write(coloured(text, colours_ ? form.colour : Colour::none) + '\n');
            return;
        }
        line_.plain("change", form.name).plain("token_hash", shown_(token.hash));
        line_.plain("user_id", shown_(token.user_id)).plain("family_id", to_string(token.family_id));
        if (columns.empty()) {
            line_.null("columns");
        } else {
            line_.plain("columns", columns);
        }
        output_.write(line_.finish());
    }

    [[nodiscard]] bool any() const noexcept { return counts_[0] + counts_[1] + counts_[2] != 0; }

    [[nodiscard]] std::string text() const {
        return with_thousands(counts_[0]) + " only in A, " + with_thousands(counts_[1]) + " only in B, " +
               with_thousands(counts_[2]) + " changed, " + with_thousands(alike_) + " alike";
    }

private:
    Redaction shown_;
    Output& output_;
    bool for_people_;
    bool colours_;
    JsonLine line_;
    std::array<std::uint64_t, change_forms.size()> counts_{};
    std::uint64_t alike_ = 0;
};

// Both come in the order of hashes: whichever is behind goes on.
Result<void> compare(TokenStream& a, TokenStream& b, Differences& differences, Console& console) {
    WalkProgress progress("comparing", console);
    Result<std::optional<Token>> of_a = a.next();
    Result<std::optional<Token>> of_b = b.next();
    while (console.output.usable()) {
        if (interrupted()) return broken_off();
        if (!of_a) return of_a.error();
        if (!of_b) return of_b.error();
        if (!*of_a && !*of_b) break;
        const bool take_a = *of_a && (!*of_b || (*of_a)->hash <= (*of_b)->hash);
        const bool take_b = *of_b && (!*of_a || (*of_b)->hash <= (*of_a)->hash);
        progress.visit(take_a ? (*of_a)->hash : (*of_b)->hash);
        if (take_a && take_b) {
            const std::string columns = differing_columns(**of_a, **of_b);
            if (columns.empty()) {
                differences.add_alike();
            } else {
                progress.erase();
                differences.add(Change::changed, **of_a, columns);
            }
        } else {
            progress.erase();
            differences.add(take_a ? Change::only_in_a : Change::only_in_b, take_a ? **of_a : **of_b, {});
        }
        if (take_a) of_a = a.next();
        if (take_b) of_b = b.next();
    }
    return {};
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<std::unique_ptr<TokenStream>> a = TokenStream::open(arguments.a, console);
    if (!a) return report(console, a.error());
    const Result<std::unique_ptr<TokenStream>> b = TokenStream::open(arguments.b, console);
    if (!b) return report(console, b.error());
    Differences differences(arguments, console);
    if (Result<void> compared = compare(**a, **b, differences, console); !compared) {
        return report(console, compared.error());
    }
    console.output.flush();
    if (!console.output.usable()) return ExitCode::ok;
    std::string text = differences.text() + "; A: " + (*a)->what() + "; B: " + (*b)->what();
    bool damaged = false;
    for (const TokenStream* stream : {a->get(), b->get()}) {
        if (!stream->damage().met_damage()) continue;
        damaged = true;
        text += std::string("; ") + (stream == a->get() ? "A" : "B") + " WITHOUT " + damage_text(stream->damage());
    }
    report(console, (damaged ? "corrupt: " : "") + text);
    if (damaged) return ExitCode::damaged;
    return differences.any() ? ExitCode::findings : ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_path(line, "A", arguments->a, "A store's directory or a dump; - is a dump on standard input");
    add_path(line, "B", arguments->b, "Another");
    add_form(line, arguments->form);
    add_redaction(line, arguments->shown);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb diff_verb() { return {"diff", "Compare two stores or dumps, token by token", declare}; }

}  // namespace tokenstore::tool
