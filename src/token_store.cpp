// The facade: guards every call against forks and closing, reads the clock, and owns what the operations work with.
#include <tokenstore/token_store.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/call_gate.hpp"
#include "base/fork_guard.hpp"
#include "base/lock_stripes.hpp"
#include "codec/meta_record.hpp"
#include "expiry/bounded_clock.hpp"
#include "expiry/reclaim_state.hpp"
#include "model/limits.hpp"
#include "operations/cleanup.hpp"
#include "operations/context.hpp"
#include "operations/create.hpp"
#include "operations/import.hpp"
#include "operations/look_up.hpp"
#include "operations/maintenance.hpp"
#include "operations/repair.hpp"
#include "operations/revoke.hpp"
#include "operations/rotate.hpp"
#include "operations/sessions.hpp"
#include "operations/validity_cache.hpp"
#include "storage/database.hpp"

namespace tokenstore {

namespace {

Error closed_error() { return {ErrorCode::closed, WriteState::nothing_written, "the store is closed"}; }

Error forked_error() {
    return {ErrorCode::forked, WriteState::nothing_written,
            "the store was opened before a fork: open it in the process that uses it"};
}

}  // namespace

class TokenStore::Impl {
public:
    Impl(const Options& options, std::unique_ptr<storage::Database> database,
         std::unique_ptr<operations::IssueBounds> bounds, std::optional<std::int64_t> clock_mark_us,
         std::shared_ptr<expiry::ReclaimState> reclaim)
        : maintenance_interval_ms_(options.maintenance_interval_ms),
          reclaim_(std::move(reclaim)),
          database_(std::move(database)),
          bounds_(std::move(bounds)),
          clock_(options.clock != nullptr ? *options.clock : system_clock(), clock_mark_us,
                 options.longest_downtime_us),
          validity_(options.validity_cache_bytes, reclaim_),
          maintenance_(options, *database_, clock_, *bounds_, reclaim_),
          context_{*database_,
                   clock_,
                   *bounds_,
                   locks_,
                   counters_,
                   validity_,
                   options.longest_token_lifetime_us,
                   options.longest_downtime_us} {}

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    /// Runs one call unless the handle crossed a fork or the store is closed. Memory that runs out ends the process
    /// here, at the boundary, rather than leaving half an operation behind an exception.
    template <class Call>
    auto run(Call call) noexcept -> decltype(call(std::declval<Impl&>())) {
        if (forked()) return forked_error();
        const auto pass = gate_.enter();
        if (!pass) return closed_error();
        return call(*this);
    }

    /// The same for a mutation, which may have to wait out a stall of the engine.
    template <class Mutation>
    auto mutate(Mutation mutation) noexcept -> decltype(mutation(std::declval<operations::Context&>())) {
        return run([&](Impl& self) { return self.context_.until_writable([&] { return mutation(self.context_); }); });
    }

    [[nodiscard]] bool forked() const noexcept { return base::fork_generation() != generation_; }

    [[nodiscard]] Result<void> start();
    [[nodiscard]] Result<void> close();
    [[nodiscard]] Statistics statistics();

    [[nodiscard]] operations::Context& context() noexcept { return context_; }
    [[nodiscard]] const storage::Database& database() const noexcept { return *database_; }
    [[nodiscard]] storage::Database& database() noexcept { return *database_; }
    [[nodiscard]] operations::Counters& counters() noexcept { return counters_; }
    [[nodiscard]] operations::Maintenance& maintenance() noexcept { return maintenance_; }
    [[nodiscard]] operations::ValidityCache& validity() noexcept { return validity_; }
    [[nodiscard]] expiry::BoundedClock& clock() noexcept { return clock_; }

private:
    void maintain_until_stopped();
    void stop_maintenance_thread();

    const std::uint64_t generation_ = base::fork_generation();
    const std::uint32_t maintenance_interval_ms_;
    base::CallGate gate_;
    base::LockStripes locks_;
    operations::Counters counters_;
    std::shared_ptr<expiry::ReclaimState> reclaim_;
    std::unique_ptr<storage::Database> database_;
    std::unique_ptr<operations::IssueBounds> bounds_;
    expiry::BoundedClock clock_;
    operations::ValidityCache validity_;
    operations::Maintenance maintenance_;
    operations::Context context_;

    std::mutex thread_mutex_;  // guards stopping_
    std::condition_variable thread_wakes_;
    bool stopping_ = false;
    std::thread thread_;

