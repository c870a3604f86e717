#include "compare/comparison.hpp"

#include <malloc.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "compare/contestant.hpp"
#include "compare/equality_check.hpp"
#include "compare/operations.hpp"
#include "compare/require.hpp"
#include "compare/results.hpp"
#include "compare/single_runs.hpp"
#include "compare/stopwatch.hpp"
#include "compare/temporary_folder.hpp"
#include "compare/workloads.hpp"

namespace tokenstore::bench {

namespace fs = std::filesystem;

namespace {

void say(const std::string& line) { std::cerr << "== " << line << std::endl; }

std::string name_of(DurabilityClass durability) {
    return durability == DurabilityClass::synced ? "synced" : "buffered";
}

bool listed(std::string_view name, const std::vector<std::string>& names) {
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

/// Those who take part in a durability class. Look-ups are taken in the buffered one, which has them all.
std::vector<ParticipantEntry> entries_of(const Settings& settings, DurabilityClass durability) {
    std::vector<ParticipantEntry> entries;
    for (const auto& entry : participants) {
        const bool belongs = entry.durable || durability == DurabilityClass::buffered;
        if (belongs && listed(entry.name, settings.participants)) entries.push_back(entry);
    }
    return entries;
}

std::vector<std::string> answers_of(const ParticipantEntry& entry, const Settings& settings, const fs::path& folder,
                                    DurabilityClass durability) {
    Contestant contestant(entry, folder, durability, settings.check_steps);
    return answers_to_script(contestant.client(0), settings.seed, settings.check_steps);
}

void check_equal_answers(const Settings& settings, const fs::path& folder, DurabilityClass durability) {
    const ParticipantEntry& reference = participants.back();
    const auto expected = answers_of(reference, settings, folder, durability);
    for (const auto& entry : entries_of(settings, durability)) {
        const auto difference = first_difference(expected, answers_of(entry, settings, folder / "checked", durability));
        require(difference.empty(), std::string(entry.name) + " and the hash table differ: " + difference);
        say(std::string(entry.name) + ", " + name_of(durability) + ": " + std::to_string(expected.size()) +
            " answers equal those of the hash table");
    }
}

/// Loads a participant and notes what it occupies.
Footprint load(Contestant& contestant, const Settings& settings, DurabilityClass durability) {
    auto& participant = contestant.participant();
    const auto resident = [&] {
        ::malloc_trim(0);  // what was freed is nobody's
        return participant.resident_bytes();
    };
    const auto resident_before = resident();
    const auto written_before = participant.written_bytes();
    const Stopwatch loading;
    contestant.load(settings.tokens, [](std::uint64_t i) { return token_of(TokenKind::stored, i); });
    const auto load_seconds = loading.seconds();
    participant.settle();
    const auto written_after = participant.written_bytes();
    // What is measured is served from memory: so all of it is read once, the records and the listing of each user, and
    // counted with what that takes.
    auto& reader = contestant.client(0);
    for (std::uint64_t i = 0; i < settings.tokens; ++i) {
        const bool found = reader.validate(hash_of(TokenKind::stored, i)).has_value();
        require(found, contestant.name() + ": a loaded token was not found");
    }
    for (std::uint64_t i = 0; i < settings.tokens; i += tokens_of_a_user) {
        const auto sessions = reader.sessions(user_of(TokenKind::stored, i), sessions_of_a_page).size();
        require(sessions == std::min<std::uint64_t>(tokens_of_a_user, settings.tokens - i),
                contestant.name() + ": the sessions of a loaded user were not found");
    }
    const auto resident_after = resident();
    const auto per_token = [&](std::uint64_t bytes) {
        return static_cast<double>(bytes) / static_cast<double>(settings.tokens);
    };
    Footprint footprint;
    footprint.participant = contestant.name();
    footprint.engine = participant.engine();
    footprint.configuration = participant.configuration();
    footprint.durability = name_of(durability);
    footprint.bytes_per_token = per_token(participant.disk_bytes());
    footprint.resident_bytes_per_token = per_token(resident_after - std::min(resident_before, resident_after));
    footprint.written_bytes_per_token = per_token(written_after - std::min(written_before, written_after));
    footprint.load_seconds = load_seconds;
    return footprint;
}

double reopen_ms(Contestant& contestant) {
    contestant.disconnect();
    const Stopwatch opening;
    contestant.participant().reopen();
    (void)contestant.client(0).validate(hash_of(TokenKind::stored, 0));
    return opening.seconds() * 1e3;
}

/// One figure of one participant, to be taken once in each round.
struct Task {
    Contestant* contestant;
    Workload workload;
    Figure figure;
};

std::set<std::size_t> client_counts(const Workload& workload, const Settings& settings, DurabilityClass durability) {
    const bool many = workload.shape == WorkloadShape::look_ups || workload.shape == WorkloadShape::changes ||
                      workload.shape == WorkloadShape::race;
    if (!many) return {1};
    std::set<std::size_t> counts(settings.clients.begin(), settings.clients.end());
    const bool race = workload.shape == WorkloadShape::race;
    const bool shares_syncs = workload.name == "rotate" && durability == DurabilityClass::synced;
    if (race || shares_syncs) counts.insert(settings.crowds.begin(), settings.crowds.end());
    if (race) counts.erase(1);
    return counts;
}

std::vector<Task> tasks_of(Contestant& contestant, const Settings& settings, DurabilityClass durability) {
    std::vector<Task> tasks;
    for (const auto& workload : workloads) {
        const bool look_ups = workload.shape == WorkloadShape::look_ups;
        if (!listed(workload.name, settings.workloads)) continue;
        if (look_ups && durability == DurabilityClass::synced) continue;
        const auto sizes = workload.shape == WorkloadShape::ends ? settings.ended_at_once : std::vector<std::size_t>{0};
        for (const auto clients : client_counts(workload, settings, durability)) {
            for (const auto size : sizes) {
                tasks.push_back({&contestant,
                                 workload,
                                 {std::string(workload.name), contestant.name(),
                                  look_ups ? "both" : name_of(durability), clients, size}});
            }
        }
    }
    return tasks;
}

Sample take_loops(const Task& task, const Settings& settings, const StoredTokens& stored, std::uint64_t seed) {
    const auto operations = operations_of(task.workload.name, *task.contestant, task.figure.clients, stored, seed);
    Sample sample;
    sample.operations_per_second = run_closed_loop(operations, settings.warm_up, settings.closed_loop);
    if (sample.operations_per_second > 0) {
        sample.latencies = run_open_loop(operations, sample.operations_per_second / 2, settings.open_loop);
    }
    return sample;
}

std::optional<Sample> take(const Task& task, const Settings& settings, const StoredTokens& stored, std::uint64_t seed) {
    auto& contestant = *task.contestant;
    switch (task.workload.shape) {
        case WorkloadShape::look_ups:
        case WorkloadShape::changes:
            return take_loops(task, settings, stored, seed);
        case WorkloadShape::race:
            return run_race(contestant, task.figure.clients, settings.races);
        case WorkloadShape::ends:
            return run_ends(task.workload.name, contestant, task.figure.size);
        case WorkloadShape::clean_up:
            return run_clean_up(task.workload.name == "cleanup_as_the_origin", contestant, settings.tokens);
        case WorkloadShape::beside_clean_up:
            return run_beside_clean_up(task.workload.name == "rotate_during_cleanup", contestant, settings.tokens,
                                       operations_of("rotate", contestant, 1, stored, seed).front(),
                                       settings.open_loop);
    }
    return std::nullopt;
}

bool is_open_loop(const Workload& workload) {
    return workload.shape == WorkloadShape::look_ups || workload.shape == WorkloadShape::changes ||
           workload.shape == WorkloadShape::beside_clean_up;
}

/// Whether anything is measured in a durability class: look-ups are taken in one of them.
bool is_measured(const Settings& settings, DurabilityClass durability) {
    if (!listed(name_of(durability), settings.classes)) return false;
    return std::any_of(workloads.begin(), workloads.end(), [&](const Workload& workload) {
        const bool belongs = durability == DurabilityClass::buffered || workload.shape != WorkloadShape::look_ups;
        return belongs && listed(workload.name, settings.workloads);
    });
}

/// All of these loaded at once, and asked in turns.
void measure(const Settings& settings, const fs::path& folder, DurabilityClass durability,
             const std::vector<ParticipantEntry>& entries, const StoredTokens& stored, Results& results) {
    std::vector<std::unique_ptr<Contestant>> contestants;
    std::vector<Footprint> footprints;
    std::vector<Task> tasks;
    for (const auto& entry : entries) {
        auto& contestant =
            *contestants.emplace_back(std::make_unique<Contestant>(entry, folder, durability, settings.tokens));
        footprints.push_back(load(contestant, settings, durability));
        say(contestant.name() + ", " + name_of(durability) + ": loaded");
        if (durability == DurabilityClass::buffered) prepare_look_ups(contestant);
        prepare_changes(contestant, settings.tokens);
        const auto more = tasks_of(contestant, settings, durability);
        tasks.insert(tasks.end(), more.begin(), more.end());
    }

    std::mt19937_64 random(settings.seed);
    for (std::size_t round = 0; round < settings.rounds; ++round) {
        say(name_of(durability) + ": round " + std::to_string(round + 1) + " of " + std::to_string(settings.rounds));
        std::shuffle(tasks.begin(), tasks.end(), random);
        for (const auto& task : tasks) {
            const auto sample = take(task, settings, stored, random());
            if (!sample) continue;
            auto& series = results.series[task.figure];
            series.add(*sample);
            series.open_loop = is_open_loop(task.workload);
        }
    }

    for (std::size_t i = 0; i < contestants.size(); ++i) {
        footprints[i].reopen_ms = reopen_ms(*contestants[i]);
        results.footprints.push_back(footprints[i]);
    }
}

void measure_class(const Settings& settings, const fs::path& folder, DurabilityClass durability,
                   const StoredTokens& stored, Results& results) {
    const auto entries = entries_of(settings, durability);
    if (!settings.apart) return measure(settings, folder, durability, entries, stored, results);
    for (const auto& entry : entries) {
        measure(settings, folder, durability, {entry}, stored, results);
        fs::remove_all(folder);
        write_results(results, settings);  // what was measured stands, whatever becomes of the next ones
    }
}

}  // namespace

void compare(const Settings& settings) {
    const TemporaryFolder folder(settings.folder);
    std::vector<DurabilityClass> classes;
    for (const auto durability : {DurabilityClass::buffered, DurabilityClass::synced}) {
        if (is_measured(settings, durability)) classes.push_back(durability);
    }
    for (const auto durability : classes) {
        check_equal_answers(settings, folder.path() / "check" / name_of(durability), durability);
    }
    if (settings.check_only) return;

    Results results;
    results.environment = look_at_environment(folder.path());
    const StoredTokens stored(settings.tokens, settings.seed);
    results.request_ns = nanoseconds_of_a_request(stored);
    for (const auto durability : classes) {
        measure_class(settings, folder.path() / name_of(durability), durability, stored, results);
    }
    write_results(results, settings);
}

}  // namespace tokenstore::bench
