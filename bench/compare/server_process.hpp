// A server that the comparison starts for itself and stops again, by its process id.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace tokenstore::bench {

struct Command {
    std::filesystem::path program;
    std::vector<std::string> arguments;  ///< the first is the name that the program sees
    std::string user;                    ///< whom it runs as, if we are root; empty: as ourselves
    std::filesystem::path log;           ///< where its output goes
};

/// Runs a command to its end. Throws unless it succeeds, with what it said.
void run(const Command& command);

/// Makes a folder the property of the user that a server runs as, if we are root.
void give_to(const std::string& user, const std::filesystem::path& folder);

/// Runs for as long as the object lives, and not longer than the process that started it.
class ServerProcess {
public:
    /// `stop_signal` asks for an orderly end.
    ServerProcess(const Command& command, int stop_signal);
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;
    ~ServerProcess();

    [[nodiscard]] pid_t id() const { return process_; }

    /// Waits for the server to answer. Throws if it ends by itself instead, or does neither for two minutes.
    void wait_until(const std::function<bool()>& answers);

private:
    pid_t process_;
    int stop_signal_;
    std::filesystem::path log_;
};

}  // namespace tokenstore::bench
