#include "rot/answers.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "support/printers.hpp"
#include "support/results.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

constexpr std::uint64_t first_unknown_number = 1'000'000;
constexpr std::uint64_t unknown_hashes = 20;
constexpr std::size_t page_limit = 7;  // so that listing takes several pages

template <class Ask>
Result<std::vector<Token>> all_pages(const Ask& ask_page) {
    std::vector<Token> sessions;
    SessionPageRequest request{page_limit, std::nullopt};
    for (;;) {
        auto page = ask_page(request);
        if (!page) return std::move(page).error();
        std::ranges::move(page->sessions, std::back_inserter(sessions));
        if (!page->next) return sessions;
        request.after = page->next;
    }
}

// ---- Equality and text ----------------------------------------------------------------------------------------------

bool same(const Token& a, const Token& b) { return a == b; }
bool same(const ValidToken& a, const ValidToken& b) { return a == b; }

bool same(const JudgedToken& a, const JudgedToken& b) {
    return a.token == b.token && a.state == b.state && a.revocation == b.revocation;
}

template <class Value>
bool same(const std::optional<Value>& a, const std::optional<Value>& b) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
}

template <class Value>
std::string text_of(const Value& value) {
    std::ostringstream out;
    boost_test_print_type(out, value);
    return out.str();
}

// ---- Comparisons ----------------------------------------------------------------------------------------------------

class Comparison {
public:
    explicit Comparison(Verdict& verdict) : verdict_(verdict) {}

    /// One answer that has to be one of two.
    template <class Value>
    void one(std::string_view question, const Value& answer, const Value& before, const Value& after) {
        if (same(answer, before) || same(answer, after)) return;
        wrong(question, text_of(answer) + " instead of " + text_of(after));
    }

    template <class Value>
    void each(std::string_view question, const std::vector<Result<Value>>& answers,
              const std::vector<Result<Value>>& before, const std::vector<Result<Value>>& after) {
        for (std::size_t i = 0; i < answers.size(); ++i) {
            if (reached(answers[i])) one(question, *answers[i], *before[i], *after[i]);
        }
    }

    /// Lists of live sessions: what was listed before, in this order, and no less than what is listed after.
    void lists(std::string_view question, const std::vector<Result<std::vector<Token>>>& answers,
               const std::vector<Result<std::vector<Token>>>& before,
               const std::vector<Result<std::vector<Token>>>& after) {
        for (std::size_t i = 0; i < answers.size(); ++i) {
            if (!reached(answers[i])) continue;
            std::size_t of_after = 0;
            std::size_t of_before = 0;
            for (const Token& token : *answers[i]) {
                while (of_before < before[i]->size() && !((*before[i])[of_before] == token)) ++of_before;
                if (of_before == before[i]->size()) {
                    wrong(question, "out of turn or in vain " + text_of(token));
                    break;
                }
                if (of_after < after[i]->size() && (*after[i])[of_after] == token) ++of_after;
            }
            if (of_after < after[i]->size()) {
                wrong(question, std::to_string(answers[i]->size()) + " sessions of " +
                                    std::to_string(after[i]->size()) + ", as if it were all");
            }
        }
    }

    void between(std::string_view what, std::uint64_t answer, std::uint64_t one_end, std::uint64_t other_end) {
        const auto [least, most] = std::minmax(one_end, other_end);
        if (answer >= least && answer <= most) return;
        wrong("count of " + std::string(what), std::to_string(answer) + " instead of " + std::to_string(other_end));
    }

    void wrong(std::string_view question, std::string answer) {
        verdict_.wrong.try_emplace(std::string(question), std::move(answer));
    }

    template <class Value>
    bool reached(const Result<Value>& answer) {
        if (!answer) verdict_.note(answer.error());
        return answer.has_value();
    }

private:
    Verdict& verdict_;
};

}  // namespace

Inventory take_inventory(const StoreReader& reader, std::int64_t as_of_us) {
    Inventory inventory;
    std::set<UserId> users;
    must(reader.for_each_token(as_of_us, [&](const JudgedToken& judged) {
        inventory.hashes.push_back(judged.token.hash);
        users.insert(judged.token.user_id);
        return true;
    }));
    inventory.users.assign(users.begin(), users.end());
    for (std::uint64_t i = 0; i < unknown_hashes; ++i) {
        inventory.hashes.push_back(make_hash(first_unknown_number + i));
    }
    return inventory;
}

