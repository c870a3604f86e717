#include "compare/server_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include "compare/require.hpp"
#include "compare/stopwatch.hpp"

namespace tokenstore::bench {

namespace {

struct Account {
    std::string name;
    uid_t user;
    gid_t group;
};

/// The user to become; nobody in particular unless we are root.
std::optional<Account> account_of(const std::string& user) {
    if (user.empty() || ::geteuid() != 0) return std::nullopt;
    const auto* entry = ::getpwnam(user.c_str());  // NOLINT(concurrency-mt-unsafe): no other thread asks for users
    require(entry != nullptr, "there is no user " + user);
    return Account{user, entry->pw_uid, entry->pw_gid};
}

/// What the child does between fork and exec; calls nothing that could wait for another thread of the parent.
[[noreturn]] void become(const Command& command, char* const* arguments, const std::optional<Account>& account,
                         int log) {
    const bool dropped = !account || (::initgroups(account->name.c_str(), account->group) == 0 &&
                                      ::setgid(account->group) == 0 && ::setuid(account->user) == 0);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    // Last, because a change of the user takes it back.
    if (dropped && ::prctl(PR_SET_PDEATHSIG, SIGTERM) == 0) ::execv(command.program.c_str(), arguments);
    ::_exit(127);
}

pid_t start(const Command& command) {
    auto words = command.arguments;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const auto account = account_of(command.user);
    const int log = ::open(command.log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    require(log >= 0, "cannot write " + command.log.string());
    const auto child = ::fork();
    if (child == 0) become(command, arguments.data(), account, log);
    ::close(log);
    require(child > 0, "no process for " + command.program.string());
    return child;
}

/// The end of what a server has said.
std::string last_words(const std::filesystem::path& log) {
    std::ifstream file(log);
    const std::string words(std::istreambuf_iterator<char>(file), {});
    constexpr std::size_t enough = 2'000;
    return words.substr(words.size() - std::min(words.size(), enough));
}

}  // namespace

void run(const Command& command) {
    int status = 0;
    const bool succeeded = ::waitpid(start(command), &status, 0) > 0 && status == 0;
    require(succeeded, command.program.string() + " failed: " + last_words(command.log));
}

void give_to(const std::string& user, const std::filesystem::path& folder) {
    const auto account = account_of(user);
    const bool given = !account || ::chown(folder.c_str(), account->user, account->group) == 0;
    require(given, folder.string() + " cannot be given to " + user);
}

ServerProcess::ServerProcess(const Command& command, int stop_signal)
    : process_(start(command)), stop_signal_(stop_signal), log_(command.log) {}

ServerProcess::~ServerProcess() {
    if (process_ <= 0) return;
    ::kill(process_, stop_signal_);
    ::waitpid(process_, nullptr, 0);
}

void ServerProcess::wait_until(const std::function<bool()>& answers) {
    constexpr double patience_seconds = 120;
    const Stopwatch waiting;
    while (!answers()) {
        if (::waitpid(process_, nullptr, WNOHANG) != 0) {
            process_ = -1;
            throw std::runtime_error("a server ended by itself: " + last_words(log_));
        }
        require(waiting.seconds() < patience_seconds, "a server does not answer: " + last_words(log_));
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

}  // namespace tokenstore::bench
