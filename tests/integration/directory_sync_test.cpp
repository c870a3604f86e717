// What a store's files need from its directory: no file is named by another before its own name is on the disk.
#include <cstdint>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/hooked_file_system.hpp"
#include "support/results.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

/// Which files were made since the directory was last synced, whenever CURRENT is replaced.
class MadeBeforeCurrent final : public IoHook {
public:
    IoFault before(const Io& io) override {
        if (io.kind == IoKind::rename && io.target.ends_with("/CURRENT")) {
            ++replaced;
            for (const auto& path : unsynced_) {
                if (path.find("/MANIFEST-") != std::string::npos) unsynced_manifests.insert(path);
            }
        }
        return IoFault::none;
    }

    void after(const Io& io) override {
        if (io.kind == IoKind::create) unsynced_.insert(io.path);
        if (io.kind == IoKind::sync_directory) unsynced_.clear();
    }

    std::uint64_t replaced = 0;
    std::set<std::string> unsynced_manifests;

private:
    std::set<std::string> unsynced_;
};

BOOST_AUTO_TEST_SUITE(directory_syncs)

BOOST_FIXTURE_TEST_CASE(current_names_no_manifest_whose_own_name_may_be_lost, StoreFixture) {
    must(store.close());
    MadeBeforeCurrent made;
    const HookedHost hooked(made);
    const storage::HostOverride override_host(hooked.boot(1));
    must(must(TokenStore::open(folder.path() / "new", options)).close());
    must(must(TokenStore::open(directory(), options)).close());
    BOOST_TEST(made.replaced >= 2U);
    BOOST_TEST(made.unsynced_manifests.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
