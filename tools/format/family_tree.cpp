#include "format/family_tree.hpp"

#include <string_view>
#include <utility>

#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/terminal_text.hpp"
#include "format/validity.hpp"

namespace tokenstore::tool {
namespace {

constexpr std::size_t device_name_columns_max = 30;

std::string_view branch(bool first, bool last) noexcept {
    if (first && last) return "\u2500";
    if (first) return "\u250c";
    return last ? "\u2514" : "\u251c";
}

// A consumed token of an ended family is both, and that it was consumed is what tells a rotation from a theft.
std::string why(const JudgedToken& judged) {
    std::string text;
    if (judged.revocation) text = name(judged.revocation->reason);
    if (judged.token.consumed_at_us) {
        text += (text.empty() ? "consumed on " : ", consumed on ") + rfc3339_seconds(*judged.token.consumed_at_us);
    }
    return text.empty() ? std::string(shown_null) : text;
}

class TreeTable {
public:
    explicit TreeTable(const Redaction& shown) : shown_(shown) {
        Row heading = {"", "#", "token", "state", "why", "created", "after", "expires"};
        if (shown.show_ids) heading.insert(heading.end(), {"device name", "address"});
        rows_.push_back(std::move(heading));
    }

    void add(const Lineage& chain) {
        const std::uint64_t left_out = chain.generations - chain.newest.size();
        if (!chain.begins_here) add_note("earlier generations are not stored any more");
        if (left_out > 0) add_note(with_thousands(left_out) + " earlier generations are not shown");
        std::uint64_t generation = left_out;
        const Token* before = nullptr;
        for (auto judged = chain.newest.rbegin(); judged != chain.newest.rend(); ++judged) {
            ++generation;
            const bool first = generation == 1 && chain.begins_here;
            add(*judged, branch(first, generation == chain.generations), generation, before);
            before = &judged->token;
        }
    }

    [[nodiscard]] std::string text(bool colours) && { return table(std::move(rows_), colours); }

private:
    void add_note(std::string note) {
        Row row(rows_.front().size(), Cell(""));
        row[0] = "\u2506";
        row[4] = {std::move(note), Colour::faint};
        rows_.push_back(std::move(row));
    }

    void add(const JudgedToken& judged, std::string_view place, std::uint64_t generation, const Token* before) {
        const Token& token = judged.token;
        const bool reused = judged.revocation && judged.revocation->reason == RevocationReason::reuse_detected;
        Row row = {
            place,
            Cell(generation),
            shown_(token.hash),
            {name(judged.state), colour_of(judged.state)},
            {why(judged), reused ? Colour::red : Colour::none},
            rfc3339_seconds(token.created_at_us),
            before == nullptr ? std::string(shown_null) : rough_duration(token.created_at_us - before->created_at_us),
            rfc3339_seconds(token.expires_at_us)};
        if (shown_.show_ids) {
            row.emplace_back(cut_to_width(shown_text(token.device_name), device_name_columns_max));
            row.emplace_back(shown_text(token.ip_address));
        }
        rows_.push_back(std::move(row));
    }

    const Redaction& shown_;
    std::vector<Row> rows_;
};

}  // namespace

void FamilyTree::add(const JudgedToken& judged) {
    if (chains_.empty() || chain_id_ != judged.token.chain_id) {
        chains_.emplace_back();
        chain_id_ = judged.token.chain_id;
    }
    Lineage& chain = chains_.back();
    ++chain.generations;
    chain.begins_here = !judged.token.predecessor;
    if (chain.newest.size() < generations_max_) chain.newest.push_back(judged);
}

std::string family_end_text(const WalkedFamily& family) {
    if (!family.end) return {};
    std::string text = "ended";
    if (family.end->at_us) text += " on " + rfc3339_seconds(*family.end->at_us);
    switch (family.end->reason) {
        case RevocationReason::reuse_detected:
            return text + " by REUSE: a consumed token was presented again";
        case RevocationReason::revoked_presented:
            return text + " because a revoked token was presented";
        default:
            return text + " by being revoked";
    }
}

std::string family_tree_text(const FamilyTree& tree, const WalkedFamily& family, const Redaction& shown, bool colours) {
    TreeTable rows(shown);
    for (const Lineage& chain : tree.chains()) rows.add(chain);
    std::string text = tree.chains().empty() ? "" : std::move(rows).text(colours);
    text += with_thousands(family.visited) + (family.visited == 1 ? " token" : " tokens") + " in " +
            with_thousands(tree.chains().size()) + (tree.chains().size() == 1 ? " chain" : " chains");
    if (family.user_id) text += " of user " + shown(*family.user_id);
    text += '\n';
    if (family.end) {
        text += coloured("the family was " + family_end_text(family), colours ? Colour::red : Colour::none) + '\n';
    }
    return text;
}

}  // namespace tokenstore::tool
