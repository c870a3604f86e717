#include "model/model_run.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include <tokenstore/store_reader.hpp>
#include <tokenstore/token_store.hpp>

#include "model/reference_model.hpp"
#include "model/requirements.hpp"
#include "support/dice.hpp"
#include "support/index_checker.hpp"
#include "support/manual_clock.hpp"
#include "support/printers.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

constexpr std::size_t remembered_operations = 20;
constexpr std::uint64_t steps_between_walks = 2'500;

// Far beyond the time that passes in a run: the ends of families and users then stay for the whole of it.
constexpr std::int64_t longest_token_lifetime_us = 400 * day_us;
constexpr std::int64_t endless_grace_us = 50 * year_us;

// Closing happens now and then, and what lies on disk is read on some of those occasions.
constexpr unsigned reopens_with_disk_check_percent = 30;

class ModelRun {
public:
    explicit ModelRun(const ModelRunOptions& options)
        : options_(options),
          dice_(options.seed),
          reference_({longest_token_lifetime_us, options.reclaim_grace_us}),
          store_(open()) {
        for (std::uint64_t i = 0; i < user_count; ++i) users_.push_back(make_user_id(i));
        for (std::size_t i = 0; i < family_slots; ++i) families_.push_back(new_family());
        for (std::size_t i = 0; i < hash_slots; ++i) hashes_.push_back(new_hash());
    }

    std::map<std::string, std::uint64_t> run() {
        try {
            for (; step_ < options_.operations; ++step_) {
                do_one_operation();
                if (step_ % steps_between_walks == steps_between_walks - 1) walk();
            }
            walk();
            reopen(true);
            walk();
        } catch (const std::exception& difference) {
            throw std::runtime_error(report(difference.what()));
        }
        return reference_.met();
    }

private:
    static constexpr std::uint64_t user_count = 5;
    static constexpr std::size_t family_slots = 16;
    static constexpr std::size_t hash_slots = 300;

    struct Family {
        FamilyId id;
        std::size_t user;
    };

    // ---- The choice ------------------------------------------------------------------------------------------------

    void do_one_operation() {
        struct Choice {
            unsigned weight;
            void (ModelRun::*operation)();
        };
        static constexpr std::array choices{
            Choice{200, &ModelRun::create},        Choice{260, &ModelRun::rotate},
            Choice{50, &ModelRun::revoke_token},   Choice{30, &ModelRun::revoke_family},
            Choice{12, &ModelRun::revoke_user},    Choice{100, &ModelRun::list_sessions},
            Choice{110, &ModelRun::get},           Choice{110, &ModelRun::get_valid},
            Choice{20, &ModelRun::get_valid_many}, Choice{20, &ModelRun::clean_up},
            Choice{25, &ModelRun::import},         Choice{40, &ModelRun::let_time_pass},
            Choice{12, &ModelRun::statistics},     Choice{2, &ModelRun::flush},
            Choice{2, &ModelRun::compact},         Choice{5, &ModelRun::maintain},
            Choice{1, &ModelRun::close_and_reopen}};
        static constexpr unsigned total = [] {
            unsigned sum = 0;
            for (const Choice& choice : choices) sum += choice.weight;
            return sum;
        }();
        auto drawn = static_cast<unsigned>(dice_.below(total));
        for (const Choice& choice : choices) {
            if (drawn < choice.weight) return (this->*choice.operation)();
            drawn -= choice.weight;
        }
    }

    // ---- The operations --------------------------------------------------------------------------------------------

    void create() {
        const Family& family = dice_.one_of(families_);
        NewToken request;
        request.hash = hash_to_store();
        request.user_id = dice_.chance(95) ? users_[family.user] : dice_.one_of(users_);
        request.family_id = family.id;
        request.expires_at_us = an_expiry();
        fill_device(request);
        remember("create_token", request.hash, request.family_id, request.user_id, request.expires_at_us);
        reference_.check_create(request, now_us(), store_.create_token(request, a_durability()));
    }

    void rotate() {
        const TokenHash presented = dice_.chance(60) ? live_hash() : hash_to_present();
        Successor request;
        request.hash = hash_to_store();
        request.expires_at_us = an_expiry();
        fill_device(request);
        remember("rotate_token", presented, "to", request.hash, request.expires_at_us);
        reference_.check_rotate(presented, request, now_us(), store_.rotate_token(presented, request, a_durability()));
    }

