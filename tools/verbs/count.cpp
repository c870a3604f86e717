#include "verbs/count.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

#include <tokenstore/store_reader.hpp>

#include "format/rfc3339.hpp"
#include "format/token_json.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments {
    std::filesystem::path store;
    std::int64_t as_of_us = 0;
};

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    const Result<TokenCounts> counts = reader->count(arguments.as_of_us);
    if (!counts) return report(console, counts.error());

    rapidjson::StringBuffer buffer;
    JsonWriter json(buffer);
    json.StartObject();
    json.Key("as_of");
    write_json_text(json, rfc3339(arguments.as_of_us));
    json.Key("tokens");
    json.Uint64(counts->tokens);
    json.Key("users");
    json.Uint64(counts->users);
    json.Key("families");
    json.Uint64(counts->families);
    json.Key("live");
    json.Uint64(counts->live);
    json.Key("revoked");
    json.Uint64(counts->revoked);
    json.Key("consumed");
    json.Uint64(counts->consumed);
    json.Key("expired");
    json.Uint64(counts->expired);
    json.EndObject();
    buffer.Put('\n');
    console.output.write({buffer.GetString(), buffer.GetSize()});
    return ExitCode::ok;
}

}  // namespace

Verb count_verb() {
    return {"count", "Count what the store holds, as JSON", [](CLI::App& line) -> Run {
                const auto arguments = std::make_shared<Arguments>();
                add_store(line, arguments->store);
                add_as_of(line, arguments->as_of_us);
                return [arguments](Console& console) { return run(*arguments, console); };
            }};
}

}  // namespace tokenstore::tool
