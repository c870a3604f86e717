#include "verbs/restore.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <tokenstore/clock.hpp>
#include <tokenstore/store_copy.hpp>
#include <tokenstore/store_holder.hpp>
#include <tokenstore/store_reader.hpp>
#include <tokenstore/token_store.hpp>

#include "format/progress.hpp"
#include "format/rfc3339.hpp"
#include "system/interruption.hpp"
#include "verbs/answers.hpp"
#include "verbs/copy_progress.hpp"
#include "verbs/options.hpp"
#include "verbs/owner_options.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {
namespace {

namespace fs = std::filesystem;

// Which sessions of the backup are ended before the store is put in its place.
enum class Fence {
    none,
    all,      // of every user with a token that was not ended
    changed,  // families with a token that the lost store knew as ended or consumed, or no longer
};

struct Arguments {
    fs::path backup;
    fs::path store;
    fs::path lost;               // empty: there is none to compare with
    std::optional<Fence> fence;  // absent: not decided, so that what comes back is a finding
    bool dry_run = false;
    std::optional<Form> form;

    [[nodiscard]] bool compares() const noexcept { return !lost.empty(); }
    [[nodiscard]] bool fences() const noexcept { return fence && *fence != Fence::none; }
};

// What the backup's tokens that were not ended in it are now.
struct BroughtBack {
    std::uint64_t live = 0;
    std::uint64_t expired = 0;  // by this host's clock, which may be wrong: a fence covers them too
    // Of the live ones and those expired ones that are known to have been ended, what became of them in the lost store.
    std::uint64_t consumed = 0;
    std::uint64_t revoked = 0;
    std::uint64_t gone = 0;  // removed since
    std::uint64_t lost = 0;  // live in the lost store, and not in the backup
    std::set<UserId> users;
    std::set<FamilyId> changed_families;