    void revoke_token() {
        const TokenHash hash = hash_to_present();
        remember("revoke_token", hash);
        reference_.check_revoke_token(hash, now_us(), store_.revoke_token(hash, a_durability()));
    }

    void revoke_family() {
        Family& family = dice_.one_of(families_);
        const Counting counting = a_counting();
        remember("revoke_family", family.id);
        reference_.check_revoke_family(family.id, counting, now_us(),
                                       store_.revoke_family(family.id, counting, a_durability()));
    }

    void revoke_user() {
        const UserId user = dice_.one_of(users_);
        const Counting counting = a_counting();
        remember("revoke_all_user_tokens", user);
        reference_.check_revoke_user(user, counting, now_us(),
                                     store_.revoke_all_user_tokens(user, counting, a_durability()));
    }

    void list_sessions() {
        const UserId user = dice_.one_of(users_);
        const SessionPageRequest page = a_page();
        remember("get_user_active_sessions", user, std::uint64_t{page.limit});
        reference_.check_sessions(user, page, now_us(), store_.get_user_active_sessions(user, page));
    }

    void get() {
        const TokenHash hash = hash_to_present();
        remember("get_by_hash", hash);
        reference_.check_get(hash, now_us(), store_.get_by_hash(hash));
    }

    void get_valid() {
        const TokenHash hash = hash_to_present();
        remember("get_valid_by_hash", hash);
        reference_.check_get_valid(hash, now_us(), store_.get_valid_by_hash(hash));
    }

    void get_valid_many() {
        std::vector<TokenHash> hashes(static_cast<std::size_t>(dice_.below(dice_.chance(20) ? 200 : 8)));
        std::ranges::generate(hashes, [this] { return hash_to_present(); });
        remember("get_valid_by_hashes", std::uint64_t{hashes.size()});
        reference_.check_get_valid(hashes, now_us(), store_.get_valid_by_hashes(hashes));
    }

    void clean_up() {
        remember("cleanup_expired");
        reference_.check_cleanup(now_us(), store_.cleanup_expired(a_durability()));
    }

    void import() {
        std::vector<Token> rows;
        for (auto left = 1 + dice_.below(dice_.chance(10) ? 20 : 3); left > 0; --left) {
            // At times a row comes again in one call, as it was or ended meanwhile.
            rows.push_back(!rows.empty() && dice_.chance(10) ? dice_.one_of(rows) : a_row());
            Token& row = rows.back();
            if (!row.revoked && dice_.chance(20)) {
                row.revoked = true;
                if (dice_.chance(70)) row.revoked_at_us = now_us() - dice_.below_us(hour_us);
                row.updated_at_us = row.revoked_at_us;
            }
            remember("import_tokens", row.hash, row.family_id, row.user_id, row.expires_at_us);
        }
        const auto rehearsed = store_.check_import(rows);
        const auto answers = store_.import_tokens(rows, a_durability());
        reference_.check_import(rows, now_us(), answers);
        const auto same_outcome = [](const ImportedRow& a, const ImportedRow& b) { return a.outcome == b.outcome; };
        // The filter may take a record between the two.
        const bool comparable = !options_.reclaim_grace_us;
        if (!rehearsed || (comparable && !std::ranges::equal(*rehearsed, *answers, same_outcome))) {
            throw Difference("check_import answers otherwise than import_tokens");
        }
    }

    void let_time_pass() {
        std::int64_t by_us = 0;
        if (const auto* stored = any_token(); dice_.chance(30) && stored != nullptr) {
            // To the very moment of an expiry, or next to it.
            by_us = stored->token.expires_at_us - now_us() + dice_.below_us(3) - 1;
        }
        if (by_us <= 0 || by_us > 2 * hour_us) {
            static constexpr std::array spans_us{second_us, second_us, 10 * minute_us, 10 * minute_us, 2 * hour_us};
            by_us = dice_.below_us(dice_.one_of(spans_us));
        }
        remember("time passes", by_us);
        clock_.advance_us(by_us);
    }

