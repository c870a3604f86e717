// The reading facade: a secondary instance of the engine and the private folder that it needs.
#include <tokenstore/store_reader.hpp>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "operations/count.hpp"
#include "operations/look_up.hpp"
#include "operations/sessions.hpp"
#include "storage/database.hpp"

namespace tokenstore {

namespace {

namespace fs = std::filesystem;

/// A private folder that goes with its owner.
class ScratchFolder {
public:
    [[nodiscard]] static Result<ScratchFolder> make() {
        std::error_code error;
        const auto parent = fs::temp_directory_path(error);
        if (error) return failure(error.message());
        auto name = (parent / "tokenstore-reader-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) return failure(std::generic_category().message(errno));
        return ScratchFolder(name);
    }

    ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ScratchFolder& operator=(ScratchFolder&&) = delete;
    ~ScratchFolder() {
        std::error_code ignored;  // a folder left in the temporary directory harms nobody
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }

    [[nodiscard]] const fs::path& path() const noexcept { return path_; }

private:
    explicit ScratchFolder(fs::path path) : path_(std::move(path)) {}

    [[nodiscard]] static Error failure(const std::string& why) {
        return {ErrorCode::io_error, WriteState::nothing_written, "making a temporary folder failed: " + why};
    }

    fs::path path_;
};

}  // namespace

namespace {

Error moved_from_error() { return {ErrorCode::closed, WriteState::nothing_written, "the reader was moved from"}; }

}  // namespace

class StoreReader::Impl {
public:
    Impl(ScratchFolder scratch, std::unique_ptr<storage::Database> database)
        : scratch_(std::move(scratch)), database_(std::move(database)) {}

    [[nodiscard]] const storage::Database& database() const noexcept { return *database_; }

private:
    ScratchFolder scratch_;  // outlives the database in it
    std::unique_ptr<storage::Database> database_;
};

Result<StoreReader> StoreReader::open(const std::filesystem::path& directory, const ReaderOptions& options) {
    auto scratch = ScratchFolder::make();
    if (!scratch) return std::move(scratch).error();
    auto database = storage::Database::open_secondary(directory, scratch->path(), options);
    if (!database) return std::move(database).error();
    return StoreReader(std::make_unique<Impl>(*std::move(scratch), *std::move(database)));
}

StoreReader::StoreReader(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
StoreReader::StoreReader(StoreReader&&) noexcept = default;
StoreReader& StoreReader::operator=(StoreReader&&) noexcept = default;
StoreReader::~StoreReader() = default;

Result<std::optional<JudgedToken>> StoreReader::get_by_hash(const TokenHash& hash, std::int64_t as_of_us) const {
    if (!impl_) return moved_from_error();
    return operations::get_by_hash(impl_->database(), hash, as_of_us);
}

Result<SessionPage> StoreReader::get_user_active_sessions(const UserId& user, std::int64_t as_of_us,
                                                          const SessionPageRequest& page) const {
    if (!impl_) return moved_from_error();
    return operations::get_user_active_sessions(impl_->database(), user, page, as_of_us);
}

Result<std::uint64_t> StoreReader::for_each_token(std::int64_t as_of_us,
                                                  const std::function<bool(const JudgedToken&)>& visit) const {
    if (!impl_) return moved_from_error();
    return operations::for_each_token(impl_->database(), as_of_us, visit);
}

Result<TokenCounts> StoreReader::count(std::int64_t as_of_us) const {
    if (!impl_) return moved_from_error();
    return operations::count(impl_->database(), as_of_us);
}

}  // namespace tokenstore
