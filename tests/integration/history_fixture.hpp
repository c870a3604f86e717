// Stores whose history is known change by change: what is lost with the end of a log can be told exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "integration/store_image.hpp"
#include "storage/high_water_mark.hpp"
#include "storage/log_audit.hpp"
#include "support/folder_image.hpp"
#include "support/index_checker.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {

inline constexpr auto synced = Durability::lose_nothing;

/// What a power failure leaves is found by another run of the system.
[[nodiscard]] inline storage::Host after_power_failure() {
    auto host = storage::current_host();
    host.boot.value()[0] ^= 1U;
    return host;
}

/// Buffers that hold all that these tests write are cheaper to open than the usual ones.
[[nodiscard]] inline Options with_buffers(std::size_t mebibytes = 16) {
    Options options;
    options.write_buffer_bytes = mebibytes << 20U;
    return options;
}

/// A store whose changes are numbered, and where each of them ends in the log. Every third change revokes the family
/// that the one before it created.
struct HistoryFixture : StoreFixture {
    explicit HistoryFixture(const Options& wanted = with_buffers()) : StoreFixture(wanted) {
        // The bounds of stamps and expiries are extended by synced writes of their own: have that behind us. Then
        // everything goes to table files, and the log of this opening is the only one.
        Token row = make_token(9'000);
        row.expires_at_us = clock.wall_us() + year_us;
        must(store.import_tokens({&row, 1}));
        must(store.maintain());
        reopen();
    }

    struct End {
        std::string log;
        std::uint64_t offset = 0;
    };

    static bool revokes(std::uint64_t change) { return change % 3 == 0; }

    void change(std::uint64_t number, Durability durability) {
        if (revokes(number)) {
            must(store.revoke_family(make_family_id(number - 1), Counting::exact, durability));
        } else {
            must(store.create_token(new_token(number, {.user = number, .family = number}), durability));
        }
    }

    /// The next changes, as many as this.
    void make_changes(std::uint64_t count, Durability durability = buffered) {
        for (; count > 0; --count) {
            change(ends.size() + 1, durability);
            ends.push_back(end_of_log());
        }
    }

    [[nodiscard]] End end_of_log() const {
        End end;
        for (const auto& entry : std::filesystem::directory_iterator(directory())) {
            const auto name = entry.path().filename().string();
            if (entry.path().extension() == ".log" && name > end.log) end.log = name;
        }
        end.offset =
            std::filesystem::file_size(directory() / end.log);  // of the newest alone: older ones go at any time
        return end;
    }

    /// How many of the changes stand in the log before this place.
    [[nodiscard]] std::uint64_t changes_before(const std::string& log, std::uint64_t offset) const {
        std::uint64_t count = 0;
        for (const auto& end : ends) count += end.log < log || (end.log == log && end.offset <= offset) ? 1U : 0U;
        return count;
    }

    static bool holds(const TokenStore& opened, std::uint64_t change) {
        const auto judged = must(opened.get_by_hash(make_hash(revokes(change) ? change - 1 : change)));
        return judged && (!revokes(change) || judged->state == TokenState::revoked);
    }

    /// How many of the changes an opened store holds. None without all that were made before it.
    [[nodiscard]] std::uint64_t changes_held(const TokenStore& opened) const {
        BOOST_TEST(must(opened.get_valid_by_hash(make_hash(9'000))).has_value());
        std::uint64_t held = 0;
        while (held < ends.size() && holds(opened, held + 1)) ++held;
        for (auto later = held + 1; later <= ends.size(); ++later) {
            BOOST_TEST(!holds(opened, later), "change " << later << " is there, and change " << held + 1 << " is not");
        }
        return held;
    }

    [[nodiscard]] Result<TokenStore> open(const StoreImage& image, OnLogDamage on_damage = OnLogDamage::refuse) const {
        Options other = options;
        other.on_log_damage = on_damage;
        return TokenStore::open(image.directory(), other);
    }

    /// Refused by store and reader alike, with these words, and nothing in the folder has changed.
    void check_is_refused(const StoreImage& image, const std::vector<std::string>& words) const {
        const FolderImage before(image.directory());
        const auto check = [&](const auto& result) {
            const auto error = error_of(result);
            BOOST_TEST(error.code == ErrorCode::log_damaged);
            BOOST_TEST(error.write == WriteState::nothing_written);
            BOOST_TEST(error.advice() == Advice::call_operator);
            for (const auto& word : words) {
                BOOST_TEST(error.message.find(word) != std::string::npos, error.message << " lacks " << word);
            }
        };
        check(open(image));
        check(StoreReader::open(image.directory()));
        BOOST_TEST(FolderImage(image.directory()) == before);
    }

    enum class Loses { nothing, something };

    /// Opens with so many changes, takes new ones, and opens like any other store from then on.
    void check_opens(const StoreImage& image, std::uint64_t changes, OnLogDamage on_damage, Loses loses) const {
        auto opened = must(open(image, on_damage));
        BOOST_TEST(changes_held(opened) == changes);
        BOOST_TEST(must(opened.health()).lost_writes_at_open == (loses == Loses::something));
        must(opened.create_token(new_token(9'001, {.user = 9'001, .family = 9'001})));
        must(opened.close());
        BOOST_TEST(check_closed_store(image.directory()) == "");
        auto again = must(open(image));
        BOOST_TEST(changes_held(again) == changes);
        BOOST_TEST(must(again.get_valid_by_hash(make_hash(9'001))).has_value());
        BOOST_TEST(!must(again.health()).lost_writes_at_open);
    }

    /// A reader of a log with damage shows a part of it, or says that it is corrupt: it replays as the engine does.
    void check_reader_opens_or_reports_damage(const StoreImage& image, OnLogDamage on_damage) const {
        ReaderOptions reader_options;
        reader_options.on_log_damage = on_damage;
        const auto reader = StoreReader::open(image.directory(), reader_options);
        if (!reader) BOOST_TEST(reader.error().code == ErrorCode::corrupt);
    }

    void check_opens_by_itself(const StoreImage& image, std::uint64_t changes) const {
        check_reader_opens_or_reports_damage(image, OnLogDamage::refuse);
        check_opens(image, changes, OnLogDamage::refuse, Loses::nothing);
    }

    void check_opens_at_a_loss(const StoreImage& image, std::uint64_t changes) const {
        check_reader_opens_or_reports_damage(image, OnLogDamage::lose_what_follows);
        check_opens(image, changes, OnLogDamage::lose_what_follows, Loses::something);
    }

    std::vector<End> ends;  // of the changes, in their order
};

/// Small memtables are flushed one column family after the other, and a log is needed until the last one is. No write
/// is synced.
struct SeveralLogs : HistoryFixture {
    SeveralLogs() : HistoryFixture(with_buffers(1)) {
        do {
            BOOST_REQUIRE(ends.size() < 50'000);
            make_changes(100);
            left = std::make_unique<StoreImage>(directory());
        } while (logs().size() < 3 || changes_in(logs()[0]) < 2 || changes_in(logs()[1]) < 2 || !is_flushed_in_part());
    }

    [[nodiscard]] std::uint64_t changes_in(const std::string& log) const {
        return changes_before(log, left->size(log)) - changes_before(log, 0);
    }

    [[nodiscard]] storage::LogAudit audit() const {
        const auto host = storage::current_host();
        const auto manifest = must(storage::read_manifest(host, left->directory()));
        return must(storage::audit_log(host, left->directory(), manifest, mark()));
    }

    [[nodiscard]] std::optional<codec::HighWater> mark() const {
        return must(storage::read_high_water(storage::current_host(), left->directory()));
    }

    /// Whether table files hold changes that another column family needs a log for: more than what was synced when the
    /// store was opened has to be in the logs then.
    [[nodiscard]] bool is_flushed_in_part() const { return audit().noted_sequence > mark().value().synced.sequence; }

    /// Those that are needed, in the order in which they were begun.
    [[nodiscard]] std::vector<std::string> logs() const {
        const auto all = left->logs();
        return {all.end() - static_cast<std::ptrdiff_t>(audit().logs.size()), all.end()};
    }

    /// What reached table files is there whatever became of the log.
    void check_opens_with_what_stands_before(const StoreImage& image, std::uint64_t changes) const {
        auto opened = must(open(image, OnLogDamage::lose_what_follows));
        for (std::uint64_t change = 1; change <= changes; ++change) BOOST_TEST(holds(opened, change));
        BOOST_TEST(must(opened.health()).lost_writes_at_open);
        must(opened.create_token(new_token(900'001, {.user = 900'001, .family = 900'001})));
        must(opened.close());
        auto again = must(open(image));
        for (std::uint64_t change = 1; change <= changes; ++change) BOOST_TEST(holds(again, change));
        BOOST_TEST(must(again.get_valid_by_hash(make_hash(900'001))).has_value());
        BOOST_TEST(!must(again.health()).lost_writes_at_open);
    }

    void check_is_refused_and_opens_at_a_loss(const StoreImage& image, std::uint64_t changes,
                                              const std::vector<std::string>& words) const {
        check_is_refused(image, words);
        check_opens_with_what_stands_before(image, changes);
    }

    std::unique_ptr<StoreImage> left;
};

}  // namespace tokenstore::test
