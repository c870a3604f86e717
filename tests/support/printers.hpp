// How Boost.Test shows the values of this library when a check fails. Never for anything but tests: what it shows of a
// token must not reach a log.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <tokenstore/error.hpp>
#include <tokenstore/ids.hpp>
#include <tokenstore/outcomes.hpp>
#include <tokenstore/token.hpp>

namespace tokenstore {

// Boost.Test finds these by the namespace of what it prints.

inline std::ostream& boost_test_print_type(std::ostream& out, ErrorCode code) { return out << name(code); }
inline std::ostream& boost_test_print_type(std::ostream& out, WriteState state) { return out << name(state); }
inline std::ostream& boost_test_print_type(std::ostream& out, Advice advice) { return out << name(advice); }
inline std::ostream& boost_test_print_type(std::ostream& out, TokenState state) { return out << name(state); }
inline std::ostream& boost_test_print_type(std::ostream& out, RevocationReason reason) { return out << name(reason); }
inline std::ostream& boost_test_print_type(std::ostream& out, RotateOutcome outcome) { return out << name(outcome); }
inline std::ostream& boost_test_print_type(std::ostream& out, RevokeTokenOutcome outcome) {
    return out << name(outcome);
}

inline std::ostream& boost_test_print_type(std::ostream& out, ImportOutcome outcome) {
    switch (outcome) {
        case ImportOutcome::stored:
            return out << "stored";
        case ImportOutcome::unchanged:
            return out << "unchanged";
        case ImportOutcome::revoked:
            return out << "revoked";
        case ImportOutcome::kept:
            return out << "kept";
        case ImportOutcome::refused:
            return out << "refused";
    }
    return out << "unknown";
}

inline std::ostream& boost_test_print_type(std::ostream& out, const TokenHash& hash) { return out << to_hex(hash); }

template <class Tag>
std::ostream& boost_test_print_type(std::ostream& out, const Id<Tag>& id) {
    return out << to_string(id);
}

inline std::ostream& boost_test_print_type(std::ostream& out, const Error& error) { return out << error.to_string(); }

inline std::ostream& boost_test_print_type(std::ostream& out, const Revocation& revocation) {
    out << name(revocation.reason);
    if (revocation.at_us) out << " at " << *revocation.at_us;
    return out;
}

inline std::ostream& boost_test_print_type(std::ostream& out, const Token& token) {
    const auto hash = [&out](std::string_view field, const std::optional<TokenHash>& value) {
        if (value) out << ", " << field << ' ' << to_hex(*value);
    };
    const auto time = [&out](std::string_view field, const std::optional<std::int64_t>& value) {
        if (value) out << ", " << field << ' ' << *value;
    };
    const auto text = [&out](std::string_view field, const std::optional<std::string>& value) {
        if (value) out << ", " << field << " \"" << *value << '"';
    };
    out << "hash " << to_hex(token.hash) << ", id " << to_string(token.id) << ", chain " << to_string(token.chain_id)
        << ", user " << to_string(token.user_id) << ", family " << to_string(token.family_id);
    time("created", token.created_at_us);
    time("expires", token.expires_at_us);
    time("stamp", token.issue_stamp_us);
    time("updated", token.updated_at_us);
    time("consumed", token.consumed_at_us);
    hash("predecessor", token.predecessor);
    hash("successor", token.successor);
    text("device id", token.device_id);
    text("device name", token.device_name);
    text("address", token.ip_address);
    if (token.revoked) out << ", revoked";
    time("revoked at", token.revoked_at_us);
    return out;
}

inline std::ostream& boost_test_print_type(std::ostream& out, const ValidToken& token) {
    return out << "id " << to_string(token.id) << ", chain " << to_string(token.chain_id) << ", user "
               << to_string(token.user_id) << ", family " << to_string(token.family_id) << ", created "
               << token.created_at_us << ", expires " << token.expires_at_us;
}

inline std::ostream& boost_test_print_type(std::ostream& out, const JudgedToken& judged) {
    out << name(judged.state);
    if (judged.revocation) boost_test_print_type(out << ": ", *judged.revocation);
    return boost_test_print_type(out << ": ", judged.token);
}

/// An optional of any of the above.
template <class Value>
std::ostream& boost_test_print_type(std::ostream& out, const std::optional<Value>& value) {
    return value ? boost_test_print_type(out, *value) : out << "nothing";
}

}  // namespace tokenstore
