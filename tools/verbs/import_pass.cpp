#include "verbs/import_pass.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "format/token_csv.hpp"
#include "system/interruption.hpp"
#include "system/os_error.hpp"

namespace tokenstore::tool {
namespace {

// Enough to spread the cost of a write, few enough to hold any rows at hand.
constexpr std::size_t batch_rows = 256;

class Batch {
public:
    explicit Batch(const ImportPass& pass, ImportCounts& counts) : pass_(pass), counts_(counts) {
        tokens_.reserve(batch_rows);
        lines_.reserve(batch_rows);
    }

    void add(std::uint64_t line, const Token& token) {
        ++counts_.read;
        tokens_.push_back(token);
        lines_.push_back(line);
    }

    void add(const LineProblem& problem) {
        ++counts_.read;
        problems_.push_back(problem);
    }

    [[nodiscard]] bool full() const noexcept { return tokens_.size() + problems_.size() >= batch_rows; }
    [[nodiscard]] bool has_problems() const noexcept { return !problems_.empty(); }

    // Stores the rows, reports the problems, and answers whether there were any.
    Result<bool> finish() {
        if (Result<void> compared = compare(); !compared) return compared.error();
        if (Result<void> stored = store(); !stored) return stored.error();
        std::stable_sort(problems_.begin(), problems_.end(),
                         [](const LineProblem& a, const LineProblem& b) { return a.line < b.line; });
        // In one file only one row can come first.
        const bool found = has_problems();
        if (pass_.stop_at_problem && found) problems_.resize(1);
        for (const LineProblem& problem : problems_) pass_.on_problem(problem);
        counts_.refused += problems_.size();
        tokens_.clear();
        lines_.clear();
        problems_.clear();
        return found;
    }

private:
    /// Rows that contradict the store do not go into the scratch store: each is reported once.
    Result<void> compare() {
        if (pass_.compared_with == nullptr || tokens_.empty()) return {};
        const auto rows = pass_.compared_with->check_import(tokens_);
        if (!rows) return rows.error();
        std::size_t kept = 0;
        for (std::size_t i = 0; i < rows->size(); ++i) {
            if ((*rows)[i].outcome == ImportOutcome::refused) {
                if (auto noted = note_refusal(*pass_.compared_with, i, *(*rows)[i].error); !noted) return noted;
                continue;
            }
            tokens_[kept] = tokens_[i];
            lines_[kept] = lines_[i];
            ++kept;
        }
        tokens_.resize(kept);
        lines_.resize(kept);
        return {};
    }

    Result<void> store() {
        if (tokens_.empty()) return {};
        // Synced once at the end of the file: until then nothing was promised.
        const auto rows = pass_.store.import_tokens(tokens_, Durability::lose_on_power_failure);
        if (!rows) return rows.error();
        for (std::size_t i = 0; i < rows->size(); ++i) {
            const ImportedRow& row = (*rows)[i];
            switch (row.outcome) {
                case ImportOutcome::stored:
                    ++counts_.stored;
                    break;
                case ImportOutcome::unchanged:
                    ++counts_.unchanged;
                    break;
                case ImportOutcome::revoked:
                    ++counts_.revoked;
                    break;
                case ImportOutcome::kept:
                    ++counts_.kept;
                    break;
                case ImportOutcome::refused:
                    if (Result<void> noted = note_refusal(pass_.store, i, *row.error); !noted) return noted;
                    break;
            }
        }
        return {};
    }

    Result<void> note_refusal(const TokenStore& store, std::size_t row, const Error& refusal) {
        Column column = column_of(refusal.code);
        if (refusal.code == ErrorCode::conflicting_record) {
            // The row contradicts what is stored under its hash, or, if nothing is, what is stored under its id.
            const auto stored = store.get_by_hash(tokens_[row].hash);
            if (!stored) return stored.error();
            if (!*stored) column = Column::id;
        }
        problems_.push_back({lines_[row], std::string(name(column)), refusal.message});
        return {};
    }

    const ImportPass& pass_;
    ImportCounts& counts_;
    std::vector<Token> tokens_;
    std::vector<std::uint64_t> lines_;
    std::vector<LineProblem> problems_;
};

}  // namespace

Result<PassEnd> ImportPass::run(TokenRows& rows, ImportCounts& counts) const {
    Batch batch(*this, counts);
    for (;;) {
        const TokenRows::Step step = rows.next();
        switch (step) {
            case TokenRows::Step::token:
                batch.add(rows.line(), rows.token());
                break;
            case TokenRows::Step::bad_row:
            case TokenRows::Step::unreadable:
                batch.add(rows.problem());
                break;
            case TokenRows::Step::failed:
                return os_error("cannot read the input", rows.error_number());
            case TokenRows::Step::end:
                break;
        }
        progress.update(counts.read, rows.bytes_done());
        const bool no_more = step == TokenRows::Step::end || step == TokenRows::Step::unreadable;
        if (!no_more && !batch.full() && !(stop_at_problem && batch.has_problems())) continue;
        const Result<bool> problems = batch.finish();
        if (!problems) return problems.error();
        if (step == TokenRows::Step::unreadable) return PassEnd::unreadable;
        if (stop_at_problem && *problems) return PassEnd::stopped;
        if (no_more) return PassEnd::complete;
        if (interrupted()) return os_error("the import was broken off", EINTR);
    }
}

}  // namespace tokenstore::tool