    std::mutex close_mutex_;                    // one closer at a time
    std::optional<Result<void>> close_answer_;  // guarded by close_mutex_
};

Result<void> TokenStore::Impl::start() {
    // From the first moment there is a mark: a store without one believes any clock, and a wrong one could have live
    // tokens deleted. Where it cannot be written nothing is reclaimed, and later writes will say why.
    static_cast<void>(maintenance_.move_on(Durability::lose_nothing).has_value());
    if (maintenance_interval_ms_ == 0) return {};
    try {
        thread_ = std::thread([this] { maintain_until_stopped(); });
    } catch (const std::system_error&) {
        return Error{ErrorCode::internal, WriteState::nothing_written, "the maintenance thread could not be started"};
    }
    return {};
}

void TokenStore::Impl::maintain_until_stopped() {
    std::unique_lock lock(thread_mutex_);
    while (!stopping_) {
        lock.unlock();
        const auto done = run([](Impl& self) { return self.maintenance_.run(); });
        if (!done && done.error().code != ErrorCode::closed) counters_.add(operations::Counter::failed_maintenance);
        lock.lock();
        thread_wakes_.wait_for(lock, std::chrono::milliseconds(maintenance_interval_ms_), [this] { return stopping_; });
    }
}

void TokenStore::Impl::stop_maintenance_thread() {
    {
        const std::lock_guard lock(thread_mutex_);
        stopping_ = true;
    }
    thread_wakes_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Result<void> TokenStore::Impl::close() {
    const std::lock_guard lock(close_mutex_);
    if (close_answer_) return *close_answer_;
    database_->cancel_compactions();
    stop_maintenance_thread();
    gate_.close_and_wait();
    auto marked = maintenance_.move_on(Durability::lose_nothing);
    auto closed = database_->close();
    // A store that takes no writes any more has said so before; its mark is merely older.
    const bool mark_lost = !marked && marked.error().code != ErrorCode::write_refused;
    close_answer_ = closed && mark_lost ? std::move(marked) : std::move(closed);
    return *close_answer_;
}

Statistics TokenStore::Impl::statistics() {
    clock_.advance();  // clock_doubted is to tell of this moment
    using operations::Counter;
    Statistics statistics;
    statistics.created = counters_.sum(Counter::created);
    const auto missed_valid = counters_.sum(Counter::missed_valid);
    const auto missed_refused = counters_.sum(Counter::missed_refused);
    const auto missed_unknown = counters_.sum(Counter::missed_unknown);
    statistics.lookups_valid = counters_.sum(Counter::lookups_valid) + missed_valid;
    statistics.lookups_refused = counters_.sum(Counter::lookups_refused) + missed_refused;
    statistics.lookups_unknown = counters_.sum(Counter::lookups_unknown) + missed_unknown;
    statistics.validity_cache_misses = missed_valid + missed_refused + missed_unknown;
    statistics.rotated = counters_.sum(Counter::rotated);
    statistics.reuse_detected = counters_.sum(Counter::reuse_detected);
    statistics.rotations_refused = counters_.sum(Counter::rotations_refused);
    statistics.tokens_revoked = counters_.sum(Counter::tokens_revoked);
    statistics.families_ended = counters_.sum(Counter::families_ended);
    statistics.users_ended = counters_.sum(Counter::users_ended);
    statistics.cleaned_up = counters_.sum(Counter::cleaned_up);
    statistics.failed_maintenance = counters_.sum(Counter::failed_maintenance);
    statistics.reclaimed_tokens = reclaim_->reclaimed_tokens.load(std::memory_order_relaxed);
    statistics.reclaimed_other_records = reclaim_->reclaimed_other_records.load(std::memory_order_relaxed);
    statistics.undecodable_records_kept = reclaim_->undecodable_records_kept.load(std::memory_order_relaxed);
    statistics.reclaim_cutoff_us = reclaim_->cutoff_us.load(std::memory_order_relaxed);
    statistics.clock_doubted = clock_.doubted();
    database_->read_gauges(statistics);
    return statistics;
}

// The engine starts threads, which the system may refuse it.
Result<TokenStore> TokenStore::open(const std::filesystem::path& directory, const Options& options) noexcept try {
    if (auto error = model::check_options(options)) return *std::move(error);
    auto reclaim = std::make_shared<expiry::ReclaimState>();
    auto database = storage::Database::open(directory, options, reclaim);
    if (!database) return std::move(database).error();
    auto mark_us = (*database)->get_number(codec::clock_key);
    if (!mark_us) return std::move(mark_us).error();
    auto bounds = operations::IssueBounds::load(**database);
    if (!bounds) return std::move(bounds).error();
    auto impl = std::make_unique<Impl>(options, *std::move(database), *std::move(bounds), *mark_us, std::move(reclaim));
    TokenStore store(std::move(impl));  // from here on leaving closes
    if (auto started = store.impl_->start(); !started) return std::move(started).error();
    return store;
} catch (const std::system_error& error) {
    return Error{ErrorCode::internal, WriteState::nothing_written,
                 std::string("the engine could not be started: ") + error.code().message()};
}

TokenStore::TokenStore(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
TokenStore::TokenStore(TokenStore&&) noexcept = default;

TokenStore& TokenStore::operator=(TokenStore&& other) noexcept {
    if (this != &other) {
        TokenStore old(std::move(*this));
        impl_ = std::move(other.impl_);
    }
    return *this;
}

TokenStore::~TokenStore() {
    if (!impl_) return;
    if (impl_->forked()) {
        // Threads and file locks are the parent's: touching them here could harm its store. Leaked on purpose.
        static_cast<void>(impl_.release());
        return;
    }
    static_cast<void>(impl_->close());
}

Result<Token> TokenStore::create_token(const NewToken& token, Durability durability) {
    if (!impl_) return closed_error();
    return impl_->mutate([&](auto& context) { return operations::create_token(context, token, durability); });
}

Result<std::optional<JudgedToken>> TokenStore::get_by_hash(const TokenHash& hash) const {
    if (!impl_) return closed_error();
    return impl_->run(
        [&](Impl& self) { return operations::get_by_hash(self.database(), hash, self.clock().now_us()); });
}

Result<std::optional<Token>> TokenStore::get_valid_by_hash(const TokenHash& hash) const {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) {
        return operations::get_valid_by_hash(self.database(), self.counters(), hash, self.clock().now_us());
    });
}

Result<std::vector<std::optional<Token>>> TokenStore::get_valid_by_hashes(std::span<const TokenHash> hashes) const {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) {
        return operations::get_valid_by_hashes(self.database(), self.counters(), hashes, self.clock().now_us());
    });
}

