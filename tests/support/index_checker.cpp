#include "support/index_checker.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include <rocksdb/db.h>

#include "codec/keys.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"
#include "storage/column_families.hpp"
#include "support/printers.hpp"

namespace tokenstore::test {

namespace {

void require_ok(const rocksdb::Status& status, const std::string& what) {
    if (!status.ok()) throw std::runtime_error(what + ": " + status.ToString());
}

void require_decoded(codec::DecodeStatus status, std::string_view what) {
    if (status == codec::DecodeStatus::ok) return;
    throw std::runtime_error("a record of " + std::string(what) + " cannot be decoded: status " +
                             std::to_string(static_cast<int>(status)));
}

template <class Value>
Value require_key(const std::optional<Value>& parsed, std::string_view what) {
    if (!parsed) throw std::runtime_error("a key of " + std::string(what) + " has the wrong length");
    return *parsed;
}

/// The closed store under the plain engine, with none of the library's options.
class PlainDatabase {
public:
    explicit PlainDatabase(const std::filesystem::path& directory) {
        std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
        descriptors.reserve(storage::column_families.size());
        for (const auto& description : storage::column_families) {
            descriptors.emplace_back(std::string(description.name), rocksdb::ColumnFamilyOptions());
        }
        rocksdb::DBOptions options;
        options.max_file_opening_threads = 1;  // small stores: starting threads takes longer than the files do
        rocksdb::DB* opened = nullptr;
        require_ok(rocksdb::DB::OpenForReadOnly(options, directory.string(), descriptors, &handles_, &opened),
                   "opening the closed store");
        db_.reset(opened);
    }
    PlainDatabase(const PlainDatabase&) = delete;
    PlainDatabase& operator=(const PlainDatabase&) = delete;
    ~PlainDatabase() {
        for (auto* const handle : handles_) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }

    void for_each(storage::Family family, const std::function<void(std::string_view, std::string_view)>& visit) const {
        const std::unique_ptr<rocksdb::Iterator> iterator(
            db_->NewIterator(rocksdb::ReadOptions(), handles_[storage::position(family)]));
        for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
            visit({iterator->key().data(), iterator->key().size()},
                  {iterator->value().data(), iterator->value().size()});
        }
        require_ok(iterator->status(), "reading the closed store");
    }

private:
    std::unique_ptr<rocksdb::DB> db_;
    std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

void read_revocation(StoredRecords& records, std::string_view key, std::string_view value) {
    if (key == codec::user_end_key(codec::trailing_id<UserId>(key, 17).value_or(UserId{})).view()) {
        auto& end = records.user_ends[require_key(codec::trailing_id<UserId>(key, 17), "revocations")];
        require_decoded(codec::decode_user_end(key, value, end), "revocations");
    } else if (codec::is_family_end_key(key)) {
        auto& end = records.family_ends[require_key(codec::trailing_id<FamilyId>(key, 17), "revocations")];
        require_decoded(codec::decode_family_end(key, value, end), "revocations");
    } else {
        const auto family = require_key(codec::trailing_id<FamilyId>(key, 33), "revocations");
        const auto user = require_key(codec::trailing_id<UserId>(key.substr(0, 17), 17), "revocations");
        if (key != codec::ended_family_key(user, family).view()) throw std::runtime_error("a key of an unknown kind");
        require_decoded(codec::decode_family_end(key, value, records.listed_family_ends[{user, family}]),
                        "revocations");
    }
}

template <class Printed>
std::string text_of(const Printed& value) {
    std::ostringstream out;
    boost_test_print_type(out, value);
    return out.str();
}

/// The search for what does not fit.
class Comparison {
public:
    Comparison(const StoredRecords& records, std::optional<std::int64_t> reclaimed_until_us)
        : records_(records), reclaimed_until_us_(reclaimed_until_us) {}

    [[nodiscard]] std::vector<std::string> run() {
        check_chains();
        check_lineage();
        check_index(records_.by_family, expected_by_family_, "by_family");
        check_index(records_.by_user, expected_by_user_, "by_user");
        check_owners();
        check_ends();
        return std::move(found_);
    }

private:
    [[nodiscard]] bool may_be_gone(std::int64_t expires_at_us) const {
        return reclaimed_until_us_ && expires_at_us <= *reclaimed_until_us_;
    }

