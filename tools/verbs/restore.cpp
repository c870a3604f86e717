#include "verbs/restore.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include <tokenstore/clock.hpp>
#include <tokenstore/store_copy.hpp>
#include <tokenstore/store_reader.hpp>
#include <tokenstore/token_store.hpp>

#include "format/rfc3339.hpp"
#include "system/interruption.hpp"
#include "system/os_error.hpp"
#include "verbs/answers.hpp"
#include "verbs/options.hpp"
#include "verbs/owner_options.hpp"

namespace tokenstore::tool {
namespace {

namespace fs = std::filesystem;

// Which sessions of the backup are ended before the store is put in its place.
enum class Fence {
    none,
    all,      // of every user with a live token
    changed,  // families with a live token that the lost store knew as ended, consumed or gone
};

struct Arguments {
    fs::path backup;
    fs::path store;
    fs::path lost;  // empty: there is none to compare with
    Fence fence = Fence::none;
    std::optional<Form> form;
};

// What is live in the backup, and what became of it in the lost store.
struct BroughtBack {
    std::uint64_t live = 0;
    std::uint64_t consumed = 0;
    std::uint64_t revoked = 0;
    std::uint64_t gone = 0;  // removed since, or never there
    std::set<UserId> users;
    std::set<FamilyId> changed_families;

    [[nodiscard]] std::uint64_t changed() const noexcept { return consumed + revoked + gone; }
};

// The store in the making: removed with all that it holds unless it is put in its place.
class MadeStore {
public:
    explicit MadeStore(const fs::path& wanted) : place_(wanted.has_filename() ? wanted : wanted.parent_path()) {
        making_ = place_;
        making_ += ".restoring";
    }
    MadeStore(const MadeStore&) = delete;
    MadeStore& operator=(const MadeStore&) = delete;
    ~MadeStore() {
        std::error_code ignored;
        if (is_ours_) fs::remove_all(making_, ignored);
    }

    [[nodiscard]] const fs::path& path() const noexcept { return making_; }

    Result<CopySummary> fill(const fs::path& backup) {
        std::error_code unknown;
        if (fs::exists(fs::symlink_status(place_, unknown))) {
            return Error{
                ErrorCode::already_exists, WriteState::nothing_written,
                "there is something in the store's place: move it away, and compare with it by --compare-with"};
        }
        Result<CopySummary> restored = restore_backup(backup, making_);
        is_ours_ = restored.has_value();
        return restored;
    }

