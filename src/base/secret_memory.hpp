// Memory for raw tokens: fixed-size slots in pages that stay out of core dumps and, as far as the system's limit
// allows, out of swap.
//
// One pool for the whole process, behind one mutex. Its pages are never given back, so a slot may be released at any
// time, even while static objects are being destroyed. The pool works on in the child of a fork; the child's copy of
// the secrets is the child's to release.
#pragma once

#include <cstddef>
#include <memory>

namespace tokenstore::base {

/// Size of every slot.
inline constexpr std::size_t secret_slot_bytes = 64;

/// A slot filled with zeros, or null when the system gives no memory. Any thread.
[[nodiscard]] char* acquire_secret() noexcept;

/// Overwrites the whole slot and takes it back; null is let through. Any thread.
void release_secret(char* slot) noexcept;

struct ReleaseSecret {
    void operator()(char* slot) const noexcept { release_secret(slot); }
};

/// A slot that releases itself.
using SecretSlot = std::unique_ptr<char, ReleaseSecret>;

[[nodiscard]] inline SecretSlot make_secret_slot() noexcept { return SecretSlot(acquire_secret()); }

}  // namespace tokenstore::base
