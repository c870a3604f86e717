// The store itself: an input is a script of operations (operation_script.hpp), and every answer is compared with the
// reference's.
//
// Opening a store takes longer than a whole script. So many scripts share one, each with hashes, families and users of
// its own; what it leaves behind is part of what the next one meets in clean-ups and compactions.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "fuzz/operation_script.hpp"
#include "fuzz/target.hpp"
#include "support/compared_store.hpp"
#include "support/requirements.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

constexpr std::size_t most_steps = 64;
constexpr std::int64_t longest_wait_us = 2 * hour_us;

/// Few, so that a short script comes back to the same ones.
constexpr std::size_t token_slots = 8;
constexpr std::size_t family_slots = 4;
constexpr std::size_t user_slots = 2;

constexpr std::int64_t with_filter_grace_us = 5 * minute_us;

class Script {
public:
    /// What the script stores is named by numbers from `first_number` on.
    Script(ComparedStore& store, std::uint64_t first_number) : store_(store), first_number_(first_number) {
        for (std::size_t i = 0; i < token_slots; ++i) hashes_.push_back(make_hash(first_number + i));
        for (std::size_t i = 0; i < family_slots; ++i) families_.push_back(make_family_id(first_number + i));
        for (std::size_t i = 0; i < user_slots; ++i) users_.push_back(make_user_id(first_number + i));
    }

    void run(base::ByteReader bytes) {
        for (std::size_t i = 0; i < most_steps; ++i) {
            const auto step = take_step(bytes);
            if (!step) return;
            run(*step);
        }
    }

private:
    void run(const Step& step) {
        switch (step.operation) {
            case Operation::create_token:
                return store_.create_token(new_token(step), durability);
            case Operation::get_by_hash:
                return store_.get_by_hash(hash(step.token));
            case Operation::get_valid_by_hash:
                return store_.get_valid_by_hash(hash(step.token));
            case Operation::get_valid_by_hashes:
                return store_.get_valid_by_hashes(std::array{hash(step.token), hash(step.other), hash(step.choice)});
            case Operation::rotate_token:
                return store_.rotate_token(hash(step.token), successor(step), durability);
            case Operation::revoke_token:
                return store_.revoke_token(hash(step.token), durability);
            case Operation::revoke_family:
                return store_.revoke_family(family(step.other), counting(step.choice), durability);
            case Operation::revoke_all_user_tokens:
                return store_.revoke_all_user_tokens(user(step.other), counting(step.choice), durability);
            case Operation::get_user_active_sessions:
                return store_.get_user_active_sessions(user(step.other), page(step));
            case Operation::cleanup_expired:
                return store_.cleanup_expired(durability);
            case Operation::import_tokens:
                return store_.import_tokens(rows(step), durability);
            case Operation::time_passes:
                return store_.let_time_pass(wait_us(step));
            case Operation::statistics:
                return store_.statistics();
            case Operation::maintain:
                return store_.maintain();
            case Operation::flush:
                if (may_be_slow()) store_.flush();
                return;
            case Operation::compact:
                if (may_be_slow()) store_.compact();
                return;
            case Operation::reopen:
                if (may_be_slow()) store_.reopen((step.choice & 1U) != 0, (step.choice & 2U) != 0 ? hour_us : 0);
                return;
        }
    }

    /// A hunt lives on the number of its scripts: what takes a hundred times longer than a look-up is done once in
    /// each.
    [[nodiscard]] bool may_be_slow() { return !std::exchange(was_slow_, true); }

    // ---- What the bytes of a step stand for
    // --------------------------------------------------------------------------

    [[nodiscard]] const TokenHash& hash(std::uint8_t byte) const { return hashes_[byte % token_slots]; }
    [[nodiscard]] const FamilyId& family(std::uint8_t byte) const { return families_[byte % family_slots]; }
    [[nodiscard]] const UserId& user(std::uint8_t byte) const { return users_[byte % user_slots]; }
    [[nodiscard]] static Counting counting(std::uint8_t byte) {
        return byte % 4 == 3 ? Counting::skip : Counting::exact;
    }

    /// A family is its own user's, but for one value in eight.
    [[nodiscard]] const UserId& user_of_family(std::uint8_t byte) const {
        return user(static_cast<std::uint8_t>(byte % family_slots + (byte / family_slots % 8 == 7 ? 1 : 0)));
    }

    [[nodiscard]] std::int64_t expiry_us(std::uint8_t byte) const {
        static constexpr std::array ahead_us{minute_us,
                                             hour_us,
                                             hour_us + minute_us,
                                             4 * hour_us,
                                             day_us,
                                             second_us,
                                             std::int64_t{1},
                                             std::int64_t{0},
                                             -hour_us,
                                             ComparedStore::longest_token_lifetime_us,
                                             ComparedStore::longest_token_lifetime_us + 1};
        return store_.now_us() + ahead_us[byte % ahead_us.size()];
    }

    template <class Request>
    static void fill_device(Request& request, std::uint8_t byte) {
        switch (byte % 16) {
            case 1:
                request.device_id = "device-1";
                request.device_name = std::string(100, 'n');
                request.ip_address = "192.0.2.1";
                break;
            case 2:
                request.device_id = "";
                request.device_name = "";
                request.ip_address = "2001:db8::17";
                break;
            case 3:
                request.device_id = std::string(255, 'd');
                break;
            case 4:
                request.device_id = std::string(256, 'd');
                break;
            case 5:
                request.device_name = std::string(101, 'n');
                break;
            case 6:
                request.device_name = "\xff";
                break;
            case 7:
                request.ip_address = "localhost";
                break;
            default:
                break;
        }
    }

