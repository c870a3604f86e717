#include "codec/high_water_slot.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "base/xxh3.hpp"

namespace tokenstore::codec {

namespace {

std::optional<HighWater> decode_slot(std::string_view bytes) noexcept {
    HighWater mark;
    std::uint64_t checksum = 0;
    base::ByteReader reader(bytes);
    // GCOVR_EXCL_BR_START: the size was checked
    if (!reader.read_bytes(mark.boot) || !reader.read_u64(mark.first_log) || !reader.read_u64(mark.synced.log_number) ||
        !reader.read_u64(mark.synced.sequence) || !reader.read_u64(mark.manifest.number) ||
        !reader.read_u64(mark.manifest.bytes) || !reader.read_u64(checksum)) {
        return std::nullopt;  // GCOVR_EXCL_LINE
    }
    // GCOVR_EXCL_BR_STOP
    if (checksum != base::xxh3_64(bytes.substr(0, high_water_slot_bytes - sizeof checksum))) return std::nullopt;
    return mark;
}

}  // namespace

std::string encode_high_water_slot(const HighWater& mark) {
    std::string bytes(base::as_view(mark.boot));
    base::append_u64(bytes, mark.first_log);
    base::append_u64(bytes, mark.synced.log_number);
    base::append_u64(bytes, mark.synced.sequence);
    base::append_u64(bytes, mark.manifest.number);
    base::append_u64(bytes, mark.manifest.bytes);
    base::append_u64(bytes, base::xxh3_64(bytes));
    return bytes;
}

std::string encode_high_water_file(const HighWater& mark) {
    std::string bytes = encode_high_water_slot(mark);
    bytes.resize(high_water_slot_distance);
    return bytes + bytes;
}

std::optional<HighWater> decode_high_water_file(std::string_view bytes) noexcept {
    if (bytes.size() < high_water_file_bytes) return std::nullopt;
    const auto first = decode_slot(bytes);
    const auto second = decode_slot(bytes.substr(high_water_slot_distance));
    if (!first || !second) return first ? first : second;
    const auto moment = [](const HighWater& mark) { return std::pair(mark.synced.sequence, mark.manifest); };
    return moment(*second) > moment(*first) ? second : first;
}

}  // namespace tokenstore::codec
