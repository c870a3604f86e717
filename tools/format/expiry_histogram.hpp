// A histogram of expiries around a moment: in buckets of one width, as wide as needed for there to be few of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <tokenstore/token.hpp>

namespace tokenstore::tool {

/// Tokens with after_us < expires_at_us <= up_to_us.
struct ExpiryBucket {
    std::int64_t after_us = 0;
    std::int64_t up_to_us = 0;
    std::uint64_t live = 0;
    std::uint64_t ended = 0;  ///< revoked or consumed
    std::uint64_t expired = 0;

    [[nodiscard]] std::uint64_t tokens() const noexcept { return live + ended + expired; }
};

/// Memory grows with the hours in which something expires.
class ExpiryHistogram {
public:
    explicit ExpiryHistogram(std::int64_t as_of_us) noexcept : as_of_us_(as_of_us) {}

    void add(const JudgedToken& judged);

    /// In the order of time, from the first to the last that holds a token, without gaps; at most `buckets_max` unless
    /// that needs buckets of more than a year. All have the same width, a whole number of hours. One of them ends with
    /// the moment in question: what has expired and what will are apart.
    [[nodiscard]] std::vector<ExpiryBucket> buckets(std::size_t buckets_max) const;

private:
    std::int64_t as_of_us_;
    std::map<std::int64_t, ExpiryBucket> hours_;  // by their distance from the moment, in hours
};

}  // namespace tokenstore::tool
