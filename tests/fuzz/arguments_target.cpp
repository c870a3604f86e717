// The command line of the tool, in this process and in a folder of its own. An input is a command line as the kernel
// keeps it, each word ended by a zero byte; what follows the last of them is standard input.
//
// Whatever the words, the tool answers with one of its exit codes. Wrong usage is told in one line, no message does
// harm on a terminal, no raw token is repeated, and what only looks changes nothing. Each input finds the folder as it
// was at the start, so that it does the same when it is run alone.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tokenstore/raw_token.hpp>

#include "command_line.hpp"
#include "format/token_csv.hpp"
#include "fuzz/harmless_text.hpp"
#include "fuzz/target.hpp"
#include "support/folder_image.hpp"
#include "support/memory_file.hpp"
#include "support/requirements.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

struct Invocation {
    std::vector<std::string> words;
    std::string input;
};

/// No word names anything outside the folder: slashes become underscores.
Invocation invocation_of(std::string_view bytes) {
    Invocation invocation;
    for (auto end = bytes.find('\0'); end != std::string_view::npos; end = bytes.find('\0')) {
        auto& word = invocation.words.emplace_back(bytes.substr(0, end));
        std::ranges::replace(word, '/', '_');
        bytes.remove_prefix(end + 1);
    }
    invocation.input = bytes;
    return invocation;
}

struct Answer {
    tool::ExitCode code;
    std::string output;
    std::string errors;
};

Answer run_tool(const Invocation& invocation) {
    std::vector<const char*> words{"tokenstore"};
    for (const std::string& word : invocation.words) words.push_back(word.c_str());
    const MemoryFile input(invocation.input);
    const MemoryFile output_file;
    const MemoryFile errors_file;
    tool::Output output(output_file.descriptor());
    tool::Output errors(errors_file.descriptor());
    tool::Console console{input.descriptor(), output, errors};
    const auto code = tool::run_command_line(static_cast<int>(words.size()), words.data(), console);
    return {code, output_file.content(), errors_file.content()};
}

// What lies in the folder: a store, a backup of it by itself and in a folder of backups, the file that the store was
// made from, and one that cannot be imported, under a name that clears a terminal.
constexpr const char* store_name = "store";
constexpr const char* backup_name = "backup";
constexpr const char* backups_name = "backups";
constexpr const char* rows_name = "rows.csv";
constexpr const char* bad_rows_name = "\x1b[2J.csv";

/// The folder that the tool works in.
class Workplace {
public:
    Workplace() : before_(std::filesystem::current_path()) {
        std::filesystem::create_directories(inner());
        std::string header;
        tool::append_csv_header(header);
        std::ofstream(inner() / bad_rows_name) << header << "1,2,3\n";

        std::string rows = header;
        for (const std::uint64_t number : {1U, 2U, 3U}) {
            tool::append_csv_row(rows, {make_token(number), TokenState::live, std::nullopt}, tool::TextForm::exact);
        }
        tool::append_csv_row(rows, {with_all_fields(make_token(4)), TokenState::revoked, std::nullopt},
                             tool::TextForm::exact);
        std::ofstream(inner() / rows_name) << rows;

        make_with({"import", store_name, rows_name, "--longest-lifetime", "36500"});
        make_with({"backup", store_name, backups_name});
        make_with({"backup", store_name, backups_name});
        std::filesystem::rename(inner() / backups_name / "000001", inner() / backup_name);
        copy_folder(inner(), pristine());
        image_ = FolderImage(inner());
    }

    Answer run(const Invocation& invocation) {
        // Only meanwhile: whoever runs the target may name its files relative to where it was started.
        std::filesystem::current_path(inner());
        Answer answer = run_tool(invocation);
        std::filesystem::current_path(before_);
        return answer;
    }

    [[nodiscard]] bool is_store_as_before() const {
        return FolderImage(inner() / store_name).files == files_of_store(*image_);
    }

    void tidy_up() {
        for (const auto& entry : std::filesystem::directory_iterator(outer())) {
            if (entry.path() != inner()) std::filesystem::remove_all(entry.path());
        }
        if (FolderImage(inner()) == *image_) return;
        std::filesystem::remove_all(inner());
        copy_folder(pristine(), inner());
        image_ = FolderImage(inner());
    }

private:
    void make_with(const std::vector<std::string>& words) {
        const Answer made = run({words, {}});
        require(made.code == tool::ExitCode::ok, "the folder to work in cannot be made: " + made.errors);
    }

    static void copy_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
        std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
    }

    /// By their names in the store.
    static std::map<std::string, FileImage> files_of_store(const FolderImage& all) {
        const std::string prefix = std::string(store_name) + '/';
        std::map<std::string, FileImage> files;
        for (const auto& [name, image] : all.files) {
            if (name.starts_with(prefix)) files[name.substr(prefix.size())] = image;
        }
        return files;
    }

    /// One below, so that ".." is ours too.
    [[nodiscard]] std::filesystem::path outer() const { return folder_.path() / "outer"; }
    [[nodiscard]] std::filesystem::path inner() const { return outer() / "inner"; }
    [[nodiscard]] std::filesystem::path pristine() const { return folder_.path() / "pristine"; }

    TemporaryDirectory folder_;
    std::filesystem::path before_;
    std::optional<FolderImage> image_;  // of the folder as each input finds it
};

bool is_one_line(std::string_view text) { return !text.empty() && text.find('\n') == text.size() - 1; }

bool mentions(const Answer& answer, std::string_view text) {
    return answer.output.find(text) != std::string::npos || answer.errors.find(text) != std::string::npos;
}

void check(const Invocation& invocation, const Answer& answer) {
    require(answer.code >= tool::ExitCode::ok && answer.code <= tool::ExitCode::failure, "an unknown exit code");
    require(is_harmless(answer.errors), "a message does harm on a terminal");
    if (answer.code != tool::ExitCode::ok && answer.code != tool::ExitCode::findings) {
        require(answer.errors.starts_with("tokenstore: ") && is_one_line(answer.errors),
                "a failure is not told in one line: " + answer.errors);
    }
    if (answer.code == tool::ExitCode::usage) {
        require(answer.output.empty(), "wrong usage is answered with output");
        for (const std::string& word : invocation.words) {
            const bool is_token = RawToken::from_text(word).has_value();
            require(!is_token || !mentions(answer, word), "a raw token among the arguments is repeated");
        }
    }
    const std::string_view line(invocation.input.data(),
                                std::min(invocation.input.find('\n'), invocation.input.size()));
    if (RawToken::from_text(line) && std::ranges::find(invocation.words, line) == invocation.words.end()) {
        require(!mentions(answer, line), "the raw token on standard input is repeated");
    }
}

bool may_change_the_store(const Invocation& invocation) {
    return std::ranges::any_of(invocation.words,
                               [](std::string_view word) { return word == "import" || word == "admin"; });
}

/// Verbs that go on until they are stopped, or for as long as they are told.
bool takes_its_time(const Invocation& invocation) {
    return std::ranges::any_of(invocation.words, [](std::string_view word) {
        return word == "fsync-test" || word.starts_with("--follow") || word.starts_with("-i") ||
               word.starts_with("--interval");
    });
}

}  // namespace
}  // namespace tokenstore::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tokenstore::test;
    static Workplace workplace;
    const Invocation invocation = invocation_of(input_text(data, size));
    if (takes_its_time(invocation)) return 0;
    check(invocation, workplace.run(invocation));
    require(may_change_the_store(invocation) || workplace.is_store_as_before(),
            "a verb that looks has changed the store");
    workplace.tidy_up();
    return 0;
}