    void statistics() {
        const auto statistics = require(store_.statistics(), "statistics");
        reference_.check_statistics(statistics);
        if (statistics.now_us != now_us()) throw Difference("statistics() tells another time than the clock");
    }

    void flush() {
        remember("flush");
        static_cast<void>(require(store_.flush(), "flush"));
    }

    void compact() {
        remember("compact");
        static_cast<void>(require(store_.compact(), "compact"));
    }

    void maintain() {
        remember("maintain");
        static_cast<void>(require(store_.maintain(), "maintain"));
    }

    void close_and_reopen() { reopen(dice_.chance(reopens_with_disk_check_percent)); }

    void reopen(bool checks_disk) {
        remember("close and open");
        static_cast<void>(require(store_.close(), "close"));
        if (checks_disk) check_disk();
        if (dice_.chance(30)) clock_.advance_us(dice_.below_us(6 * hour_us));
        store_ = open();
        reference_.reopened();
    }

    // ---- Everything recomputed -------------------------------------------------------------------------------------

    /// Looks at the whole store through a reader, while the store is open.
    void walk() {
        remember("all tokens visited");
        const auto reader = require(StoreReader::open(directory_.path() / "store"), "opening a reader");
        std::vector<JudgedToken> visited;
        const auto count = require(reader.for_each_token(now_us(),
                                                         [&visited](const JudgedToken& judged) {
                                                             visited.push_back(judged);
                                                             return true;
                                                         }),
                                   "visiting all tokens");
        if (count != visited.size()) throw Difference("for_each_token answers another number than it visited");
        reference_.check_walk(visited, now_us());
        reference_.check_counts(require(reader.count(now_us()), "counting"), now_us());
        for (const UserId& user : users_) {
            const SessionPageRequest page{max_page_limit, std::nullopt};
            reference_.check_sessions(user, page, now_us(), reader.get_user_active_sessions(user, now_us(), page));
        }
        for (int i = 0; i < 20; ++i) {
            const TokenHash hash = hash_to_present();
            reference_.check_get(hash, now_us(), reader.get_by_hash(hash, now_us()));
        }
    }

    /// Recomputes the indexes and ends of the closed store and compares them with what lies there.
    void check_disk() {
        std::optional<std::int64_t> reclaimed_until_us;
        if (options_.reclaim_grace_us) reclaimed_until_us = now_us() - *options_.reclaim_grace_us;
        const StoredRecords records = read_closed_store(directory_.path() / "store");
        std::string disagreements;
        for (const auto& sentence : find_disagreements(records, reclaimed_until_us)) disagreements += "\n" + sentence;
        if (!disagreements.empty()) throw Difference("the closed store does not fit together:" + disagreements);

        for (const auto& [hash, token] : records.tokens) reference_.check_record(token);
        for (const auto& [hash, known] : reference_.tokens()) {
            if (!records.tokens.contains(hash) && !reference_.is_reclaimable(known.token.expires_at_us, now_us())) {
                throw Difference("the closed store has lost a token");
            }
        }
        const auto same_family_end = [](const auto& on_disk, const auto& known) {
            return on_disk.first == known.first && on_disk.second.ended_at_us == known.second.ended_at_us &&
                   on_disk.second.reason == known.second.reason;
        };
        if (!std::ranges::equal(records.family_ends, reference_.family_ends(), same_family_end)) {
            throw Difference("the ended families of the closed store differ");
        }
        const auto same_user_end = [](const auto& on_disk, const auto& known) {
            return on_disk.first == known.first && on_disk.second.ended_at_us == known.second.ended_at_us;
        };
        if (!std::ranges::equal(records.user_ends, reference_.user_ends(), same_user_end)) {
            throw Difference("the ended users of the closed store differ");
        }
    }

    // ---- Draws -----------------------------------------------------------------------------------------------------

    [[nodiscard]] std::int64_t now_us() const { return clock_.wall_us(); }

    [[nodiscard]] TokenHash new_hash() { return make_hash(next_number_++); }

    [[nodiscard]] Family new_family() {
        return {make_family_id(next_number_++), static_cast<std::size_t>(dice_.below(user_count))};
    }

