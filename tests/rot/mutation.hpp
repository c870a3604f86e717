// One mutation of a store's files, drawn at random.
//
// Kinds of files are drawn evenly, so that a file of a few bytes is hit as often as all tables together, and so are the
// parts of a table file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rot/store_image.hpp"
#include "support/dice.hpp"

namespace tokenstore::test {

/// A mutation changes at least one byte, adds a file or takes one away.
struct Mutation {
    std::size_t image = 0;             ///< which of the settled ones
    bool after_power_failure = false;  ///< the store is opened after another start of the system
    std::string kind;                  ///< of the file, or of the part of a table file
    std::string text;                  ///< what was done, for repeating it by hand
    std::map<std::string, std::optional<std::string>> changes;  ///< files with their new content; nothing: removed

    [[nodiscard]] StoreFiles apply_to(StoreFiles files) const;
};

/// Draws from the same images always the same mutation for a number of a seed. One thread at a time.
class MutationSource {
public:
    MutationSource(const StoreImages& images, std::uint64_t seed);

    [[nodiscard]] Mutation draw(std::uint64_t number) const;

private:
    /// Where a mutation may strike: a file, or bytes of one.
    struct Target {
        std::string file;
        std::size_t begin = 0;
        std::size_t end = 0;
        bool is_part = false;
    };

    using Targets = std::vector<std::pair<std::string, std::vector<Target>>>;  // by kind

    [[nodiscard]] static Targets targets_of(const StoreFiles& files);
    [[nodiscard]] std::optional<Mutation> attempt(Dice& dice) const;

    const StoreImages& images_;
    std::uint64_t seed_;
    std::vector<Targets> targets_;  // of each settled image
};

}  // namespace tokenstore::test
