#include "support/sleepless_env.hpp"

#include <thread>
#include <utility>

#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

namespace tokenstore::test {

namespace {

class SleeplessClock final : public rocksdb::SystemClockWrapper {
public:
    SleeplessClock() : rocksdb::SystemClockWrapper(rocksdb::SystemClock::Default()) {}

    [[nodiscard]] const char* Name() const override { return "SleeplessClock"; }

    std::uint64_t NowMicros() override { return rocksdb::SystemClockWrapper::NowMicros() - late_us; }
    void SleepForMicroseconds(int /*micros*/) override { std::this_thread::yield(); }

private:
    static constexpr std::uint64_t late_us = 4'950'000;
};

class SleeplessEnv final : public rocksdb::EnvWrapper {
public:
    explicit SleeplessEnv(std::unique_ptr<rocksdb::Env> env) : rocksdb::EnvWrapper(std::move(env)) {
        system_clock_ = std::make_shared<SleeplessClock>();
    }

    [[nodiscard]] const char* Name() const override { return "SleeplessEnv"; }

    std::uint64_t NowMicros() override { return system_clock_->NowMicros(); }
    void SleepForMicroseconds(int micros) override { system_clock_->SleepForMicroseconds(micros); }
};

}  // namespace

std::unique_ptr<rocksdb::Env> make_sleepless_env(std::unique_ptr<rocksdb::Env> env) {
    return std::make_unique<SleeplessEnv>(std::move(env));
}

rocksdb::Env& sleepless_env() {
    static auto* const env = new SleeplessEnv(rocksdb::NewCompositeEnv(rocksdb::FileSystem::Default()));
    return *env;
}

}  // namespace tokenstore::test
