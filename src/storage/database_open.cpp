// Opening and closing.
#include <algorithm>
#include <limits>
#include <utility>

#include <rocksdb/convenience.h>

#include <tokenstore/clock.hpp>
#include <tokenstore/version.hpp>

#include "base/fork_guard.hpp"
#include "codec/meta_record.hpp"
#include "storage/ends_in_files.hpp"
#include "storage/engine.hpp"
#include "storage/engine_env.hpp"
#include "storage/engine_options.hpp"
#include "storage/lock_holder.hpp"
#include "storage/log_audit.hpp"
#include "storage/log_replay.hpp"
#include "storage/manifest.hpp"
#include "storage/status_error.hpp"
#include "storage/store_directory.hpp"

namespace tokenstore::storage {

namespace fs = std::filesystem;

namespace {

Error open_error(ErrorCode code, std::string message) {
    return {code, WriteState::nothing_written, std::move(message)};
}

Error held_by(const StoreHolder& holder) {
    return open_error(ErrorCode::held_by_another_process, "the store is held by " + describe(holder));
}

Error not_a_store() {
    return open_error(ErrorCode::not_a_store, "the directory holds something that is not a token store");
}

Error newer_format() {
    return open_error(ErrorCode::newer_format, "the store was written by a newer format than this version knows");
}

Error older_format() {
    return open_error(ErrorCode::older_format,
                      "the store was written before the first release, in a format of its own");
}

/// What opening makes of a directory's content; empty and half-made ones are for making a store.
Result<void> check_content(DirectoryContent content, bool may_make) {
    switch (content) {
        case DirectoryContent::missing:
            return open_error(ErrorCode::store_missing, "there is no store in the directory");
        case DirectoryContent::empty:
        case DirectoryContent::half_made:
            if (may_make) return {};
            return open_error(ErrorCode::store_missing, "there is no store in the directory");
        case DirectoryContent::foreign:
            return not_a_store();
        case DirectoryContent::damaged:
            return open_error(ErrorCode::corrupt,
                              "the directory holds parts of a store, but its CURRENT file is missing");
        case DirectoryContent::store:
            return {};
    }
    return {};
}

/// While opening, a missing file is damage: the manifest or CURRENT names what is not there.
Error open_failure(const rocksdb::Status& status, std::string_view what) {
    auto error = read_error(status, what);
    const bool file_is_missing = status.IsPathNotFound() || status.IsNotFound() ||
                                 (status.IsIOError() && status.subcode() == rocksdb::Status::SubCode::kPathNotFound);
    if (file_is_missing) error.code = ErrorCode::corrupt;
    return error;
}

/// A newer format may have added column families, which the engine would refuse less clearly.
Result<void> check_column_families(rocksdb::Env& env, const fs::path& directory) {
    std::vector<std::string> present;
    rocksdb::DBOptions options;
    options.env = &env;
    const auto status = rocksdb::DB::ListColumnFamilies(options, directory.string(), &present);
    if (!status.ok()) return open_failure(status, "reading the store's manifest");
    const auto known = [](const std::string& name) {
        return std::any_of(column_families.begin(), column_families.end(),
                           [&](const auto& description) { return description.name == name; });
    };
    if (!std::all_of(present.begin(), present.end(), known)) return newer_format();
    if (present.size() != column_families.size()) {
        return open_error(ErrorCode::corrupt, "the store lacks one of its column families");
    }
    return {};
}

/// What opening a store does about its log, once its manifest is proven.
struct LogPlan {
    bool loses_writes = false;
    ReadLimits limits;
    std::uint64_t answered_sequence = 0;  // up to it, whoever waits for a sync was answered
    codec::HighWater proven_mark;         // of a copy that consists of what the limits allow, synced
};

Result<LogPlan> plan_replay(const Host& host, const fs::path& directory, OnLogDamage on_damage) {
    // The mark first: an owner that writes meanwhile only gets further than it.
    const auto mark = read_high_water(host, directory);
    if (!mark) return mark.error();
    const auto manifest = read_manifest(host, directory);
    if (!manifest) return manifest.error();
    if (auto damage = find_damage(*manifest, *mark, host.boot)) {
        return open_error(ErrorCode::corrupt, *std::move(damage));
    }
    auto audit = audit_log(host, directory, *manifest, *mark);
    if (!audit) return audit.error();
    const auto verdict = judge(*audit, *mark, host.boot);
    LogPlan plan;
    plan.proven_mark = mark->value_or(codec::HighWater{});
    plan.proven_mark.manifest = {manifest->number, manifest->proven_bytes};
    if (audit->proven_sequence > plan.proven_mark.synced.sequence) {
        plan.proven_mark.synced = {audit->proven_sequence, audit->logs.front()};
    }
    if (verdict != LogVerdict::whole && verdict != LogVerdict::unsynced_end) {
        if (on_damage == OnLogDamage::refuse) {
            return open_error(ErrorCode::log_damaged, describe(verdict, *audit, *mark));
        }
        plan.loses_writes = true;
    }
    plan.limits.manifest = {manifest->number, manifest->proven_bytes};
    // Nothing follows on a log that is missing.
    if (verdict != LogVerdict::log_missing) plan.limits.logs = std::move(audit->proven);
    // Within one boot the mark is exact. After a power failure it may be behind what was answered: then nothing passes
    // for unanswered, and an honest retry may look like reuse, never the reverse.
    const bool mark_is_exact = *mark && host.boot && (*mark)->boot == *host.boot;
    plan.answered_sequence = mark_is_exact ? (*mark)->synced.sequence : std::numeric_limits<std::uint64_t>::max();
    return plan;
}

/// Whatever cannot be asked counts as nothing: it is only told whether the sum changes.
std::uintmax_t bytes_of_logs(const fs::path& directory) {
    std::uintmax_t bytes = 0;
    std::error_code failure;
    for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
        std::error_code gone;
        const auto size = entry->path().extension() == ".log" ? entry->file_size(gone) : 0;
        if (!gone) bytes += size;
    }
    return bytes;
}

rocksdb::ReadOptions point_read_options() {
    rocksdb::ReadOptions read;
    read.verify_checksums = true;
    return read;
}

Result<void> check_format(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta) {
    std::string stored;
    const auto status = db.Get(point_read_options(), meta, slice(codec::format_key), &stored);
    if (status.IsNotFound()) return open_error(ErrorCode::corrupt, "the store has lost its format record");
    if (!status.ok()) return read_error(status, "reading the store's format");
    std::int64_t format = 0;
    const auto decoded = codec::decode_number(codec::format_key, stored, format);
    // Another format may write this record, too, in other bytes.
    if (decoded == codec::DecodeStatus::unknown_version) {
        const auto version = static_cast<std::uint8_t>(stored.front());
        if (version > codec::record_version) return newer_format();
        if (version > 0) return older_format();
    }
    if (decoded != codec::DecodeStatus::ok) return decode_error(decoded, "reading the store's format");
    if (format > static_cast<std::int64_t>(format_version)) return newer_format();
    return {};
}

/// Moves what the in-doubt file noted into the database, where it is safe, together with what replay found unanswered,
/// empties the file, and forgets doubts that are too old to be honoured. Answers whether any is left.
Result<bool> settle_doubts(Database& database, rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta, InDoubtFile& file,
                           const std::vector<codec::InDoubtNote>& unanswered, std::int64_t stale_before_us) {
    const auto notes = file.notes();
    if (!notes) return notes.error();
    Batch batch(database);
    bool any_left = false;
    // A scan that damage cuts short misses doubts: an honest retry may then look like reuse, never the reverse.
    const std::unique_ptr<rocksdb::Iterator> iterator(db.NewIterator(rocksdb::ReadOptions(), meta));
    for (iterator->Seek(slice(codec::in_doubt_prefix));
         iterator->Valid() && view(iterator->key()).starts_with(codec::in_doubt_prefix); iterator->Next()) {
        std::int64_t consumed_at_us = 0;
        const auto decoded = codec::decode_number(view(iterator->key()), view(iterator->value()), consumed_at_us);
        const bool stale = decoded == codec::DecodeStatus::ok && consumed_at_us < stale_before_us;
        if (stale) batch.delete_number(view(iterator->key()));
        any_left = any_left || !stale;
    }
    for (const auto& found : {unanswered, *notes}) {
        for (const auto& note : found) {
            batch.put_number(codec::in_doubt_key(note.consumed), note.consumed_at_us);
            any_left = true;
        }
    }
    if (batch.empty()) return any_left;
    if (auto committed = database.commit(std::move(batch), Durability::lose_nothing, WhenStalled::wait); !committed) {
        return std::move(committed).error();
    }
    if (notes->empty()) return any_left;
    if (auto cleared = file.clear(); !cleared) return std::move(cleared).error();
    return any_left;
}

/// To be called before the engine is closed, which can wait for ever in 7.8 while it recovers from a full disk. A
/// thread of its own does that: every five seconds it asks for the free space, and where there is enough it tries to go
/// on. If the engine is closed between a try and what the thread does next, and has met another such error by then, the
/// thread takes the first recovery's end for that of the second (SstFileManagerImpl::ClearError, CancelErrorRecovery).
/// So no further recovery may begin, and a running one is over, or its thread is known to be waiting for its next try,
/// since it was told that there is no room. Patience is a little more than its five seconds; a try that takes longer
/// ends when it finds the engine closing.
void settle_recovery(EngineEvents& events, EngineEnv& env) {
    events.refuse_recoveries();
    env.deny_room();
    constexpr std::int64_t patience_us = 6'000'000;
    const auto until_us = system_clock().steady_us() + patience_us;
    while (events.condition().is_recovering() && !env.has_denied_recovery() && system_clock().steady_us() < until_us) {
        env.SleepForMicroseconds(1000);
    }
}

/// The engine's threads and its table of open files do not survive a fork: a child that inherited an engine, even a
/// closed one, would wait for ever for its first flush.
bool inherited_an_engine() noexcept {
    static const auto first_use = base::fork_generation();
    return base::fork_generation() != first_use;
}

}  // namespace

