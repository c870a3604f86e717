// tokenstore sessions: a user's live tokens, newest login first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

#include <tokenstore/ids.hpp>
#include <tokenstore/outcomes.hpp>

#include "verbs/console.hpp"

namespace tokenstore::tool {

enum class SessionsFormat { table, json };

struct SessionsArguments {
    std::filesystem::path store;
    UserId user;
    SessionsFormat format = SessionsFormat::table;
    std::size_t limit = 50;
    std::optional<SessionCursor> after;
    std::int64_t as_of_us = 0;
};

[[nodiscard]] ExitCode run_sessions(const SessionsArguments& arguments, Console& console);

}  // namespace tokenstore::tool
