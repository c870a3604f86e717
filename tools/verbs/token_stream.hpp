// The tokens of a store or of a dump, one after the other in the order of their hashes.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <tokenstore/error.hpp>
#include <tokenstore/token.hpp>
#include <tokenstore/walk.hpp>

#include "verbs/console.hpp"

namespace tokenstore::tool {

class TokenStream {
public:
    /// Opens a directory as a store, anything else as a dump; "-" is a dump on standard input. Errors: those of
    /// StoreReader::open, io_error, corrupt if the dump is not what its checksum file was made for.
    [[nodiscard]] static Result<std::unique_ptr<TokenStream>> open(const std::filesystem::path& path, Console& console);

    TokenStream() = default;
    TokenStream(const TokenStream&) = delete;
    TokenStream& operator=(const TokenStream&) = delete;
    virtual ~TokenStream() = default;

    /// The next token as the origin's row; nothing at the end. Memory does not grow. Errors: io_error; corrupt for a
    /// dump whose rows cannot be read or do not come in the order of hashes.
    [[nodiscard]] virtual Result<std::optional<Token>> next() = 0;

    /// "the store as of ..." or "a dump".
    [[nodiscard]] virtual std::string what() const = 0;

    /// What a store has held that could not be read, so far.
    [[nodiscard]] virtual WalkedTokens damage() const { return {}; }
};

}  // namespace tokenstore::tool