    /// Mostly fresh; else one that was used before and may be stored.
    [[nodiscard]] TokenHash hash_to_store() {
        TokenHash& slot = dice_.one_of(hashes_);
        if (dice_.chance(70)) slot = new_hash();
        // Families come to their end all the time: keep most alive.
        if (auto& family = dice_.one_of(families_); reference_.family_ends().contains(family.id)) family = new_family();
        return slot;
    }

    /// Any stored token; nothing while there is none.
    [[nodiscard]] const ReferenceModel::StoredToken* any_token() {
        const auto& tokens = reference_.tokens();
        if (tokens.empty()) return nullptr;
        auto entry = tokens.lower_bound(make_hash(dice_.below(1'000'000)));
        return entry == tokens.end() ? &tokens.begin()->second : &entry->second;
    }

    /// Of a live token, if there is one.
    [[nodiscard]] TokenHash live_hash() {
        const auto& tokens = reference_.tokens();
        const auto is_live = [this](const auto& entry) {
            return reference_.state_of(entry.second, now_us()) == TokenState::live;
        };
        const auto middle = tokens.lower_bound(make_hash(dice_.below(1'000'000)));
        auto found = std::find_if(middle, tokens.end(), is_live);
        if (found != tokens.end()) return found->first;
        found = std::find_if(tokens.begin(), middle, is_live);
        return found != middle ? found->first : dice_.one_of(hashes_);
    }

    /// Of a token in any state, or one that is not stored.
    [[nodiscard]] TokenHash hash_to_present() {
        if (dice_.chance(30)) return dice_.one_of(hashes_);
        if (dice_.chance(30)) return live_hash();
        const ReferenceModel::StoredToken* stored = any_token();
        return stored != nullptr ? stored->token.hash : dice_.one_of(hashes_);
    }

    [[nodiscard]] std::int64_t an_expiry() {
        static constexpr std::array spans_us{minute_us,   hour_us,     hour_us, hour_us,
                                             4 * hour_us, 4 * hour_us, day_us,  30 * day_us};
        if (dice_.chance(94)) return now_us() + 1 + dice_.below_us(dice_.one_of(spans_us));
        switch (dice_.below(5)) {
            case 0:
                return now_us();
            case 1:
                return now_us() - dice_.below_us(2 * hour_us);
            case 2:
                return now_us() + longest_token_lifetime_us;
            case 3:
                return now_us() + longest_token_lifetime_us + 1;
            default:
                return -1;
        }
    }

    template <class Request>
    void fill_device(Request& request) {
        if (dice_.chance(40)) request.device_id = "device-" + std::to_string(dice_.below(100));
        if (dice_.chance(40)) request.device_name = std::string(static_cast<std::size_t>(dice_.below(101)), 'n');
        if (dice_.chance(40))
            request.ip_address = dice_.chance(50) ? "192.0.2." + std::to_string(dice_.below(256))
                                                  : "2001:db8::" + std::to_string(dice_.below(10));
        if (!dice_.chance(2)) return;
        switch (dice_.below(5)) {
            case 0:
                request.device_id = std::string(256, 'd');
                break;
            case 1:
                request.device_id = "\xff";
                break;
            case 2:
                request.device_name = std::string(101, 'n');
                break;
            case 3:
                request.device_name = "name \xff";
                break;
            default:
                request.ip_address = "localhost";
        }
    }

    /// A row of another store: new, or one that is stored here, as it is or contradicting it.
    [[nodiscard]] Token a_row() {
        if (const auto* stored = any_token(); stored != nullptr && dice_.chance(30)) {
            Token row = stored->token;
            if (dice_.chance(50)) row.revoked = false;
            if (!row.revoked) row.revoked_at_us.reset();
            if (dice_.chance(10)) ++row.expires_at_us;
            if (dice_.chance(10)) row.user_id = dice_.one_of(users_);
            if (dice_.chance(10)) row.family_id = dice_.one_of(families_).id;
            return row;
        }
        const Family& family = dice_.one_of(families_);
        Token row = make_token(next_number_++);
        row.hash = hash_to_store();
        row.user_id = dice_.chance(95) ? users_[family.user] : dice_.one_of(users_);
        row.family_id = family.id;
        row.created_at_us = an_issue(row.user_id);
        row.expires_at_us = an_expiry();
        fill_device(row);
        // Ids are unique in any one table, but not in a heap of files from several.
        if (const auto* stored = any_token(); stored != nullptr && dice_.chance(5)) row.id = stored->token.chain_id;
        // Not taken over, whatever they hold.
        if (dice_.chance(20)) row.consumed_at_us = now_us();
        if (dice_.chance(20)) row.predecessor = dice_.one_of(hashes_);
        if (dice_.chance(20)) row.successor = dice_.one_of(hashes_);
        return row;
    }

