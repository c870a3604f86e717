#include "format/redaction.hpp"

#include <cstddef>

namespace tokenstore::tool {
namespace {

constexpr std::size_t digits_shown = 8;

}  // namespace

std::string Redaction::operator()(const TokenHash& hash) const {
    std::string text = to_hex(hash);
    if (!full_hash) text.resize(digits_shown);
    return text;
}

std::string Redaction::operator()(const UserId& user) const {
    std::string text = to_string(user);
    if (!show_ids) text.erase(0, text.size() - digits_shown);
    return text;
}

}  // namespace tokenstore::tool
