// What a hunt keeps of a store in which it found something: the store as the kill or the power cut left it, as the
// check left it, and the ledgers. Where the environment variable TOKENSTORE_FINDINGS names a folder for that.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tokenstore::test {

class Evidence {
public:
    /// Of a store in `folder`, where the ledgers lie beside it.
    explicit Evidence(std::filesystem::path folder) : folder_(std::move(folder)) {
        const char* const given = std::getenv("TOKENSTORE_FINDINGS");  // NOLINT(concurrency-mt-unsafe)
        if (given != nullptr) kept_in_ = given;
    }

    /// Before the check.
    void note_store(const std::filesystem::path& store) const {
        if (kept_in_.empty() || !std::filesystem::exists(store)) return;
        const auto as_found = folder_ / "store_as_found";
        std::filesystem::remove_all(as_found);
        std::filesystem::copy(store, as_found, std::filesystem::copy_options::recursive);
    }

    /// Answers a line that says where, or that nothing was kept.
    [[nodiscard]] std::string keep(const std::string& name) const {
        if (kept_in_.empty()) return "TOKENSTORE_FINDINGS names no folder, so the store is not kept";
        const auto place = kept_in_ / name;
        std::filesystem::create_directories(kept_in_);
        std::filesystem::copy(folder_, place, std::filesystem::copy_options::recursive);
        return "the store is kept in " + place.string();
    }

private:
    std::filesystem::path folder_;
    std::filesystem::path kept_in_;
};

}  // namespace tokenstore::test
