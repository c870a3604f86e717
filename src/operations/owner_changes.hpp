// Tells whether a family or a user was ended between two moments, or was being ended at one of them.
//
// There is a change counter for each of many groups of owners, and one for each of a few: what none of the few has seen
// change has not changed, and they stay in the processor's nearest cache; the many are asked where one of the few has
// changed. An owner shares its counters with others, so that a change may be told that was none, and never the reverse.
//
// Threads: any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <tokenstore/ids.hpp>

#include "base/bytes.hpp"
#include "base/change_counter.hpp"
#include "base/xxh3.hpp"

namespace tokenstore::operations {

/// The readings of a family's and a user's counters, added up: they only grow, so the sum tells of both.
struct OwnerReading {
    std::uint64_t of_few = 0;
    std::uint64_t of_many = 0;
};

class OwnerChanges {
public:
    /// `many` groups, a power of two.
    explicit OwnerChanges(std::size_t many) : many_(many) {}

    /// Nothing while one of the two is being ended.
    [[nodiscard]] bool read(const FamilyId& family, const UserId& user, OwnerReading& reading) const noexcept {
        const Numbers of_family = numbers_of(family.bytes, 1);
        const Numbers of_user = numbers_of(user.bytes, 2);
        const std::array readings{few_[of_family.few].read(), few_[of_user.few].read(), many_[of_family.many].read(),
                                  many_[of_user.many].read()};
        for (const auto value : readings) {
            if (base::ChangeCounter::under_way(value)) return false;
        }
        reading = {readings[0] + readings[1], readings[2] + readings[3]};
        return true;
    }

    /// Whether neither has been ended since the reading, nor is being ended.
    [[nodiscard]] bool unchanged(const FamilyId& family, const UserId& user,
                                 const OwnerReading& reading) const noexcept {
        const Numbers of_family = numbers_of(family.bytes, 1);
        const Numbers of_user = numbers_of(user.bytes, 2);
        if (few_[of_family.few].read() + few_[of_user.few].read() == reading.of_few) return true;
        return many_[of_family.many].read() + many_[of_user.many].read() == reading.of_many;
    }

    /// Calls `use` with each counter of a family.
    template <class Use>
    void for_each_counter(const FamilyId& family, const Use& use) {
        for_each_counter(numbers_of(family.bytes, 1), use);
    }
    template <class Use>
    void for_each_counter(const UserId& user, const Use& use) {
        for_each_counter(numbers_of(user.bytes, 2), use);
    }

private:
    static constexpr std::size_t few = 1'024;

    struct Numbers {
        std::size_t few;
        std::size_t many;
    };

    [[nodiscard]] Numbers numbers_of(const std::array<std::uint8_t, 16>& id, std::uint64_t kind) const noexcept;

    template <class Use>
    void for_each_counter(const Numbers& numbers, const Use& use) {
        use(few_[numbers.few]);
        use(many_[numbers.many]);
    }

    std::array<base::ChangeCounter, few> few_;
    std::vector<base::ChangeCounter> many_;
};

inline OwnerChanges::Numbers OwnerChanges::numbers_of(const std::array<std::uint8_t, 16>& id,
                                                      std::uint64_t kind) const noexcept {
    const auto hash = base::xxh3_64(base::as_view(id), kind);
    return {static_cast<std::size_t>(hash) % few, static_cast<std::size_t>(hash >> 32U) & (many_.size() - 1)};
}

}  // namespace tokenstore::operations
