// The names of the public enumerations, and what an error advises.
//
// The names may be logged and compared: they never change. The switches have no default, so that the compiler asks for
// a line here when an enumerator is added; a value outside an enumeration is called "unknown".
#include <tokenstore/error.hpp>
#include <tokenstore/health.hpp>
#include <tokenstore/log_reader.hpp>
#include <tokenstore/outcomes.hpp>
#include <tokenstore/token.hpp>
#include <tokenstore/verification.hpp>

namespace tokenstore {

namespace {

constexpr std::string_view unknown = "unknown";

std::string_view sentence(WriteState state) noexcept {
    switch (state) {
        case WriteState::nothing_written:
            return "nothing was written";
        case WriteState::indeterminate:
            return "it may have been written: look before you retry";
        case WriteState::partly_written:
            return "a part was written: the same call goes on from there";
    }
    return "whether anything was written is unknown";
}

std::string_view sentence(Advice advice) noexcept {
    switch (advice) {
        case Advice::fix_request:
            return "fix the request, it cannot succeed as it is";
        case Advice::reject_client:
            return "refuse the client";
        case Advice::retry_call:
            return "try the same call again";
        case Advice::reopen_store:
            return "close the store and open it again";
        case Advice::call_operator:
            return "a person has to look at it";
    }
    return "what to do is unknown";
}

}  // namespace

std::string_view name(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::malformed_token:
            return "malformed_token";
        case ErrorCode::malformed_hash:
            return "malformed_hash";
        case ErrorCode::malformed_id:
            return "malformed_id";
        case ErrorCode::device_id_too_long:
            return "device_id_too_long";
        case ErrorCode::device_name_too_long:
            return "device_name_too_long";
        case ErrorCode::device_name_not_utf8:
            return "device_name_not_utf8";
        case ErrorCode::device_id_not_utf8:
            return "device_id_not_utf8";
        case ErrorCode::ip_address_malformed:
            return "ip_address_malformed";
        case ErrorCode::expiry_out_of_range:
            return "expiry_out_of_range";
        case ErrorCode::invalid_options:
            return "invalid_options";
        case ErrorCode::invalid_page:
            return "invalid_page";
        case ErrorCode::time_out_of_range:
            return "time_out_of_range";
        case ErrorCode::already_exists:
            return "already_exists";
        case ErrorCode::family_ended:
            return "family_ended";
        case ErrorCode::family_of_another_user:
            return "family_of_another_user";
        case ErrorCode::conflicting_record:
            return "conflicting_record";
        case ErrorCode::store_missing:
            return "store_missing";
        case ErrorCode::not_a_store:
            return "not_a_store";
        case ErrorCode::newer_format:
            return "newer_format";
        case ErrorCode::older_format:
            return "older_format";
        case ErrorCode::held_by_another_process:
            return "held_by_another_process";
        case ErrorCode::read_only_directory:
            return "read_only_directory";
        case ErrorCode::unsafe_directory:
            return "unsafe_directory";
        case ErrorCode::log_damaged:
            return "log_damaged";
        case ErrorCode::closed:
            return "closed";
        case ErrorCode::forked:
            return "forked";
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::disk_full:
            return "disk_full";
        case ErrorCode::io_error:
            return "io_error";
        case ErrorCode::random_unavailable:
            return "random_unavailable";
        case ErrorCode::write_refused:
            return "write_refused";
        case ErrorCode::internal:
            return "internal";
        case ErrorCode::busy:
            return "busy";
        case ErrorCode::stopped:
            return "stopped";
    }
    return unknown;
}

std::string_view name(WriteState state) noexcept {
    switch (state) {
        case WriteState::nothing_written:
            return "nothing_written";
        case WriteState::indeterminate:
            return "indeterminate";
        case WriteState::partly_written:
            return "partly_written";
    }
    return unknown;
}

std::string_view name(Advice advice) noexcept {
    switch (advice) {
        case Advice::fix_request:
            return "fix_request";
        case Advice::reject_client:
            return "reject_client";
        case Advice::retry_call:
            return "retry_call";
        case Advice::reopen_store:
            return "reopen_store";
        case Advice::call_operator:
            return "call_operator";
    }
    return unknown;
}

std::string_view name(TokenState state) noexcept {
    switch (state) {
        case TokenState::revoked:
            return "revoked";
        case TokenState::consumed:
            return "consumed";
        case TokenState::expired:
            return "expired";
        case TokenState::live:
            return "live";
    }
    return unknown;
}

std::string_view name(RevocationReason reason) noexcept {
    switch (reason) {
        case RevocationReason::token_revoked:
            return "token_revoked";
        case RevocationReason::family_revoked:
            return "family_revoked";
        case RevocationReason::reuse_detected:
            return "reuse_detected";
        case RevocationReason::revoked_presented:
            return "revoked_presented";
        case RevocationReason::user_revoked:
            return "user_revoked";
    }
    return unknown;
}

std::string_view name(HealthState state) noexcept {
    switch (state) {
        case HealthState::healthy:
            return "healthy";
        case HealthState::degraded:
            return "degraded";
        case HealthState::failed:
            return "failed";
    }
    return unknown;
}

std::string_view name(RotateOutcome outcome) noexcept {
    switch (outcome) {
        case RotateOutcome::rotated:
            return "rotated";
        case RotateOutcome::not_found:
            return "not_found";
        case RotateOutcome::reuse_detected:
            return "reuse_detected";
        case RotateOutcome::revoked:
            return "revoked";
        case RotateOutcome::expired:
            return "expired";
        case RotateOutcome::already_exists:
            return "already_exists";
    }
    return unknown;
}

