#include "format/command_help.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace tokenstore::tool {
namespace {

/// A verb with those above it: "admin revoke".
struct KnownVerb {
    std::string path;
    const CLI::App* line;
};

void collect(const CLI::App& line, const std::string& path, std::vector<KnownVerb>& verbs) {
    verbs.push_back({path, &line});
    for (const CLI::App* below : line.get_subcommands([](const CLI::App*) { return true; })) {
        collect(*below, path.empty() ? below->get_name() : path + ' ' + below->get_name(), verbs);
    }
}

std::vector<KnownVerb> verbs_of(const CLI::App& app) {
    std::vector<KnownVerb> verbs;
    collect(app, "", verbs);
    return verbs;
}

std::vector<const CLI::Option*> options_of(const CLI::App& line) { return line.get_options(); }

/// "-i" and "--interval".
std::vector<std::string> spellings(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames()) names.push_back('-' + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    return names;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string text;
    for (const std::string& word : words) text.append(text.empty() ? "" : between).append(word);
    return text;
}

/// "table json" for an option whose value is one of these; nothing for other options.
std::string choices_of(const CLI::Option& option) {
    std::string type = option.get_type_name();
    if (type.find('|') == std::string::npos) return {};
    std::replace(type.begin(), type.end(), '|', ' ');
    return type;
}

/// Whether a verb takes names of files: there is something to stand behind it that is no word of ours.
bool takes_files(const CLI::App& line) {
    const std::vector<const CLI::Option*> options = options_of(line);
    return std::any_of(options.begin(), options.end(), [](const CLI::Option* option) {
        return option->get_positional() && choices_of(*option).empty();
    });
}

/// What may stand behind a verb: the verbs below it, its options, and what stands there without an option's name.
std::string words_of(const CLI::App& line) {
    std::vector<std::string> words;
    for (const CLI::App* below : line.get_subcommands([](const CLI::App*) { return true; })) {
        words.push_back(below->get_name());
    }
    for (const CLI::Option* option : options_of(line)) {
        for (const std::string& name : spellings(*option)) words.push_back(name);
        if (option->get_positional() && !choices_of(*option).empty()) words.push_back(choices_of(*option));
    }
    return joined(words, " ");
}

/// The lines that both shells share: which words follow on which.
std::string cases(const CLI::App& app) {
    std::string text = "    case \"$verb:$previous\" in\n";
    for (const KnownVerb& verb : verbs_of(app)) {
        for (const CLI::Option* option : options_of(*verb.line)) {
            const std::string choices = choices_of(*option);
            if (choices.empty()) continue;
            for (const std::string& name : spellings(*option)) {
                text += "    \"" + verb.path + ':' + name + "\") choices=\"" + choices + "\" ;;\n";
            }
        }
    }
    text += "    esac\n    case \"$verb\" in\n";
    for (const KnownVerb& verb : verbs_of(app)) {
        text += "    \"" + verb.path + "\") words=\"" + words_of(*verb.line) + '"' +
                (takes_files(*verb.line) ? " files=yes" : "") + " ;;\n";
    }
    return text + "    esac\n";
}

/// The words before the cursor that name a verb.
std::string verb_pattern(const CLI::App& app) {
    std::vector<std::string> paths;
    for (const KnownVerb& verb : verbs_of(app)) {
        if (!verb.path.empty()) paths.push_back('"' + verb.path + '"');
    }
    return joined(paths, "|");
}

// ---- The manual page
// -------------------------------------------------------------------------------------------------

/// Text that means itself: no escapes, no requests at the beginning of a line.
std::string roff(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        const bool at_line_start = escaped.empty() || escaped.back() == '\n';
        if (letter == '\\') {
            escaped += "\\e";
        } else if (letter == '-') {
            escaped += "\\-";
        } else if (at_line_start && (letter == '.' || letter == '\'')) {
            escaped.append("\\&") += letter;
        } else {
            escaped += letter;
        }
    }
    return escaped;
}