    /// A moment about now, or one next to the user's end.
    [[nodiscard]] std::int64_t an_issue(const UserId& user) {
        const auto end = reference_.user_ends().find(user);
        if (end != reference_.user_ends().end() && dice_.chance(50)) {
            return end->second.ended_at_us + dice_.below_us(dice_.chance(50) ? 3 : hour_us) - 1;
        }
        return now_us() - dice_.below_us(day_us) + (dice_.chance(5) ? hour_us : 0);
    }

    [[nodiscard]] SessionPageRequest a_page() {
        SessionPageRequest page;
        page.limit = dice_.chance(2) ? dice_.below(2) * (max_page_limit + 1) : 1 + dice_.below(12);
        if (!dice_.chance(60)) return page;
        if (const auto* stored = any_token(); stored != nullptr) page.after = SessionCursor{stored->token.chain_id};
        return page;
    }

    [[nodiscard]] Durability a_durability() {
        return dice_.chance(2) ? Durability::lose_nothing : Durability::lose_on_power_failure;
    }

    [[nodiscard]] Counting a_counting() { return dice_.chance(80) ? Counting::exact : Counting::skip; }

    // ---- The store, and what is said of it -------------------------------------------------------------------------

    [[nodiscard]] TokenStore open() {
        Options options;
        options.clock = &clock_;
        options.longest_token_lifetime_us = longest_token_lifetime_us;
        options.reclaim_grace_us = options_.reclaim_grace_us.value_or(endless_grace_us);
        options.reclaim_interval_us = minute_us;
        options.maintenance_interval_ms = 0;
        options.block_cache_bytes = 8U << 20U;
        options.write_buffer_bytes = 1U << 20U;
        return require(TokenStore::open(directory_.path() / "store", options), "opening the store");
    }

    template <class Value>
    [[nodiscard]] static Value require(Result<Value> result, const std::string& what) {
        if (!result) throw Difference(what + " failed: " + result.error().to_string());
        if constexpr (!std::is_void_v<Value>) return *std::move(result);
    }

    template <class... Words>
    void remember(const Words&... words) {
        std::ostringstream line;
        line << step_ << ' ';
        (say(line, words), ...);
        operations_.push_back(line.str());
        if (operations_.size() > remembered_operations) operations_.pop_front();
    }

    static void say(std::ostream& out, const char* word) { out << ' ' << word; }
    static void say(std::ostream& out, std::uint64_t number) { out << ' ' << number; }
    void say(std::ostream& out, const TokenHash& hash) const { out << " hash " << to_hex(hash).substr(0, 8); }
    template <class Tag>
    void say(std::ostream& out, const Id<Tag>& id) const {
        out << " id " << to_string(id).substr(0, 8);
    }
    void say(std::ostream& out, std::int64_t time_us) const { out << ' ' << time_us; }

    [[nodiscard]] std::string report(const std::string& difference) const {
        std::ostringstream out;
        out << "seed " << options_.seed << ", step " << step_ << ", now " << now_us() << ": " << difference
            << "\nthe last operations:";
        for (const auto& operation : operations_) out << "\n  " << operation;
        return out.str();
    }

    ModelRunOptions options_;
    Dice dice_;
    TemporaryDirectory directory_;
    ManualClock clock_;
    ReferenceModel reference_;
    TokenStore store_;
    std::vector<UserId> users_;
    std::vector<Family> families_;
    std::vector<TokenHash> hashes_;
    std::uint64_t next_number_ = 1'000;
    std::uint64_t step_ = 0;
    std::deque<std::string> operations_;
};

}  // namespace

std::map<std::string, std::uint64_t> run_model(const ModelRunOptions& options) { return ModelRun(options).run(); }

}  // namespace tokenstore::test
