#include "support/power_loss.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <utility>

namespace tokenstore::test {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t sector_bytes = 512;

std::string read_at(const std::string& path, std::uint64_t offset, std::size_t bytes) {
    std::string content(bytes, '\0');
    std::ifstream file(path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(content.data(), static_cast<std::streamsize>(bytes));
    content.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return content;
}

void write_at(const std::string& path, std::uint64_t offset, const std::string& content) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
}

std::string garbage(std::size_t bytes, Dice& dice) {
    std::string content(bytes, '\0');
    for (char& byte : content) byte = static_cast<char>(dice.below(256));
    return content;
}

}  // namespace

PowerLoss::PowerLoss(std::uint64_t nth_change, std::uint64_t seed, fs::path aside,
                     std::function<void(const std::string&)> last_words)
    : aside_(std::move(aside)), last_words_(std::move(last_words)), dice_(seed), changes_left_(nth_change - 1) {}

IoFault PowerLoss::before(const Io& io) {
    if (!changes_disk(io.kind)) return IoFault::none;
    std::unique_lock lock(mutex_);
    if (off_ || changes_left_ == 0) go_off(lock);
    --changes_left_;
    ++under_way_;
    // What is about to be overwritten, replaced or removed is remembered now, while it is there.
    if (io.kind == IoKind::overwrite) {
        files_[io.path].overwrites.push_back({io.offset, io.data.size(), read_at(io.path, io.offset, io.data.size())});
    } else if (io.kind == IoKind::create || io.kind == IoKind::remove) {
        Entry entry{.kind = io.kind, .path = io.path, .target = {}, .aside = {}, .file = {}};
        lay_aside(io.path, entry);
        entries_.push_back(std::move(entry));
    } else if (io.kind == IoKind::rename) {
        Entry entry{.kind = io.kind, .path = io.path, .target = io.target, .aside = {}, .file = {}};
        lay_aside(io.target, entry);
        entries_.push_back(std::move(entry));
    }
    return IoFault::none;
}

/// By the first thread that comes; all others wait here for the end.
void PowerLoss::go_off(std::unique_lock<std::mutex>& lock) {
    if (!std::exchange(off_, true)) {
        none_under_way_.wait(lock, [&] { return under_way_ == 0; });
        last_words_(spoil());
        ::kill(::getpid(), SIGKILL);
    }
    lock.unlock();
    for (;;) ::pause();
}

void PowerLoss::not_done(const Io& io) {
    if (!changes_disk(io.kind)) return;
    const std::lock_guard lock(mutex_);
    if (--under_way_ == 0) none_under_way_.notify_all();
}

void PowerLoss::after(const Io& io) {
    if (!changes_disk(io.kind)) return;
    const std::lock_guard lock(mutex_);
    if (--under_way_ == 0) none_under_way_.notify_all();
    switch (io.kind) {
        case IoKind::append:
            files_[io.path].bytes = io.offset + io.data.size();
            break;
        case IoKind::sync: {
            File& file = files_[io.path];
            file.synced_bytes = file.bytes;
            file.overwrites.clear();
            break;
        }
        case IoKind::create:
            files_[io.path] = {};
            break;
        case IoKind::remove:
            files_.erase(io.path);
            break;
        case IoKind::rename:
            if (auto moved = files_.extract(io.path); !moved.empty()) {
                files_.erase(io.target);
                moved.key() = io.target;
                files_.insert(std::move(moved));
            }
            break;
        case IoKind::sync_directory: {
            // The one folder that stores of a test lie in: what was done in it lasts now.
            for (const Entry& entry : entries_) {
                if (!entry.aside.empty()) fs::remove(entry.aside);
            }
            entries_.clear();
            break;
        }
        default:
            break;
    }
}

void PowerLoss::lay_aside(const std::string& path, Entry& entry) {
    if (!fs::exists(path)) return;
    entry.aside = (aside_ / std::to_string(next_aside_++)).string();
    fs::copy_file(path, entry.aside);
    const auto known = files_.find(path);
    entry.file = known != files_.end() ? known->second : File{fs::file_size(path), fs::file_size(path), {}};
}