std::string synopsis(const KnownVerb& verb) {
    std::string text = "tokenstore " + verb.path;
    for (const CLI::Option* option : options_of(*verb.line)) {
        if (option->get_positional()) text += ' ' + option->get_name(true);
    }
    return text + " [OPTIONS]";
}

void add_options(std::string& text, const CLI::App& line) {
    for (const CLI::Option* option : options_of(line)) {
        const std::vector<std::string> names = spellings(*option);
        std::string head = names.empty() ? option->get_name(true) : joined(names, ", ");
        if (!names.empty() && option->get_expected_max() > 0 && !option->get_type_name().empty()) {
            head += ' ' + option->get_type_name();
        }
        text += ".TP\n.B " + roff(head) + '\n' + roff(option->get_description()) + ".\n";
    }
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
    return "# Completes the command line of tokenstore in bash. Written by: tokenstore completion bash\n"
           "_tokenstore() {\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    local verb= word choices= words= files=\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "        case \"${verb:+$verb }$word\" in\n"
           "        " +
           verb_pattern(app) +
           ") verb=\"${verb:+$verb }$word\" ;;\n"
           "        esac\n"
           "    done\n" +
           cases(app) +
           "    if [ -n \"$choices\" ]; then\n"
           "        COMPREPLY=($(compgen -W \"$choices\" -- \"$current\"))\n"
           "    elif [[ $current == -* || -z $files ]]; then\n"
           "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
           "    fi\n"
           "    # Nothing found, the shell completes the names of files.\n"
           "}\n"
           "complete -o default -F _tokenstore tokenstore\n";
}

std::string zsh_completion(const CLI::App& app) {
    return "#compdef tokenstore\n"
           "# Completes the command line of tokenstore in zsh. Written by: tokenstore completion zsh\n"
           "_tokenstore() {\n"
           "    local current=$words[CURRENT] previous=$words[CURRENT-1]\n"
           "    local verb= word choices= files=\n"
           "    local -a before=(\"${(@)words[2,CURRENT-1]}\")\n"
           "    local words=\n"
           "    for word in \"${before[@]}\"; do\n"
           "        case \"${verb:+$verb }$word\" in\n"
           "        " +
           verb_pattern(app) +
           ") verb=\"${verb:+$verb }$word\" ;;\n"
           "        esac\n"
           "    done\n" +
           cases(app) +
           "    if [[ -n $choices ]]; then\n"
           "        compadd -- ${=choices}\n"
           "    elif [[ $current == -* || -z $files ]]; then\n"
           "        compadd -- ${=words}\n"
           "    else\n"
           "        _files\n"
           "    fi\n"
           "}\n"
           "_tokenstore \"$@\"\n";
}

std::string manual_page(const CLI::App& app, const std::string& version) {
    std::string text = ".TH TOKENSTORE 1 \"\" \"tokenstore " + roff(version) + "\" \"User Commands\"\n";
    text += ".SH NAME\ntokenstore \\- " + roff(app.get_description()) + '\n';
    text += ".SH SYNOPSIS\n.B tokenstore\nVERB [ARGUMENTS]\n.SH VERBS\n";
    for (const KnownVerb& verb : verbs_of(app)) {
        if (verb.path.empty() || !verb.line->get_subcommands([](const CLI::App*) { return true; }).empty()) continue;
        text += ".SS " + roff(synopsis(verb)) + '\n' + roff(verb.line->get_description()) + ".\n";
        add_options(text, *verb.line);
    }
    const std::string footer = app.get_footer();
    const std::size_t codes = footer.find("Exit codes:");
    text += ".SH EXAMPLES\n.nf\n" + roff(footer.substr(0, codes)) + ".fi\n";
    text += ".SH EXIT STATUS\n.nf\n" + roff(footer.substr(codes)) + "\n.fi\n";
    return text;
}

}  // namespace tokenstore::tool