    [[nodiscard]] NewToken new_token(const Step& step) const {
        NewToken token;
        token.hash = hash(step.token);
        token.family_id = family(step.other);
        token.user_id = user_of_family(step.other);
        token.expires_at_us = expiry_us(step.choice);
        fill_device(token, step.choice / 16);
        return token;
    }

    [[nodiscard]] Successor successor(const Step& step) const {
        Successor next;
        next.hash = hash(step.other);
        next.expires_at_us = expiry_us(step.choice);
        fill_device(next, step.choice / 16);
        return next;
    }

    [[nodiscard]] const Token* stored(std::uint8_t byte) const {
        const auto found = store_.reference().tokens().find(hash(byte));
        return found == store_.reference().tokens().end() ? nullptr : &found->second.token;
    }

    [[nodiscard]] SessionPageRequest page(const Step& step) const {
        static constexpr std::array<std::size_t, 6> limits{50, 1, 2, 0, max_page_limit, max_page_limit + 1};
        SessionPageRequest page;
        page.limit = limits[step.choice % limits.size()];
        if (const Token* token = stored(step.token); token != nullptr && step.choice >= 128) {
            page.after = SessionCursor{token->chain_id};
        }
        return page;
    }

    /// A row of another store: new, or what is stored here under its hash, as it is or contradicting it. Twice in one
    /// call for one value in four.
    [[nodiscard]] std::vector<Token> rows(const Step& step) {
        Token row;
        if (const Token* token = stored(step.token); token != nullptr && (step.other & 0x80U) != 0) {
            row = *token;
            if ((step.choice & 1U) != 0) ++row.expires_at_us;
            if ((step.choice & 2U) != 0) row.family_id = family(step.other);
            if ((step.choice & 4U) != 0) row.user_id = user(step.other);
        } else {
            row = make_token(first_number_ + imported_++ % token_slots);
            row.hash = hash(step.token);
            row.family_id = family(step.other);
            row.user_id = user_of_family(step.other);
            row.created_at_us = store_.now_us() - (step.choice & 1U ? hour_us : 0);
            row.expires_at_us = expiry_us(step.choice / 8);
        }
        row.revoked = (step.choice & 0x80U) != 0;
        row.revoked_at_us = row.revoked ? std::optional(store_.now_us()) : std::nullopt;
        std::vector<Token> rows{row};
        if ((step.other & 0x60U) == 0x60U) rows.push_back(row);
        return rows;
    }

    /// To the expiry of a stored token, or next to it; else a while.
    [[nodiscard]] std::int64_t wait_us(const Step& step) const {
        if (const Token* token = stored(step.token); token != nullptr && step.other % 4 != 3) {
            const std::int64_t until_us = token->expires_at_us - store_.now_us() + step.other % 4 - 1;
            if (until_us > 0 && until_us <= longest_wait_us) return until_us;
        }
        static constexpr std::array spans_us{std::int64_t{1}, second_us, minute_us, 10 * minute_us, longest_wait_us};
        return spans_us[step.choice % spans_us.size()];
    }

    // The log of a store that is thrown away needs no sync.
    static constexpr Durability durability = Durability::lose_on_power_failure;

    ComparedStore& store_;
    std::uint64_t first_number_;
    std::vector<TokenHash> hashes_;
    std::vector<FamilyId> families_;
    std::vector<UserId> users_;
    std::uint64_t imported_ = 0;
    bool was_slow_ = false;
};

/// One store after the other, each for so many scripts. The first one is opened at once: what the engine keeps in
/// statics of its own then outlives a Stores that is a static, too.
class Stores {
public:
    explicit Stores(std::optional<std::int64_t> reclaim_grace_us)
        : reclaim_grace_us_(reclaim_grace_us), store_(std::make_unique<ComparedStore>(reclaim_grace_us)) {}

    void run(std::string_view steps) {
        if (scripts_ == most_scripts) {
            store_ = std::make_unique<ComparedStore>(reclaim_grace_us_);
            scripts_ = 0;
        }
        const std::uint64_t first_number = 1'000 + scripts_++ * token_slots;
        try {
            Script(*store_, first_number).run(base::ByteReader(steps));
        } catch (const Difference& difference) {
            throw Difference("script " + std::to_string(scripts_) + " of its store, tokens named from " +
                             std::to_string(first_number) + " on: " + difference.what() + "\n" + store_->history());
        }
    }

private:
    static constexpr std::uint64_t most_scripts = 64;
    static_assert(most_scripts * most_steps * longest_wait_us < ComparedStore::longest_token_lifetime_us,
                  "the ends of families and users outlive their store");

    std::optional<std::int64_t> reclaim_grace_us_;
    std::unique_ptr<ComparedStore> store_;
    std::uint64_t scripts_ = 0;
};

}  // namespace
}  // namespace tokenstore::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tokenstore::test;
    const std::string_view input = input_text(data, size);
    if (input.empty()) return 0;
    const bool filter_removes = (static_cast<unsigned char>(input.front()) & 1U) != 0;
    if (filter_removes) {
        static Stores stores{with_filter_grace_us};
        stores.run(input.substr(1));
    } else {
        static Stores stores{std::nullopt};
        stores.run(input.substr(1));
    }
    return 0;
}
