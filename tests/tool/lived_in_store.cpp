#include "tool/lived_in_store.hpp"

#include <optional>
#include <string>

#include <tokenstore/token_store.hpp>

#include "support/results.hpp"
#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

using tokenstore::test::day_us;
using tokenstore::test::hour_us;
using tokenstore::test::make_family_id;
using tokenstore::test::make_hash;
using tokenstore::test::make_user_id;
using tokenstore::test::ManualClock;
using tokenstore::test::minute_us;
using tokenstore::test::must;

class Life {
public:
    explicit Life(const std::filesystem::path& directory) {
        Options options = keeping_everything();
        options.clock = &clock_;
        store_.emplace(must(TokenStore::open(directory, options)));
    }

    void pass(std::int64_t duration_us) { clock_.advance_us(duration_us); }

    void log_in(std::uint64_t family, std::uint64_t user, std::int64_t lifetime_us, const std::string& device) {
        static_cast<void>(must(store_->create_token({.hash = make_hash(10 * family),
                                                     .user_id = make_user_id(user),
                                                     .family_id = make_family_id(family),
                                                     .expires_at_us = clock_.wall_us() + lifetime_us,
                                                     .device_id = "device-" + std::to_string(family),
                                                     .device_name = device,
                                                     .ip_address = "203.0.113." + std::to_string(family)})));
    }

    void rotate(std::uint64_t presented) {
        Successor successor;
        successor.hash = make_hash(presented + 1);
        successor.expires_at_us = clock_.wall_us() + 30 * day_us;
        static_cast<void>(must(store_->rotate_token(make_hash(presented), successor)));
    }

    [[nodiscard]] TokenStore& store() { return *store_; }

private:
    ManualClock clock_;
    std::optional<TokenStore> store_;
};

}  // namespace

void make_lived_in_store(const std::filesystem::path& directory) {
    Life life(directory);
    life.log_in(1, 1, 30 * day_us, "Pixel 8");
    life.log_in(2, 2, 30 * day_us, "B\xc3\xbcro");
    life.log_in(3, 3, 2 * hour_us, "ThinkPad");
    life.log_in(4, 4, 30 * day_us, "");
    life.pass(15 * minute_us);
    for (const std::uint64_t presented : {10U, 20U, 30U, 40U}) life.rotate(presented);
    life.pass(hour_us);
    for (const std::uint64_t presented : {11U, 21U, 31U}) life.rotate(presented);
    static_cast<void>(must(life.store().revoke_family(make_family_id(4))));
    life.pass(day_us);
    life.rotate(12);
    life.rotate(20);  // the thief, or a careless client
    static_cast<void>(must(life.store().cleanup_expired()));
    life.log_in(5, 5, 30 * day_us,
                "\x1b]0;owned\x07\x1b[31m\xe2\x80\xae"
                "evil\nfake row");
    life.log_in(6, 1, 10 * day_us, "tablet");
    life.pass(day_us - hour_us - 15 * minute_us);
    must(life.store().close());
}

}  // namespace tokenstore::tool::test