Database::Database(std::unique_ptr<Engine> engine) noexcept : engine_(std::move(engine)) {}

Database::~Database() {
    if (engine_) {
        if (auto closed = close(); !closed) return;  // nobody is left to tell
    }
}

Result<std::unique_ptr<Database>> Database::open(const fs::path& directory, const Options& options,
                                                 const std::shared_ptr<expiry::ReclaimState>& reclaim) {
    if (inherited_an_engine()) {
        return open_error(ErrorCode::forked,
                          "the process was forked from one that had used a store: start it by exec, or fork before");
    }
    const auto host = current_host();
    auto claimed = StoreDirectory::claim(directory, options.create_if_missing);
    if (!claimed) return std::move(claimed).error();
    const auto& place = **claimed;
    const auto content = examine_directory(directory);
    if (!content) return content.error();
    const bool make = *content == DirectoryContent::empty || *content == DirectoryContent::half_made;
    if (auto sound = check_content(*content, options.create_if_missing); !sound) return std::move(sound).error();
    if (auto owned = place.check_ownership(make); !owned) return std::move(owned).error();
    LogPlan plan;
    if (make) {
        if (auto begun = place.begin_store(); !begun) return std::move(begun).error();
    } else {
        // A store that is being written is none to audit.
        if (const auto holder = lock_holder(directory)) return held_by(*holder);
        auto planned = plan_replay(host, directory, options.on_log_damage);
        if (!planned) return std::move(planned).error();
        plan = *std::move(planned);
    }
    auto env = std::make_unique<EngineEnv>(*host.env, std::move(plan.limits));
    if (!make) {
        if (auto known = check_column_families(*env, directory); !known) return std::move(known).error();
    }
    auto in_doubt = InDoubtFile::open(host, directory);
    if (!in_doubt) return std::move(in_doubt).error();

    auto engine = std::make_unique<Engine>();
    auto& opened = *engine;
    opened.directory = *std::move(claimed);
    opened.point_read = point_read_options();
    opened.env = std::move(env);
    opened.in_doubt = *std::move(in_doubt);
    opened.replay = std::make_unique<LogReplay>(plan.answered_sequence, *opened.in_doubt);
    std::unique_ptr<Database> database(new Database(std::move(engine)));  // from here on leaving closes

    auto db_options = primary_options(options);
    db_options.create_if_missing = make;
    db_options.create_missing_column_families = make;
    db_options.env = opened.env.get();
    db_options.wal_filter = opened.replay.get();
    db_options.listeners.push_back(opened.events);
    const auto descriptors = column_family_descriptors(options.block_cache_bytes, options.write_buffer_bytes, reclaim);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::Open(db_options, directory.string(), descriptors, &handles, &db);
    if (!status.ok()) {
        if (const auto holder = lock_holder(directory)) return held_by(*holder);
        return open_failure(status, "opening the store");
    }
    opened.db.reset(db);
    std::copy(handles.begin(), handles.end(), opened.handles.begin());

    // From here on everything that was recovered is in table files, and the log begins anew.
    opened.possible_ends = ends_in_files(*db, opened.handle(Family::revocations), *opened.host.env);
    const auto first_log = database->current_log();
    auto high_water = HighWaterMark::begin(opened.host, directory,
                                           {.boot = opened.host.boot.value_or(BootId{}),
                                            .first_log = first_log,
                                            .synced = {database->latest_sequence(), 0},
                                            .manifest = database->current_manifest()});
    if (!high_water) return std::move(high_water).error();
    opened.high_water = *std::move(high_water);
    if (plan.loses_writes) opened.condition().note_lost_writes_at_open();

    if (make) {
        Batch batch(*database);
        batch.put_number(codec::format_key, static_cast<std::int64_t>(format_version));
        if (auto committed = database->commit(std::move(batch), Durability::lose_nothing, WhenStalled::wait);
            !committed) {
            return std::move(committed).error();
        }
        if (auto finished = opened.directory->finish_store(); !finished) return std::move(finished).error();
    } else if (auto known = check_format(*opened.db, opened.handle(Family::meta)); !known) {
        return std::move(known).error();
    }
    const auto& clock = options.clock != nullptr ? *options.clock : system_clock();
    // A clock that is ahead may be believed for so long.
    const auto stale_before_us = clock.wall_us() - in_doubt_lifetime_us - options.longest_downtime_us;
    const auto doubts = settle_doubts(*database, *opened.db, opened.handle(Family::meta), *opened.in_doubt,
                                      opened.replay->unanswered(), stale_before_us);
    if (!doubts) return doubts.error();
    opened.may_have_doubts = *doubts;
    opened.directory->end_opening();
    return database;
}