    Result<void> put_in_place() {
        std::error_code failure;
        fs::rename(making_, place_, failure);
        if (failure) return os_error("cannot put the store in its place", failure.value());
        is_ours_ = false;
        return {};
    }

private:
    fs::path place_;
    fs::path making_;
    bool is_ours_ = false;
};

void compare(const JudgedToken& judged, const Result<std::optional<JudgedToken>>& now, BroughtBack& back) {
    if (!*now) {
        ++back.gone;
    } else if ((*now)->state == TokenState::consumed) {
        ++back.consumed;
    } else if ((*now)->state == TokenState::revoked) {
        ++back.revoked;
    } else {
        return;
    }
    back.changed_families.insert(judged.token.family_id);
}

Result<BroughtBack> look_at(const fs::path& made, const Arguments& arguments) {
    const std::int64_t now_us = system_clock().wall_us();
    const Result<StoreReader> reader = StoreReader::open(made);
    if (!reader) return reader.error();
    std::optional<StoreReader> lost;
    if (!arguments.lost.empty()) {
        Result<StoreReader> opened = StoreReader::open(arguments.lost);
        if (!opened) return opened.error();
        lost = *std::move(opened);
    }
    BroughtBack back;
    std::optional<Error> failure;
    const auto visited = reader->for_each_token(now_us, [&](const JudgedToken& judged) {
        if (judged.state != TokenState::live) return !interrupted();
        ++back.live;
        if (arguments.fence == Fence::all) back.users.insert(judged.token.user_id);
        if (!lost) return !interrupted();
        const Result<std::optional<JudgedToken>> now = lost->get_by_hash(judged.token.hash, now_us);
        if (!now) {
            failure = now.error();
            return false;
        }
        compare(judged, now, back);
        return !interrupted();
    });
    if (!visited) return visited.error();
    if (failure) return *failure;
    return back;
}

// One record for each; a single sync makes all of them durable before the store is used.
Result<void> fence(const fs::path& made, const BroughtBack& back, Fence fence) {
    Result<TokenStore> store = TokenStore::open(made, owner_options(/*reclaims_expired=*/false));
    if (!store) return store.error();
    constexpr auto unsynced = Durability::lose_on_power_failure;
    if (fence == Fence::all) {
        for (const UserId& user : back.users) {
            if (const auto ended = store->revoke_all_user_tokens(user, Counting::skip, unsynced); !ended) {
                return ended.error();
            }
        }
    } else {
        for (const FamilyId& family : back.changed_families) {
            if (const auto ended = store->revoke_family(family, Counting::skip, unsynced); !ended) return ended.error();
        }
    }
    if (auto flushed = store->flush(); !flushed) return flushed;
    return store->close();
}

Result<VerifySummary> verified(const fs::path& made) {
    const Result<StoreReader> reader = StoreReader::open(made);
    if (!reader) return reader.error();
    VerifyRequest request;
    request.full = true;
    request.now_us = system_clock().wall_us();
    return reader->verify(request, [](const Finding&) { return !interrupted(); });
}

Record restore_record(const Arguments& arguments, const Backup& backup, const BroughtBack& back,
                      const VerifySummary& summary) {
    const bool compared = !arguments.lost.empty();
    const auto known = [compared](std::uint64_t number) { return compared ? FieldValue(number) : FieldValue(nullptr); };
    const std::uint64_t ended = arguments.fence == Fence::all ? back.users.size() : back.changed_families.size();
    return Record()
        .add("backup_made_at", Moment{backup.made_at_us})
        .add("sequence", backup.copy.sequence)
        .add("bytes", Bytes{backup.copy.bytes})
        .add("tokens", summary.tokens)
        .add("findings", summary.findings)
        .add("live_in_backup", back.live)
        .add("consumed_since", known(back.consumed))
        .add("revoked_since", known(back.revoked))
        .add("gone_since", known(back.gone))
        .add("fence", std::string(arguments.fence == Fence::all       ? "all"
                                  : arguments.fence == Fence::changed ? "changed"
                                                                      : "none"))
        .add("ended_by_fence", arguments.fence == Fence::none ? FieldValue(nullptr) : FieldValue(ended));
}

void warn_unfenced(const Arguments& arguments, const Backup& backup, const BroughtBack& back, Console& console) {
    if (!arguments.lost.empty() && back.changed() > 0) {
        report(console,
               std::to_string(back.changed()) +
                   " tokens that were consumed, ended or removed since the backup are live again: see --fence");
    } else if (arguments.lost.empty() && back.live > 0) {
        report(console, "nobody can tell which of the " + std::to_string(back.live) +
                            " live tokens were consumed or ended since " + rfc3339_seconds(backup.made_at_us) +
                            "; those are live again: see --fence");
    }
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<Backup> backup = check_backup(arguments.backup);
    if (!backup) return report(console, backup.error());
    MadeStore made(arguments.store);
    if (const Result<CopySummary> filled = made.fill(arguments.backup); !filled) return report(console, filled.error());
    const Result<VerifySummary> summary = verified(made.path());
    if (!summary) return report(console, summary.error());
    const Result<BroughtBack> back = look_at(made.path(), arguments);
    if (!back) return report(console, back.error());
    if (interrupted()) return ExitCode::failure;
    if (arguments.fence != Fence::none) {
        if (const Result<void> fenced = fence(made.path(), *back, arguments.fence); !fenced) {
            return report(console, fenced.error());
        }
    }
    if (const Result<void> placed = made.put_in_place(); !placed) return report(console, placed.error());
    Answers(console, arguments.form).single(restore_record(arguments, *backup, *back, *summary));
    if (!summary->complete) {
        report(console, "the restored store is damaged, as the lost one was when the backup was made");
        return ExitCode::damaged;
    }
    if (arguments.fence == Fence::none) warn_unfenced(arguments, *backup, *back, console);
    const bool comes_back = arguments.fence == Fence::none && back->changed() > 0;
    return comes_back || summary->findings > 0 ? ExitCode::findings : ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_path(line, "BACKUP", arguments->backup, "One backup: a folder in the folder of backups");
    add_path(line, "STORE", arguments->store, "The directory of the store, which must not exist");
    CLI::Option& lost = *line.add_option_function<std::string>(
        "--compare-with", [arguments](const std::string& path) { arguments->lost = path; },
        "The lost store, if it can still be read: tells what became of the backup's live tokens since");
    lost.type_name("LOST");
    add_choice<Fence>(line, "--fence", arguments->fence, {{"all", Fence::all}, {"changed", Fence::changed}},
                      "all: end the sessions of every user with a live token, who then log in again. changed: end the "
                      "families with a token that comes back; needs --compare-with");
    line.parse_complete_callback([arguments] {
        if (arguments->fence == Fence::changed && arguments->lost.empty()) {
            throw CLI::ValidationError("--fence", "changed needs --compare-with");
        }
    });
    add_form(line, arguments->form);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb restore_verb() {
    return {"restore", "Make a store from a backup, and tell what that brings back to life", declare};
}

}  // namespace tokenstore::tool
