#include "workload.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include "codec/keys.hpp"
#include "storage/column_families.hpp"
#include "storage/engine_options.hpp"

namespace tokenstore::bench {

namespace fs = std::filesystem;

namespace {

struct Workloads {
    fs::path folder;
    std::size_t tokens = 0;
    std::map<std::string, Workload, std::less<>> made;
};

Workloads& workloads() {
    static Workloads all;
    return all;
}

/// A bijection that looks random (the finaliser of splitmix64): keys spread like digests and cost nothing to make.
std::uint64_t mix(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

template <class Bytes>
void fill(Bytes& bytes, std::uint64_t seed) {
    for (std::size_t offset = 0; offset < bytes.size(); offset += sizeof seed) {
        const auto word = mix(seed + offset);
        std::memcpy(bytes.data() + offset, &word, sizeof word);
    }
}

TokenHash hash_of(std::uint64_t kind, std::uint64_t i) {
    TokenHash hash;
    fill(hash.bytes, (kind << 56U) + 64 * i);
    return hash;
}

std::int64_t expiry_us() { return system_clock().wall_us() + year_us; }

}  // namespace

Options bench_options() {
    Options options;
    options.block_cache_bytes = 2ULL << 30U;
    options.write_buffer_bytes = 256ULL << 20U;
    options.maintenance_interval_ms = 0;
    return options;
}

TokenHash stored_hash(std::uint64_t i) { return hash_of(1, i); }

TokenHash fresh_hash() {
    static std::atomic<std::uint64_t> next{0};
    return hash_of(2, next.fetch_add(1, std::memory_order_relaxed));
}

TokenHash unknown_hash(std::uint64_t i) { return hash_of(3, i); }

UserId user_of(std::uint64_t i) {
    UserId user;
    fill(user.bytes, (4ULL << 56U) + 64 * (i / 5));
    return user;
}

NewToken new_token(const TokenHash& hash, const UserId& user, const FamilyId& family) {
    NewToken token;
    token.hash = hash;
    token.user_id = user;
    token.family_id = family;
    token.expires_at_us = expiry_us();
    token.device_id = "2d90a270-2628-469a-bab7-8a24257b2799";
    token.device_name = "ThinkPad X1";
    token.ip_address = "198.51.100.23";
    return token;
}

Successor successor(const TokenHash& hash) { return {hash, expiry_us(), std::nullopt, std::nullopt, std::nullopt}; }

void fail(const Error& error) {
    std::cerr << "tokenstore_bench: " << error.to_string() << '\n';
    std::exit(1);
}

BareDatabase::BareDatabase(const fs::path& directory) {
    const auto options = bench_options();
    const auto descriptors = storage::column_family_descriptors(options.block_cache_bytes, options.write_buffer_bytes,
                                                                std::make_shared<expiry::ReclaimState>());
    rocksdb::DB* opened = nullptr;
    const auto status =
        rocksdb::DB::Open(storage::primary_options(options), directory.string(), descriptors, &handles, &opened);
    if (!status.ok()) fail({ErrorCode::io_error, WriteState::nothing_written, status.ToString()});
    db.reset(opened);
    const auto handle = [this](storage::Family family) { return handles[storage::position(family)]; };
    tokens = handle(storage::Family::tokens);
    by_family = handle(storage::Family::by_family);
    by_user = handle(storage::Family::by_user);
}

BareDatabase::~BareDatabase() {
    if (!db) return;
    for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
}

Workload::Workload(fs::path where, std::size_t count, std::size_t validity_cache_bytes)
    : folder(std::move(where)), tokens(count) {
    fs::create_directories(folder);
    const auto directory = folder / "store";
    {
        auto filling = take(TokenStore::open(directory, bench_options()));
        for (std::size_t i = 0; i < tokens; ++i) {
            const auto family = take(generate_id<FamilyId>(system_clock().wall_us()));
            take(
                filling.create_token(new_token(stored_hash(i), user_of(i), family), Durability::lose_on_power_failure));
        }
        take(filling.flush());
        take(filling.compact());
        take(filling.close());
    }
    fs::copy(directory, folder / "bare", fs::copy_options::recursive);
    auto options = bench_options();
    options.validity_cache_bytes = validity_cache_bytes;
    store = std::make_unique<TokenStore>(take(TokenStore::open(directory, options)));
    bare = std::make_unique<BareDatabase>(folder / "bare");
    // Both read everything once: what follows is served from memory.
    for (std::size_t i = 0; i < tokens; ++i) {
        const auto hash = stored_hash(i);
        if (!take(store->get_valid_by_hash(hash))) {
            fail({ErrorCode::corrupt, WriteState::nothing_written, "a stored token was not found"});
        }
        rocksdb::PinnableSlice value;
        const auto key = codec::token_key(hash);
        const auto status = bare->db->Get({}, bare->tokens, {key.data(), key.size()}, &value);
        if (!status.ok()) fail({ErrorCode::corrupt, WriteState::nothing_written, status.ToString()});
    }
}

Workload::~Workload() {
    store.reset();
    bare.reset();
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

void set_workload_size(const fs::path& folder, std::size_t tokens) {
    workloads().folder = folder;
    workloads().tokens = tokens;
}

Workload& workload(std::string_view name, std::size_t validity_cache_bytes) {
    auto& [folder, tokens, made] = workloads();
    const auto found = made.find(name);
    if (found != made.end()) return found->second;
    return made.try_emplace(std::string(name), folder / name, tokens, validity_cache_bytes).first->second;
}

void drop_workloads() { workloads().made.clear(); }

}  // namespace tokenstore::bench
