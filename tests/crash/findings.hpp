// What was found wrong after a kill or a power cut, counted by what it means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace tokenstore::test {

enum class Finding {
    lost,          ///< something acknowledged is not there
    hole,          ///< something is not there that need not be, but what came after it is
    half_applied,  ///< part of a call is there, or something that no call stored
    resurrected,   ///< what was consumed, revoked or cleaned up is usable, or there, again
    failed,        ///< a call or a look-up failed, or the store does not open
};

class Findings {
public:
    void add(Finding finding, const std::string& sentence) {
        ++counts_.at(static_cast<std::size_t>(finding));
        text_.append(sentence).append("\n");
    }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    [[nodiscard]] std::uint64_t count(Finding finding) const { return counts_.at(static_cast<std::size_t>(finding)); }

    /// One line each.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::array<std::uint64_t, 5> counts_{};
    std::string text_;
};

}  // namespace tokenstore::test
