#include "verbs/figures.hpp"

#include <utility>

#include "system/interruption.hpp"
#include "verbs/walk.hpp"

namespace tokenstore::tool {

Result<Figures> read_figures(const StoreReader& reader, std::int64_t as_of_us, std::uint64_t sample_tokens,
                             Console& console) {
    Result<StoreFigures> store = reader.figures(OnDamage::skip);
    if (!store) return store.error();
    MeasureRequest request;
    request.as_of_us = as_of_us;
    request.sample_tokens = sample_tokens;
    request.on_damage = OnDamage::skip;
    request.on_progress = slow_progress("measuring", console);
    Result<RecordFigures> records = reader.measure(request);
    if (!records) return records.error();
    if (interrupted()) return broken_off();
    return Figures{*std::move(store), *std::move(records)};
}

ExitCode conclude(const Figures& figures, const StoreReader& reader, std::int64_t as_of_us, Console& console) {
    WalkedTokens walked = figures.records.walked;
    if (figures.store.met_damage) ++walked.damaged_records;
    return tell_damage(console, reader, as_of_us, walked);
}

}  // namespace tokenstore::tool
