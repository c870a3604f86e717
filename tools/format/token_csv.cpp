#include "format/token_csv.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "format/csv_writer.hpp"
#include "format/postgres_time.hpp"
#include "format/terminal_text.hpp"

namespace tokenstore::tool {
namespace {

// Reads field after field and remembers the first that is wrong.
class RowParser {
public:
    RowParser(const std::vector<CsvField>& fields, const TimeForm& times) : fields_(fields), times_(times) {}

    template <class IdType>
    IdType id(Column column) {
        return parsed<IdType>(column, parse_id<IdType>, "not a UUID in the form 8-4-4-4-12");
    }

    TokenHash hash(Column column) { return parsed<TokenHash>(column, parse_token_hash, "not 64 hexadecimal digits"); }

    std::int64_t time(Column column) { return parsed<std::int64_t>(column, times_.parse, times_.expectation); }

    std::optional<std::int64_t> optional_time(Column column) {
        if (!field(column)) return std::nullopt;
        return time(column);
    }

    bool boolean(Column column) { return parsed<bool>(column, parse_boolean, "neither t nor f"); }

    std::optional<std::string> optional_text(Column column) {
        return field(column) ? std::optional<std::string>(*field(column)) : std::nullopt;
    }

    std::optional<RowProblem> take_problem() { return std::move(problem_); }

private:
    static std::optional<bool> parse_boolean(std::string_view text) {
        return text == "t" || text == "f" ? std::optional(text == "t") : std::nullopt;
    }

    [[nodiscard]] const CsvField& field(Column column) const { return fields_[static_cast<std::size_t>(column)]; }

    template <class Value, class Parse>
    Value parsed(Column column, Parse parse, const char* expectation) {
        if (field(column)) {
            if (const auto value = parse(*field(column))) return *value;
        }
        if (!problem_) problem_ = {std::string(name(column)), field(column) ? expectation : "must not be NULL"};
        return {};
    }

    const std::vector<CsvField>& fields_;
    TimeForm times_;
    std::optional<RowProblem> problem_;
};

std::optional<RowProblem> check_field_count(std::size_t count) {
    constexpr std::size_t expected = column_names.size();
    if (count == expected) return std::nullopt;
    std::string why = "the row has " + std::to_string(count) + " fields instead of " + std::to_string(expected);
    if (count < expected) return RowProblem{std::string(column_names[count]), "missing: " + why};
    return RowProblem{std::to_string(expected + 1), "one too many: " + why};
}

// What stands where the header should be may be anything, a secret too.
bool looks_like_a_name(std::string_view text) {
    return !text.empty() && text.size() < 32 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

}  // namespace

std::optional<RowProblem> check_header(const std::vector<CsvField>& fields) {
    for (std::size_t i = 0; i < column_names.size(); ++i) {
        const std::string_view found = i < fields.size() ? fields[i].value_or("") : std::string_view{};
        if (found == column_names[i]) continue;
        std::string why = "the header must name " + std::string(column_names[i]) + " here";
        if (looks_like_a_name(found)) why += ", not " + std::string(found);
        return RowProblem{std::to_string(i + 1), std::move(why)};
    }
    if (fields.size() == column_names.size()) return std::nullopt;
    return RowProblem{std::to_string(column_names.size() + 1), "the header names a column too many"};
}

tl::expected<Token, RowProblem> token_from_row(const std::vector<CsvField>& fields) {
    return token_from_fields(
        fields, {parse_postgres_time, "not a time such as 2026-04-22 00:16:23.57905+00, in the years 1 to 9999"});
}

tl::expected<Token, RowProblem> token_from_fields(const std::vector<CsvField>& fields, const TimeForm& times) {
    if (auto problem = check_field_count(fields.size())) return tl::unexpected(*std::move(problem));
    RowParser row(fields, times);
    Token token;
    token.id = row.id<TokenId>(Column::id);
    token.chain_id = token.id;
    token.created_at_us = row.time(Column::created_at);
    token.updated_at_us = row.optional_time(Column::updated_at);
    token.hash = row.hash(Column::token_hash);
    token.user_id = row.id<UserId>(Column::user_id);
    token.family_id = row.id<FamilyId>(Column::family_id);
    token.device_id = row.optional_text(Column::device_id);
    token.device_name = row.optional_text(Column::device_name);
    token.ip_address = row.optional_text(Column::ip_address);
    token.expires_at_us = row.time(Column::expires_at);
    token.revoked = row.boolean(Column::is_revoked);
    token.revoked_at_us = row.optional_time(Column::revoked_at);
    if (auto problem = row.take_problem()) return tl::unexpected(*std::move(problem));
    return token;
}

Column column_of(ErrorCode refusal) noexcept {
    switch (refusal) {
        case ErrorCode::device_id_too_long:
        case ErrorCode::device_id_not_utf8:
            return Column::device_id;
        case ErrorCode::device_name_too_long:
        case ErrorCode::device_name_not_utf8:
            return Column::device_name;
        case ErrorCode::ip_address_malformed:
            return Column::ip_address;
        case ErrorCode::expiry_out_of_range:
            return Column::expires_at;
        case ErrorCode::family_ended:
        case ErrorCode::family_of_another_user:
            return Column::family_id;
        case ErrorCode::time_out_of_range:
            return Column::created_at;
        default:
            return Column::token_hash;
    }
}

void append_csv_header(std::string& text) {
    for (const std::string_view column : column_names) {
        if (column != column_names.front()) text += ',';
        text += column;
    }
    text += '\n';
}

void append_csv_row(std::string& text, const JudgedToken& judged, TextForm form) {
    const Token& token = judged.token;
    const OriginState state = origin_state(judged);
    const auto append_time = [&text](std::optional<std::int64_t> time_us) {
        if (time_us) append_postgres_time(text, *time_us);
        text += ',';
    };
    const auto append_text = [&text, form](const std::optional<std::string>& field) {
        if (field && form == TextForm::printable) {
            append_csv_field(text, terminal_text(*field));
        } else {
            append_csv_field(text, field);
        }
        text += ',';
    };
    append_id(text, token.id);
    text += ',';
    append_time(token.created_at_us);
    append_time(state.updated_at_us);
    append_hex(text, token.hash);
    text += ',';
    append_id(text, token.user_id);
    text += ',';
    append_id(text, token.family_id);
    text += ',';
    append_text(token.device_id);
    append_text(token.device_name);
    append_text(token.ip_address);
    append_time(token.expires_at_us);
    text += state.is_revoked ? "t," : "f,";
    if (state.revoked_at_us) append_postgres_time(text, *state.revoked_at_us);
    text += '\n';
}

}  // namespace tokenstore::tool
