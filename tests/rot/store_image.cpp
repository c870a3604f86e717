#include "rot/store_image.hpp"

#include <fstream>
#include <memory>
#include <stdexcept>
#include <utility>

#include <rocksdb/db.h>

#include "codec/in_doubt_note.hpp"
#include "storage/engine_options.hpp"
#include "support/folder_image.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t users = 4;
constexpr std::uint64_t families_of_a_user = 3;  // of each era
constexpr std::uint64_t logins_of_a_family = 3;

void check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error("the engine refused: " + status.ToString());
}

/// Rewrites the last level into many small table files. The store's own options make files of 64 MiB.
void split_table_files(const fs::path& directory) {
    const Options defaults;
    auto families =
        storage::column_family_descriptors(defaults.block_cache_bytes, defaults.write_buffer_bytes, nullptr);
    for (auto& family : families) family.options.target_file_size_base = 2048;  // less than a block: a file for each
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    check(rocksdb::DB::Open(storage::primary_options(defaults), directory.string(), families, &handles, &opened));
    const std::unique_ptr<rocksdb::DB> db(opened);
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    for (auto* handle : handles) {
        check(db->CompactRange(options, handle, nullptr, nullptr));
        check(db->DestroyColumnFamilyHandle(handle));
    }
    check(db->Close());
}

/// A store that is lived in for some eras. Each brings new families to every user, with logins that are rotated,
/// revoked and left to expire, and ends some of what earlier eras brought.
class LivedInStore : public StoreFixture {
public:
    void live_through(std::uint64_t era) {
        for (std::uint64_t user = 1; user <= users; ++user) {
            for (std::uint64_t of_user = 0; of_user < families_of_a_user; ++of_user) {
                log_in(user, family(era, user, of_user));
            }
        }
        const auto ending_user = 1 + era % users;
        const auto other_user = 1 + (era + 1) % users;
        for (std::uint64_t earlier = 1; earlier <= era; ++earlier) revoke_family(family(earlier, other_user, 1));
        revoke_user(ending_user);
        log_in(ending_user, family(era, ending_user, families_of_a_user));
        revoke(first_of_[family(1, 1 + (era + 2) % users, 0)]);
    }

    /// Nothing can prove what was written behind the last sync.
    void sync() { must(store.create_token(new_token(next_number_++), Durability::lose_nothing)); }

    /// As after a rotation whose write failed, and was not there after all when the store was opened again. Its retry
    /// succeeds.
    void doubt_and_retry(StoreImages& images) {
        create(once_in_doubt_number, {.user = once_in_doubt_number, .family = once_in_doubt_number});
        must(store.close());
        const codec::InDoubtNote note{make_hash(once_in_doubt_number), clock.wall_us()};
        std::fstream(directory() / "IN_DOUBT", std::ios::in | std::ios::out | std::ios::binary)
            << codec::encode_in_doubt_note(note);
        images.earlier.push_back(files());
        clock.advance_us(minute_us);
        reopen();
        rotate(once_in_doubt_number, once_in_doubt_number + 1);
    }

    [[nodiscard]] StoreFiles files() const { return read_store_files(directory()); }

private:
    static std::uint64_t family(std::uint64_t era, std::uint64_t user, std::uint64_t of_user) {
        return era * 1000 + user * 10 + of_user;
    }

    void log_in(std::uint64_t user, std::uint64_t family) {
        const auto first = next_number_;
        first_of_.try_emplace(family, first);
        for (std::uint64_t login = 0; login < logins_of_a_family; ++login) {
            create(next_number_++, {.user = user, .family = family});
        }
        rotate(first, next_number_);
        rotate(next_number_, next_number_ + 1);
        next_number_ += 2;
        revoke(first + 1);
        const auto has_just_expired_us = image_moment_us - minute_us - clock.wall_us();
        create(next_number_++, {.user = user, .family = family, .lifetime_us = has_just_expired_us});
    }

    std::uint64_t next_number_ = 1;
    std::map<std::uint64_t, std::uint64_t> first_of_;
};

}  // namespace

StoreFiles read_store_files(const fs::path& directory) {
    StoreFiles files;
    for (const auto& entry : fs::directory_iterator(directory)) {
        const auto name = entry.path().filename().string();
        // Closing a descriptor of this file, which is empty, would drop the lock of a store that this process has open.
        files[name] = name == "LOCK" ? std::string() : FolderImage::read_bytes(entry.path());
    }
    return files;
}

void write_store_files(const StoreFiles& files, const fs::path& directory) {
    fs::create_directories(directory);
    fs::permissions(directory, fs::perms::owner_all);
    for (const auto& [name, bytes] : files) std::ofstream(directory / name, std::ios::binary) << bytes;
}

StoreImages make_store_images() {
    LivedInStore lived_in;
    StoreImages images;
    const auto keep_moment = [&] {
        lived_in.sync();
        images.earlier.push_back(lived_in.files());
    };
    lived_in.live_through(1);
    lived_in.live_through(2);
    keep_moment();
    lived_in.flush_and_compact();
    must(lived_in.store.close());
    split_table_files(lived_in.directory());
    lived_in.reopen();
    keep_moment();
    lived_in.clock.advance_us(2 * hour_us);
    lived_in.doubt_and_retry(images);

    lived_in.live_through(3);
    must(lived_in.store.flush());
    lived_in.live_through(4);
    keep_moment();
    // Upkeep flushes all but the store's own metadata, which keeps the old log needed beside the new one.
    lived_in.clock.advance_us(image_moment_us - lived_in.clock.wall_us());
    must(lived_in.store.maintain());
    keep_moment();

    lived_in.live_through(5);
    lived_in.sync();
    images.settled.push_back({"killed", lived_in.files()});
    must(lived_in.store.close());
    images.settled.push_back({"closed", lived_in.files()});
    return images;
}

void save_images(const StoreImages& images, const fs::path& folder) {
    for (const auto& image : images.settled) write_store_files(image.files, folder / "settled" / image.name);
    for (std::size_t i = 0; i < images.earlier.size(); ++i) {
        write_store_files(images.earlier[i], folder / "earlier" / std::to_string(i));
    }
}

StoreImages load_images(const fs::path& folder) {
    StoreImages images;
    for (const std::string name : {"killed", "closed"}) {
        images.settled.push_back({name, read_store_files(folder / "settled" / name)});
    }
    for (std::size_t i = 0; fs::exists(folder / "earlier" / std::to_string(i)); ++i) {
        images.earlier.push_back(read_store_files(folder / "earlier" / std::to_string(i)));
    }
    return images;
}

}  // namespace tokenstore::test
