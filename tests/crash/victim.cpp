#include "crash/victim.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <tokenstore/token_store.hpp>

#include "crash/kill_hook.hpp"
#include "crash/ledger.hpp"
#include "storage/host.hpp"
#include "storage/store_directory.hpp"
#include "support/dice.hpp"
#include "support/hooked_file_system.hpp"
#include "support/power_loss.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

class VictimThread {
public:
    VictimThread(TokenStore& store, LedgerPages& pages, std::uint64_t seed, std::uint64_t first_number,
                 std::size_t thread)
        : store_(store),
          pages_(pages),
          thread_(thread),
          dice_(seed * ledger_threads + thread),
          next_number_(first_number + thread * (numbers_of_a_victim / ledger_threads)) {
        for (std::size_t i = 0; i < user_count; ++i) users_.push_back(make_user_id(next_number_++));
        for (std::size_t i = 0; i < family_count; ++i) families_.push_back(make_family_id(next_number_++));
    }

    void run() {
        for (LedgerEntry& entry : pages_.entries.at(thread_)) {
            if (dice_.below(150) == 0) keep_up();
            choose(entry);
            if (entry.progress == LedgerProgress::failed) return;
        }
    }

private:
    static constexpr std::size_t user_count = 2;
    static constexpr std::size_t family_count = 6;

    void choose(LedgerEntry& entry) {
        const auto drawn = dice_.below(100);
        if (drawn < 36 || made_.empty()) return create(entry);
        if (drawn < 76) return rotate(entry);
        if (drawn < 84) return revoke_token(entry);
        if (drawn < 88) return revoke_family(entry);
        if (drawn < 90) return revoke_user(entry);
        if (drawn < 96) return import(entry);
        return clean_up(entry);
    }

    /// Notes the intent, makes the call, and notes its answer, which `keep` has put into the entry.
    template <class Call, class Keep>
    void noted(LedgerEntry& entry, const Call& call, const Keep& keep) {
        entry.begin = pages_.next_ticket.fetch_add(1);
        entry.progress.store(LedgerProgress::intended);
        const auto answer = call();
        if (answer) keep(*answer);
        if (!answer) {
            answer.error().to_string().copy(entry.error.data(), entry.error.size() - 1);
        }
        entry.end = pages_.next_ticket.fetch_add(1);
        entry.progress.store(answer ? LedgerProgress::answered : LedgerProgress::failed);
        pages_.answered.fetch_add(1);
    }

    static void keep_token(LedgerEntry& entry, const Token& token) {
        entry.ids[0] = token.id;
        entry.created_at_us = token.created_at_us;
        entry.issue_stamp_us = token.issue_stamp_us;
    }

    void create(LedgerEntry& entry) {
        const std::size_t family = dice_.below(family_count);
        entry.call = LedgerCall::create;
        entry.family = families_[family];
        entry.user = users_[family % user_count];
        entry.made[0] = make_hash(next_number_++);
        entry.expires_at_us[0] = an_expiry();
        NewToken token;
        token.hash = entry.made[0];
        token.user_id = entry.user;
        token.family_id = entry.family;
        token.expires_at_us = entry.expires_at_us[0];
        noted(
            entry, [&] { return store_.create_token(token, a_durability(entry)); },
            [&](const Token& made) { keep_token(entry, made); });
        made_.push_back(token.hash);
    }

    void rotate(LedgerEntry& entry) {
        entry.call = LedgerCall::rotate;
        entry.subject = a_hash();
        entry.made[0] = make_hash(next_number_++);
        entry.expires_at_us[0] = an_expiry();
        Successor successor;
        successor.hash = entry.made[0];
        successor.expires_at_us = entry.expires_at_us[0];
        noted(
            entry, [&] { return store_.rotate_token(entry.subject, successor, a_durability(entry)); },
            [&](const RotateResult& result) {
                entry.answer = static_cast<std::uint8_t>(result.outcome);
                if (result.successor) keep_token(entry, *result.successor);
                if (result.outcome == RotateOutcome::rotated) made_.push_back(successor.hash);
                if (result.outcome == RotateOutcome::reuse_detected || result.outcome == RotateOutcome::revoked) {
                    replace_family(result.predecessor->family_id);
                }
            });
    }

    void revoke_token(LedgerEntry& entry) {
        entry.call = LedgerCall::revoke_token;
        entry.subject = a_hash();
        noted(
            entry, [&] { return store_.revoke_token(entry.subject, a_durability(entry)); },
            [&](RevokeTokenOutcome outcome) { entry.answer = static_cast<std::uint8_t>(outcome); });
    }

    void revoke_family(LedgerEntry& entry) {
        entry.call = LedgerCall::revoke_family;
        entry.family = dice_.one_of(families_);
        noted(
            entry, [&] { return store_.revoke_family(entry.family, a_counting(), a_durability(entry)); },
            [&](const RevokeResult&) { replace_family(entry.family); });
    }

    void revoke_user(LedgerEntry& entry) {
        entry.call = LedgerCall::revoke_user;
        entry.user = dice_.one_of(users_);
        noted(
            entry, [&] { return store_.revoke_all_user_tokens(entry.user, a_counting(), a_durability(entry)); },
            [](const RevokeResult&) {});
    }