StoreAnswers ask(const TokenStore& store, const Inventory& inventory) {
    StoreAnswers answers;
    for (const auto& hash : inventory.hashes) {
        answers.tokens.push_back(store.get_by_hash(hash));
        answers.valid.push_back(store.get_valid_by_hash(hash));
        answers.validated.push_back(store.validate(hash));
        answers.remembered.push_back(store.validate(hash));
    }
    answers.valid_at_once = store.get_valid_by_hashes(inventory.hashes);
    for (const auto& user : inventory.users) {
        answers.sessions.push_back(
            all_pages([&](const SessionPageRequest& page) { return store.get_user_active_sessions(user, page); }));
    }
    return answers;
}

ReaderAnswers ask(const StoreReader& reader, const Inventory& inventory, std::int64_t as_of_us) {
    ReaderAnswers answers;
    for (const auto& hash : inventory.hashes) answers.tokens.push_back(reader.get_by_hash(hash, as_of_us));
    for (const auto& user : inventory.users) {
        answers.sessions.push_back(all_pages(
            [&](const SessionPageRequest& page) { return reader.get_user_active_sessions(user, as_of_us, page); }));
    }
    answers.counts = reader.count(as_of_us);
    const auto visited = reader.for_each_token(as_of_us, [&](const JudgedToken& judged) {
        answers.dump.push_back(judged);
        return true;
    });
    if (!visited) answers.dump_failure = visited.error();
    return answers;
}

void compare(const StoreAnswers& answers, const StoreAnswers& before, const StoreAnswers& after, Verdict& verdict) {
    Comparison comparison(verdict);
    comparison.each("get_by_hash", answers.tokens, before.tokens, after.tokens);
    comparison.each("get_valid_by_hash", answers.valid, before.valid, after.valid);
    comparison.each("validate", answers.validated, before.validated, after.validated);
    comparison.each("validate, again", answers.remembered, before.remembered, after.remembered);
    if (comparison.reached(answers.valid_at_once)) {
        for (std::size_t i = 0; i < answers.valid_at_once->size(); ++i) {
            comparison.one("get_valid_by_hashes", (*answers.valid_at_once)[i], (*before.valid_at_once)[i],
                           (*after.valid_at_once)[i]);
        }
    }
    comparison.lists("get_user_active_sessions", answers.sessions, before.sessions, after.sessions);
}

void compare(const ReaderAnswers& answers, const ReaderAnswers& before, const ReaderAnswers& after, Verdict& verdict) {
    Comparison comparison(verdict);
    comparison.each("the reader's get_by_hash", answers.tokens, before.tokens, after.tokens);
    comparison.lists("the reader's get_user_active_sessions", answers.sessions, before.sessions, after.sessions);
    if (comparison.reached(answers.counts)) {
        const auto& counts = *answers.counts;
        comparison.between("tokens", counts.tokens, before.counts->tokens, after.counts->tokens);
        comparison.between("users", counts.users, before.counts->users, after.counts->users);
        comparison.between("families", counts.families, before.counts->families, after.counts->families);
        comparison.between("live tokens", counts.live, before.counts->live, after.counts->live);
        comparison.between("revoked tokens", counts.revoked, before.counts->revoked, after.counts->revoked);
        comparison.between("consumed tokens", counts.consumed, before.counts->consumed, after.counts->consumed);
        comparison.between("expired tokens", counts.expired, before.counts->expired, after.counts->expired);
    }
    if (answers.dump_failure) verdict.note(*answers.dump_failure);
    if (answers.dump.size() > before.dump.size() ||
        (!answers.dump_failure && answers.dump.size() < before.dump.size())) {
        comparison.wrong("for_each_token", std::to_string(answers.dump.size()) + " tokens of " +
                                               std::to_string(before.dump.size()) + ", as if it were all");
    }
    for (std::size_t i = 0; i < std::min(answers.dump.size(), before.dump.size()); ++i) {
        comparison.one("for_each_token", answers.dump[i], before.dump[i], after.dump[i]);
    }
}

}  // namespace tokenstore::test