    void add(const std::string& sentence) { found_.push_back(sentence); }

    /// A chain has one tip at most, in its family and with its user; the tips give the entries that have to be there.
    void check_chains() {
        for (const auto& [hash, token] : records_.tokens) {
            if (token.consumed_at_us) continue;
            const codec::FamilyIndexEntry in_family{.expires_at_us = token.expires_at_us,
                                                    .issue_stamp_us = token.issue_stamp_us,
                                                    .user_id = token.user_id,
                                                    .revoked = token.revoked};
            const codec::UserIndexEntry of_user{.expires_at_us = token.expires_at_us,
                                                .issue_stamp_us = token.issue_stamp_us,
                                                .family_id = token.family_id,
                                                .tip = hash,
                                                .revoked = token.revoked};
            if (!expected_by_family_.emplace(std::pair(token.family_id, token.chain_id), in_family).second ||
                !expected_by_user_.emplace(std::pair(token.user_id, token.chain_id), of_user).second) {
                add("a chain has two tips: " + text_of(token));
            }
        }
    }

    /// Predecessor and successor know each other, as long as both are there. A hash is free again once its token has
    /// expired and was removed: a token of another chain or another moment that does not name this one back is a later
    /// one, and no part of the lineage.
    void check_lineage() {
        for (const auto& [hash, token] : records_.tokens) {
            if (token.consumed_at_us.has_value() != token.successor.has_value()) {
                add("consumed without a successor, or the other way round: " + text_of(token));
            }
            if (token.successor) check_link(token, *token.successor);
            if (!token.predecessor) continue;
            const auto predecessor = records_.tokens.find(*token.predecessor);
            if (predecessor != records_.tokens.end() && predecessor->second.successor != hash &&
                predecessor->second.chain_id == token.chain_id &&
                predecessor->second.consumed_at_us == token.created_at_us) {
                add("a predecessor knows another successor: " + text_of(token));
            }
        }
    }

    void check_link(const Token& token, const TokenHash& successor_hash) {
        const auto successor = records_.tokens.find(successor_hash);
        if (successor == records_.tokens.end()) return;
        const Token& next = successor->second;
        const bool names_it_back = next.predecessor == token.hash;
        const bool same_chain = next.chain_id == token.chain_id;
        const bool same_moment = next.created_at_us == token.consumed_at_us;
        if (!names_it_back && !(same_chain && same_moment)) return;
        if (!names_it_back) add("a successor knows another predecessor: " + text_of(token));
        if (!same_chain || next.family_id != token.family_id || next.user_id != token.user_id) {
            add("a chain changes its id, family or user: " + text_of(token));
        }
        if (!same_moment) add("consumed and succeeded at two times: " + text_of(token));
    }

    template <class Index>
    void check_index(const Index& stored, const Index& expected, const std::string& index) {
        for (const auto& [key, entry] : expected) {
            const auto found = stored.find(key);
            const std::string chain = text_of(key.first) + ", chain " + text_of(key.second);
            if (found == stored.end()) {
                if (!may_be_gone(entry.expires_at_us)) add("no entry in " + index + " for the tip of " + chain);
            } else if (found->second != entry) {
                add("the entry in " + index + " differs from the tip of " + chain);
            }
        }
        for (const auto& [key, entry] : stored) {
            if (!expected.contains(key) && !may_be_gone(entry.expires_at_us)) {
                add("an entry in " + index + " has no tip: " + text_of(key.first) + ", chain " + text_of(key.second));
            }
        }
    }

    /// The tips of a family have one user. Of what may be gone the store knows nothing for sure.
    void check_owners() {
        std::map<FamilyId, UserId> owners;
        for (const auto& [hash, token] : records_.tokens) {
            if (may_be_gone(token.expires_at_us)) continue;
            if (token.consumed_at_us) continue;
            const auto [owner, is_first] = owners.emplace(token.family_id, token.user_id);
            if (!is_first && owner->second != token.user_id) add("a family has two users: " + text_of(token));
        }
    }

