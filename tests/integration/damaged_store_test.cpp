// Damage on disk: it is named `corrupt`, is never taken for "no such token" or "not revoked", and nothing is made over
// it.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "codec/keys.hpp"
#include "integration/store_image.hpp"
#include "support/folder_image.hpp"
#include "support/plain_database.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

namespace fs = std::filesystem;

std::string garbled(std::string bytes) {
    char& byte = bytes.at(bytes.size() / 2);
    byte = static_cast<char>(byte ^ 0x10);
    return bytes;
}

struct DamageFixture : StoreFixture {
    static constexpr std::uint64_t all = 400;  // about 16 blocks of records

    void create_all() {
        for (std::uint64_t number = 1; number <= all; ++number) create(number, {.user = number, .family = number});
    }

    void open_again() { store = must(TokenStore::open(directory(), options)); }

    [[nodiscard]] fs::path file_named(std::string_view start) const {
        for (const auto& entry : fs::directory_iterator(directory())) {
            if (entry.path().filename().string().starts_with(start)) return entry.path();
        }
        throw std::runtime_error("no file " + std::string(start));
    }

    /// Refused as corrupt by store and reader alike, and nothing in the folder has changed.
    void check_is_refused_untouched() const {
        const FolderImage before(directory());
        for (const bool create_if_missing : {true, false}) {
            Options other = options;
            other.create_if_missing = create_if_missing;
            const auto error = error_of(TokenStore::open(directory(), other));
            BOOST_TEST(error.code == ErrorCode::corrupt);
            BOOST_TEST(error.write == WriteState::nothing_written);
            BOOST_TEST(error.advice() == Advice::call_operator);
        }
        BOOST_TEST(error_of(StoreReader::open(directory())).code == ErrorCode::corrupt);
        BOOST_TEST(FolderImage(directory()) == before);
    }

    void damage_table_at(std::string_view bytes) const { test::damage_table_at(directory(), bytes); }

    /// Replaces a record, the store being closed meanwhile.
    template <class Change>
    void replace(std::string_view family, std::string_view key, const Change& change) {
        must(store.close());
        {
            PlainDatabase database(directory());
            database.put(family, key, change(database.get(family, key).value()));
        }
        open_again();
    }

    template <class Value>
    void check_corrupt(const Result<Value>& result) const {
        const auto error = error_of(result);
        BOOST_TEST(error.code == ErrorCode::corrupt);
        BOOST_TEST(error.write == WriteState::nothing_written);
        for (const auto number : {1U, 2U}) {
            BOOST_TEST(error.message.find(to_hex(make_hash(number))) == std::string::npos);
            BOOST_TEST(error.message.find(to_string(make_user_id(number))) == std::string::npos);
        }
    }

    /// Ended all the same, though nobody can say how many tokens that were.
    template <class Value>
    void check_ended_uncounted(const Result<Value>& result) const {
        const auto error = error_of(result);
        BOOST_TEST(error.code == ErrorCode::corrupt);
        BOOST_TEST(error.write == WriteState::partly_written);
    }

    /// Whoever asks for the token by whatever call is denied, and told why.
    void check_token_is_denied(std::uint64_t number) {
        check_corrupt(store.get_by_hash(make_hash(number)));
        check_corrupt(store.get_valid_by_hash(make_hash(number)));
        check_corrupt(store.get_valid_by_hashes(hashes_of({number})));
        check_corrupt(store.get_valid_by_hashes(hashes_of({all + 1, number})));
        check_corrupt(store.rotate_token(make_hash(number), successor(all + 2), buffered));
        BOOST_TEST(!get(all + 2));
    }
};

BOOST_FIXTURE_TEST_SUITE(damaged_store, DamageFixture)

// ---- The files that say what the store consists of ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_store_without_its_current_file_is_refused_and_nothing_is_made_over_it) {
    create(1);
    must(store.close());
    const auto current = FolderImage::read_bytes(directory() / "CURRENT");
    fs::remove(directory() / "CURRENT");
    check_is_refused_untouched();
    std::ofstream(directory() / "CURRENT", std::ios::binary) << current;
    open_again();
    BOOST_TEST(is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_store_whose_current_file_is_garbled_is_refused_and_left_as_it_was) {
    create(1);
    must(store.close());
    for (const auto* const content : {"", "MANIFEST-999999\n", "nonsense", "MANIFEST-000001"}) {
        std::ofstream(directory() / "CURRENT", std::ios::binary) << content;
        check_is_refused_untouched();
    }
}

