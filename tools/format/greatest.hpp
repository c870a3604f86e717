// The greatest few of many, in memory that does not grow with how many there are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace tokenstore::tool {

/// Things with a measure. Of equal measures the lesser thing comes first, so that the answer depends on nothing else.
template <class Thing>
class Greatest {
public:
    struct Entry {
        std::uint64_t measure = 0;
        Thing thing;
    };

    explicit Greatest(std::size_t kept_max) : kept_max_(kept_max) {}

    void add(std::uint64_t measure, const Thing& thing) {
        if (heap_.size() == kept_max_) {
            if (heap_.empty() || !before({measure, thing}, heap_.front())) return;
            std::pop_heap(heap_.begin(), heap_.end(), before);
            heap_.pop_back();
        }
        heap_.push_back({measure, thing});
        std::push_heap(heap_.begin(), heap_.end(), before);
    }

    /// The greatest first.
    [[nodiscard]] std::vector<Entry> sorted() const {
        std::vector<Entry> entries = heap_;
        std::sort(entries.begin(), entries.end(), before);
        return entries;
    }

private:
    static bool before(const Entry& a, const Entry& b) {
        return std::tie(b.measure, a.thing) < std::tie(a.measure, b.thing);
    }

    std::size_t kept_max_;
    std::vector<Entry> heap_;  // its front comes last in the order
};

}  // namespace tokenstore::tool
