// The parsers of single texts: tokens, hashes, ids and times. Whatever the text, what is accepted and written again is
// the same text in its usual form, and what is shown of it does no harm.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <rapidjson/document.h>
#include <utf8.h>

#include <tokenstore/ids.hpp>
#include <tokenstore/raw_token.hpp>

#include "format/calendar_time.hpp"
#include "format/postgres_time.hpp"
#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/terminal_text.hpp"
#include "format/token_json.hpp"
#include "fuzz/harmless_text.hpp"
#include "fuzz/target.hpp"
#include "model/limits.hpp"
#include "support/requirements.hpp"

namespace tokenstore::test {
namespace {

/// "2026-04-22T00:16:23": what a time in UTC shows of the calendar and the clock, whatever stands around it.
std::string_view to_the_second(std::string_view text) { return text.substr(0, 19); }

std::string lower(std::string_view text) {
    std::string lowered(text);
    std::ranges::transform(lowered, lowered.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lowered;
}

bool is_base64url(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

void try_raw_token(std::string_view text) {
    // The last character carries four bits of the token and two zeros: one in four can stand there.
    const bool is_token = text.size() == RawToken::length && std::ranges::all_of(text, is_base64url) &&
                          std::string_view("AEIMQUYcgkosw048").find(text.back()) != std::string_view::npos;
    const auto token = RawToken::from_text(text);
    require(token.has_value() == is_token, "a text is wrongly taken for a token, or a token refused");
    if (!token) return;
    require(token->reveal() == text, "a token does not give its text back");
    require(hash_token(*token) == hash_token(text), "a token and its text have different hashes");
}

void try_hash(std::string_view text) {
    const auto hash = parse_token_hash(text);
    if (hash) require(to_hex(*hash) == lower(text), "a hash does not give its text back");
}

template <class IdType>
void try_id(std::string_view text) {
    const auto id = parse_id<IdType>(text);
    if (id) require(to_string(*id) == lower(text), "an id does not give its text back");
}

void require_in_range(std::int64_t time_us) {
    require(time_us >= tool::earliest_time_us && time_us <= tool::latest_time_us, "a time outside the years 1 to 9999");
}

void try_rfc3339(std::string_view text) {
    const auto time_us = tool::parse_rfc3339(text);
    if (!time_us) return;
    require_in_range(*time_us);
    require(tool::parse_rfc3339(tool::rfc3339(*time_us)) == time_us, "a time does not come back from RFC 3339");
    if (lower(text).ends_with('z')) {
        require(to_the_second(lower(tool::rfc3339(*time_us))) == to_the_second(lower(text)),
                "a time in UTC is read as another");
    }
    const auto to_the_second_us = tool::parse_rfc3339(tool::rfc3339_seconds(*time_us));
    require(to_the_second_us && *to_the_second_us <= *time_us && *time_us - *to_the_second_us < 1'000'000,
            "a time to the second is another time");
}

void try_postgres_time(std::string_view text) {
    const auto time_us = tool::parse_postgres_time(text);
    if (!time_us) return;
    require_in_range(*time_us);
    std::string written;
    tool::append_postgres_time(written, *time_us);
    require(tool::parse_postgres_time(written) == time_us, "a time does not come back from PostgreSQL's form");
    if (text.ends_with("+00")) {
        require(to_the_second(written) == to_the_second(text), "a time in UTC is read as another");
    }
}

/// What a client says about itself, from the check at the door to what a person sees of it.
void try_device_text(std::string_view text) {
    const std::optional<std::string> field(text);
    const bool is_utf8 = utf8::is_valid(text);
    const auto id_refusal = model::check_device(field, std::nullopt, std::nullopt);
    require(id_refusal.has_value() == (!is_utf8 || text.size() > model::max_device_id_bytes),
            "a device id is wrongly accepted or refused");
    const auto name_refusal = model::check_device(std::nullopt, field, std::nullopt);
    require(is_utf8 || name_refusal, "a device name that is no UTF-8 is accepted");
    const auto address_refusal = model::check_device(std::nullopt, std::nullopt, field);
    require(address_refusal || text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos,
            "an address holds a character that none has");

    const std::string shown = tool::shown_text(field);
    require(is_harmless(shown) && shown.find('\n') == std::string::npos, "a text is shown as it must not be");
    constexpr std::size_t columns_max = 40;
    require(tool::display_width(tool::cut_to_width(shown, columns_max)) <= columns_max, "a text is cut too late");
}

void try_json_text(std::string_view text) {
    rapidjson::StringBuffer buffer;
    tool::JsonWriter json(buffer);
    tool::write_json_text(json, text);
    const std::string_view written(buffer.GetString(), buffer.GetSize());
    require(is_harmless(written) && written.find('\n') == std::string_view::npos, "JSON shows what it must not");
    rapidjson::Document document;
    document.Parse(written.data(), written.size());
    require(!document.HasParseError() && document.IsString(), "a text is written as something else than a JSON string");
    if (!utf8::is_valid(text)) return;
    require(std::string_view(document.GetString(), document.GetStringLength()) == text,
            "a text does not come back from JSON");
}

}  // namespace
}  // namespace tokenstore::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tokenstore;
    const std::string_view text = test::input_text(data, size);
    test::try_raw_token(text);
    test::try_hash(text);
    test::try_id<TokenId>(text);
    test::try_id<FamilyId>(text);
    test::try_id<UserId>(text);
    test::try_rfc3339(text);
    test::try_postgres_time(text);
    test::try_device_text(text);
    test::try_json_text(text);
    return 0;
}
