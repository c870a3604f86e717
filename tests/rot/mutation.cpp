#include "rot/mutation.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>

#include "support/log_records.hpp"

namespace tokenstore::test {

namespace {

constexpr std::string_view log = "log";
constexpr std::string_view manifest = "MANIFEST";
constexpr std::string_view table = "table";
constexpr std::size_t table_footer_bytes = 53;
constexpr std::size_t block_trailer_bytes = 5;
constexpr std::size_t first_block_bytes = 4096;

std::string kind_of(const std::string& name) {
    if (name.ends_with(".sst")) return std::string(table);
    if (name.ends_with(".log")) return std::string(log);
    return name.substr(0, name.find('-'));
}

std::shared_ptr<const rocksdb::TableProperties> properties_of(const std::string& bytes) {
    const std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    rocksdb::Options options;
    options.env = memory.get();
    rocksdb::SstFileReader reader(options);
    auto status = rocksdb::WriteStringToFile(memory.get(), bytes, "/table");
    if (status.ok()) status = reader.Open("/table");
    if (!status.ok()) throw std::runtime_error("the engine refused a table file: " + status.ToString());
    return reader.GetTableProperties();
}

std::string random_bytes(Dice& dice, std::size_t count) {
    std::string bytes;
    while (bytes.size() < count) bytes += static_cast<char>(dice.below(256));
    return bytes;
}

std::string at(std::size_t offset) { return " at offset " + std::to_string(offset); }

/// What was done to a file in place, and its content then.
struct Change {
    std::string text;
    std::string content;
};

Change flip(std::string content, std::size_t offset, std::uint8_t bits) {
    content[offset] = static_cast<char>(static_cast<std::uint8_t>(content[offset]) ^ bits);
    return {"bits " + std::to_string(bits) + " flipped" + at(offset), std::move(content)};
}

Change zero(std::string content, std::size_t offset, std::size_t count) {
    const auto end = std::min(content.size(), offset + count);
    std::fill(content.begin() + static_cast<std::ptrdiff_t>(offset), content.begin() + static_cast<std::ptrdiff_t>(end),
              '\0');
    return {std::to_string(count) + " bytes zeroed" + at(offset), std::move(content)};
}

Change cut(std::string content, std::size_t size) {
    content.resize(size);
    return {"cut to " + std::to_string(size) + " bytes", std::move(content)};
}

/// The damage that bytes suffer where they lie.
Change damage_in_place(Dice& dice, const std::string& content, std::size_t begin, std::size_t end) {
    const auto offset = begin + dice.below(end - begin);
    switch (dice.below(4)) {
        case 0:
            return flip(content, offset, static_cast<std::uint8_t>(1U << dice.below(8)));
        case 1:
            return flip(content, offset, static_cast<std::uint8_t>(1 + dice.below(255)));
        case 2:
            return zero(content, offset, 200);
        default:
            return zero(content, offset, 4096);
    }
}

}  // namespace

StoreFiles Mutation::apply_to(StoreFiles files) const {
    for (const auto& [name, content] : changes) {
        if (content) {
            files[name] = *content;
        } else {
            files.erase(name);
        }
    }
    return files;
}

MutationSource::MutationSource(const StoreImages& images, std::uint64_t seed) : images_(images), seed_(seed) {
    for (const auto& image : images.settled) targets_.push_back(targets_of(image.files));
}

MutationSource::Targets MutationSource::targets_of(const StoreFiles& files) {
    Targets targets;
    const auto add = [&targets](const std::string& kind, const Target& target) {
        const auto same = [&kind](const auto& entry) { return entry.first == kind; };
        auto found = std::ranges::find_if(targets, same);
        if (found == targets.end()) found = targets.insert(found, {kind, {}});
        found->second.push_back(target);
    };
    for (const auto& [name, content] : files) {
        const auto kind = kind_of(name);
        add(kind, {name, 0, content.size(), false});
        if (kind != table) continue;
        const auto properties = properties_of(content);
        const auto data_end = properties->data_size;
        const auto filter_end = data_end + properties->filter_size + block_trailer_bytes;
        const auto index_end = filter_end + properties->index_size;
        const auto footer = content.size() - table_footer_bytes;
        const auto part = [&](std::string_view what, std::size_t begin, std::size_t end) {
            add(kind + ", " + std::string(what), {name, begin, end, true});
        };
        part("first block", 0, std::min(data_end, first_block_bytes));
        part("data", 0, data_end);
        part("filter", data_end, filter_end);
        part("index", filter_end, index_end);
        part("properties", index_end, footer);
        part("footer", footer, content.size());
    }
    return targets;
}

Mutation MutationSource::draw(std::uint64_t number) const {
    Dice dice(seed_ ^ (number * 0x9e3779b97f4a7c15U));
    for (;;) {
        auto mutation = attempt(dice);
        if (!mutation) continue;
        const auto& files = images_.settled[mutation->image].files;
        if (mutation->apply_to(files) == files) continue;  // a swap of two equal files, say
        mutation->after_power_failure = dice.chance(50);
        mutation->text = images_.settled[mutation->image].name + " store" +
                         (mutation->after_power_failure ? " after a power failure, " : ", ") + mutation->text;
        return *std::move(mutation);
    }
}

/// Nothing where the drawn action does not fit the drawn file.
std::optional<Mutation> MutationSource::attempt(Dice& dice) const {
    Mutation mutation;
    mutation.image = dice.below(images_.settled.size());
    const auto& files = images_.settled[mutation.image].files;
    const auto& [kind, targets] = dice.one_of(targets_[mutation.image]);
    const auto& target = dice.one_of(targets);
    const auto& content = files.at(target.file);
    mutation.kind = kind;

    const auto changed = [&](Change change) {
        mutation.text = target.file + ": " + change.text;
        mutation.changes[target.file] = std::move(change.content);
        return mutation;
    };
    if (target.is_part) return changed(damage_in_place(dice, content, target.begin, target.end));

    enum Action { in_place, truncate, cut_between_records, empty, remove, swap, put_back, append, actions };
    switch (dice.below(actions)) {
        case in_place:
            if (content.empty()) return std::nullopt;
            return changed(damage_in_place(dice, content, 0, content.size()));
        case truncate:
            if (content.empty()) return std::nullopt;
            return changed(cut(content, dice.below(content.size())));
        case cut_between_records: {
            if (kind != log && kind != manifest) return std::nullopt;
            const auto offsets = record_offsets(content);
            if (offsets.empty()) return std::nullopt;
            return changed(cut(content, dice.one_of(offsets)));
        }
        case empty:
            return changed(cut(content, 0));
        case remove:
            mutation.text = target.file + ": removed";
            mutation.changes[target.file] = std::nullopt;
            return mutation;
        case swap: {
            const auto& other = dice.one_of(targets).file;
            mutation.text = target.file + ": swapped with " + other;
            mutation.changes = {{target.file, files.at(other)}, {other, content}};
            return mutation;
        }
        case put_back: {
            const auto moment = dice.below(images_.earlier.size());
            std::vector<std::string> names;
            for (const auto& [name, unused] : images_.earlier[moment]) {
                if (kind_of(name) == kind) names.push_back(name);
            }
            if (names.empty()) return std::nullopt;
            const auto& name = dice.one_of(names);
            mutation.text = name + ": as it was at moment " + std::to_string(moment);
            mutation.changes[name] = images_.earlier[moment].at(name);
            return mutation;
        }
        case append: {
            const auto garbage = random_bytes(dice, 1 + dice.below(300));
            return changed({std::to_string(garbage.size()) + " bytes of garbage appended", content + garbage});
        }
        default:
            return std::nullopt;
    }
}

}  // namespace tokenstore::test
