// The reader of CSV and of the rows that `tokenstore import` takes, and what `tokenstore dump` writes. Whatever the
// bytes, what was read and is written again reads the same.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>

#include "format/csv_reader.hpp"
#include "format/csv_writer.hpp"
#include "format/token_csv.hpp"
#include "format/token_json.hpp"
#include "format/token_rows.hpp"
#include "fuzz/harmless_text.hpp"
#include "fuzz/target.hpp"
#include "support/memory_file.hpp"
#include "support/requirements.hpp"

namespace tokenstore::test {
namespace {

// The input is read in small pieces, what was written in large ones: the result must not depend on where a piece ends.
constexpr std::size_t input_block_bytes = 61;
constexpr std::size_t written_block_bytes = 4096;

// ---- Records of any fields
// -------------------------------------------------------------------------------------------

using Fields = std::vector<std::optional<std::string>>;

/// The records up to the end, or to where the text cannot be taken apart.
std::vector<Fields> read_records(std::string_view text, std::size_t block_bytes) {
    const MemoryFile file(text);
    tool::CsvReader reader(file.descriptor(), block_bytes);
    std::vector<Fields> records;
    while (reader.next() == tool::CsvReader::Step::record) {
        const auto& fields = reader.record().fields;
        records.emplace_back(fields.begin(), fields.end());
        static_cast<void>(tool::check_header(fields));
    }
    return records;
}

std::string write_records(const std::vector<Fields>& records) {
    std::string text;
    for (const Fields& record : records) {
        for (std::size_t i = 0; i < record.size(); ++i) {
            if (i > 0) text += ',';
            tool::append_csv_field(text, record[i]);
        }
        text += '\n';
    }
    return text;
}

void try_records(std::string_view text) {
    const auto records = read_records(text, input_block_bytes);
    require(read_records(write_records(records), written_block_bytes) == records, "records of CSV do not come back");
}

// ---- Rows of the origin's table
// --------------------------------------------------------------------------------------

std::string header() {
    std::string text;
    tool::append_csv_header(text);
    return text;
}

/// The tokens of the good rows.
std::vector<Token> read_tokens(std::string_view text, std::size_t block_bytes) {
    const MemoryFile file(text);
    tool::TokenRows rows(file.descriptor(), block_bytes);
    std::vector<Token> tokens;
    if (rows.read_header() != tool::TokenRows::Step::token) return tokens;
    for (;;) {
        switch (rows.next()) {
            case tool::TokenRows::Step::token:
                tokens.push_back(rows.token());
                break;
            case tool::TokenRows::Step::bad_row:
                require(!rows.problem().why.empty() && rows.problem().line >= 2, "a bad row without a reason or place");
                break;
            case tool::TokenRows::Step::unreadable:
            case tool::TokenRows::Step::failed:
            case tool::TokenRows::Step::end:
                return tokens;
        }
    }
}

JudgedToken judged(const Token& token) {
    JudgedToken judged{token, TokenState::live, std::nullopt};
    if (token.revoked) {
        judged.state = TokenState::revoked;
        judged.revocation = Revocation{RevocationReason::token_revoked, token.revoked_at_us};
    }
    return judged;
}

void require_one_harmless_line(std::string_view text) {
    require(is_harmless(text) && text.find('\n') == text.size() - 1, "a token is shown as it must not be");
}

void try_json(const JudgedToken& judged) {
    tool::JsonLine json;
    tool::add_token(json, judged, tool::nothing_redacted);
    const std::string_view line = json.finish();
    require_one_harmless_line(line);
    rapidjson::Document document;
    document.Parse(line.data(), line.size());
    require(!document.HasParseError() && document.IsObject(), "a token is written as something else than an object");
    const auto& name = document["device_name"];
    require(name.IsNull() == !judged.token.device_name, "NULL does not come back from JSON");
    const auto& written = judged.token.device_name;
    if (!written || !utf8::is_valid(*written)) return;
    require(*written == std::string_view(name.GetString(), name.GetStringLength()),
            "a device name does not come back from JSON");
}

void try_rows(std::string_view text) {
    const auto tokens = read_tokens(header().append(text), input_block_bytes);
    std::string written = header();
    for (const Token& token : tokens) {
        tool::append_csv_row(written, judged(token), tool::TextForm::exact);
        try_json(judged(token));

        std::string shown;
        tool::append_csv_row(shown, judged(token), tool::TextForm::printable);
        require_one_harmless_line(shown);
    }
    require(read_tokens(written, written_block_bytes) == tokens, "rows of the origin's table do not come back");
}

}  // namespace
}  // namespace tokenstore::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = tokenstore::test::input_text(data, size);
    tokenstore::test::try_records(text);
    tokenstore::test::try_rows(text);
    return 0;
}
