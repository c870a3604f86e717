// Errors and results.
//
// A refusal (a replayed token, an unknown hash) is a value of the operation's outcome type. An Error is a failure: the
// call could not do what it says. Every fallible call returns Result<T>, which cannot be dropped unseen; no exception
// crosses the public boundary, except std::bad_alloc's consequence, std::terminate.
//
// Messages never hold raw tokens, token hashes, user ids, addresses or device names.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

namespace tokenstore {

/// What went wrong. The numbers are stable: they may be logged and compared across versions.
enum class ErrorCode {
    // The caller's input; nothing was written. Fix the request.
    malformed_token = 1,       ///< not 43 characters of unpadded base64url holding 32 bytes
    malformed_hash = 2,        ///< not 64 hex digits
    malformed_id = 3,          ///< not a UUID in the form 8-4-4-4-12
    device_id_too_long = 4,    ///< over 255 bytes
    device_name_too_long = 5,  ///< over 100 characters
    device_name_not_utf8 = 6,  ///< not valid UTF-8
    device_id_not_utf8 = 7,    ///< not valid UTF-8
    ip_address_malformed = 8,  ///< neither an IPv4 nor an IPv6 address in text, or over 45 bytes
    expiry_out_of_range = 9,   ///< before the epoch, or further ahead than Options::longest_token_lifetime_us
    invalid_options = 10,      ///< an option contradicts another or is out of its range
    invalid_page = 11,         ///< a page limit of 0 or over max_page_limit
    time_out_of_range = 12,    ///< a time outside the years 1 to 9999, or not a time at all

    // The state of the store refuses the request; nothing was written.
    already_exists = 20,          ///< a token with this hash is stored: draw a new token
    family_ended = 21,            ///< the family was ended for good: begin a new family
    family_of_another_user = 22,  ///< the family belongs to another user: reject the request
    conflicting_record = 23,      ///< an imported token contradicts the stored one (another user, family or expiry)

    // Opening.
    store_missing = 30,            ///< no store there and create_if_missing is false
    not_a_store = 31,              ///< the directory holds something else; it was left untouched
    newer_format = 32,             ///< written by a newer tokenstore: use that version
    held_by_another_process = 33,  ///< the message names the process that holds the store
    read_only_directory = 34,      ///< the directory or its file system cannot be written
    unsafe_directory = 35,         ///< owned by, or writable for, somebody else
    log_damaged = 36,   ///< the write-ahead log is not whole; the message names the place. Restore the store,
                        ///< or open it once with OnLogDamage::lose_what_follows
    older_format = 37,  ///< written by a tokenstore before the first release: dump it with that one and import it

    // Running.
    closed = 40,              ///< the store is closed or closing
    forked = 41,              ///< the handle crossed a fork(): open the store after the fork
    corrupt = 42,             ///< damaged bytes were met: deny the request and call an operator
    disk_full = 43,           ///< no space left on the device; see `write` for what became of the call
    io_error = 44,            ///< the operating system refused an input or output
    random_unavailable = 45,  ///< the system's random generator failed
    write_refused = 46,       ///< the engine takes no writes since an earlier failure: close and open again
    internal = 47,            ///< a bug or an unforeseen answer of the engine
    busy = 48,     ///< a store's owner replaces its files faster than a reader can open them: try again. An owner whose
                   ///< engine is stalled by its own flushes waits instead, without holding a lock. Or another process
                   ///< makes the same copy
    stopped = 49,  ///< the caller's own function asked for it
};

/// What a failed call left behind.
enum class WriteState {
    nothing_written,  ///< the store is as it was
    indeterminate,    ///< the write may have happened, or may come true at the next open. Deny the request and open the
                      ///< store again; let a client whose rotation failed so present the same token again, and never
                      ///< hand out the successor of the failed call
    partly_written,   ///< a call of several steps (import, cleanup) did some of them: calling again goes on; or an end
                      ///< was written and what it ended could not be counted
};

/// What to do next.
enum class Advice {
    fix_request,    ///< the same call can never succeed
    reject_client,  ///< answer the client with a refusal
    retry_call,     ///< the same call may succeed now
    reopen_store,   ///< close the store and open it again, then look
    call_operator,  ///< a person has to act: disk, permissions, damage
};

/// The stable name of a code, such as "already_exists". Any thread; never fails.
[[nodiscard]] std::string_view name(ErrorCode code) noexcept;
[[nodiscard]] std::string_view name(WriteState state) noexcept;
[[nodiscard]] std::string_view name(Advice advice) noexcept;

/// The advice that belongs to a code.
[[nodiscard]] Advice advice_for(ErrorCode code) noexcept;

/// A failure: what happened, what may have been written, what to do.
struct [[nodiscard]] Error {
    ErrorCode code = ErrorCode::internal;
    WriteState write = WriteState::nothing_written;
    std::string message;  ///< one sentence for a log; no secret, no personal data

    [[nodiscard]] Advice advice() const noexcept { return advice_for(code); }

    /// "code: message (what was written; what to do)".
    [[nodiscard]] std::string to_string() const;
};

/// A T or an Error, with the interface of C++23's std::expected.
/// `value()` on an error throws tl::bad_expected_access, as std::expected's does; the library itself never calls it so.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
    using Base = tl::expected<T, Error>;

public:
    using Base::Base;
    Result(Error error) : Base(tl::unexpect, std::move(error)) {}
};

}  // namespace tokenstore
