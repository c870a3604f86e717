#include "verbs/token_stream.hpp"

#include <cstddef>
#include <deque>
#include <utility>

#include <tokenstore/clock.hpp>
#include <tokenstore/store_reader.hpp>

#include "format/token_difference.hpp"
#include "format/token_rows.hpp"
#include "system/os_error.hpp"
#include "verbs/dump_file.hpp"
#include "verbs/view.hpp"

namespace tokenstore::tool {
namespace {

Error unreadable(std::string why) { return {ErrorCode::corrupt, WriteState::nothing_written, std::move(why)}; }

/// The hash that comes next; nothing after the last one.
std::optional<TokenHash> next_hash(TokenHash hash) {
    for (auto byte = hash.bytes.rbegin(); byte != hash.bytes.rend(); ++byte) {
        if (++*byte != 0) return hash;
    }
    return std::nullopt;
}

class StoreTokens final : public TokenStream {
public:
    explicit StoreTokens(StoreReader reader) : reader_(std::move(reader)) {}

    Result<std::optional<Token>> next() override {
        if (page_.empty() && from_) {
            if (Result<void> read = read_page(); !read) return read.error();
        }
        if (page_.empty()) return std::nullopt;
        Token token = std::move(page_.front());
        page_.pop_front();
        return token;
    }

    [[nodiscard]] std::string what() const override { return view_text(reader_); }
    [[nodiscard]] WalkedTokens damage() const override { return damage_; }

private:
    static constexpr std::size_t page_tokens = 4096;

    Result<void> read_page() {
        const TokenWalk walk{.as_of_us = as_of_us_, .from = *from_, .on_damage = OnDamage::skip};
        from_.reset();
        const Result<WalkedTokens> walked = reader_.walk_tokens(walk, [this](const JudgedToken& judged) {
            page_.push_back(as_origin_row(judged));
            if (page_.size() < page_tokens) return true;
            from_ = next_hash(judged.token.hash);
            return false;
        });
        if (!walked) return walked.error();
        damage_.damaged_records += walked->damaged_records;
        damage_.lost_stretches += walked->lost_stretches;
        return {};
    }

    StoreReader reader_;
    std::int64_t as_of_us_ = system_clock().wall_us();
    std::optional<TokenHash> from_ = TokenHash{};
    std::deque<Token> page_;
    WalkedTokens damage_;
};

class DumpTokens final : public TokenStream {
public:
    explicit DumpTokens(InputFile file) : file_(std::move(file)), rows_(file_.descriptor()) {}

    Result<void> begin() { return check(rows_.read_header()); }

    Result<std::optional<Token>> next() override {
        const TokenRows::Step step = rows_.next();
        if (step == TokenRows::Step::end) return std::nullopt;
        if (Result<void> fine = check(step); !fine) return fine.error();
        if (before_ && rows_.token().hash <= *before_) {
            return unreadable("line " + std::to_string(rows_.line()) +
                              " of the dump: its hash does not follow the one before, as in a dump of this tool");
        }
        before_ = rows_.token().hash;
        return rows_.token();
    }

    [[nodiscard]] std::string what() const override { return "a dump"; }

private:
    [[nodiscard]] Result<void> check(TokenRows::Step step) const {
        if (step == TokenRows::Step::token) return {};
        if (step == TokenRows::Step::failed) return os_error("cannot read the dump", rows_.error_number());
        const LineProblem& problem = rows_.problem();
        std::string why = "line " + std::to_string(problem.line) + " of the dump: ";
        if (!problem.column.empty()) why += "column " + problem.column + ": ";
        return unreadable(why + problem.why);
    }

    InputFile file_;
    TokenRows rows_;
    std::optional<TokenHash> before_;
};

}  // namespace

Result<std::unique_ptr<TokenStream>> TokenStream::open(const std::filesystem::path& path, Console& console) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        Result<StoreReader> reader = StoreReader::open(path);
        if (!reader) return reader.error();
        return std::unique_ptr<TokenStream>(std::make_unique<StoreTokens>(*std::move(reader)));
    }
    Result<InputFile> file = open_dump(path, console);
    if (!file) return file.error();
    auto dump = std::make_unique<DumpTokens>(*std::move(file));
    if (Result<void> begun = dump->begin(); !begun) return begun.error();
    return std::unique_ptr<TokenStream>(std::move(dump));
}

}  // namespace tokenstore::tool
