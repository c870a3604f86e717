// A family as a tree: its chains in the order of login, each a line of generations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <tokenstore/token.hpp>
#include <tokenstore/walk.hpp>

#include "format/redaction.hpp"

namespace tokenstore::tool {

/// One chain of rotations, as far as it is stored.
struct Lineage {
    std::uint64_t generations = 0;    ///< stored ones
    std::vector<JudgedToken> newest;  ///< of these so many as are wanted, the newest first
    bool begins_here = true;          ///< false if what the oldest stored one was rotated from is not stored
};

/// Collects the tokens of a family in the order in which a reader walks it, and keeps the newest ones of each chain.
class FamilyTree {
public:
    explicit FamilyTree(std::size_t generations_max) : generations_max_(generations_max) {}

    void add(const JudgedToken& judged);

    [[nodiscard]] const std::vector<Lineage>& chains() const noexcept { return chains_; }

private:
    std::size_t generations_max_;
    std::vector<Lineage> chains_;
    TokenId chain_id_;
};

/// "ended by reuse on ...: a consumed token was presented again", or nothing if the family was not ended.
[[nodiscard]] std::string family_end_text(const WalkedFamily& family);

/// For people, a line for each generation: its place in the tree, hash, state and why, when it was made and how long
/// after the one before, when it expires, and if shown the device.
[[nodiscard]] std::string family_tree_text(const FamilyTree& tree, const WalkedFamily& family, const Redaction& shown,
                                           bool colours);

}  // namespace tokenstore::tool