BOOST_AUTO_TEST_CASE(a_store_without_its_manifest_is_refused_and_nothing_is_made_over_it) {
    create(1);
    must(store.close());
    const auto manifest = file_named("MANIFEST-");
    fs::rename(manifest, folder.path() / "kept");
    check_is_refused_untouched();
    fs::rename(folder.path() / "kept", manifest);
    open_again();
    BOOST_TEST(is_valid(1));
}

// Cut where it has named no column family of ours yet. Cut between two later records, it is the manifest of an earlier
// moment, which nothing in it tells.
BOOST_AUTO_TEST_CASE(a_store_whose_manifest_was_emptied_or_cut_is_refused_and_nothing_is_made_over_it) {
    create(1);
    must(store.close());
    const auto manifest = file_named("MANIFEST-");
    const auto whole = FolderImage::read_bytes(manifest);
    for (const std::size_t kept : {0U, 1U, 20U, 50U, 100U}) {
        BOOST_TEST_CONTEXT("the first " << kept << " bytes are left") {
            std::ofstream(manifest, std::ios::binary) << whole.substr(0, kept);
            check_is_refused_untouched();
        }
    }
    std::ofstream(manifest, std::ios::binary) << garbled(whole);
    BOOST_TEST(error_of(TokenStore::open(directory(), options)).code == ErrorCode::corrupt);
    std::ofstream(manifest, std::ios::binary) << whole;
    open_again();
    BOOST_TEST(is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_store_that_lost_a_table_file_is_refused) {
    create_all();
    flush_and_compact();
    must(store.close());
    for (const auto& entry : fs::directory_iterator(directory())) {
        if (entry.path().extension() != ".sst") continue;
        BOOST_TEST_CONTEXT(entry.path().filename()) {
            fs::rename(entry.path(), folder.path() / "kept");
            BOOST_TEST(error_of(StoreReader::open(directory())).code == ErrorCode::corrupt);
            BOOST_TEST(error_of(TokenStore::open(directory(), options)).code == ErrorCode::corrupt);
            fs::rename(folder.path() / "kept", entry.path());
        }
    }
    open_again();
    BOOST_TEST(is_valid(1));
}

// ---- Blocks of table files ------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_flipped_bit_in_a_block_of_tokens_denies_those_tokens_and_no_other) {
    create_all();
    const Token damaged = get(1)->token;
    flush_and_compact();
    must(store.close());
    damage_table_at(std::string(codec::id_view(damaged.id)) + std::string(codec::id_view(damaged.user_id)));
    open_again();
    check_token_is_denied(1);
    check_corrupt(store.revoke_token(make_hash(1), buffered));
    check_corrupt(store.get_user_active_sessions(make_user_id(1)));

    std::size_t corrupt = 0;
    for (std::uint64_t number = 1; number <= all; ++number) {
        const auto answered = store.get_valid_by_hash(make_hash(number));
        if (answered) {
            BOOST_TEST(answered->has_value());  // never "no such token"
        } else {
            BOOST_TEST(answered.error().code == ErrorCode::corrupt);
            ++corrupt;
        }
    }
    BOOST_TEST(corrupt < all / 4);
    check_corrupt(reader().count(clock.wall_us()));
    clock.advance_us(31 * day_us);
    BOOST_TEST(error_of(store.cleanup_expired()).code == ErrorCode::corrupt);
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_in_a_block_of_the_users_index_shortens_no_list) {
    for (std::uint64_t number = 1; number <= all; ++number) create(number, {.user = 1, .family = number});
    const Token damaged = get(all / 2)->token;
    flush_and_compact();
    must(store.close());
    // Within the value of by_user, where the stamp stands before the family.
    damage_table_at(std::string(reinterpret_cast<const char*>(&damaged.issue_stamp_us), 8) +
                    std::string(codec::id_view(damaged.family_id)));
    open_again();
    check_corrupt(store.get_user_active_sessions(make_user_id(1), {max_page_limit, std::nullopt}));
    check_ended_uncounted(store.revoke_all_user_tokens(make_user_id(1), Counting::exact, buffered));
    BOOST_TEST(!is_valid(1));
    must(store.revoke_all_user_tokens(make_user_id(1), Counting::skip, buffered));  // reads no index
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_in_a_block_of_revocations_denies_rather_than_forgets) {
    create_all();
    for (std::uint64_t number = 1; number <= all; ++number) revoke_family(number, Counting::skip);
    flush_and_compact();
    must(store.close());
    // The key of the family's end without what it may share with the one before, and the engine's mark of a value in
    // the last level.
    damage_table_at(std::string(codec::family_end_key(make_family_id(1)).view().substr(5)) + '\x01' +
                    std::string(7, '\0'));
    open_again();
    std::size_t corrupt = 0;
    for (std::uint64_t number = 1; number <= all; ++number) {
        const auto answered = store.get_valid_by_hash(make_hash(number));
        if (!answered) ++corrupt;
        BOOST_TEST(!(answered && answered->has_value()));
    }
    BOOST_TEST(corrupt > 0U);
}