Result<std::unique_ptr<Database>> Database::open_view(const fs::path& directory, const ReaderOptions& options) {
    const auto content = examine_directory(directory);
    if (!content) return content.error();
    if (auto sound = check_content(*content, /*may_make=*/false); !sound) return std::move(sound).error();
    const auto host = current_host();
    static_cast<void>(inherited_an_engine());  // from now on a child would; reading alone works in one
    constexpr int attempts_least = 20;
    constexpr int attempts_at_damage = 5;
    constexpr std::int64_t patience_us = 3'000'000;
    const auto began_us = system_clock().steady_us();
    int damaged = 0;  // attempts in a row that met damage while nobody wrote
    for (int attempt = 1;; ++attempt) {
        const auto log_bytes_before = bytes_of_logs(directory);
        const auto before = read_manifest(host, directory);
        auto view = try_open_view(host, directory, options);
        const auto after = read_manifest(host, directory);
        // Where the owner has written its manifest meanwhile, it may have dropped a file between our reading of its
        // name and our reading of the file. A view may lack a log then; it holds its table files, and those are of one
        // moment with the logs: of a manifest that has grown it reads what was there when the logs were proven.
        const bool may_lack_a_file = before && after && !(*before == *after);
        const bool no_log_dropped = before && after && before->oldest_log_needed == after->oldest_log_needed;
        if (view && no_log_dropped) return view;
        // A record that the owner is writing can be seen in part: damage may pass.
        const bool may_be_half_written = bytes_of_logs(directory) != log_bytes_before;
        damaged = !view && !may_lack_a_file && !may_be_half_written ? damaged + 1 : 0;
        if (damaged >= attempts_at_damage) return view;
        if (attempt < attempts_least || system_clock().steady_us() - began_us < patience_us) continue;
        if (!view && !may_lack_a_file) return view;
        return open_error(ErrorCode::busy, "the store's owner replaces its files faster than they can be read");
    }
}

