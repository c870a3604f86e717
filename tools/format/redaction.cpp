#include "format/redaction.hpp"

#include <cstddef>

namespace tokenstore::tool {
namespace {

constexpr std::size_t digits_shown = 8;

}  // namespace

std::string Redaction::operator()(const TokenHash& hash) const {
    std::string text;
    append(text, hash);
    return text;
}

std::string Redaction::operator()(const UserId& user) const {
    std::string text;
    append(text, user);
    return text;
}

void Redaction::append(std::string& text, const TokenHash& hash) const {
    const std::size_t before = text.size();
    append_hex(text, hash);
    if (!full_hash) text.resize(before + digits_shown);
}

void Redaction::append(std::string& text, const UserId& user) const {
    const std::size_t before = text.size();
    append_id(text, user);
    if (!show_ids) text.erase(before, text.size() - before - digits_shown);
}

}  // namespace tokenstore::tool
