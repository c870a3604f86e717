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
    return {"admin", "Change a store that nobody else holds: revoke, cleanup, compact, repair-index", declare};
}

}  // namespace tokenstore::tool
