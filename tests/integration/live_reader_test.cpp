// StoreReader beside the store that owns the directory, and on what is no store.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "storage/high_water_mark.hpp"
#include "support/arena.hpp"
#include "support/dice.hpp"
#include "support/folder_image.hpp"
#include "support/hooked_file_system.hpp"
#include "support/plain_database.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

using boost::test_tools::per_element;

bool same(const JudgedToken& left, const JudgedToken& right) {
    return left.token == right.token && left.state == right.state && left.revocation == right.revocation;
}

struct ReaderFixture : StoreFixture {
    [[nodiscard]] ErrorCode open_error(const std::filesystem::path& path) const {
        return error_of(StoreReader::open(path)).code;
    }

    [[nodiscard]] std::vector<JudgedToken> all_tokens(const StoreReader& reader) const {
        std::vector<JudgedToken> all;
        const auto visited = must(reader.for_each_token(clock.wall_us(), [&](const JudgedToken& judged) {
            all.push_back(judged);
            return true;
        }));
        BOOST_TEST(visited == all.size());
        return all;
    }

    [[nodiscard]] bool is_valid_now(const TokenHash& hash) const {
        return must(store.get_valid_by_hash(hash)).has_value();
    }

    /// Tokens in all states, some in table files and some in the log alone.
    void fill() {
        Dice dice(test_seed());
        for (std::uint64_t number = 1; number <= 600; ++number) {
            create(
                number,
                {.user = number % 40, .family = number % 200, .lifetime_us = dice.chance(20) ? hour_us : 30 * day_us});
            if (number == 300) flush_and_compact();
        }
        for (std::uint64_t number = 1; number <= 600; number += 3) rotate(number, 10'000 + number);
        for (std::uint64_t number = 2; number <= 600; number += 30) revoke(number);
        for (std::uint64_t family = 0; family < 200; family += 20) revoke_family(family);
        revoke_user(5);
        clock.advance_us(hour_us);
    }
};

BOOST_FIXTURE_TEST_SUITE(live_reader, ReaderFixture)

BOOST_AUTO_TEST_CASE(a_reader_sees_everything_that_was_acknowledged_before_it_was_opened) {
    create(1, {.user = 1, .family = 1});
    must(store.flush());
    rotate(1, 2);
    create(3, {.user = 3, .family = 3});
    must(store.create_token(new_token(4, {.user = 4, .family = 4})));
    revoke(3);
    revoke_user(4);
    const auto view = reader();
    for (const std::uint64_t number : {1U, 2U, 3U, 4U, 5U}) {
        BOOST_TEST_CONTEXT("token " << number) {
            const auto seen = must(view.get_by_hash(make_hash(number), clock.wall_us()));
            const auto stored = get(number);
            BOOST_REQUIRE(seen.has_value() == stored.has_value());
            if (stored) BOOST_TEST(same(*seen, *stored));
        }
    }
    const auto page = must(view.get_user_active_sessions(make_user_id(1), clock.wall_us()));
    BOOST_REQUIRE(page.sessions.size() == 1U);
    BOOST_TEST(page.sessions.front() == get(2)->token);
}

BOOST_AUTO_TEST_CASE(a_reader_keeps_its_view_while_the_store_writes_compacts_and_closes) {
    fill();
    const auto view = reader();
    const auto before = all_tokens(view);
    const auto counted = must(view.count(clock.wall_us()));
    BOOST_TEST(counted.tokens == before.size());

    for (std::uint64_t number = 1'001; number <= 1'500; ++number) create(number, {.user = number, .family = number});
    revoke_user(1);
    BOOST_TEST(must(store.cleanup_expired(buffered)) == counted.expired);
    flush_and_compact();  // the files that the view reads from are deleted
    for (int round = 0; round < 2; ++round) {
        const auto now = all_tokens(view);
        BOOST_REQUIRE(now.size() == before.size());
        BOOST_TEST(std::equal(now.begin(), now.end(), before.begin(), same));
        must(store.close());
    }
    reopen();
    BOOST_TEST(counts().tokens == counted.tokens - counted.expired + 500U);
}

BOOST_AUTO_TEST_CASE(counting_agrees_with_a_recount_of_all_tokens) {
    fill();
    const auto view = reader();
    TokenCounts expected;
    std::set<UserId> users;
    std::set<FamilyId> families;
    for (const auto& judged : all_tokens(view)) {
        ++expected.tokens;
        expected.live += judged.state == TokenState::live ? 1U : 0U;
        expected.revoked += judged.revocation ? 1U : 0U;
        expected.consumed += judged.token.consumed_at_us ? 1U : 0U;
        expected.expired += judged.token.expires_at_us <= clock.wall_us() ? 1U : 0U;
        users.insert(judged.token.user_id);
        families.insert(judged.token.family_id);
        BOOST_TEST((judged.state == TokenState::live) == is_valid_now(judged.token.hash));
    }
    const auto counted = must(view.count(clock.wall_us()));
    BOOST_TEST(counted.tokens == 800U);
    BOOST_TEST(counted.tokens == expected.tokens);
    BOOST_TEST(counted.live == expected.live);
    BOOST_TEST(counted.revoked == expected.revoked);
    BOOST_TEST(counted.consumed == expected.consumed);
    BOOST_TEST(counted.expired == expected.expired);
    BOOST_TEST(counted.users == users.size());
    BOOST_TEST(counted.families == families.size());
}

BOOST_AUTO_TEST_CASE(the_moment_asked_for_moves_expiry_and_nothing_else) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    create(2, {.user = 1, .family = 2});
    revoke_family(2);
    const auto view = reader();
    const auto expiry_us = clock.wall_us() + hour_us;
    const auto state_at = [&](std::uint64_t number, std::int64_t as_of_us) {
        return must(view.get_by_hash(make_hash(number), as_of_us)).value().state;
    };
    BOOST_TEST(state_at(1, expiry_us - 1) == TokenState::live);
    BOOST_TEST(state_at(1, expiry_us) == TokenState::expired);
    BOOST_TEST(state_at(2, clock.wall_us() - year_us) == TokenState::revoked);
    BOOST_TEST(must(view.count(expiry_us - 1)).live == 1U);
    BOOST_TEST(must(view.count(expiry_us)).live == 0U);
    BOOST_TEST(must(view.get_user_active_sessions(make_user_id(1), expiry_us - 1)).sessions.size() == 1U);
    BOOST_TEST(must(view.get_user_active_sessions(make_user_id(1), expiry_us)).sessions.empty());
    BOOST_TEST(error_of(view.get_user_active_sessions(make_user_id(1), expiry_us, {0, std::nullopt})).code ==
               ErrorCode::invalid_page);
}