// ---- Single records, whole as far as the engine knows ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_garbled_entry_of_the_users_index_shortens_no_list) {
    const auto first = create(1, {.user = 1, .family = 1});
    create(2, {.user = 1, .family = 2});
    create(3, {.user = 3, .family = 3});
    replace("by_user", codec::index_key(first.user_id, first.chain_id).view(), garbled);
    check_corrupt(store.get_user_active_sessions(make_user_id(1)));
    BOOST_TEST(is_valid(1));  // validity does not hang on the index
    BOOST_TEST(session_hashes(3) == hashes_of({3}), boost::test_tools::per_element());
    check_ended_uncounted(store.revoke_all_user_tokens(make_user_id(1), Counting::exact, buffered));
    BOOST_TEST(!is_valid(1));
    check_corrupt(reader().get_user_active_sessions(make_user_id(1), clock.wall_us()));
}

BOOST_AUTO_TEST_CASE(a_garbled_entry_of_the_families_index_gives_the_family_to_nobody) {
    const auto first = create(1, {.user = 1, .family = 1});
    replace("by_family", codec::index_key(first.family_id, first.chain_id).view(), garbled);
    check_corrupt(store.create_token(new_token(2, {.user = 2, .family = 1}), buffered));
    BOOST_TEST(!get(2));
    BOOST_TEST(is_valid(1));
    check_ended_uncounted(store.revoke_family(make_family_id(1), Counting::exact, buffered));
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_garbled_end_of_a_family_denies) {
    create(1);
    revoke_family(1);
    replace("revocations", codec::family_end_key(make_family_id(1)).view(), garbled);
    check_token_is_denied(1);
    check_corrupt(store.create_token(new_token(2), buffered));
}

BOOST_AUTO_TEST_CASE(a_garbled_end_of_a_user_denies) {
    create(1);
    revoke_user(1);
    replace("revocations", codec::user_end_key(make_user_id(1)).view(), garbled);
    check_token_is_denied(1);
    check_corrupt(store.get_user_active_sessions(make_user_id(1)));
}

BOOST_AUTO_TEST_CASE(a_garbled_listed_end_of_a_family_lists_no_ended_session) {
    create(1, {.user = 1, .family = 1});
    create(2, {.user = 1, .family = 2});
    revoke_family(1);
    replace("revocations", codec::ended_family_key(make_user_id(1), make_family_id(1)).view(), garbled);
    // A list that fits one page asks for each family's own end; a longer one for the list of them.
    BOOST_TEST(session_hashes(1) == hashes_of({2}), boost::test_tools::per_element());
    check_corrupt(store.get_user_active_sessions(make_user_id(1), {.limit = 1}));
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_record_under_another_token_s_key_is_no_token) {
    create(1, {.user = 1, .family = 1});
    create(2, {.user = 2, .family = 2});
    revoke(2);
    std::string of_the_live_one;
    replace("tokens", codec::token_key(make_hash(1)), [&](const std::string& record) {
        of_the_live_one = record;
        return record;
    });
    replace("tokens", codec::token_key(make_hash(2)), [&](const std::string&) { return of_the_live_one; });
    check_token_is_denied(2);
    BOOST_TEST(is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_garbled_record_of_the_store_s_own_is_refused_at_opening) {
    create(1);
    must(store.close());
    for (const std::string key : {"format", "clock", "issue_stamps", "longest_expiry"}) {
        BOOST_TEST_CONTEXT(key) {
            std::string before;
            {
                PlainDatabase database(directory());
                before = database.get("default", key).value();
                database.put("default", key, garbled(before));
            }
            BOOST_TEST(error_of(TokenStore::open(directory(), options)).code == ErrorCode::corrupt);
            PlainDatabase(directory()).put("default", key, before);
        }
    }
    open_again();
    BOOST_TEST(is_valid(1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
