#include "support/compared_store.hpp"

#include <algorithm>
#include <ostream>
#include <sstream>
#include <type_traits>
#include <utility>
#include <vector>

#include <tokenstore/store_reader.hpp>

#include "support/index_checker.hpp"
#include "support/requirements.hpp"

namespace tokenstore::test {

namespace {

constexpr std::size_t remembered_calls = 64;

constexpr std::int64_t endless_grace_us = 50 * year_us;

template <class Value>
Value succeed(Result<Value> result, const std::string& what) {
    if (!result) throw Difference(what + " failed: " + result.error().to_string());
    if constexpr (!std::is_void_v<Value>) return *std::move(result);
}

void say(std::ostream& out, std::string_view word) { out << ' ' << word; }
void say(std::ostream& out, std::uint64_t number) { out << ' ' << number; }
void say(std::ostream& out, std::int64_t time_us) { out << ' ' << time_us; }
void say(std::ostream& out, const TokenHash& hash) { out << " hash " << to_hex(hash).substr(0, 8); }
template <class Tag>
void say(std::ostream& out, const Id<Tag>& id) {
    out << " id " << to_string(id).substr(0, 8);
}

}  // namespace

ComparedStore::ComparedStore(std::optional<std::int64_t> reclaim_grace_us)
    : reclaim_grace_us_(reclaim_grace_us), reference_({longest_token_lifetime_us, reclaim_grace_us}), store_(open()) {}

TokenStore ComparedStore::open() const {
    Options options;
    options.clock = &clock_;
    options.longest_token_lifetime_us = longest_token_lifetime_us;
    options.reclaim_grace_us = reclaim_grace_us_.value_or(endless_grace_us);
    options.reclaim_interval_us = minute_us;
    options.maintenance_interval_ms = 0;
    options.block_cache_bytes = 8U << 20U;
    options.write_buffer_bytes = 1U << 20U;
    return succeed(TokenStore::open(directory(), options), "opening the store");
}

void ComparedStore::create_token(const NewToken& request, Durability durability) {
    remember("create_token", request.hash, request.family_id, request.user_id, request.expires_at_us);
    reference_.check_create(request, now_us(), store_.create_token(request, durability));
}

void ComparedStore::get_by_hash(const TokenHash& hash) {
    remember("get_by_hash", hash);
    reference_.check_get(hash, now_us(), store_.get_by_hash(hash));
}

void ComparedStore::get_valid_by_hash(const TokenHash& hash) {
    remember("get_valid_by_hash", hash);
    reference_.check_get_valid(hash, now_us(), store_.get_valid_by_hash(hash));
    reference_.check_validate(hash, now_us(), store_.validate(hash));
}

void ComparedStore::get_valid_by_hashes(std::span<const TokenHash> hashes) {
    remember("get_valid_by_hashes", std::uint64_t{hashes.size()});
    reference_.check_get_valid(hashes, now_us(), store_.get_valid_by_hashes(hashes));
    reference_.check_validate(hashes, now_us(), store_.validate_many(hashes));
}

void ComparedStore::rotate_token(const TokenHash& presented, const Successor& request, Durability durability) {
    remember("rotate_token", presented, "to", request.hash, request.expires_at_us);
    reference_.check_rotate(presented, request, now_us(), store_.rotate_token(presented, request, durability));
}

void ComparedStore::revoke_token(const TokenHash& hash, Durability durability) {
    remember("revoke_token", hash);
    reference_.check_revoke_token(hash, now_us(), store_.revoke_token(hash, durability));
}

void ComparedStore::revoke_family(const FamilyId& family, Counting counting, Durability durability) {
    remember("revoke_family", family);
    reference_.check_revoke_family(family, counting, now_us(), store_.revoke_family(family, counting, durability));
}

void ComparedStore::revoke_all_user_tokens(const UserId& user, Counting counting, Durability durability) {
    remember("revoke_all_user_tokens", user);
    reference_.check_revoke_user(user, counting, now_us(), store_.revoke_all_user_tokens(user, counting, durability));
}

void ComparedStore::get_user_active_sessions(const UserId& user, const SessionPageRequest& page) {
    remember("get_user_active_sessions", user, std::uint64_t{page.limit});
    reference_.check_sessions(user, page, now_us(), store_.get_user_active_sessions(user, page));
}

void ComparedStore::cleanup_expired(Durability durability) {
    remember("cleanup_expired");
    reference_.check_cleanup(now_us(), store_.cleanup_expired(durability));
}

void ComparedStore::import_tokens(std::span<const Token> rows, Durability durability) {
    for (const Token& row : rows) {
        remember("import_tokens", row.hash, row.family_id, row.user_id, row.expires_at_us);
    }
    const auto rehearsed = store_.check_import(rows);
    const auto answers = store_.import_tokens(rows, durability);
    reference_.check_import(rows, now_us(), answers);
    const auto same_outcome = [](const ImportedRow& a, const ImportedRow& b) { return a.outcome == b.outcome; };
    // The filter may take a record between the two.
    const bool comparable = !reclaim_grace_us_;
    if (!rehearsed || (comparable && !std::ranges::equal(*rehearsed, *answers, same_outcome))) {
        throw Difference("check_import answers otherwise than import_tokens");
    }
}

void ComparedStore::statistics() {
    remember("statistics");
    const auto statistics = succeed(store_.statistics(), "statistics");
    reference_.check_statistics(statistics);
    if (statistics.now_us != now_us()) throw Difference("statistics() tells another time than the clock");
}

void ComparedStore::flush() {
    remember("flush");
    succeed(store_.flush(), "flush");
}

void ComparedStore::compact() {
    remember("compact");
    succeed(store_.compact(), "compact");
}

void ComparedStore::maintain() {
    remember("maintain");
    succeed(store_.maintain(), "maintain");
}

void ComparedStore::let_time_pass(std::int64_t by_us) {
    remember("time passes", by_us);
    clock_.advance_us(by_us);
}

void ComparedStore::reopen(bool checks_disk, std::int64_t closed_for_us) {
    remember("close and open");
    succeed(store_.close(), "close");
    if (checks_disk) check_disk();
    clock_.advance_us(closed_for_us);
    store_ = open();
    reference_.reopened();
}

void ComparedStore::walk(std::span<const UserId> users, std::span<const TokenHash> hashes) {
    remember("all tokens visited");
    const auto reader = succeed(StoreReader::open(directory()), "opening a reader");
    std::vector<JudgedToken> visited;
    const auto count = succeed(reader.for_each_token(now_us(),
                                                     [&visited](const JudgedToken& judged) {
                                                         visited.push_back(judged);
                                                         return true;
                                                     }),
                               "visiting all tokens");
    if (count != visited.size()) throw Difference("for_each_token answers another number than it visited");
    reference_.check_walk(visited, now_us());
    reference_.check_counts(succeed(reader.count(now_us()), "counting"), now_us());
    for (const UserId& user : users) {
        const SessionPageRequest page{max_page_limit, std::nullopt};
        reference_.check_sessions(user, page, now_us(), reader.get_user_active_sessions(user, now_us(), page));
    }
    for (const TokenHash& hash : hashes) {
        reference_.check_get(hash, now_us(), reader.get_by_hash(hash, now_us()));
    }
}

/// Of the closed store.
void ComparedStore::check_disk() {
    std::optional<std::int64_t> reclaimed_until_us;
    if (reclaim_grace_us_) reclaimed_until_us = now_us() - *reclaim_grace_us_;
    const StoredRecords records = read_closed_store(directory());
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

template <class... Words>
void ComparedStore::remember(std::string_view call, const Words&... words) {
    std::ostringstream line;
    line << calls_made_++ << "  " << call;
    (say(line, words), ...);
    calls_.push_back(line.str());
    if (calls_.size() > remembered_calls) calls_.pop_front();
}

std::string ComparedStore::history() const {
    std::string text = "now " + std::to_string(now_us()) + "; the last calls:";
    for (const std::string& call : calls_) text += "\n  " + call;
    return text;
}

}  // namespace tokenstore::test