BOOST_AUTO_TEST_CASE(tokens_are_visited_in_the_order_of_hashes_until_the_visitor_has_enough) {
    fill();
    const auto view = reader();
    const auto all = all_tokens(view);
    BOOST_REQUIRE(all.size() == 800U);
    BOOST_TEST(std::is_sorted(all.begin(), all.end(),
                              [](const auto& left, const auto& right) { return left.token.hash < right.token.hash; }));
    for (const std::size_t wanted : {1U, 255U, 256U, 257U, 799U, 800U}) {
        BOOST_TEST_CONTEXT("after " << wanted) {
            std::size_t seen = 0;
            const auto visited = must(view.for_each_token(clock.wall_us(), [&](const JudgedToken& judged) {
                BOOST_TEST(judged.token.hash == all[seen].token.hash);
                return ++seen < wanted;
            }));
            BOOST_TEST(seen == wanted);
            BOOST_TEST(visited == wanted);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_reader_leaves_a_closed_store_as_it_was) {
    fill();
    must(store.close());
    const FolderImage before(folder.path());
    {
        const auto view = reader();
        BOOST_TEST(must(view.count(clock.wall_us())).tokens == 800U);
        const auto other = reader();
        BOOST_TEST(all_tokens(other).size() == 800U);
        BOOST_TEST(!must(other.get_user_active_sessions(make_user_id(1), clock.wall_us())).sessions.empty());
    }
    BOOST_TEST(FolderImage(folder.path()) == before);
}

BOOST_AUTO_TEST_CASE(readers_beside_each_other_and_a_writer_agree_with_their_moments) {
    fill();
    const auto first = reader();
    create(5'000, {.user = 5'000, .family = 5'000});
    const auto second = reader();
    std::vector<std::uint64_t> found(2);
    run_together(3, [&](std::size_t index) {
        if (index == 2) {
            for (std::uint64_t number = 6'000; number < 6'300; ++number) create(number, {.user = 6, .family = number});
            flush_and_compact();
            return;
        }
        const auto& view = index == 0 ? first : second;
        for (int round = 0; round < 5; ++round) found[index] = must(view.count(clock.wall_us())).tokens;
    });
    BOOST_TEST(found[0] == 800U);
    BOOST_TEST(found[1] == 801U);
    BOOST_TEST(counts().tokens == 1'101U);
}

BOOST_AUTO_TEST_CASE(readers_opened_while_the_store_writes_see_at_least_what_was_there_before) {
    fill();
    std::vector<std::string> wrong;
    run_together(2, [&](std::size_t index) {
        if (index == 0) {
            for (std::uint64_t number = 6'000; number < 8'000; ++number) create(number, {.user = 6, .family = number});
            return;
        }
        std::uint64_t least = 800;
        for (int round = 0; round < 20; ++round) {
            const auto counted = counts();
            if (counted.tokens < least) wrong.push_back("a token is missing");
            least = counted.tokens;
        }
    });
    BOOST_TEST(wrong.empty());
    BOOST_TEST(counts().tokens == 2'800U);
}

/// Makes a change just before any log, or the mark of what was synced, is opened to be read.
class ChangesWhileRead final : public IoHook {
public:
    explicit ChangesWhileRead(StoreFixture& fixture) : fixture_(fixture) {}

    IoFault before(const Io& io) override {
        const bool is_about_the_log = io.path.ends_with(".log") || io.path.ends_with(storage::high_water_file_name);
        if (io.kind == IoKind::open_to_read && is_about_the_log) {
            ++changes;
            must(fixture_.store.create_token(fixture_.new_token(changes, {.user = changes, .family = changes})));
        }
        return IoFault::none;
    }

    std::uint64_t changes = 0;

private:
    StoreFixture& fixture_;
};

// What is synced while a reader looks at the log is behind what it looked at.
BOOST_AUTO_TEST_CASE(a_reader_that_is_overtaken_by_synced_changes_reports_no_damage) {
    ChangesWhileRead changes(*this);
    const HookedHost hooked(changes);
    auto host = hooked.boot(0);
    host.boot = storage::current_host().boot;
    const storage::HostOverride override_host(host);
    const auto opened = must(StoreReader::open(directory()));
    BOOST_TEST(changes.changes >= 2U);
    BOOST_TEST(must(opened.count(clock.wall_us())).live > 0U);
}

/// Has the owner replace all its table files just before one of them is opened.
class FilesReplacedWhileRead final : public IoHook {
public:
    explicit FilesReplacedWhileRead(StoreFixture& fixture) : fixture_(fixture) {}

    IoFault before(const Io& io) override {
        if (io.kind == IoKind::open_to_read && io.path.ends_with(".sst")) {
            ++replaced;
            fixture_.create(7'000 + replaced, {.user = 7, .family = 7'000 + replaced});
            fixture_.flush_and_compact();
        }
        return IoFault::none;
    }

    std::uint64_t replaced = 0;

private:
    StoreFixture& fixture_;
};

BOOST_AUTO_TEST_CASE(a_reader_that_never_finds_the_files_it_was_told_of_answers_busy_and_not_damaged) {
    create(1);
    flush_and_compact();
    FilesReplacedWhileRead replacing(*this);
    const HookedHost hooked(replacing);
    auto host = hooked.boot(0);
    host.boot = storage::current_host().boot;
    const storage::HostOverride override_host(host);
    BOOST_TEST(open_error(directory()) == ErrorCode::busy);
    BOOST_TEST(replacing.replaced > 10U);
}

BOOST_AUTO_TEST_CASE(a_reader_beside_a_store_that_writes_and_flushes_never_reports_damage) {
    options.write_buffer_bytes = 1U << 20U;
    reopen();
    const auto rounds = test_number("TOKENSTORE_READERS_BESIDE_WRITER", 60);
    std::atomic<bool> done = false;
    std::vector<std::string> failures;
    run_together(2, [&](std::size_t index) {
        if (index == 0) {
            for (std::uint64_t number = 1; !done; ++number) {
                const auto durability = number % 4 == 0 ? Durability::lose_nothing : buffered;
                must(store.create_token(new_token(number, {.user = number, .family = number}), durability));
                if (number % 3'000 == 0) must(store.flush());
            }
            return;
        }
        for (std::uint64_t round = 0; round < rounds; ++round) {
            const auto opened = StoreReader::open(directory());
            if (!opened) failures.push_back(opened.error().to_string());
        }
        done = true;
    });
    BOOST_TEST(failures.empty(), failures.size() << " of " << rounds << " failed, the first with "
                                                 << (failures.empty() ? "nothing" : failures.front()));
}

BOOST_AUTO_TEST_CASE(readers_opened_while_the_store_drops_files_and_is_opened_again_miss_nothing) {
    fill();
    std::atomic<bool> done = false;
    std::vector<std::string> wrong;
    std::uint64_t opened = 0;
    run_together(2, [&](std::size_t index) {
        if (index == 0) {
            for (std::uint64_t round = 0; round < 30; ++round) {
                create(6'000 + round, {.user = 6, .family = 6'000 + round});
                flush_and_compact();
                if (round % 10 == 0) reopen();
            }
            done = true;
            return;
        }
        std::uint64_t least = 800;
        while (!done) {
            const auto view = StoreReader::open(directory());
            const auto counted = view ? view->count(clock.wall_us()) : Result<TokenCounts>(view.error());
            if (!counted && counted.error().code == ErrorCode::busy) {
                continue;  // the owner goes on without a pause here
            }
            if (!counted) {
                wrong.push_back(counted.error().to_string());
            } else {
                if (counted->tokens < least) wrong.push_back("a token is missing");
                least = counted->tokens;
            }
            ++opened;
        }
    });
    BOOST_TEST(opened > 0U);
    BOOST_TEST(wrong.empty(), wrong.size() << " of " << opened
                                           << " views, the first: " << (wrong.empty() ? "nothing" : wrong.front()));
}

BOOST_AUTO_TEST_CASE(what_is_no_store_is_told_apart_and_left_alone) {
    namespace fs = std::filesystem;
    BOOST_TEST(open_error(folder.path() / "missing") == ErrorCode::store_missing);
    BOOST_TEST(!fs::exists(folder.path() / "missing"));

    const auto empty = folder.path() / "empty";
    fs::create_directory(empty);
    BOOST_TEST(open_error(empty) == ErrorCode::store_missing);

    const auto foreign = folder.path() / "foreign";
    fs::create_directory(foreign);
    std::ofstream(foreign / "letter.txt") << "not a store";
    BOOST_TEST(open_error(foreign) == ErrorCode::not_a_store);
    BOOST_TEST(open_error(foreign / "letter.txt") == ErrorCode::not_a_store);

    const auto other_database = folder.path() / "database";
    static_cast<void>(PlainDatabase::make(other_database));
    const FolderImage before(folder.path());
    BOOST_TEST(open_error(other_database) == ErrorCode::not_a_store);
    BOOST_TEST(FolderImage(folder.path()) == before);
}

BOOST_AUTO_TEST_CASE(a_reader_that_was_moved_from_answers_closed) {
    create(1);
    auto from = reader();
    const auto to = std::move(from);
    BOOST_TEST(must(to.count(clock.wall_us())).tokens == 1U);
    BOOST_TEST(error_of(from.count(clock.wall_us())).code == ErrorCode::closed);  // NOLINT(bugprone-use-after-move)
}

BOOST_AUTO_TEST_CASE(a_reader_that_another_is_moved_to_shows_what_that_one_showed) {
    auto view = reader();
    create(1);
    view = reader();
    BOOST_TEST(must(view.count(clock.wall_us())).tokens == 1U);
    auto& itself = view;
    view = std::move(itself);
    BOOST_TEST(must(view.count(clock.wall_us())).tokens == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
