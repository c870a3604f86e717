// The reading facade: a read-only instance of the engine.
#include <tokenstore/store_reader.hpp>

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include <tokenstore/clock.hpp>

#include "base/fork_guard.hpp"
#include "codec/token_record.hpp"
#include "operations/count.hpp"
#include "operations/figures.hpp"
#include "operations/look_up.hpp"
#include "operations/sessions.hpp"
#include "operations/verify.hpp"
#include "operations/walk.hpp"
#include "storage/database.hpp"
#include "storage/stored_options.hpp"

namespace tokenstore {

namespace {

Error moved_from_error() { return {ErrorCode::closed, WriteState::nothing_written, "the reader was moved from"}; }

Error forked_error() {
    return {ErrorCode::forked, WriteState::nothing_written,
            "the reader was opened before a fork: open one in the process that uses it"};
}

}  // namespace

class StoreReader::Impl {
public:
    Impl(std::unique_ptr<storage::Database> database, std::int64_t opened_at_us)
        : opened_at_us_(opened_at_us), database_(std::move(database)) {}

    /// Runs one call unless the reader was moved from or crossed a fork. Memory that runs out ends the process here, at
    /// the boundary.
    template <class Call>
    static auto run(const Impl* impl, Call call) noexcept -> decltype(call(*impl)) {
        if (impl == nullptr) return moved_from_error();
        if (impl->forked()) return forked_error();
        return call(*impl);
    }

    [[nodiscard]] std::int64_t opened_at_us() const noexcept { return opened_at_us_; }
    [[nodiscard]] const storage::Database& database() const noexcept { return *database_; }
    [[nodiscard]] bool forked() const noexcept { return base::fork_generation() != generation_; }

private:
    const std::uint64_t generation_ = base::fork_generation();
    const std::int64_t opened_at_us_;
    std::unique_ptr<storage::Database> database_;
};

Result<StoreReader> StoreReader::open(const std::filesystem::path& directory, const ReaderOptions& options) noexcept
    try {
    const auto opened_at_us = system_clock().wall_us();
    auto database = storage::Database::open_view(directory, options);
    if (!database) return std::move(database).error();
    return StoreReader(std::make_unique<Impl>(*std::move(database), opened_at_us));
} catch (const std::system_error& error) {
    return Error{ErrorCode::internal, WriteState::nothing_written,
                 std::string("the engine could not be started: ") + error.code().message()};
}

StoreReader::StoreReader(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
StoreReader::StoreReader(StoreReader&&) noexcept = default;

StoreReader& StoreReader::operator=(StoreReader&& other) noexcept {
    if (this != &other) {
        StoreReader old(std::move(*this));
        impl_ = std::move(other.impl_);
    }
    return *this;
}

StoreReader::~StoreReader() {
    // The engine's threads are the parent's. Leaked on purpose.
    if (impl_ && impl_->forked()) static_cast<void>(impl_.release());
}

Result<ViewMoment> StoreReader::moment() const {
    return Impl::run(impl_.get(), [](const Impl& self) -> Result<ViewMoment> {
        return ViewMoment{self.opened_at_us(), self.database().latest_sequence()};
    });
}

Result<std::optional<JudgedToken>> StoreReader::get_by_hash(const TokenHash& hash, std::int64_t as_of_us) const {
    return Impl::run(impl_.get(),
                     [&](const Impl& self) { return operations::get_by_hash(self.database(), hash, as_of_us); });
}

Result<SessionPage> StoreReader::get_user_active_sessions(const UserId& user, std::int64_t as_of_us,
                                                          const SessionPageRequest& page) const {
    return Impl::run(impl_.get(), [&](const Impl& self) {
        return operations::get_user_active_sessions(self.database(), user, page, as_of_us);
    });
}

Result<std::uint64_t> StoreReader::for_each_token(std::int64_t as_of_us,
                                                  const std::function<bool(const JudgedToken&)>& visit) const {
    const auto walked = walk_tokens({.as_of_us = as_of_us}, visit);
    if (!walked) return walked.error();
    return walked->visited;
}

Result<WalkedTokens> StoreReader::walk_tokens(const TokenWalk& walk,
                                              const std::function<bool(const JudgedToken&)>& visit) const {
    return Impl::run(impl_.get(),
                     [&](const Impl& self) { return operations::walk_tokens(self.database(), walk, visit); });
}

Result<std::optional<WalkedFamily>> StoreReader::walk_family(
    const FamilyId& family, std::int64_t as_of_us, const std::function<bool(const JudgedToken&)>& visit) const {
    return Impl::run(impl_.get(), [&](const Impl& self) {
        return operations::walk_family(self.database(), family, as_of_us, visit);
    });
}

std::size_t StoreReader::record_bytes(const Token& token) { return codec::encode_token(token).size(); }

Result<TokenCounts> StoreReader::count(std::int64_t as_of_us) const {
    return Impl::run(impl_.get(), [&](const Impl& self) { return operations::count(self.database(), as_of_us); });
}

Result<std::uint64_t> StoreReader::count_users() const {
    return Impl::run(impl_.get(), [](const Impl& self) { return self.database().count_users(); });
}

Result<std::uint64_t> StoreReader::count_families() const {
    return Impl::run(impl_.get(), [](const Impl& self) { return self.database().count_families(); });
}

Result<StoreFigures> StoreReader::figures(OnDamage on_damage) const {
    return Impl::run(impl_.get(), [&](const Impl& self) { return operations::figures(self.database(), on_damage); });
}

Result<std::vector<EngineOption>> StoreReader::engine_options() const {
    return Impl::run(impl_.get(),
                     [](const Impl& self) { return storage::read_stored_options(self.database().directory()); });
}

Result<RecordFigures> StoreReader::measure(const MeasureRequest& request) const {
    return Impl::run(impl_.get(), [&](const Impl& self) { return operations::measure(self.database(), request); });
}

Result<VerifySummary> StoreReader::verify(const VerifyRequest& request,
                                          const std::function<bool(const Finding&)>& visit) const {
    return Impl::run(impl_.get(),
                     [&](const Impl& self) { return operations::verify(self.database(), request, visit); });
}

}  // namespace tokenstore
