#include "model/model_run.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/compared_store.hpp"
#include "support/dice.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

constexpr std::uint64_t steps_between_walks = 2'500;

// Closing happens now and then, and what lies on disk is read on some of those occasions.
constexpr unsigned reopens_with_disk_check_percent = 30;

class ModelRun {
public:
    explicit ModelRun(const ModelRunOptions& options)
        : options_(options), dice_(options.seed), store_(options.reclaim_grace_us) {
        for (std::uint64_t i = 0; i < user_count; ++i) users_.push_back(make_user_id(i));
        for (std::size_t i = 0; i < family_slots; ++i) families_.push_back(new_family());
        for (std::size_t i = 0; i < hash_slots; ++i) hashes_.push_back(new_hash());
    }

    std::map<std::string, std::uint64_t> run() {
        std::uint64_t step = 0;
        try {
            for (; step < options_.operations; ++step) {
                do_one_operation();
                if (step % steps_between_walks == steps_between_walks - 1) walk();
            }
            walk();
            store_.reopen(true);
            walk();
        } catch (const std::exception& difference) {
            throw std::runtime_error("seed " + std::to_string(options_.seed) + ", step " + std::to_string(step) + ": " +
                                     difference.what() + "\n" + store_.history());
        }
        return store_.reference().met();
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
        store_.create_token(request, a_durability());
    }

    void rotate() {
        const TokenHash presented = dice_.chance(60) ? live_hash() : hash_to_present();
        Successor request;
        request.hash = hash_to_store();
        request.expires_at_us = an_expiry();
        fill_device(request);
        store_.rotate_token(presented, request, a_durability());
    }

    // One draw a line: arguments are evaluated in any order, and a seed must give the same run everywhere.

    void revoke_token() {
        const TokenHash hash = hash_to_present();
        store_.revoke_token(hash, a_durability());
    }

    void revoke_family() {
        const FamilyId family = dice_.one_of(families_).id;
        const Counting counting = a_counting();
        store_.revoke_family(family, counting, a_durability());
    }

    void revoke_user() {
        const UserId user = dice_.one_of(users_);
        const Counting counting = a_counting();
        store_.revoke_all_user_tokens(user, counting, a_durability());
    }

    void list_sessions() {
        const UserId user = dice_.one_of(users_);
        store_.get_user_active_sessions(user, a_page());
    }

    void get() { store_.get_by_hash(hash_to_present()); }

    void get_valid() { store_.get_valid_by_hash(hash_to_present()); }

    void get_valid_many() {
        store_.get_valid_by_hashes(
            hashes_to_present(static_cast<std::size_t>(dice_.below(dice_.chance(20) ? 200 : 8))));
    }

    void clean_up() { store_.cleanup_expired(a_durability()); }

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
        }
        store_.import_tokens(rows, a_durability());
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
        store_.let_time_pass(by_us);
    }

    void statistics() { store_.statistics(); }

    void flush() { store_.flush(); }

    void compact() { store_.compact(); }

    void maintain() { store_.maintain(); }

    void close_and_reopen() {
        const bool checks_disk = dice_.chance(reopens_with_disk_check_percent);
        store_.reopen(checks_disk, dice_.chance(30) ? dice_.below_us(6 * hour_us) : 0);
    }

    void walk() { store_.walk(users_, hashes_to_present(20)); }

    // ---- Draws -----------------------------------------------------------------------------------------------------

    [[nodiscard]] std::int64_t now_us() const { return store_.now_us(); }

    [[nodiscard]] const ReferenceModel& reference() const { return store_.reference(); }

    [[nodiscard]] TokenHash new_hash() { return make_hash(next_number_++); }

    [[nodiscard]] Family new_family() {
        return {make_family_id(next_number_++), static_cast<std::size_t>(dice_.below(user_count))};
    }

    /// Mostly fresh; else one that was used before and may be stored.
    [[nodiscard]] TokenHash hash_to_store() {
        TokenHash& slot = dice_.one_of(hashes_);
        if (dice_.chance(70)) slot = new_hash();
        // Families come to their end all the time: keep most alive.
        if (auto& family = dice_.one_of(families_); reference().family_ends().contains(family.id))
            family = new_family();
        return slot;
    }

    /// Any stored token; nothing while there is none.
    [[nodiscard]] const ReferenceModel::StoredToken* any_token() {
        const auto& tokens = reference().tokens();
        if (tokens.empty()) return nullptr;
        auto entry = tokens.lower_bound(make_hash(dice_.below(1'000'000)));
        return entry == tokens.end() ? &tokens.begin()->second : &entry->second;
    }

    /// Of a live token, if there is one.
    [[nodiscard]] TokenHash live_hash() {
        const auto& tokens = reference().tokens();
        const auto is_live = [this](const auto& entry) {
            return reference().state_of(entry.second, now_us()) == TokenState::live;
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

    [[nodiscard]] std::vector<TokenHash> hashes_to_present(std::size_t count) {
        std::vector<TokenHash> hashes(count);
        std::ranges::generate(hashes, [this] { return hash_to_present(); });
        return hashes;
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
                return now_us() + ComparedStore::longest_token_lifetime_us;
            case 3:
                return now_us() + ComparedStore::longest_token_lifetime_us + 1;
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
        const auto end = reference().user_ends().find(user);
        if (end != reference().user_ends().end() && dice_.chance(50)) {
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

    ModelRunOptions options_;
    Dice dice_;
    ComparedStore store_;
    std::vector<UserId> users_;
    std::vector<Family> families_;
    std::vector<TokenHash> hashes_;
    std::uint64_t next_number_ = 1'000;
};

}  // namespace

std::map<std::string, std::uint64_t> run_model(const ModelRunOptions& options) { return ModelRun(options).run(); }

}  // namespace tokenstore::test