    void import(LedgerEntry& entry) {
        const std::size_t family = dice_.below(family_count);
        entry.call = LedgerCall::import;
        entry.family = families_[family];
        entry.user = users_[family % user_count];
        entry.created_at_us = system_clock().wall_us() - day_us;
        std::vector<Token> rows;
        for (std::size_t i = 0; i < rows_of_an_import; ++i) {
            Token row = make_token(next_number_++);
            row.user_id = entry.user;
            row.family_id = entry.family;
            row.created_at_us = entry.created_at_us;
            row.expires_at_us = an_expiry();
            entry.made.at(i) = row.hash;
            entry.ids.at(i) = row.id;
            entry.expires_at_us.at(i) = row.expires_at_us;
            rows.push_back(row);
        }
        noted(
            entry, [&] { return store_.import_tokens(rows, a_durability(entry)); },
            [&](const std::vector<ImportedRow>& answers) {
                const bool all_stored = std::ranges::all_of(
                    answers, [](const ImportedRow& row) { return row.outcome == ImportOutcome::stored; });
                entry.answer = all_stored ? 1 : 0;
            });
        made_.insert(made_.end(), entry.made.begin(), entry.made.end());
    }

    void clean_up(LedgerEntry& entry) {
        entry.call = LedgerCall::cleanup;
        noted(
            entry, [&] { return store_.cleanup_expired(a_durability(entry)); }, [](std::uint64_t) {});
    }

    void keep_up() {
        // A failure shows in the calls that follow.
        if (dice_.chance(50)) {
            static_cast<void>(store_.flush());
        } else {
            static_cast<void>(store_.compact());
        }
    }

    void replace_family(const FamilyId& ended) {
        std::ranges::replace(families_, ended, make_family_id(next_number_++));
    }

    [[nodiscard]] TokenHash a_hash() {
        if (dice_.chance(60)) return made_.back();
        return dice_.one_of(made_);
    }

    [[nodiscard]] std::int64_t an_expiry() {
        // Some are expired from the start: for cleaning up and for the filter.
        return system_clock().wall_us() + (dice_.chance(10) ? -second_us : day_us);
    }

    [[nodiscard]] Durability a_durability(LedgerEntry& entry) {
        entry.synced = dice_.chance(30);
        return entry.synced ? Durability::lose_nothing : Durability::lose_on_power_failure;
    }

    [[nodiscard]] Counting a_counting() { return dice_.chance(50) ? Counting::exact : Counting::skip; }

    TokenStore& store_;
    LedgerPages& pages_;
    std::size_t thread_;
    Dice dice_;
    std::uint64_t next_number_;
    std::vector<UserId> users_;
    std::vector<FamilyId> families_;
    std::vector<TokenHash> made_;
};

/// Until the ledger is full, each thread until its first call that fails.
void run_calls(TokenStore& store, LedgerPages& pages, std::uint64_t seed, std::uint64_t first_number) {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < ledger_threads; ++thread) {
        threads.emplace_back([&, thread] { VictimThread(store, pages, seed, first_number, thread).run(); });
    }
}

/// What ends the victim from inside; nothing if it is only killed.
std::unique_ptr<IoHook> hook_for(const VictimOrders& orders, LedgerPages& pages) {
    const PowerCut& cut = pages.cut;
    if (cut.nth_change > 0) {
        const auto folder = orders.ledger.parent_path();
        const auto note_losses = [file = folder / losses_file_name](const std::string& losses) {
            std::ofstream(file) << losses;
        };
        return std::make_unique<PowerLoss>(cut.nth_change, cut.seed, folder / aside_folder_name, note_losses);
    }
    if (pages.order.nth == 0) return nullptr;
    const bool is_made = storage::examine_directory(orders.store) == storage::DirectoryContent::store;
    return std::make_unique<KillHook>(pages, is_made);
}

}  // namespace

Options crash_options() {
    Options options;
    options.reclaim_grace_us = 0;
    options.reclaim_interval_us = second_us;
    options.maintenance_interval_ms = 20;
    options.block_cache_bytes = 8U << 20U;
    options.write_buffer_bytes = 1U << 20U;
    return options;
}

int run_victim(const VictimOrders& orders) {
    Ledger ledger = Ledger::open(orders.ledger);
    LedgerPages& pages = ledger.pages();
    const auto hook = hook_for(orders, pages);
    std::optional<HookedHost> hooked;
    std::optional<storage::HostOverride> host;
    if (hook) {
        hooked.emplace(*hook);
        host.emplace(pages.cut.nth_change > 0 ? hooked->boot(pages.cut.boot) : hooked->this_boot());
    }
    pages.stage = LedgerStage::opening;
    auto store = TokenStore::open(orders.store, crash_options());
    if (!store) {
        LedgerEntry& entry = pages.entries[0][0];
        store.error().to_string().copy(entry.error.data(), entry.error.size() - 1);
        entry.progress = LedgerProgress::failed;
        return 1;
    }
    pages.stage = LedgerStage::open;
    run_calls(*store, pages, orders.seed, orders.first_number);
    pages.stage = LedgerStage::full;
    return 0;
}

}  // namespace tokenstore::test
