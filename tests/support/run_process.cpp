#include "support/run_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

extern char** environ;

namespace tokenstore::test {
namespace {

[[noreturn]] void fail(const char* what, int error_number) {
    throw std::system_error(error_number, std::generic_category(), what);
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {
        if (number < 0) fail("cannot open a descriptor", errno);
    }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }

    [[nodiscard]] int number() const { return number_; }
    void close() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

private:
    int number_;
};

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("cannot make a pipe", errno);
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Descriptor make_capture() { return Descriptor(::memfd_create("captured", MFD_CLOEXEC)); }

std::string captured(const Descriptor& capture) {
    std::string text;
    std::array<char, 65536> block{};
    for (;;) {
        const ssize_t length = ::pread(capture.number(), block.data(), block.size(), static_cast<off_t>(text.size()));
        if (length < 0) fail("cannot read what the program wrote", errno);
        if (length == 0) return text;
        text.append(block.data(), static_cast<std::size_t>(length));
    }
}

// What a child does before it becomes the program.
class Spawn {
public:
    Spawn() {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        sigset_t defaults;
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        posix_spawnattr_setsigdefault(&attributes_, &defaults);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
    }
    ~Spawn() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;

    void connect(const Descriptor& ours, int theirs) {
        posix_spawn_file_actions_adddup2(&actions_, ours.number(), theirs);
    }

    // A session of its own, whose controlling terminal is the first that it opens.
    void use_terminal(const char* name) {
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, name, O_RDWR, 0);
        posix_spawn_file_actions_adddup2(&actions_, STDIN_FILENO, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, STDIN_FILENO, STDERR_FILENO);
    }

    pid_t start(std::vector<std::string> command, const std::map<std::string, std::string>& more_environment) {
        std::vector<std::string> variables;
        for (char** variable = environ; *variable != nullptr; ++variable) {
            const std::string_view text = *variable;
            if (!more_environment.contains(std::string(text.substr(0, text.find('='))))) variables.emplace_back(text);
        }
        for (const auto& [name, value] : more_environment) variables.push_back(name + "=" + value);
        pid_t process = 0;
        const int error_number = ::posix_spawn(&process, command.at(0).c_str(), &actions_, &attributes_,
                                               pointers(command).data(), pointers(variables).data());
        if (error_number != 0) fail("cannot start the program", error_number);
        return process;
    }

private:
    static std::vector<char*> pointers(std::vector<std::string>& texts) {
        std::vector<char*> pointers;
        for (std::string& text : texts) pointers.push_back(text.data());
        pointers.push_back(nullptr);
        return pointers;
    }

    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

void wait_for(pid_t process, Finished& finished) {
    int status = 0;
    rusage usage = {};
    while (::wait4(process, &status, 0, &usage) < 0) {
        if (errno != EINTR) fail("cannot wait for the program", errno);
    }
    finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    finished.peak_memory_kib = usage.ru_maxrss;
}

// A program that does not read its input to the end is no failure of the test's.
void write_as_far_as_read(const Descriptor& to, std::string_view bytes) {
    auto* const before = std::signal(SIGPIPE, SIG_IGN);
    while (!bytes.empty()) {
        const ssize_t written = ::write(to.number(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) break;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    std::signal(SIGPIPE, before);
}

}  // namespace

Finished run_process(const std::vector<std::string>& command, const RunOptions& options) {
    const Descriptor output = make_capture();
    const Descriptor errors = make_capture();
    Pipe input = make_pipe();
    Spawn spawn;
    spawn.connect(input.read_end, STDIN_FILENO);
    spawn.connect(errors, STDERR_FILENO);
    Pipe unread = make_pipe();
    unread.read_end.close();
    const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    switch (options.output_to) {
        case RunOptions::OutputTo::capture:
            spawn.connect(output, STDOUT_FILENO);
            break;
        case RunOptions::OutputTo::closed_pipe:
            spawn.connect(unread.write_end, STDOUT_FILENO);
            break;
        case RunOptions::OutputTo::full_device:
            spawn.connect(full, STDOUT_FILENO);
            break;
    }
    const pid_t process = spawn.start(command, options.environment);
    input.read_end.close();
    write_as_far_as_read(input.write_end, options.input);
    input.write_end.close();
    Finished finished;
    wait_for(process, finished);
    finished.output = captured(output);
    finished.errors = captured(errors);
    return finished;
}

Finished run_on_terminal(const std::vector<std::string>& command, const std::string& awaited, const std::string& typed,
                         const std::map<std::string, std::string>& environment) {
    const Descriptor terminal(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    std::array<char, 256> name{};
    if (::grantpt(terminal.number()) != 0 || ::unlockpt(terminal.number()) != 0 ||
        ::ptsname_r(terminal.number(), name.data(), name.size()) != 0) {
        fail("cannot make a terminal", errno);
    }
    Spawn spawn;
    spawn.use_terminal(name.data());
    const pid_t process = spawn.start(command, environment);

    Finished finished;
    bool has_typed = typed.empty();
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t length = ::read(terminal.number(), block.data(), block.size());
        if (length < 0 && errno == EINTR) continue;
        if (length <= 0) break;  // EIO: the other side has closed the terminal
        for (const char character : std::string_view(block.data(), static_cast<std::size_t>(length))) {
            if (character == '\n' && finished.output.ends_with('\r')) finished.output.pop_back();
            finished.output += character;
        }
        if (!has_typed && finished.output.find(awaited) != std::string::npos) {
            write_as_far_as_read(terminal, typed);
            has_typed = true;
        }
    }
    wait_for(process, finished);
    return finished;
}

}  // namespace tokenstore::test