Result<std::optional<ValidToken>> TokenStore::validate(const TokenHash& hash) const {
    if (!impl_) return closed_error();
    impl_->validity().prefetch_bucket(hash);  // while the call passes the gate and the clock is read
    return impl_->run([&](Impl& self) {
        return operations::validate(self.database(), self.validity(), self.counters(), hash, self.clock().now_us());
    });
}

Result<std::optional<ValidToken>> TokenStore::validate_presented(std::string_view presented) const {
    return validate(hash_token(presented));
}

Result<std::vector<std::optional<ValidToken>>> TokenStore::validate_many(std::span<const TokenHash> hashes) const {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) {
        return operations::validate_many(self.database(), self.validity(), self.counters(), hashes,
                                         self.clock().now_us());
    });
}

Result<RotateResult> TokenStore::rotate_token(const TokenHash& presented, const Successor& successor,
                                              Durability durability) {
    if (!impl_) return closed_error();
    return impl_->mutate(
        [&](auto& context) { return operations::rotate_token(context, presented, successor, durability); });
}

Result<RevokeTokenOutcome> TokenStore::revoke_token(const TokenHash& hash, Durability durability) {
    if (!impl_) return closed_error();
    return impl_->mutate([&](auto& context) { return operations::revoke_token(context, hash, durability); });
}

Result<RevokeResult> TokenStore::revoke_family(const FamilyId& family, Counting counting, Durability durability) {
    if (!impl_) return closed_error();
    return impl_->mutate(
        [&](auto& context) { return operations::revoke_family(context, family, counting, durability); });
}

Result<RevokeResult> TokenStore::revoke_all_user_tokens(const UserId& user, Counting counting, Durability durability) {
    if (!impl_) return closed_error();
    return impl_->mutate(
        [&](auto& context) { return operations::revoke_all_user_tokens(context, user, counting, durability); });
}

Result<SessionPage> TokenStore::get_user_active_sessions(const UserId& user, const SessionPageRequest& page) const {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) {
        return operations::get_user_active_sessions(self.database(), user, page, self.clock().now_us());
    });
}

Result<std::uint64_t> TokenStore::cleanup_expired(Durability durability) {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) { return operations::cleanup_expired(self.context(), durability); });
}

Result<std::vector<ImportedRow>> TokenStore::import_tokens(std::span<const Token> tokens, Durability durability) {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) { return operations::import_tokens(self.context(), tokens, durability); });
}

Result<std::vector<ImportedRow>> TokenStore::check_import(std::span<const Token> tokens) const {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) { return operations::check_import(self.context(), tokens); });
}

Result<Statistics> TokenStore::statistics() const {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) -> Result<Statistics> {
        auto statistics = self.statistics();
        statistics.now_us = self.clock().now_us();
        return statistics;
    });
}

Result<Health> TokenStore::health() const {
    if (!impl_) return closed_error();
    return impl_->run([](Impl& self) -> Result<Health> { return self.database().health(); });
}

Result<void> TokenStore::flush() {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) { return self.database().flush(); });
}

Result<void> TokenStore::compact() {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) { return self.maintenance().compact(); });
}

Result<void> TokenStore::maintain() {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) { return self.maintenance().run(); });
}

Result<RepairResult> TokenStore::repair_indexes(const VerifyProgress& on_progress) {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) { return operations::repair_indexes(self.context(), on_progress); });
}

Result<void> TokenStore::trust_clock() {
    if (!impl_) return closed_error();
    return impl_->run([&](Impl& self) { return self.maintenance().trust_clock(); });
}

Result<void> TokenStore::close() noexcept {
    if (!impl_) return {};
    if (impl_->forked()) return forked_error();
    return impl_->close();
}

}  // namespace tokenstore
