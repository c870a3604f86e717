#include "codec/backup_list.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <system_error>

#include "base/xxh3.hpp"

namespace tokenstore::codec {

namespace {

constexpr std::string_view head = "tokenstore backup 1";
constexpr std::string_view no_identity = "-";

std::string hex(std::uint64_t number) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
    return text.data();
}

/// The text up to the separator, taken off the rest; nothing where there is none.
std::optional<std::string_view> take(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    if (end == std::string_view::npos) return std::nullopt;
    const auto taken = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return taken;
}

template <class Number>
bool read_number(std::string_view text, Number& number, int base = 10) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc() && end == text.data() + text.size();
}

bool is_plain(std::string_view text) {
    const auto is_harmless = [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= 'a' && letter <= 'z') || letter == '-' || letter == '_' || letter == '.';
    };
    return !text.empty() && text.front() != '.' && std::ranges::all_of(text, is_harmless);
}

std::optional<BackupFile> read_file(std::string_view line) {
    BackupFile file;
    const auto name = take(line, ' ');
    const auto bytes = take(line, ' ');
    const auto checksum = take(line, ' ');
    if (!name || !bytes || !checksum || !is_plain(*name) || !is_plain(line)) return std::nullopt;
    if (!read_number(*bytes, file.bytes) || !read_number(*checksum, file.checksum, 16)) return std::nullopt;
    file.name = *name;
    if (line != no_identity) file.identity = line;
    return file;
}

}  // namespace

std::string encode_backup_list(const BackupList& list) {
    std::string text(head);
    text += "\nmade_at_us " + std::to_string(list.made_at_us);
    text += "\nsequence " + std::to_string(list.sequence) + '\n';
    for (const auto& file : list.files) {
        text += "file " + file.name + ' ' + std::to_string(file.bytes) + ' ' + hex(file.checksum) + ' ';
        text += file.identity.empty() ? no_identity : file.identity;
        text += '\n';
    }
    return text + "checksum " + hex(base::xxh3_64(text)) + '\n';
}

std::optional<BackupList> decode_backup_list(std::string_view text) {
    BackupList list;
    auto rest = text;
    if (take(rest, '\n') != head) return std::nullopt;
    while (auto line = take(rest, '\n')) {
        const auto key = take(*line, ' ');
        if (!key) return std::nullopt;
        if (*key == "made_at_us") {
            if (!read_number(*line, list.made_at_us)) return std::nullopt;
        } else if (*key == "sequence") {
            if (!read_number(*line, list.sequence)) return std::nullopt;
        } else if (*key == "file") {
            auto file = read_file(*line);
            if (!file) return std::nullopt;
            list.files.push_back(*std::move(file));
        } else if (*key != "checksum") {
            return std::nullopt;
        }
    }
    // What was read has one encoding, which ends in the checksum.
    if (encode_backup_list(list) != text) return std::nullopt;
    return list;
}

}  // namespace tokenstore::codec
