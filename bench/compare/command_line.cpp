#include "compare/command_line.hpp"

#include <CLI/CLI.hpp>

#include "compare/participants.hpp"
#include "compare/workloads.hpp"

namespace tokenstore::bench {

namespace {

constexpr int exit_usage = 5;

/// The names of what a table of participants or workloads holds.
template <class Table>
std::vector<std::string> names_in(const Table& table) {
    std::vector<std::string> names;
    names.reserve(table.size());
    for (const auto& entry : table) names.emplace_back(entry.name);
    return names;
}

}  // namespace

CommandLine parse_command_line(int argc, char** argv) {
    CLI::App app("Compares stores of refresh tokens: equal answers first, then figures.", "tokenstore_compare");
    bool quick = false;
    std::optional<std::size_t> tokens;
    std::optional<std::size_t> rounds;
    std::optional<std::size_t> loop_ms;
    std::vector<std::size_t> clients;
    Settings given;
    given.folder = std::filesystem::current_path();
    given.report = std::filesystem::current_path() / "report";
    given.participants = names_in(participants);

    app.add_flag("--quick", quick, "100,000 tokens and short rounds: ends within five minutes on two cores");
    app.add_flag("--check-only", given.check_only, "end after the check that all answer alike");
    app.add_option("--tokens", tokens, "how many tokens each participant holds (1,000,000; quick: 100,000)")
        ->check(CLI::Range(1'000, 100'000'000));
    app.add_option("--rounds", rounds, "how often each figure is taken (5; quick: 3)")->check(CLI::Range(1, 100));
    app.add_option("--loop-ms", loop_ms,
                   "how long a figure is taken, in each kind of loop, after a fifth of that (1000; quick: 70)")
        ->check(CLI::Range(10, 100'000));
    app.add_option("--clients", clients, "how many ask at once (1,2,8,64; quick: 1,2, and 8 that race)")
        ->delimiter(',')
        ->check(CLI::Range(1, 128));
    app.add_flag("--apart", given.apart,
                 "load and measure one participant after the other: for sizes of which memory does not hold all");
    app.add_option("--seed", given.seed, "of the script, and of the order of the rounds");
    app.add_option("--folder", given.folder, "where the data go; decides which disk is measured")
        ->check(CLI::ExistingDirectory);
    app.add_option("--report", given.report, "where results.json and environment.json go");
    app.add_option("--participants", given.participants, "who takes part")
        ->delimiter(',')
        ->check(CLI::IsMember(names_in(participants)));
    app.add_option("--classes", given.classes, "which classes of durability (both)")
        ->delimiter(',')
        ->check(CLI::IsMember({"synced", "buffered"}));
    app.add_option("--workloads", given.workloads, "what is measured")
        ->delimiter(',')
        ->check(CLI::IsMember(names_in(workloads)));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& refused) {
        return {std::nullopt, app.exit(refused) == 0 ? 0 : exit_usage};
    }

    auto settings = quick ? quick_settings() : Settings{};
    settings.folder = given.folder;
    settings.report = given.report;
    settings.participants = given.participants;
    settings.workloads = given.workloads;
    settings.classes = given.classes;
    settings.seed = given.seed;
    settings.check_only = given.check_only;
    settings.apart = given.apart;
    if (!clients.empty()) {
        settings.clients = clients;
        settings.crowds.clear();
    }
    settings.tokens = tokens.value_or(settings.tokens);
    settings.rounds = rounds.value_or(settings.rounds);
    if (loop_ms) {
        settings.closed_loop = settings.open_loop = std::chrono::milliseconds(*loop_ms);
        settings.warm_up = settings.closed_loop / 5;
    }
    return {settings, 0};
}

}  // namespace tokenstore::bench
