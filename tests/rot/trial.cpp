#include "rot/trial.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rot/answers.hpp"
#include "rot/mutation.hpp"
#include "rot/store_image.hpp"
#include "storage/host.hpp"
#include "support/manual_clock.hpp"
#include "support/results.hpp"
#include "support/sleepless_env.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t first_successor_number = 2'000'000;

struct Presented {
    TokenHash hash;
    RotateOutcome expected = RotateOutcome::not_found;
};

/// What the undamaged store answers: before its dead tokens are presented, and after.
struct Expected {
    Inventory inventory;
    std::vector<Presented> dead;
    StoreAnswers store_before;
    ReaderAnswers reader_before;
    StoreAnswers store_after;
    ReaderAnswers reader_after;
};

/// A consumed token of every third family, and a revoked one of every third other. Their families end by it.
std::vector<Presented> choose_dead(const std::vector<JudgedToken>& dump) {
    std::map<FamilyId, std::size_t> families;
    for (const auto& judged : dump) families.try_emplace(judged.token.family_id, 0);
    std::size_t position = 0;
    for (auto& [family, number] : families) number = position++;
    std::vector<Presented> dead{{make_hash(once_in_doubt_number), RotateOutcome::reuse_detected}};
    std::set<FamilyId> taken{make_family_id(once_in_doubt_number)};
    for (const auto& judged : dump) {
        const auto kind = families.at(judged.token.family_id) % 3;
        const bool fits =
            (kind == 0 && judged.state == TokenState::consumed) || (kind == 1 && judged.state == TokenState::revoked);
        if (!fits || !taken.insert(judged.token.family_id).second) continue;
        dead.push_back({judged.token.hash, kind == 0 ? RotateOutcome::reuse_detected : RotateOutcome::revoked});
    }
    return dead;
}

storage::Host host_of(const Mutation& mutation) {
    auto host = storage::current_host();
    host.env = &sleepless_env();
    if (mutation.after_power_failure) host.boot = storage::BootId{1};
    return host;
}

class Trials {
public:
    explicit Trials(const TrialOrders& orders)
        : images_(load_images(orders.images)), source_(images_, orders.seed), orders_(orders) {
        for (const auto& image : images_.settled) expected_.push_back(learn(image.files));
    }

    void run() {
        for (auto number = orders_.first; number < orders_.end; ++number) {
            ::alarm(longest_trial_s);
            const auto mutation = source_.draw(number);
            const auto& image = images_.settled[mutation.image];
            const storage::HostOverride override_host(host_of(mutation));
            const auto examined = examine(mutation.apply_to(image.files), expected_[mutation.image]);
            std::cout << to_line(report_of(number, examined)) << '\n' << std::flush;
        }
        ::alarm(0);
    }

private:
    struct Examined {
        Verdict verdict;
        std::optional<Error> refused;
    };

    [[nodiscard]] Options options() const {
        Options options;
        options.clock = &clock_;
        options.write_buffer_bytes = 4U << 20U;  // its memtables are quicker to make than those of the default
        return options;
    }

    [[nodiscard]] static Result<RotateResult> present(TokenStore& store, const Presented& dead, std::uint64_t number) {
        auto successor = make_successor(first_successor_number + number);
        successor.expires_at_us = image_moment_us + day_us;
        return store.rotate_token(dead.hash, successor, Durability::lose_on_power_failure);
    }

    Expected learn(const StoreFiles& files) const {
        const TemporaryDirectory folder;
        const auto directory = folder.path() / "store";
        write_store_files(files, directory);
        Expected expected;
        {
            const auto reader = must(StoreReader::open(directory));
            expected.inventory = take_inventory(reader, image_moment_us);
            expected.reader_before = ask(reader, expected.inventory, image_moment_us);
        }
        auto store = must(TokenStore::open(directory, options()));
        expected.store_before = ask(store, expected.inventory);
        expected.dead = choose_dead(expected.reader_before.dump);
        for (std::size_t i = 0; i < expected.dead.size(); ++i) {
            if (must(present(store, expected.dead[i], i)).outcome != expected.dead[i].expected) {
                throw std::runtime_error("a dead token of the undamaged store was not refused as it should be");
            }
        }
        must(store.compact());
        expected.store_after = ask(store, expected.inventory);
        expected.reader_after = ask(must(StoreReader::open(directory)), expected.inventory, image_moment_us);
        return expected;
    }

