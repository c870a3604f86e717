// What the library is for, shown on real input: a table of refresh tokens moves in, and then everything happens to it
// that happens to refresh tokens. Each step checks its own claim; the first that does not hold ends the program with 1.
//
//     tokenstore_demo SAMPLE.csv RAW_TOKENS.tsv SCRATCH_FOLDER
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <latch>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <tokenstore/store_reader.hpp>
#include <tokenstore/token_store.hpp>
#include <tokenstore/version.hpp>

#include "demo_report.hpp"
#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/terminal_text.hpp"
#include "format/token_rows.hpp"
#include "system/input_file.hpp"

namespace tokenstore::demo {
namespace {

namespace fs = std::filesystem;
using tool::rfc3339_seconds;

constexpr std::int64_t day_us = 24LL * 3600 * 1'000'000;
constexpr std::int64_t sample_moment_us = 1'780'272'000'000'000;  // 2026-06-01T00:00:00Z

/// Starts at the moment that the sample was taken at, and runs on from there.
class SampleClock final : public Clock {
public:
    [[nodiscard]] std::int64_t wall_us() const noexcept override {
        return sample_moment_us + steady_us() - started_at_us_;
    }
    [[nodiscard]] std::int64_t steady_us() const noexcept override { return system_clock().steady_us(); }

private:
    std::int64_t started_at_us_ = system_clock().steady_us();
};

/// A raw token as a client holds it. It is shown by the beginning of its hash, never by itself.
struct Secret {
    RawToken raw;
    TokenHash hash;
};

Secret secret_of(RawToken raw) {
    const auto hash = hash_token(raw);
    return {std::move(raw), hash};
}

std::string brief(const TokenHash& hash) { return to_hex(hash).substr(0, 12) + "..."; }

std::string shown(const std::optional<Revocation>& revocation) {
    return revocation ? std::string(name(revocation->reason)) : std::string(tool::shown_null);
}

std::string shown_device(const Token& token) { return tool::cut_to_width(tool::shown_text(token.device_name), 24); }

// ---- Input ----------------------------------------------------------------------------------------------------------

std::vector<Token> read_rows(const fs::path& path) {
    const auto file = need(tool::InputFile::open(path, STDIN_FILENO));
    tool::TokenRows rows(file.descriptor());
    std::vector<Token> tokens;
    auto step = rows.read_header();
    while (step == tool::TokenRows::Step::token) {
        step = rows.next();
        if (step == tool::TokenRows::Step::token) tokens.push_back(rows.token());
    }
    if (step != tool::TokenRows::Step::end) throw Failed("cannot read " + path.string() + ": " + rows.problem().why);
    return tokens;
}

/// The raw tokens that were live when the sample was taken.
std::deque<Secret> read_live_secrets(const fs::path& path) {
    std::ifstream file(path);
    std::deque<Secret> secrets;
    for (std::string line; std::getline(file, line);) {
        constexpr std::string_view live = "live\t";
        if (line.starts_with(live)) {
            secrets.push_back(secret_of(need(RawToken::from_text(std::string_view(line).substr(live.size())))));
        }
    }
    if (secrets.size() < 2) throw Failed("the demo needs two live raw tokens in " + path.string());
    return secrets;
}

// ---- Timing ---------------------------------------------------------------------------------------------------------

using Microseconds = std::chrono::duration<double, std::micro>;

std::string shown_time(Microseconds time) {
    char text[32];
    const bool long_one = time.count() >= 1000;
    std::snprintf(text, sizeof text, long_one ? "%.1f ms" : "%.1f us", long_one ? time.count() / 1000 : time.count());
    return text;
}

template <class Call>
Microseconds median_time(std::size_t calls, Call call) {
    std::vector<Microseconds> times;
    times.reserve(calls);
    for (std::size_t i = 0; i < calls; ++i) {
        const auto began = std::chrono::steady_clock::now();
        call(i);
        times.emplace_back(std::chrono::steady_clock::now() - began);
    }
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

// ---- The steps ------------------------------------------------------------------------------------------------------

class Demo {
public:
    Demo(const fs::path& sample, const fs::path& raw_tokens, const fs::path& scratch)
        : rows_(read_rows(sample)),
          secrets_(read_live_secrets(raw_tokens)),
          directory_(scratch / "store"),
          store_(need(TokenStore::open(directory_, options()))) {}

    void run() {
        std::cout << "tokenstore " << version() << " on " << engine_version() << ". The clock starts at "
                  << rfc3339_seconds(sample_moment_us) << ", when the sample was taken.\n";
        import();
        present();
        rotate();
        race();
        replay();
        list_sessions();
        log_out();
        log_in_again();
        clean_up();
        dump();
        need(store_.close());
        std::cout << "\nAll " << report_.steps() << " steps did what they say: " << report_.claims()
                  << " claims were checked.\n";
    }

private:
    [[nodiscard]] Options options() const {
        Options options;
        options.clock = &clock_;
        // What is expired stays until the clean-up step, which counts it; nothing reclaims it behind our back.
        options.reclaim_expired = false;
        return options;
    }

    void import() {
        report_.step("Move in",
                     "The rows of a gateway's refresh_tokens table come along, so that nobody has to log in again.");
        std::vector<ImportedRow> answers;
        const auto time = median_time(1, [&](std::size_t) { answers = need(store_.import_tokens(rows_)); });
        const auto counts = count();
        report_.fact("rows in the file", rows_.size());
        report_.fact("users, families", std::to_string(counts.users) + ", " + std::to_string(counts.families));
        report_.fact("live now", counts.live);
        report_.fact("revoked", counts.revoked);
        report_.fact("expired", std::to_string(counts.expired) + " (some of them revoked as well)");
        report_.fact("time", shown_time(time) + ", on disk before the call returned");
        report_.check(all(answers, ImportOutcome::stored) && counts.tokens == rows_.size(), "every row was stored");
        report_.check(all(need(store_.import_tokens(rows_)), ImportOutcome::unchanged),
                      "importing the same rows again changes nothing");
    }

    void present() {
        report_.step(
            "Present a token",
            "Each request asks whether a token is usable now. Only its hash is stored: the token is in no file.");
        choose_tokens();
        const auto found = need(store_.get_by_hash(presented_->hash));
        if (!found) throw Failed("the hash of the raw token does not find its record");
        const auto& token = found->token;
        report_.fact("token hash", brief(token.hash));
        report_.fact("user", to_string(token.user_id));
        report_.fact("family", to_string(token.family_id));
        report_.fact("device, address", shown_device(token) + ", " + tool::shown_text(token.ip_address));
        report_.fact("issued", rfc3339_seconds(token.created_at_us));
        report_.fact("expires", rfc3339_seconds(token.expires_at_us));
        report_.fact("verdict", name(found->state));
        std::size_t usable = 0;
        const auto time = median_time(20 * rows_.size(), [&](std::size_t i) {
            if (need(store_.get_valid_by_hash(rows_[i % rows_.size()].hash))) ++usable;
        });
        report_.fact("time of a look-up", shown_time(time) + " (median of " + std::to_string(20 * rows_.size()) + ")");
        report_.check(found->state == TokenState::live, "the token is usable");
        report_.check(!need(store_.get_valid_by_hash(hash_token("a guess"))), "a made-up token is not");
        report_.check(usable == 20 * count().live, "of all tokens exactly the live ones are");
    }

    void rotate() {
        report_.step(
            "Rotate it",
            "The old token is consumed and its successor stored in one write: after a crash exactly one is usable.");
        const auto& successor = keep(need(generate_token()));
        const auto result = need(store_.rotate_token(presented_->hash, successor_with(successor.hash)));
        if (result.outcome != RotateOutcome::rotated) throw Failed("a live token did not rotate");
        report_.table({{"", "token hash", "state", "issued", "expires"},
                       row_of("presented", presented_->hash),
                       row_of("successor", successor.hash)});
        report_.fact("time of a rotation",
                     shown_time(time_rotations(50, Durability::lose_nothing)) + " synced to disk (median of 50)");
        report_.fact("", shown_time(time_rotations(2000, Durability::lose_on_power_failure)) +
                             " handed to the system, not synced (median of 2000)");
        const auto valid = need(store_.get_valid_by_hashes(std::vector{presented_->hash, successor.hash}));
        report_.check(!valid[0] && valid[1], "the presented token is refused from now on, its successor is usable");
    }

    void race() {
        constexpr std::size_t threads = 16;
        report_.step("Let 16 threads rotate one token at once",
                     "Owner and thief may arrive in the same microsecond. Two winners would be a stolen session.");
        std::vector<TokenHash> hashes;
        for (std::size_t i = 0; i < threads; ++i) hashes.push_back(keep(need(generate_token())).hash);
        std::vector<std::optional<Result<RotateResult>>> answers(threads);
        std::latch start(threads);
        {
            std::vector<std::jthread> racers;
            for (std::size_t i = 0; i < threads; ++i) {
                racers.emplace_back([&, i] {
                    start.arrive_and_wait();
                    answers[i] = store_.rotate_token(raced_->hash, successor_with(hashes[i]));
                });
            }
        }
        std::map<RotateOutcome, std::vector<std::size_t>> threads_by_outcome;
        std::uint64_t ended = 0;
        for (std::size_t i = 0; i < threads; ++i) {
            const auto result = need(*std::move(answers[i]));
            threads_by_outcome[result.outcome].push_back(i + 1);
            ended += result.live_tokens_ended;
        }
        const auto many = [&](RotateOutcome outcome) { return threads_by_outcome[outcome].size(); };
        const auto& winners = threads_by_outcome[RotateOutcome::rotated];
        const auto line = [&](RotateOutcome outcome, std::string meaning) {
            return std::vector{std::string(name(outcome)), std::to_string(many(outcome)), std::move(meaning)};
        };
        report_.table({{"outcome", "threads", "what it means"},
                       line(RotateOutcome::rotated,
                            "won: thread " + (winners.empty() ? "none" : std::to_string(winners.front()))),
                       line(RotateOutcome::reuse_detected, "came second, with a consumed token: the family ends"),
                       line(RotateOutcome::revoked, "came after the end of the family")});
        report_.check(winners.size() == 1, "exactly one thread got a successor");
        report_.check(many(RotateOutcome::reuse_detected) == 1 && many(RotateOutcome::revoked) == threads - 2,
                      "the alarm was raised once, and everybody else was refused");
        report_.check(ended == 1 && live_in_family_of(raced_->hash) == 0,
                      "the winner's successor died with the family: nobody can tell owner from thief");
    }

    void replay() {
        report_.step("Replay the consumed token",
                     "A consumed token that comes back was copied. The whole family ends; its owner logs in again.");
        const auto live_before = live_in_family_of(presented_->hash);
        const auto& wanted = keep(need(generate_token()));
        const auto result = need(store_.rotate_token(presented_->hash, successor_with(wanted.hash)));
        report_.fact("outcome", name(result.outcome));
        report_.fact("live tokens ended", result.live_tokens_ended);
        const auto family = tokens_of_family(result.predecessor->family_id);
        report_.table(newest_of(family));
        report_.check(result.outcome == RotateOutcome::reuse_detected, "the replay was noticed");
        report_.check(result.live_tokens_ended == live_before && live_before > 0,
                      "the count is the number of tokens that were live in the family");
        report_.check(std::all_of(family.begin(), family.end(),
                                  [](const JudgedToken& judged) { return judged.state == TokenState::revoked; }),
                      "all " + std::to_string(family.size()) + " tokens of the family are dead");
        const auto created = store_.create_token(new_token(result.predecessor->user_id, result.predecessor->family_id));
        report_.check(!created && created.error().code == ErrorCode::family_ended,
                      "nothing can be issued in this family any more");
    }

    void list_sessions() {
        report_.step("List a user's sessions", "People see where they are logged in, newest login first.");
        user_ = busiest_user();
        sessions_ = need(store_.get_user_active_sessions(user_, {max_page_limit, std::nullopt})).sessions;
        report_.fact("user", to_string(user_));
        std::vector<std::vector<std::string>> table{{"token hash", "issued", "expires", "device", "address"}};
        for (const auto& token : sessions_) {
            table.push_back({brief(token.hash), rfc3339_seconds(token.created_at_us),
                             rfc3339_seconds(token.expires_at_us), shown_device(token),
                             tool::shown_text(token.ip_address)});
        }
        report_.table(table);
        report_.check(sessions_.size() == live_of_user(),
                      "the list is complete: it names every live token of the user");
        report_.check(std::is_sorted(sessions_.begin(), sessions_.end(),
                                     [](const Token& a, const Token& b) { return a.chain_id > b.chain_id; }),
                      "the newest login comes first");
    }

    void log_out() {
        report_.step("Log that user out everywhere",
                     "One small record ends all of them at once, however many there are.");
        const auto result = need(store_.revoke_all_user_tokens(user_));
        report_.fact("live tokens ended", result.live_ended.value_or(0));
        report_.check(result.live_ended == sessions_.size(), "the count is the number of sessions just listed");
        std::vector<TokenHash> hashes;
        for (const auto& token : sessions_) hashes.push_back(token.hash);
        const auto valid = need(store_.get_valid_by_hashes(hashes));
        report_.check(std::none_of(valid.begin(), valid.end(), [](const auto& token) { return token.has_value(); }),
                      "every one of those tokens is refused from now on");
        report_.check(need(store_.get_user_active_sessions(user_)).sessions.empty(), "no session is left");
    }

    void log_in_again() {
        report_.step("Let that user log in again",
                     "Logging out everywhere ends what was issued before it; it does not lock the account.");
        const auto token = need(store_.create_token(new_token(user_, need(generate_id<FamilyId>(clock_.wall_us())))));
        report_.fact("new token", brief(token.hash));
        report_.fact("issued", rfc3339_seconds(token.created_at_us));
        report_.check(need(store_.get_valid_by_hash(token.hash)).has_value(), "the new token is usable");
        report_.check(need(store_.get_user_active_sessions(user_)).sessions.size() == 1, "it is the only session");
    }

    void clean_up() {
        report_.step(
            "Clean up",
            "Expired tokens are refused anyway and leave the disk by themselves; this removes them now, and counts.");
        const auto before = count();
        const auto at_least = expired_rows();
        const auto removed = need(store_.cleanup_expired());
        const auto at_most = expired_rows();  // the clock has gone on meanwhile
        const auto after = count();
        report_.fact("removed", removed);
        report_.table({{"", "before", "after"},
                       {"tokens", std::to_string(before.tokens), std::to_string(after.tokens)},
                       {"expired", std::to_string(before.expired), std::to_string(after.expired)},
                       {"live", std::to_string(before.live), std::to_string(after.live)}});
        report_.check(at_least <= removed && removed <= at_most, "as many as have expired by the dates in the file");
        report_.check(after.tokens == before.tokens - removed && after.live == before.live,
                      "that many are gone, and no live one");
        report_.check(need(store_.cleanup_expired()) == 0, "a second clean-up finds nothing");
    }

    void dump() {
        report_.step("Dump a few records",
                     "Everything can be read back while the store is in use, and none of it lets anybody in.");
        std::map<TokenState, JudgedToken> examples;
        const auto wanted = std::set{TokenState::live, TokenState::consumed, TokenState::revoked};
        need(reader().for_each_token(clock_.wall_us(), [&](const JudgedToken& judged) {
            examples.emplace(judged.state, judged);
            return examples.size() < wanted.size();
        }));
        std::vector<std::vector<std::string>> table{
            {"token hash", "state", "reason", "issued", "expires", "device", "successor"}};
        for (const auto& [state, judged] : examples) {
            const auto& token = judged.token;
            table.push_back({brief(token.hash), std::string(name(state)), shown(judged.revocation),
                             rfc3339_seconds(token.created_at_us), rfc3339_seconds(token.expires_at_us),
                             shown_device(token),
                             token.successor ? brief(*token.successor) : std::string(tool::shown_null)});
        }
        report_.table(table);
        report_.check(examples.size() == wanted.size(), "live, consumed and revoked tokens are all there");
        need(store_.flush());
        report_.check(!any_secret_on_disk(), "none of the " + std::to_string(secrets_.size()) +
                                                 " raw tokens used here stands in the store's files");
    }

    // ---- Helpers of the steps ---------------------------------------------------------------------------------------

    static bool all(const std::vector<ImportedRow>& answers, ImportOutcome outcome) {
        return std::all_of(answers.begin(), answers.end(),
                           [&](const ImportedRow& answer) { return answer.outcome == outcome; });
    }

    [[nodiscard]] std::vector<std::string> row_of(std::string what, const TokenHash& hash) const {
        const auto judged = judged_token(hash);
        return {std::move(what), brief(hash), std::string(name(judged.state)),
                rfc3339_seconds(judged.token.created_at_us), rfc3339_seconds(judged.token.expires_at_us)};
    }

    static std::vector<std::vector<std::string>> newest_of(const std::vector<JudgedToken>& family) {
        constexpr std::size_t most = 6;
        std::vector<std::vector<std::string>> table{{"token of the family", "state", "reason", "issued"}};
        const auto shown_tokens = std::min(most, family.size());
        for (std::size_t i = family.size(); i-- > family.size() - shown_tokens;) {
            const auto& judged = family[i];
            table.push_back({brief(judged.token.hash), std::string(name(judged.state)), shown(judged.revocation),
                             rfc3339_seconds(judged.token.created_at_us)});
        }
        if (const auto older = family.size() - shown_tokens; older > 0) {
            table.push_back({"and " + std::to_string(older) + " older ones", "", "", ""});
        }
        return table;
    }

    /// The token to present and rotate is one of the longest family; the one to race for is of another family.
    void choose_tokens() {
        std::map<FamilyId, std::size_t> family_sizes;
        std::map<TokenHash, FamilyId> family_of;
        for (const auto& row : rows_) {
            ++family_sizes[row.family_id];
            family_of[row.hash] = row.family_id;
        }
        const auto size_of = [&](const Secret& secret) { return family_sizes[family_of[secret.hash]]; };
        std::stable_sort(secrets_.begin(), secrets_.end(),
                         [&](const Secret& a, const Secret& b) { return size_of(a) > size_of(b); });
        presented_ = &secrets_.front();
        const auto other = std::find_if(secrets_.begin(), secrets_.end(), [&](const Secret& secret) {
            return family_of[secret.hash] != family_of[presented_->hash];
        });
        if (other == secrets_.end()) throw Failed("all raw tokens are of one family");
        raced_ = &*other;
    }

    const Secret& keep(RawToken raw) {
        secrets_.push_back(secret_of(std::move(raw)));
        return secrets_.back();
    }

    [[nodiscard]] Successor successor_with(const TokenHash& hash) const {
        return {hash, clock_.wall_us() + 30 * day_us, {}, {}, {}};
    }

    [[nodiscard]] NewToken new_token(const UserId& user, const FamilyId& family) {
        return {keep(need(generate_token())).hash, user, family, clock_.wall_us() + 30 * day_us, {}, "Pixel 8", {}};
    }

    /// Rotates a token of a login of its own again and again.
    Microseconds time_rotations(std::size_t rotations, Durability durability) {
        const auto user = need(generate_id<UserId>(clock_.wall_us()));
        const auto family = need(generate_id<FamilyId>(clock_.wall_us()));
        auto current = need(store_.create_token(new_token(user, family))).hash;
        return median_time(rotations, [&](std::size_t) {
            const auto next = hash_token(need(generate_token()));
            const auto result = need(store_.rotate_token(current, successor_with(next), durability));
            if (result.outcome != RotateOutcome::rotated) throw Failed("a live token did not rotate");
            current = next;
        });
    }

    [[nodiscard]] StoreReader reader() const { return need(StoreReader::open(directory_)); }

    [[nodiscard]] TokenCounts count() const { return need(reader().count(clock_.wall_us())); }

    [[nodiscard]] std::uint64_t expired_rows() const {
        const auto now_us = clock_.wall_us();
        return static_cast<std::uint64_t>(
            std::count_if(rows_.begin(), rows_.end(), [&](const Token& row) { return row.expires_at_us <= now_us; }));
    }

    [[nodiscard]] std::vector<JudgedToken> tokens_of_family(const FamilyId& family) const {
        std::vector<JudgedToken> tokens;
        need(reader().for_each_token(clock_.wall_us(), [&](const JudgedToken& judged) {
            if (judged.token.family_id == family) tokens.push_back(judged);
            return true;
        }));
        std::sort(tokens.begin(), tokens.end(),
                  [](const JudgedToken& a, const JudgedToken& b) { return a.token.id < b.token.id; });
        return tokens;
    }

    [[nodiscard]] JudgedToken judged_token(const TokenHash& hash) const {
        auto found = need(store_.get_by_hash(hash));
        if (!found) throw Failed("a token is gone");
        return *std::move(found);
    }

    [[nodiscard]] std::uint64_t live_in_family_of(const TokenHash& hash) const {
        const auto family = tokens_of_family(judged_token(hash).token.family_id);
        return static_cast<std::uint64_t>(std::count_if(
            family.begin(), family.end(), [](const JudgedToken& judged) { return judged.state == TokenState::live; }));
    }

    [[nodiscard]] std::map<UserId, std::size_t> live_by_user() const {
        std::map<UserId, std::size_t> live;
        need(reader().for_each_token(clock_.wall_us(), [&](const JudgedToken& judged) {
            if (judged.state == TokenState::live) ++live[judged.token.user_id];
            return true;
        }));
        return live;
    }

    [[nodiscard]] UserId busiest_user() const {
        const auto live = live_by_user();
        const auto busiest = std::max_element(live.begin(), live.end(),
                                              [](const auto& a, const auto& b) { return a.second < b.second; });
        if (busiest == live.end()) throw Failed("no user has a session");
        return busiest->first;
    }

    [[nodiscard]] std::size_t live_of_user() const { return live_by_user()[user_]; }

    [[nodiscard]] bool any_secret_on_disk() const {
        for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
            const auto stands_there = [&](const Secret& secret) {
                return bytes.find(secret.raw.reveal()) != std::string::npos;
            };
            if (std::any_of(secrets_.begin(), secrets_.end(), stands_there)) return true;
        }
        return false;
    }

    Report report_;
    SampleClock clock_;
    std::vector<Token> rows_;
    std::deque<Secret> secrets_;  // grows at its end; references into it stay valid
    fs::path directory_;
    TokenStore store_;

    const Secret* presented_ = nullptr;
    const Secret* raced_ = nullptr;
    UserId user_;
    std::vector<Token> sessions_;
};

}  // namespace
}  // namespace tokenstore::demo

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: tokenstore_demo SAMPLE.csv RAW_TOKENS.tsv SCRATCH_FOLDER\n";
        return 2;
    }
    try {
        tokenstore::demo::Demo(argv[1], argv[2], argv[3]).run();
    } catch (const std::exception& failure) {
        std::cout.flush();
        std::cerr << "\nThe demo failed: " << failure.what() << '\n';
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
