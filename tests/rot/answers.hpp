// Everything that can be asked of a store, and whether the answers are those of its undamaged image.
//
// The rule: an answer is the same, or an explicit error. An error is never held against a damaged store.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tokenstore/store_reader.hpp>
#include <tokenstore/token_store.hpp>

namespace tokenstore::test {

/// What there is to ask about.
struct Inventory {
    std::vector<TokenHash> hashes;  ///< all that are stored, and some that are not
    std::vector<UserId> users;
};

/// All tokens of the store and all their users.
[[nodiscard]] Inventory take_inventory(const StoreReader& reader, std::int64_t as_of_us);

/// In the order of the inventory.
struct StoreAnswers {
    std::vector<Result<std::optional<JudgedToken>>> tokens;
    std::vector<Result<std::optional<Token>>> valid;
    Result<std::vector<std::optional<Token>>> valid_at_once;
    std::vector<Result<std::optional<ValidToken>>> validated;  ///< from the engine
    std::vector<Result<std::optional<ValidToken>>> remembered;
    std::vector<Result<std::vector<Token>>> sessions;  ///< all pages
};

[[nodiscard]] StoreAnswers ask(const TokenStore& store, const Inventory& inventory);

struct ReaderAnswers {
    std::vector<Result<std::optional<JudgedToken>>> tokens;
    std::vector<Result<std::vector<Token>>> sessions;
    Result<TokenCounts> counts;
    std::vector<JudgedToken> dump;      ///< as far as it went
    std::optional<Error> dump_failure;  ///< absent: it ended as if whole
};

[[nodiscard]] ReaderAnswers ask(const StoreReader& reader, const Inventory& inventory, std::int64_t as_of_us);

/// What a comparison found.
struct Verdict {
    std::map<ErrorCode, std::size_t> errors;
    std::map<std::string, std::string> wrong;  ///< questions, each with one wrong answer to it

    void note(const Error& error) { ++errors[error.code]; }
};

/// Compares with the answers of the undamaged store before and after some of its families ended. Each answer has to be
/// one of the two, since whether a family ended is not known where ending it met an error. Where it is known both are
/// the same.
void compare(const StoreAnswers& answers, const StoreAnswers& before, const StoreAnswers& after, Verdict& verdict);
void compare(const ReaderAnswers& answers, const ReaderAnswers& before, const ReaderAnswers& after, Verdict& verdict);

}  // namespace tokenstore::test