    Examined examine(const StoreFiles& files, const Expected& expected) const {
        const TemporaryDirectory folder;
        const auto directory = folder.path() / "store";
        write_store_files(files, directory);
        Examined examined;
        auto& verdict = examined.verdict;
        const auto ask_reader = [&](const ReaderAnswers& before, const ReaderAnswers& after) {
            const auto reader = StoreReader::open(directory);
            if (!reader) return verdict.note(reader.error());
            compare(ask(*reader, expected.inventory, image_moment_us), before, after, verdict);
        };
        ask_reader(expected.reader_before, expected.reader_before);

        auto store = TokenStore::open(directory, options());
        if (!store) {
            examined.refused = store.error();
            return examined;
        }
        compare(ask(*store, expected.inventory), expected.store_before, expected.store_before, verdict);
        // Where ending a family met an error, nobody knows from here on whether it ended.
        const bool all_ended = present_dead(*store, expected, verdict);
        const auto& store_before = all_ended ? expected.store_after : expected.store_before;
        const auto& reader_before = all_ended ? expected.reader_after : expected.reader_before;
        if (const auto compacted = store->compact(); !compacted) verdict.note(compacted.error());
        compare(ask(*store, expected.inventory), store_before, expected.store_after, verdict);
        if (const auto closed = store->close(); !closed) verdict.note(closed.error());

        // What the store has made of the damage is what it opens next time.
        ask_reader(reader_before, expected.reader_after);
        store = TokenStore::open(directory, options());
        if (store) {
            compare(ask(*store, expected.inventory), store_before, expected.store_after, verdict);
        } else {
            verdict.note(store.error());
        }
        return examined;
    }

    /// Whether each presentation is known to have ended its family.
    static bool present_dead(TokenStore& store, const Expected& expected, Verdict& verdict) {
        bool all_ended = true;
        for (std::size_t i = 0; i < expected.dead.size(); ++i) {
            const auto& dead = expected.dead[i];
            const auto answer = present(store, dead, i);
            if (!answer) {
                verdict.note(answer.error());
                all_ended = false;
            } else if (answer->outcome != dead.expected) {
                verdict.wrong["rotate_token"] =
                    std::string(name(answer->outcome)) + " instead of " + std::string(name(dead.expected));
            }
        }
        return all_ended;
    }

    static TrialReport report_of(std::uint64_t number, const Examined& examined) {
        const auto& [verdict, refused] = examined;
        TrialReport report;
        report.number = number;
        if (!verdict.wrong.empty()) {
            report.outcome = Outcome::wrong_answers;
            for (const auto& [question, answer] : verdict.wrong) report.detail += question + ": " + answer + "; ";
        } else if (refused) {
            report.outcome = Outcome::refused_at_open;
            report.code = name(refused->code);
            report.detail = refused->message;
        } else if (!verdict.errors.empty()) {
            report.outcome = Outcome::explicit_errors;
            for (const auto& [code, count] : verdict.errors) {
                report.detail += std::to_string(count) + ' ' + std::string(name(code)) + ' ';
            }
        }
        return report;
    }

    ManualClock clock_{image_moment_us};
    StoreImages images_;
    MutationSource source_;
    TrialOrders orders_;
    std::vector<Expected> expected_;  // of each settled image
};

}  // namespace

std::string to_line(const TrialReport& report) {
    auto line = std::to_string(report.number) + '\t' + std::to_string(static_cast<int>(report.outcome)) + '\t' +
                report.code + '\t' + report.detail;
    std::ranges::replace(line, '\n', ' ');
    return line;
}

TrialReport parse_report(const std::string& line) {
    std::istringstream in(line);
    TrialReport report;
    int outcome = -1;
    in >> report.number >> outcome;
    in.ignore();
    std::getline(in, report.code, '\t');
    std::getline(in, report.detail);
    if (outcome < 0 || outcome >= static_cast<int>(outcomes)) throw std::invalid_argument("no report: " + line);
    report.outcome = static_cast<Outcome>(outcome);
    return report;
}

int run_trials(const TrialOrders& orders) {
    Trials(orders).run();
    return 0;
}

}  // namespace tokenstore::test