Result<std::unique_ptr<Database>> Database::try_open_view(const Host& host, const fs::path& directory,
                                                          const ReaderOptions& options) {
    const auto plan = plan_replay(host, directory, options.on_log_damage);
    if (!plan) return plan.error();
    auto env = std::make_unique<EngineEnv>(*host.env, plan->limits);
    if (auto known = check_column_families(*env, directory); !known) return known.error();

    auto engine = std::make_unique<Engine>();
    auto& opened = *engine;
    opened.env = std::move(env);  // what the owner has written since the proof is not for this view
    opened.extent = {plan->limits, plan->proven_mark};
    opened.point_read = point_read_options();
    std::unique_ptr<Database> database(new Database(std::move(engine)));  // from here on leaving closes

    auto db_options = database_options();
    db_options.env = opened.env.get();
    auto descriptors = column_family_descriptors(options.block_cache_bytes, Options().write_buffer_bytes, nullptr);
    // A view's memtables hold what the log does. Their filters, 32 MB to be zeroed, would take half of the opening.
    for (auto& descriptor : descriptors) descriptor.options.memtable_prefix_bloom_size_ratio = 0;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly(db_options, directory.string(), descriptors, &handles, &db);
    if (!status.ok()) return open_failure(status, "opening the store for reading");
    opened.db.reset(db);
    std::copy(handles.begin(), handles.end(), opened.handles.begin());
    if (auto known = check_format(*opened.db, opened.handle(Family::meta)); !known) return known.error();
    return database;
}

Result<void> Database::close() {
    if (!engine_) return {};
    // A view has no log of its own to sync, and neither has an engine that was not opened.
    Result<void> synced;
    if (engine_->high_water) synced = sync();
    const auto engine = std::move(engine_);
    rocksdb::Status closed;
    if (engine->db) {
        settle_recovery(*engine->events, *engine->env);
        rocksdb::CancelAllBackgroundWork(engine->db.get(), /*wait=*/true);
        engine->env->permit_room();  // a thread that asks now finds that the engine closes
        for (auto* handle : engine->handles) {
            if (handle != nullptr) closed = engine->db->DestroyColumnFamilyHandle(handle);
        }
        closed = engine->db->Close();
        engine->db.reset();
    }
    if (!synced) {
        // What was acknowledged as lose_on_power_failure may not be safe from one.
        synced.error().write = WriteState::indeterminate;
        return synced;
    }
    if (!closed.ok()) return read_error(closed, "closing the store");
    return {};
}

}  // namespace tokenstore::storage
