#include "verbs/admin.hpp"

#include "verbs/admin_cleanup.hpp"
#include "verbs/admin_compact.hpp"
#include "verbs/admin_repair_index.hpp"
#include "verbs/admin_revoke.hpp"

#include <CLI/CLI.hpp>

namespace tokenstore::tool {
namespace {

Run declare(CLI::App& line) {
    line.require_subcommand(1);
    const auto chosen = std::make_shared<Run>();
    add_verbs(line, "Changes",
              {admin_revoke_verb(), admin_cleanup_verb(), admin_compact_verb(), admin_repair_index_verb()}, chosen);
    return [chosen](Console& console) { return (*chosen)(console); };
}

}  // namespace

Verb admin_verb() {
    return {"admin", "Change a store that nobody else holds: revoke, cleanup, compact, repair-index", declare,
            "Each change takes the store for itself: stop the process that holds it first. It shows what would be done "
            "and\n"
            "asks for a yes at the terminal; elsewhere nothing is done without --yes. --dry-run only shows, and works\n"
            "beside the process that holds the store.\n"
            "\n"
            "Examples:\n"
            "  tokenstore admin revoke gateway --family ID    ends a login that was stolen, for good\n"
            "  tokenstore admin revoke gateway --user ID      logs a user out everywhere\n"
            "  tokenstore admin cleanup gateway --dry-run     tells how many tokens have expired\n"
            "  tokenstore admin repair-index gateway --yes    mends what verify --full found in the indexes\n"};
}

}  // namespace tokenstore::tool