std::string_view name(RevokeTokenOutcome outcome) noexcept {
    switch (outcome) {
        case RevokeTokenOutcome::revoked:
            return "revoked";
        case RevokeTokenOutcome::already_revoked:
            return "already_revoked";
        case RevokeTokenOutcome::already_consumed:
            return "already_consumed";
        case RevokeTokenOutcome::not_found:
            return "not_found";
    }
    return unknown;
}

std::string_view name(LogOperationKind kind) noexcept {
    switch (kind) {
        case LogOperationKind::stored:
            return "stored";
        case LogOperationKind::rotated:
            return "rotated";
        case LogOperationKind::revoked:
            return "revoked";
        case LogOperationKind::rewritten:
            return "rewritten";
        case LogOperationKind::family_ended:
            return "family_ended";
        case LogOperationKind::user_ended:
            return "user_ended";
        case LogOperationKind::removed:
            return "removed";
        case LogOperationKind::index_repaired:
            return "index_repaired";
        case LogOperationKind::upkeep:
            return "upkeep";
        case LogOperationKind::undecodable:
            return "undecodable";
        case LogOperationKind::lost:
            return "lost";
    }
    return unknown;
}

std::string_view name(FindingKind kind) noexcept {
    switch (kind) {
        case FindingKind::damaged_file:
            return "damaged_file";
        case FindingKind::unreadable_part:
            return "unreadable_part";
        case FindingKind::undecodable_record:
            return "undecodable_record";
        case FindingKind::missing_entry:
            return "missing_entry";
        case FindingKind::differing_entry:
            return "differing_entry";
        case FindingKind::orphan_entry:
            return "orphan_entry";
        case FindingKind::two_tips:
            return "two_tips";
        case FindingKind::two_users:
            return "two_users";
        case FindingKind::broken_rotation:
            return "broken_rotation";
        case FindingKind::broken_lineage:
            return "broken_lineage";
        case FindingKind::end_not_listed:
            return "end_not_listed";
        case FindingKind::end_kept_too_short:
            return "end_kept_too_short";
        case FindingKind::expiry_beyond_bound:
            return "expiry_beyond_bound";
    }
    return unknown;
}

bool is_damage(FindingKind kind) noexcept {
    return kind == FindingKind::damaged_file || kind == FindingKind::unreadable_part;
}

bool is_repairable(const Finding& finding) noexcept {
    switch (finding.kind) {
        case FindingKind::missing_entry:
        case FindingKind::differing_entry:
        case FindingKind::orphan_entry:
        case FindingKind::end_not_listed:
            return true;
        case FindingKind::undecodable_record:
            return finding.chain_id.has_value();  // an index entry whose key is whole
        case FindingKind::damaged_file:
        case FindingKind::unreadable_part:
        case FindingKind::two_tips:
        case FindingKind::two_users:
        case FindingKind::broken_rotation:
        case FindingKind::broken_lineage:
        case FindingKind::end_kept_too_short:
        case FindingKind::expiry_beyond_bound:
            return false;
    }
    return false;
}

Advice advice_for(ErrorCode code) noexcept {
    switch (code) {
        // The caller has to change what it asks for: another value, another hash, another family, another path.
        case ErrorCode::malformed_hash:
        case ErrorCode::malformed_id:
        case ErrorCode::device_id_too_long:
        case ErrorCode::device_name_too_long:
        case ErrorCode::device_name_not_utf8:
        case ErrorCode::device_id_not_utf8:
        case ErrorCode::ip_address_malformed:
        case ErrorCode::expiry_out_of_range:
        case ErrorCode::invalid_options:
        case ErrorCode::invalid_page:
        case ErrorCode::time_out_of_range:
        case ErrorCode::already_exists:
        case ErrorCode::family_ended:
        case ErrorCode::conflicting_record:
        case ErrorCode::store_missing:
            return Advice::fix_request;

        // A client presents what it never was given.
        case ErrorCode::malformed_token:
        case ErrorCode::family_of_another_user:
            return Advice::reject_client;

        // The holder may be on its way out, as in a restart; the generator may have been seeded.
        case ErrorCode::held_by_another_process:
        case ErrorCode::random_unavailable:
        case ErrorCode::busy:
        case ErrorCode::stopped:
            return Advice::retry_call;

        case ErrorCode::closed:
        case ErrorCode::write_refused:
            return Advice::reopen_store;

        // Opening again cannot help: a child of a process that has used a store has to be started by exec.
        case ErrorCode::forked:
        case ErrorCode::not_a_store:
        case ErrorCode::newer_format:
        case ErrorCode::older_format:
        case ErrorCode::read_only_directory:
        case ErrorCode::unsafe_directory:
        case ErrorCode::log_damaged:
        case ErrorCode::corrupt:
        case ErrorCode::disk_full:
        case ErrorCode::io_error:
        case ErrorCode::internal:
            return Advice::call_operator;
    }
    return Advice::call_operator;
}

std::string Error::to_string() const {
    std::string text(name(code));
    text.append(": ").append(message);
    text.append(" (").append(sentence(write)).append("; ").append(sentence(advice())).append(")");
    return text;
}

}  // namespace tokenstore