void PowerLoss::undo(const Entry& entry) {
    const auto put_back = [this, &entry](const std::string& path) {
        files_.erase(path);
        if (entry.aside.empty()) return;
        fs::copy_file(entry.aside, path, fs::copy_options::overwrite_existing);
        files_[path] = entry.file;
    };
    if (entry.kind == IoKind::rename) {
        fs::rename(entry.target, entry.path);
        if (auto moved = files_.extract(entry.target); !moved.empty()) {
            moved.key() = entry.path;
            files_.insert(std::move(moved));
        }
        put_back(entry.target);
    } else {
        if (entry.kind == IoKind::create) fs::remove(entry.path);
        put_back(entry.path);
    }
}

/// From the last to the first, so that each is undone from the state that it led to. One that a kept one builds on is
/// kept, too.
void PowerLoss::lose_entries(std::string& report) {
    enum class Way { keep_all, lose_the_last, lose_any };
    const auto way = static_cast<Way>(dice_.below(3));
    const auto kept_in_order = dice_.below(entries_.size() + 1);
    std::set<std::string> needed;
    for (std::size_t i = entries_.size(); i-- > 0;) {
        const Entry& entry = entries_[i];
        const bool is_needed = needed.contains(entry.path) || needed.contains(entry.target);
        const bool may_go = way == Way::lose_any ? dice_.chance(50) : way == Way::lose_the_last && i >= kept_in_order;
        if (may_go && !is_needed) {
            report += "not " + std::string(name(entry.kind)) + " " + fs::path(entry.path).filename().string() + "\n";
            undo(entry);
        } else {
            needed.insert(entry.path);
            if (!entry.target.empty()) needed.insert(entry.target);
        }
    }
}

void PowerLoss::lose_bytes(const std::string& path, const File& file, std::string& report) {
    if (!fs::exists(path)) return;
    for (const Unsynced& write : file.overwrites) {
        if (dice_.chance(50)) continue;
        report += "not overwritten: " + fs::path(path).filename().string() + "\n";
        write_at(path, write.offset, write.old);
    }
    if (file.bytes <= file.synced_bytes) return;
    enum class Way { keep_all, lose_all, keep_prefix, prefix_then_zeroes, prefix_then_garbage, any_sectors };
    const auto way = static_cast<Way>(dice_.below(6));
    const auto kept = file.synced_bytes + dice_.below(file.bytes - file.synced_bytes + 1);
    report += fs::path(path).filename().string() + ": " + std::to_string(file.synced_bytes) + " of " +
              std::to_string(file.bytes) + " bytes synced, way " + std::to_string(static_cast<int>(way)) + " at " +
              std::to_string(kept) + "\n";
    switch (way) {
        case Way::keep_all:
            break;
        case Way::lose_all:
            fs::resize_file(path, file.synced_bytes);
            break;
        case Way::keep_prefix:
            fs::resize_file(path, kept);
            break;
        case Way::prefix_then_zeroes:
            write_at(path, kept, std::string(file.bytes - kept, '\0'));
            break;
        case Way::prefix_then_garbage:
            fs::resize_file(path, std::min(file.bytes, kept + sector_bytes));
            write_at(path, kept, garbage(std::min(sector_bytes, file.bytes - kept), dice_));
            break;
        case Way::any_sectors:
            for (auto at = file.synced_bytes; at < file.bytes;) {
                const auto end = std::min(file.bytes, (at / sector_bytes + 1) * sector_bytes);
                if (dice_.chance(30)) write_at(path, at, std::string(end - at, '\0'));
                at = end;
            }
            break;
    }
}

std::string PowerLoss::spoil() {
    std::string report;
    lose_entries(report);
    for (const auto& [path, file] : files_) lose_bytes(path, file, report);
    return report;
}

}  // namespace tokenstore::test
