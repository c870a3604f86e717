// The store's own small files on a disk that fails: HIGH_WATER, IN_DOUBT, and what replaces a file.
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "storage/high_water_mark.hpp"
#include "storage/in_doubt_file.hpp"
#include "storage/small_file.hpp"
#include "support/folder_image.hpp"
#include "support/hooked_file_system.hpp"
#include "support/printers.hpp"
#include "support/results.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

/// Fails one kind of input and output.
class FailingKind final : public IoHook {
public:
    IoFault before(const Io& io) override {
        return is_failing && io.kind == kind ? IoFault::input_output_error : IoFault::none;
    }

    bool is_failing = false;
    IoKind kind = IoKind::read;
};

struct SmallFilesFixture {
    template <class Call>
    [[nodiscard]] auto while_failing(IoKind kind, const Call& call) {
        failing.kind = kind;
        failing.is_failing = true;
        auto answer = call();
        failing.is_failing = false;
        return answer;
    }

    template <class Call>
    void check_fails(IoKind kind, const Call& call) {
        const auto answer = while_failing(kind, call);
        BOOST_TEST(!answer.has_value(), name(kind));
        if (!answer) BOOST_TEST(answer.error().code == ErrorCode::io_error);
    }

    [[nodiscard]] auto opened() const { return storage::InDoubtFile::open(host, folder.path()); }

    TemporaryDirectory folder{folder_in_memory()};
    FailingKind failing;
    HookedHost hooked{failing};
    storage::Host host = hooked.boot(1);
};

BOOST_FIXTURE_TEST_SUITE(small_files, SmallFilesFixture)

BOOST_AUTO_TEST_CASE(a_file_is_replaced_whole_or_not_at_all) {
    const auto path = folder.path() / "FILE";
    BOOST_TEST(!must(storage::read_small_file(host, path)).has_value());
    must(storage::replace_small_file(host, path, "old"));
    for (const auto kind : {IoKind::create, IoKind::append, IoKind::sync, IoKind::rename}) {
        check_fails(kind, [&] { return storage::replace_small_file(host, path, "new"); });
        BOOST_TEST(must(storage::read_small_file(host, path)).value() == "old");
    }
    // Done, but nobody knows whether it lasts.
    check_fails(IoKind::sync_directory, [&] { return storage::replace_small_file(host, path, "new"); });
    check_fails(IoKind::read, [&] { return storage::read_small_file(host, path); });
    must(storage::replace_small_file(host, path, "newest"));
    BOOST_TEST(must(storage::read_small_file(host, path)).value() == "newest");
}

BOOST_AUTO_TEST_CASE(a_doubt_that_cannot_be_noted_is_not_said_to_be) {
    const auto file = must(opened());
    for (const auto kind : {IoKind::overwrite, IoKind::sync}) {
        BOOST_TEST(!while_failing(kind, [&] { return file->note({make_hash(1), 1}); }));
    }
    BOOST_TEST(file->note({make_hash(2), 2}));
    BOOST_TEST((must(file->notes()).back() == codec::InDoubtNote{make_hash(2), 2}));
}

BOOST_AUTO_TEST_CASE(a_file_of_doubts_that_is_full_takes_no_more_and_loses_none) {
    const auto file = must(opened());
    std::uint64_t noted = 0;
    while (noted < 100'000 && file->note({make_hash(noted), 1})) ++noted;
    BOOST_TEST(noted == 1'024U);
    BOOST_TEST(must(file->notes()).size() == noted);
    must(file->clear());
    BOOST_TEST(must(file->notes()).empty());
    BOOST_TEST(file->note({make_hash(1), 1}));
}

BOOST_AUTO_TEST_CASE(doubts_that_cannot_be_read_or_cleared_are_an_error) {
    for (const auto kind : {IoKind::create, IoKind::rename, IoKind::open_to_overwrite}) {
        check_fails(kind, [&] { return opened(); });
    }
    const auto file = must(opened());
    BOOST_TEST(file->note({make_hash(1), 1}));
    check_fails(IoKind::read, [&] { return file->notes(); });
    check_fails(IoKind::overwrite, [&] { return file->clear(); });
    check_fails(IoKind::sync, [&] { return file->clear(); });
    check_fails(IoKind::read, [&] { return opened(); });
}

BOOST_AUTO_TEST_CASE(a_mark_that_cannot_be_written_is_said_to_be_behind) {
    check_fails(IoKind::open_to_overwrite, [&] { return storage::HighWaterMark::begin(host, folder.path(), {}); });
    const auto mark = must(storage::HighWaterMark::begin(host, folder.path(), {}));
    BOOST_TEST(!while_failing(IoKind::overwrite, [&] { return mark->raise({7, 1}); }));
    check_fails(IoKind::overwrite, [&] { return mark->sync(); });
    check_fails(IoKind::sync, [&] { return mark->sync(); });
    must(mark->sync());
    BOOST_TEST((must(storage::read_high_water(host, folder.path())).value().synced == codec::SyncNote{7, 1}));
    check_fails(IoKind::read, [&] { return storage::read_high_water(host, folder.path()); });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
