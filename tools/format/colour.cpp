#include "format/colour.hpp"

namespace tokenstore::tool {
namespace {

std::string_view code_of(Colour colour) noexcept {
    switch (colour) {
        case Colour::none:
            return {};
        case Colour::bold:
            return "1";
        case Colour::faint:
            return "2";
        case Colour::red:
            return "31";
        case Colour::green:
            return "32";
        case Colour::yellow:
            return "33";
        case Colour::cyan:
            return "36";
    }
    return {};
}

}  // namespace

std::string coloured(std::string_view text, Colour colour) {
    if (text.empty() || colour == Colour::none) return std::string(text);
    return "\x1b[" + std::string(code_of(colour)) + 'm' + std::string(text) + "\x1b[0m";
}

Colour colour_of(TokenState state) noexcept {
    switch (state) {
        case TokenState::live:
            return Colour::green;
        case TokenState::consumed:
            return Colour::cyan;
        case TokenState::expired:
            return Colour::faint;
        case TokenState::revoked:
            return Colour::red;
    }
    return Colour::none;
}

}  // namespace tokenstore::tool
