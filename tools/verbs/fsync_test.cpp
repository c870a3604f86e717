#include "verbs/fsync_test.hpp"

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include <tokenstore/clock.hpp>

#include "format/progress.hpp"
#include "system/interruption.hpp"
#include "system/sync_timing.hpp"
#include "verbs/answers.hpp"
#include "verbs/options.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

// A rotation writes about a kilobyte; a group of callers that share a sync, up to a megabyte.
constexpr std::size_t sizes[] = {512, 1024, 4096, 16'384, 65'536, 262'144};

struct Arguments {
    std::filesystem::path folder;
    double seconds = 1;
    std::optional<Form> form;
};

// The value that so large a share of all does not exceed. Precondition: sorted, not empty.
Span at_share(const std::vector<std::int64_t>& times_ns, double share) {
    const auto last = static_cast<double>(times_ns.size() - 1);
    return Span{static_cast<double>(times_ns[static_cast<std::size_t>(last * share + 0.5)]) / 1e9};
}

Record timing_record(std::size_t bytes, const std::vector<std::int64_t>& times_ns) {
    std::int64_t total_ns = 0;
    for (const std::int64_t time_ns : times_ns) total_ns += time_ns;
    return Record()
        .add("bytes", Bytes{bytes})
        .add("syncs", std::uint64_t{times_ns.size()})
        .add("syncs_per_second",
             static_cast<std::uint64_t>(static_cast<double>(times_ns.size()) * 1e9 / static_cast<double>(total_ns)))
        .add("p50_seconds", at_share(times_ns, 0.5))
        .add("p99_seconds", at_share(times_ns, 0.99))
        .add("max_seconds", at_share(times_ns, 1));
}

ExitCode run(const Arguments& arguments, Console& console) {
    Answers answers(console, arguments.form);
    Progress progress(console.errors);
    const Clock& clock = system_clock();
    const std::int64_t began_us = clock.steady_us();
    std::uint64_t syncs = 0;
    const auto watch = [&] { progress.update(++syncs, static_cast<std::uint64_t>(clock.steady_us() - began_us)); };
    constexpr std::int64_t wondering_after_us = 1'000'000;
    progress.begin("syncing", static_cast<std::uint64_t>(arguments.seconds * 1e6 * std::size(sizes)),
                   wondering_after_us, "syncs");
    for (const std::size_t bytes : sizes) {
        const auto times_ns = time_syncs(arguments.folder, bytes, arguments.seconds, watch);
        progress.erase();
        if (!times_ns) return report(console, times_ns.error());
        if (interrupted() || times_ns->empty()) return report(console, broken_off());
        answers.row(timing_record(bytes, *times_ns));
        console.output.flush();
    }
    answers.finish();
    return ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_path(line, "FOLDER", arguments->folder, "A folder on the disk in question, such as that of a store");
    add_parsed(
        line, "--seconds", arguments->seconds,
        [](const std::string& text) -> std::optional<double> {
            double seconds = 0;
            if (!CLI::detail::lexical_cast(text, seconds) || !(seconds > 0) || seconds > 3600) return std::nullopt;
            return seconds;
        },
        "a number above 0, and 3600 at most", "How long each size is tried; 1 by default")
        .type_name("S");
    add_form(line, arguments->form);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb fsync_test_verb() { return {"fsync-test", "Measure what a disk takes to make a write safe", declare}; }

}  // namespace tokenstore::tool
