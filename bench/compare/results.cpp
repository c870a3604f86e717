#include "compare/results.hpp"

#include <rapidjson/ostreamwrapper.h>
#include <rapidjson/prettywriter.h>

#include <algorithm>
#include <fstream>

#include "compare/require.hpp"

namespace tokenstore::bench {

namespace {

/// Writes members of objects by the type of their value.
class JsonWriter {
public:
    explicit JsonWriter(std::ostream& out) : stream_(out), writer_(stream_) {
        writer_.SetIndent(' ', 1);
        writer_.SetMaxDecimalPlaces(3);
    }

    void begin_array() { writer_.StartArray(); }
    void end_array() { writer_.EndArray(); }
    void begin_object() { writer_.StartObject(); }
    void end_object() { writer_.EndObject(); }
    void key(const char* name) { writer_.Key(name); }

    void member(const char* name, const std::string& value) {
        key(name);
        writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }
    void member(const char* name, double value) {
        key(name);
        writer_.Double(value);
    }
    void member(const char* name, std::uint64_t value) {
        key(name);
        writer_.Uint64(value);
    }

private:
    rapidjson::OStreamWrapper stream_;
    rapidjson::PrettyWriter<rapidjson::OStreamWrapper> writer_;
};

std::ofstream open_for_writing(const std::filesystem::path& path) {
    std::ofstream file(path);
    require(file.is_open(), "cannot write " + path.string());
    return file;
}

void finish(std::ofstream& file, const std::filesystem::path& path) {
    file << '\n';
    file.close();
    require(file.good(), "cannot write " + path.string());
}

/// The footprint of a figure's participant: look-ups are taken where the writes are buffered.
const Footprint& footprint_of(const Figure& figure, const std::vector<Footprint>& footprints) {
    const auto durability = figure.durability == "both" ? "buffered" : figure.durability;
    const auto found = std::find_if(footprints.begin(), footprints.end(), [&](const Footprint& footprint) {
        return footprint.participant == figure.participant && footprint.durability == durability;
    });
    require(found != footprints.end(), "a figure without a footprint");
    return *found;
}

void write_figure(JsonWriter& json, const Figure& figure, const Series& series, const Footprint& footprint,
                  std::size_t tokens) {
    const auto& rates = series.operations_per_second;
    json.begin_object();
    json.member("workload", figure.workload);
    json.member("participant", figure.participant);
    json.member("engine", footprint.engine);
    json.member("durability", figure.durability);
    json.member("clients", std::uint64_t{figure.clients});
    json.member("tokens", std::uint64_t{tokens});
    if (figure.size != 0) json.member("size", std::uint64_t{figure.size});
    json.member("rounds", std::uint64_t{rates.size()});
    json.member("operations_per_second", median(rates));
    json.member("operations_per_second_min", *std::min_element(rates.begin(), rates.end()));
    json.member("operations_per_second_max", *std::max_element(rates.begin(), rates.end()));
    json.member("latency_loop", std::string(series.open_loop ? "open" : "closed"));
    json.member("latencies", series.latencies.count());
    json.member("p50_us", series.latencies.quantile_us(0.5));
    json.member("p99_us", series.latencies.quantile_us(0.99));
    json.member("p999_us", series.latencies.quantile_us(0.999));
    json.member("max_us", series.latencies.max_us());
    json.member("bytes_per_token", footprint.bytes_per_token);
    json.member("resident_bytes_per_token", footprint.resident_bytes_per_token);
    json.member("written_bytes_per_token", footprint.written_bytes_per_token);
    json.member("load_seconds", footprint.load_seconds);
    json.member("reopen_ms", footprint.reopen_ms);
    json.end_object();
}

void write_environment(JsonWriter& json, const Results& results, const Settings& settings) {
    const auto& environment = results.environment;
    json.begin_object();
    json.member("taken_at", environment.taken_at);
    json.member("processor", environment.processor);
    json.member("processors", std::uint64_t{environment.processors});
    json.member("memory_bytes", environment.memory_bytes);
    json.member("kernel", environment.kernel);
    json.member("distribution", environment.distribution);
    json.member("file_system", environment.file_system);
    json.member("compiler", environment.compiler);
    json.member("fdatasync_p50_us", environment.fdatasync_p50_us);
    json.member("fdatasync_p99_us", environment.fdatasync_p99_us);
    json.member("request_ns", results.request_ns);
    json.member("tokens", std::uint64_t{settings.tokens});
    json.member("rounds", std::uint64_t{settings.rounds});
    json.member("loaded", std::string(settings.apart ? "apart" : "together"));
    json.member("seed", settings.seed);
    json.member("warm_up_ms", static_cast<std::uint64_t>(settings.warm_up.count()));
    json.member("closed_loop_ms", static_cast<std::uint64_t>(settings.closed_loop.count()));
    json.member("open_loop_ms", static_cast<std::uint64_t>(settings.open_loop.count()));
    json.key("participants");
    json.begin_array();
    for (const auto& footprint : results.footprints) {
        json.begin_object();
        json.member("participant", footprint.participant);
        json.member("durability", footprint.durability);
        json.member("engine", footprint.engine);
        json.member("configuration", footprint.configuration);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

}  // namespace

void write_results(const Results& results, const Settings& settings) {
    std::filesystem::create_directories(settings.report);
    {
        const auto path = settings.report / "results.json";
        auto file = open_for_writing(path);
        JsonWriter json(file);
        json.begin_array();
        for (const auto& [figure, series] : results.series) {
            write_figure(json, figure, series, footprint_of(figure, results.footprints), settings.tokens);
        }
        json.end_array();
        finish(file, path);
    }
    const auto path = settings.report / "environment.json";
    auto file = open_for_writing(path);
    JsonWriter json(file);
    write_environment(json, results, settings);
    finish(file, path);
}

}  // namespace tokenstore::bench
