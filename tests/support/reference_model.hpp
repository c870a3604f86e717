// The store as its public headers and the design describe it, in plain maps: slow, simple, and sharing nothing with the
// library but its public types.
//
// It follows a store: every check_ function takes a request, the moment it was made at and the store's answer, throws
// Difference unless the answer is one that the text allows, and then takes over what the answer says has changed. What
// the store makes up (ids, issue stamps) is taken from the answer after its invariants were checked.
//
// What is past its expiry plus the grace margin may have left the store at any time. Where an answer shows such a token
// to be gone it is forgotten; the rest of the answer has to be exact all the same.
//
// Importing is in reference_model_import.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tokenstore/error.hpp>
#include <tokenstore/ids.hpp>
#include <tokenstore/outcomes.hpp>
#include <tokenstore/statistics.hpp>
#include <tokenstore/token.hpp>

namespace tokenstore::test {

class ReferenceModel {
public:
    struct Terms {
        std::int64_t longest_token_lifetime_us = 0;
        std::optional<std::int64_t> reclaim_grace_us;  ///< absent: nothing leaves the store but by cleanup_expired
    };

    struct StoredToken {
        Token token;
        std::uint64_t issued = 0;    ///< its place in the order of issues and ends of users
        bool is_stamp_known = true;  ///< of an imported token: only once an answer has shown its stamp
    };

    struct FamilyEnd {
        std::int64_t ended_at_us = 0;
        RevocationReason reason = RevocationReason::family_revoked;
    };

    struct UserEnd {
        std::int64_t ended_at_us = 0;
        std::uint64_t ended = 0;  ///< its place in the same order
    };

    explicit ReferenceModel(const Terms& terms) : terms_(terms) {}

    void check_create(const NewToken& request, std::int64_t now_us, const Result<Token>& answer);
    void check_get(const TokenHash& hash, std::int64_t now_us, const Result<std::optional<JudgedToken>>& answer);
    void check_get_valid(const TokenHash& hash, std::int64_t now_us, const Result<std::optional<Token>>& answer);
    void check_get_valid(std::span<const TokenHash> hashes, std::int64_t now_us,
                         const Result<std::vector<std::optional<Token>>>& answer);
    void check_validate(const TokenHash& hash, std::int64_t now_us, const Result<std::optional<ValidToken>>& answer);
    void check_validate(std::span<const TokenHash> hashes, std::int64_t now_us,
                        const Result<std::vector<std::optional<ValidToken>>>& answer);
    void check_rotate(const TokenHash& presented, const Successor& request, std::int64_t now_us,
                      const Result<RotateResult>& answer);
    void check_revoke_token(const TokenHash& hash, std::int64_t now_us, const Result<RevokeTokenOutcome>& answer);
    void check_revoke_family(const FamilyId& family, Counting counting, std::int64_t now_us,
                             const Result<RevokeResult>& answer);
    void check_revoke_user(const UserId& user, Counting counting, std::int64_t now_us,
                           const Result<RevokeResult>& answer);
    void check_sessions(const UserId& user, const SessionPageRequest& request, std::int64_t now_us,
                        const Result<SessionPage>& answer);
    void check_cleanup(std::int64_t now_us, const Result<std::uint64_t>& answer);
    void check_import(std::span<const Token> rows, std::int64_t now_us, const Result<std::vector<ImportedRow>>& answer);

    /// All tokens of the store, as a reader visited them.
    void check_walk(std::span<const JudgedToken> visited, std::int64_t now_us);

    /// Only sound after check_walk() at the same moment: what is gone has been forgotten by then.
    void check_counts(const TokenCounts& counts, std::int64_t now_us) const;

    /// One record, as it lies on disk.
    void check_record(const Token& record);

    void check_statistics(const Statistics& statistics) const;

    /// The store was closed and opened again: its counters begin anew.
    void reopened() { counters_ = {}; }

    [[nodiscard]] const std::map<TokenHash, StoredToken>& tokens() const noexcept { return tokens_; }
    [[nodiscard]] const std::map<FamilyId, FamilyEnd>& family_ends() const noexcept { return family_ends_; }
    [[nodiscard]] const std::map<UserId, UserEnd>& user_ends() const noexcept { return user_ends_; }

    [[nodiscard]] TokenState state_of(const StoredToken& stored, std::int64_t now_us) const;

    /// Whether the compaction filter may have removed what expires then.
    [[nodiscard]] bool is_reclaimable(std::int64_t expires_at_us, std::int64_t now_us) const {
        return terms_.reclaim_grace_us && expires_at_us <= now_us - *terms_.reclaim_grace_us;
    }

    /// How often each kind of answer was met.
    [[nodiscard]] const std::map<std::string, std::uint64_t>& met() const noexcept { return met_; }

private:
    using Codes = std::set<ErrorCode>;

    struct DeviceFields {
        const std::optional<std::string>& device_id;
        const std::optional<std::string>& device_name;
        const std::optional<std::string>& ip_address;
    };

    [[nodiscard]] Codes wrong_fields(const DeviceFields& fields, std::int64_t expires_at_us, std::int64_t now_us) const;
    [[nodiscard]] std::optional<Revocation> revocation_of(const StoredToken& stored) const;
    [[nodiscard]] bool is_live(const StoredToken& stored, std::int64_t now_us) const;
    [[nodiscard]] std::uint64_t live_in_family(const FamilyId& family, std::int64_t now_us) const;
    [[nodiscard]] std::uint64_t live_of_user(const UserId& user, std::int64_t now_us) const;
    [[nodiscard]] bool surely_of_another_user(const FamilyId& family, const UserId& user, std::int64_t now_us) const;
    [[nodiscard]] bool maybe_of_another_user(const FamilyId& family, const UserId& user) const;
    void find_taken_id(const Token& row, std::int64_t now_us, Codes& certain, Codes& possible) const;

    [[nodiscard]] const StoredToken* find(const TokenHash& hash) const;
    void learn_stamp(const Token& answered);
    void forget_if_reclaimable(const TokenHash& hash, std::int64_t now_us);
    void check_valid_answer(const TokenHash& hash, std::int64_t now_us, const std::optional<Token>& answer);
    void check_valid_answer(const TokenHash& hash, std::int64_t now_us, const std::optional<ValidToken>& answer);
    const StoredToken* check_validity(std::string_view call, const TokenHash& hash, std::int64_t now_us,
                                      bool is_answered);
    void adopt_issue(Token& expected, const Token& answered, std::int64_t now_us);
    void store(const Token& token);
    void end_family(const FamilyId& family, RevocationReason reason, std::int64_t now_us);
    void check_imported_row(const Token& row, std::int64_t now_us, const ImportedRow& answer);
    void check_merged_row(const Token& row, StoredToken& stored, const ImportedRow& answer);
    void meet(std::string_view operation, std::string_view answer);

    Terms terms_;
    std::map<TokenHash, StoredToken> tokens_;
    std::map<FamilyId, FamilyEnd> family_ends_;
    std::map<UserId, UserEnd> user_ends_;
    std::map<FamilyId, std::set<UserId>> past_owners_;  // of families whose tokens the filter may have taken
    std::set<TokenId> ids_;                             // of all tokens that the store made up an id for
    std::int64_t last_stamp_us_ = 0;
    std::uint64_t order_ = 0;
    Statistics counters_;
    std::map<std::string, std::uint64_t> met_;
};

}  // namespace tokenstore::test