    void check_ends() {
        for (const auto& [key, entry] : records_.by_user) {
            const auto& [user, chain] = key;
            const auto end = records_.family_ends.find(entry.family_id);
            const bool is_listed = records_.listed_family_ends.contains({user, entry.family_id});
            if ((end != records_.family_ends.end()) != is_listed && !may_be_gone(entry.expires_at_us)) {
                add("the end of a family and its listing disagree: family " + text_of(entry.family_id));
            }
        }
        std::set<std::pair<UserId, FamilyId>> owners;
        for (const auto& [key, entry] : records_.by_user) owners.emplace(key.first, entry.family_id);
        for (const auto& [key, listed] : records_.listed_family_ends) {
            const auto end = records_.family_ends.find(key.second);
            const bool is_known = end != records_.family_ends.end();
            const bool has_passed_on = !owners.contains(key);
            if (is_known && has_passed_on && model::is_outdated_note_of(listed, end->second)) continue;
            if (!is_known || end->second != listed) {
                add("a listed end is not the family's end: family " + text_of(key.second));
            }
        }
        for (const auto& [hash, token] : records_.tokens) {
            const auto family_end = records_.family_ends.find(token.family_id);
            if (family_end != records_.family_ends.end() && family_end->second.keep_until_us < token.expires_at_us) {
                add("a family's end is kept shorter than a token that it covers: " + text_of(token));
            }
            const auto user_end = records_.user_ends.find(token.user_id);
            if (user_end != records_.user_ends.end() && token.issue_stamp_us <= user_end->second.stamp_us &&
                user_end->second.keep_until_us < token.expires_at_us) {
                add("a user's end is kept shorter than a token that it covers: " + text_of(token));
            }
        }
    }

    const StoredRecords& records_;
    std::optional<std::int64_t> reclaimed_until_us_;
    std::map<std::pair<FamilyId, TokenId>, codec::FamilyIndexEntry> expected_by_family_;
    std::map<std::pair<UserId, TokenId>, codec::UserIndexEntry> expected_by_user_;
    std::vector<std::string> found_;
};

}  // namespace

StoredRecords read_closed_store(const std::filesystem::path& directory) {
    using storage::Family;
    const PlainDatabase database(directory);
    StoredRecords records;
    database.for_each(Family::tokens, [&](std::string_view key, std::string_view value) {
        const auto hash = require_key(codec::parse_token_key(key), "tokens");
        require_decoded(codec::decode_token(hash, value, records.tokens[hash]), "tokens");
    });
    database.for_each(Family::by_family, [&](std::string_view key, std::string_view value) {
        const auto family = require_key(codec::leading_id<FamilyId>(key), "by_family");
        const auto chain = require_key(codec::chain_of_index_key(key), "by_family");
        require_decoded(codec::decode_index_entry(key, value, records.by_family[{family, chain}]), "by_family");
    });
    database.for_each(Family::by_user, [&](std::string_view key, std::string_view value) {
        const auto user = require_key(codec::leading_id<UserId>(key), "by_user");
        const auto chain = require_key(codec::chain_of_index_key(key), "by_user");
        require_decoded(codec::decode_index_entry(key, value, records.by_user[{user, chain}]), "by_user");
    });
    database.for_each(Family::revocations,
                      [&](std::string_view key, std::string_view value) { read_revocation(records, key, value); });
    return records;
}

std::vector<std::string> find_disagreements(const StoredRecords& records,
                                            std::optional<std::int64_t> reclaimed_until_us) {
    return Comparison(records, reclaimed_until_us).run();
}

std::string check_closed_store(const std::filesystem::path& directory, std::optional<std::int64_t> reclaimed_until_us) {
    std::string text;
    for (const auto& sentence : find_disagreements(read_closed_store(directory), reclaimed_until_us)) {
        text.append(text.empty() ? "" : "\n").append(sentence);
    }
    return text;
}

}  // namespace tokenstore::test