    [[nodiscard]] std::uint64_t changed() const noexcept { return consumed + revoked + gone; }
};

// All that is known of a store in the making.
struct Findings {
    Backup backup;
    VerifySummary verified;
    BroughtBack back;
    std::int64_t as_of_us = 0;
    std::optional<ViewMoment> lost_moment;
};

Error lost_store_is_held(const StoreHolder& holder) {
    return {ErrorCode::held_by_another_process, WriteState::nothing_written,
            "the store of --compare-with is no lost one: process " + std::to_string(holder.pid) +
                (holder.program.empty() ? "" : " (" + holder.program + ")") +
                " has it open, and what it answers from now on would not be known here; stop it first"};
}

// Told in words that tell the two stores apart.
Error of_lost_store(Error failure) {
    failure.message = "the store of --compare-with: " + failure.message;
    if (failure.code == ErrorCode::corrupt || failure.code == ErrorCode::log_damaged) {
        failure.message += "; nobody can tell all that changed: compare with nothing, and fence all";
    }
    return failure;
}

void compare(const JudgedToken& judged, const std::optional<JudgedToken>& now, BroughtBack& back) {
    if (!now) {
        // What has expired is reclaimed, and that is no change: it is not counted. But by a clock that is ahead it may
        // have been reclaimed after it was ended, and it would be live once the clock is set right: it is fenced.
        if (judged.state == TokenState::live) ++back.gone;
    } else if (now->state == TokenState::consumed) {
        ++back.consumed;
    } else if (now->state == TokenState::revoked) {
        ++back.revoked;
    } else {
        return;
    }
    back.changed_families.insert(judged.token.family_id);
}

// Visits the tokens of `from`, with what `other` knows of each of them. `as` words what the other fails with.
template <class As, class Visit>
Result<WalkedTokens> walk_beside(const StoreReader& from, const StoreReader* other, const As& as, std::int64_t as_of_us,
                                 Console& console, const Visit& visit) {
    std::optional<Error> failure;
    Result<WalkedTokens> walked = walk_all(from, as_of_us, "comparing", console, [&](const JudgedToken& judged) {
        std::optional<JudgedToken> there;
        if (other != nullptr) {
            Result<std::optional<JudgedToken>> found = other->get_by_hash(judged.token.hash, as_of_us);
            if (!found) {
                failure = as(std::move(found).error());
                return false;
            }
            there = *std::move(found);
        }
        visit(judged, there);
        return true;
    });
    if (failure) return *std::move(failure);
    return walked;
}

Result<BroughtBack> look_at(const StoreReader& made, const StoreReader* lost, const Arguments& arguments,
                            std::int64_t as_of_us, Console& console) {
    BroughtBack back;
    const auto look_back = [&](const JudgedToken& judged, const std::optional<JudgedToken>& now) {
        const bool is_expired = judged.state == TokenState::expired;
        if (!is_expired && judged.state != TokenState::live) return;
        ++(is_expired ? back.expired : back.live);
        if (arguments.fence == Fence::all) back.users.insert(judged.token.user_id);
        if (lost != nullptr) compare(judged, now, back);
    };
    const auto restored = walk_beside(made, lost, of_lost_store, as_of_us, console, look_back);
    if (!restored) return restored.error();
    if (arguments.fences() && restored->met_damage()) {
        return Error{ErrorCode::corrupt, WriteState::nothing_written,
                     "the backup holds damage, so that a fence would leave sessions out: see it with --fence none"};
    }
    if (lost == nullptr) return back;
    const auto look_for_lost = [&](const JudgedToken& judged, const std::optional<JudgedToken>& before) {
        if (judged.state == TokenState::live && !before) ++back.lost;
    };
    const auto as_it_is = [](Error failure) { return failure; };
    const auto since = walk_beside(*lost, &made, as_it_is, as_of_us, console, look_for_lost);
    if (!since) return of_lost_store(since.error());
    if (since->met_damage()) {
        return of_lost_store({ErrorCode::corrupt, WriteState::nothing_written, "not all of it can be read"});
    }
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

Result<VerifySummary> verify(const StoreReader& made, std::int64_t as_of_us, Console& console) {
    Progress progress(console.errors);
    constexpr std::int64_t wondering_after_us = 1'000'000;
    bool has_begun = false;
    VerifyRequest request;
    request.full = true;
    request.now_us = as_of_us;
    request.on_progress = [&](std::uint64_t done, std::uint64_t total) {
        if (!has_begun) progress.begin("verifying", total, wondering_after_us);
        has_begun = true;
        progress.update(done, done);
        return !interrupted();
    };
    return made.verify(request, [](const Finding&) { return !interrupted(); });
}

// Whether the lost store is as it was when it was compared. Whoever has written to it since has ended tokens, perhaps,
// that would come back.
Result<void> still_the_same(const Arguments& arguments, const ViewMoment& compared) {
    if (const auto holder = holder_of(arguments.lost)) return lost_store_is_held(*holder);
    const Result<StoreReader> lost = StoreReader::open(arguments.lost);
    if (!lost) return of_lost_store(lost.error());
    const Result<ViewMoment> now = lost->moment();
    if (!now) return now.error();
    if (now->sequence == compared.sequence) return {};
    return Error{ErrorCode::busy, WriteState::nothing_written,
                 "the store of --compare-with was written to meanwhile: stop whoever uses it"};
}

// Looks at the store in the making, and fences it. Answers whether it is to be put in its place.
Result<bool> prepare(const fs::path& made, const Arguments& arguments, Findings& found, Console& console) {
    found.as_of_us = system_clock().wall_us();
    {
        const Result<StoreReader> restored = StoreReader::open(made);
        if (!restored) return restored.error();
        const Result<VerifySummary> verified = verify(*restored, found.as_of_us, console);
        if (!verified) return verified.error();
        found.verified = *verified;
        std::optional<StoreReader> lost;
        if (arguments.compares()) {
            Result<StoreReader> opened = StoreReader::open(arguments.lost);
            if (!opened) return of_lost_store(std::move(opened).error());
            lost = *std::move(opened);
            const Result<ViewMoment> moment = lost->moment();
            if (!moment) return moment.error();
            found.lost_moment = *moment;
        }
        Result<BroughtBack> back = look_at(*restored, lost ? &*lost : nullptr, arguments, found.as_of_us, console);
        if (!back) return back.error();
        found.back = *std::move(back);
    }
    if (interrupted() || arguments.dry_run) return false;
    if (arguments.fences()) {
        if (const Result<void> fenced = fence(made, found.back, *arguments.fence); !fenced) return fenced.error();
    }
    if (found.lost_moment) {
        if (const Result<void> same = still_the_same(arguments, *found.lost_moment); !same) return same.error();
    }
    return !interrupted();
}

std::string name_of(std::optional<Fence> fence) {
    if (fence == Fence::all) return "all";
    return fence == Fence::changed ? "changed" : "none";
}

Record restore_record(const Arguments& arguments, const Findings& found) {
    const BroughtBack& back = found.back;
    const auto known = [&](std::uint64_t number) {
        return arguments.compares() ? FieldValue(number) : FieldValue(nullptr);
    };
    const std::uint64_t ended = arguments.fence == Fence::all ? back.users.size() : back.changed_families.size();
    return Record()
        .add("placed", !arguments.dry_run)
        .add("backup_made_at", Moment{found.backup.made_at_us})
        .add("sequence", found.backup.copy.sequence)
        .add("bytes", Bytes{found.backup.copy.bytes})
        .add("tokens", found.verified.tokens)
        .add("findings", found.verified.findings)
        .add("as_of", Moment{found.as_of_us})
        .add("live_in_backup", back.live)
        .add("expired_in_backup", back.expired)
        .add("compared_with_sequence",
             found.lost_moment ? FieldValue(found.lost_moment->sequence) : FieldValue(nullptr))
        .add("consumed_since", known(back.consumed))
        .add("revoked_since", known(back.revoked))
        .add("gone_since", known(back.gone))
        .add("lost_since", known(back.lost))
        .add("fence", name_of(arguments.fence))
        .add("ended_by_fence", arguments.fences() ? FieldValue(ended) : FieldValue(nullptr));
}

// What an operator has to decide about; empty if nothing comes back, or all that does is fenced.
std::string unfenced_text(const Arguments& arguments, const Findings& found) {
    if (arguments.fences()) return {};
    if (arguments.compares()) {
        if (found.back.changed() == 0) return {};
        return std::to_string(found.back.changed()) +
               " tokens that were consumed, ended or removed since the backup come back to life: see --fence";
    }
    if (found.back.live == 0 && found.back.expired > 0) {
        return "all " + std::to_string(found.back.expired) +
               " tokens that were not ended are expired by this host's clock, " + rfc3339_seconds(found.as_of_us) +
               "; where that is ahead, they come back to life: see --fence";
    }
    if (found.back.live == 0) return {};
    return "nobody can tell which of the " + std::to_string(found.back.live) +
           " live tokens were consumed or ended since " + rfc3339_seconds(found.backup.made_at_us) +
           "; those come back to life: see --fence";
}

ExitCode conclude(const Arguments& arguments, const Findings& found, Console& console) {
    Answers(console, arguments.form).single(restore_record(arguments, found));
    if (found.backup.made_at_us > found.as_of_us) {
        report(console, "this host's clock says " + rfc3339_seconds(found.as_of_us) +
                            ", before the backup was made: set it right, and look again at what is expired");
    }
    const std::string unfenced = unfenced_text(arguments, found);
    if (!unfenced.empty()) report(console, unfenced);
    if (!found.verified.complete) {
        report(console, "the restored store is damaged, as the lost one was when the backup was made");
        return ExitCode::damaged;
    }
    const bool is_undecided = !unfenced.empty() && arguments.fence != Fence::none;
    return is_undecided || found.verified.findings > 0 ? ExitCode::findings : ExitCode::ok;
}

ExitCode run(const Arguments& arguments, Console& console) {
    if (arguments.compares()) {
        if (const auto holder = holder_of(arguments.lost)) return report(console, lost_store_is_held(*holder));
    }
    Findings found;
    CopyProgress progress(console, "copying");
    const Result<CopySummary> restored = restore_backup(arguments.backup, arguments.store, progress.watch(),
                                                        [&](const fs::path& made, const Backup& backup) {
                                                            progress.erase();
                                                            found.backup = backup;
                                                            return prepare(made, arguments, found, console);
                                                        });
    progress.erase();
    const bool was_only_looked_at =
        !restored && restored.error().code == ErrorCode::stopped && arguments.dry_run && !interrupted();
    if (!restored && !was_only_looked_at) return report(console, restored.error());
    return conclude(arguments, found, console);
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_path(line, "BACKUP", arguments->backup, "One backup: a folder in the folder of backups");
    add_path(line, "STORE", arguments->store, "The directory of the store, which must not exist");
    CLI::Option& lost = *line.add_option_function<std::string>(
        "--compare-with", [arguments](const std::string& path) { arguments->lost = path; },
        "The lost store, if it can still be read and nobody has it open: tells what became of the backup's tokens "
        "since");
    lost.type_name("LOST");
    add_choice<Fence>(line, "--fence", arguments->fence,
                      {{"all", Fence::all}, {"changed", Fence::changed}, {"none", Fence::none}},
                      "all: end the sessions of every user, who then log in again. changed: end the families with a "
                      "token that comes back; needs --compare-with. none: let come back what does, and end with 0");
    add_flag(line, "--dry-run", arguments->dry_run, "Tell all of it, and leave no store");
    line.parse_complete_callback([arguments] {
        if (arguments->fence == Fence::changed && !arguments->compares()) {
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
