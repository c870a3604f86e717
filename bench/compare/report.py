#!/usr/bin/env python3
"""Makes the pages of a comparison: report.md and plots in SVG, from the results.json and environment.json in a folder.

    report.py FOLDER [PART]

With PART, the folder of another run with as many tokens, the figures of that run are first added to the folder's: in
place of what the folder has of the same workloads, or, where both runs loaded one participant after the other and none
is in both, beside it.
"""

import json
import math
import pathlib
import sys

US = "tokenstore"
GIVEN_RATE = ("rotate_steady", "rotate_during_cleanup")  # their latencies count
RELEASE_ENGINE = "release_engine"  # a folder beside the results
PROFILES = "profiles.md"  # and two files
TRIED = "tried.md"  # written by hand
CLASSES = (
    ("both", "Look-ups", "They write nothing, and so belong to both durability classes."),
    ("synced", "Synced changes", "What a call has answered survives a power cut."),
    ("buffered", "Buffered changes", "What a call has answered may be lost in a power cut. The hash table is nothing durable "
     "at all: it is here as the physical limit."),
)
COLOURS = {
    "tokenstore": "#c2410c",
    "bare_rocksdb": "#7c7c7c",
    "lmdb": "#15803d",
    "sqlite": "#1d4ed8",
    "redis": "#b91c1c",
    "postgresql": "#0e7490",
    "hash_table": "#a3a3a3",
}


def in_order(values):
    """The values without repetitions, in the order of their first appearance."""
    return list(dict.fromkeys(values))


def participants_of(figures):
    present = {figure["participant"] for figure in figures}
    return [name for name in COLOURS if name in present]


def number(value, digits=3):
    """Three significant digits, with separators for thousands."""
    if not value:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, decimals):,.{max(0, decimals)}f}"


def subject(figure):
    """What one line of a table is about: the workload, and the size of what is ended where there is one."""
    size = figure.get("size")
    return figure["workload"] + (f" of {size:,}" if size else "")


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def by_case(figures):
    """(subject, clients) -> participant -> figure, in the order of the results."""
    cases = {}
    for figure in figures:
        cases.setdefault((subject(figure), figure["clients"]), {})[figure["participant"]] = figure
    return cases


def case_table(figures, text_of):
    """A row for each case, a column for each participant that has a figure."""
    names = participants_of(figures)
    rows = []
    for (what, clients), case in by_case(figures).items():
        rows.append([what, str(clients)] + [text_of(case[name]) if name in case else "-" for name in names])
    return table(["workload", "clients"] + names, rows)


def rate_text(figure):
    rate, least, most = (number(figure["operations_per_second" + which]) for which in ("", "_min", "_max"))
    return f"{rate} ({least} .. {most})"


def latency_text(figure):
    if not figure["latencies"]:
        return "-"
    return " / ".join(number(figure[key]) for key in ("p50_us", "p99_us", "p999_us", "max_us"))


def ratios_of(figures):
    """(subject, clients, participant, tokenstore's rate / the participant's), where the rate is not a given one"""
    for (what, clients), case in by_case(figures).items():
        if what in GIVEN_RATE:
            continue
        ours = case.get(US)
        for name, figure in case.items():
            if ours and name != US and figure["operations_per_second"]:
                yield what, clients, name, ours["operations_per_second"] / figure["operations_per_second"]


def ratio_table(figures):
    names = [name for name in participants_of(figures) if name != US]
    cases = {}
    for what, clients, name, ratio in ratios_of(figures):
        cases.setdefault((what, clients), {})[name] = ratio
    rows = []
    for (what, clients), ratios in cases.items():
        cells = [f"**{number(ratios[name], 2)}**" if ratios.get(name, 1) < 1 else number(ratios[name], 2)
                 if name in ratios else "-" for name in names]
        rows.append([what, str(clients)] + cells)
    return table(["workload", "clients"] + names, rows)


def losses(figures):
    """One line for each participant that is ahead of tokenstore somewhere, the worst ratio first."""
    lines = []
    for name in participants_of(figures):
        lost = sorted((ratio, f"{what} with {clients} client{'s' if clients > 1 else ''}")
                      for what, clients, other, ratio in ratios_of(figures) if other == name and ratio < 1)
        if lost:
            lines.append(f"- {name} is ahead in " + ", ".join(f"{what} ({number(ratio, 2)})" for ratio, what in lost) + ".")
    return "\n".join(lines) + "\n" if lines else "- Nowhere in this run.\n"


def footprint_table(figures):
    rows, seen = [], set()
    for figure in figures:
        durability = "buffered" if figure["durability"] == "both" else figure["durability"]
        key = (figure["participant"], durability)
        if key in seen:
            continue
        seen.add(key)
        rows.append([figure["participant"], durability, number(figure["bytes_per_token"]),
                     number(figure["written_bytes_per_token"]),
                     number(figure["resident_bytes_per_token"]), number(figure["load_seconds"]),
                     number(figure["reopen_ms"])])
    rows.sort(key=lambda row: (row[1], list(COLOURS).index(row[0])))
    return table(["participant", "class", "bytes on disk per token",
                  "bytes written per token", "resident bytes per token", "load, s",
                  "reopen, ms"], rows)


# ---- Plots -----------------------------------------------------------------------------------------------------------


def bar_plot(title, figures):
    """Operations per second of each participant, workload by workload, on a logarithmic axis; spread as a line."""
    cases = by_case(figures)
    names = participants_of(figures)
    left, width, bar, gap = 230, 560, 11, 14
    rates = [figure[key] for figure in figures for key in ("operations_per_second_min", "operations_per_second_max")
             if figure[key] > 0]
    if not rates:
        return None
    low, high = math.floor(math.log10(min(rates))), math.ceil(math.log10(max(rates)))

    def x(rate):
        return left + width * (math.log10(max(rate, 10**low)) - low) / max(1, high - low)

    body, y = [], 56
    for (what, clients), case in cases.items():
        present = [name for name in names if name in case]
        middle = y + bar * len(present) / 2 + 4
        body.append(f'<text x="{left - 8}" y="{middle:.0f}" text-anchor="end">{what}, {clients}</text>')
        for name in present:
            figure = case[name]
            least, most = figure["operations_per_second_min"], figure["operations_per_second_max"]
            body.append(f'<rect x="{left}" y="{y}" width="{x(figure["operations_per_second"]) - left:.1f}" '
                        f'height="{bar - 2}" fill="{COLOURS[name]}"/>')
            body.append(f'<line x1="{x(least):.1f}" x2="{x(most):.1f}" y1="{y + bar / 2 - 1:.1f}" '
                        f'y2="{y + bar / 2 - 1:.1f}" stroke="#111"/>')
            y += bar
        y += gap
    axis = []
    for power in range(low, high + 1):
        axis.append(f'<line x1="{x(10**power):.1f}" x2="{x(10**power):.1f}" y1="48" y2="{y}" stroke="#ddd"/>')
        axis.append(f'<text x="{x(10**power):.1f}" y="{y + 14}" text-anchor="middle">{10**power:,}</text>')
    legend, legend_x = [], 8
    for name in names:
        legend.append(f'<rect x="{legend_x}" y="28" width="10" height="10" fill="{COLOURS[name]}"/>'
                      f'<text x="{legend_x + 14}" y="37">{name}</text>')
        legend_x += 24 + 7 * len(name)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 60}" height="{y + 24}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="8" y="18" font-size="14">{title}</text>', *axis, *legend, *body, "</svg>\n"])


# ---- The page --------------------------------------------------------------------------------------------------------


def environment_lines(environment):
    order = ("one participant after the other, each loaded by itself" if environment.get("loaded") == "apart"
             else "all participants loaded at once")
    return (f"Taken at {environment['taken_at']} on {environment['processors']} processors "
            f"({environment['processor']}), {environment['memory_bytes'] / 2**30:.1f} GiB of memory, "
            f"{environment['distribution']}, {environment['kernel']}, {environment['compiler']}.\n"
            f"The data lie on {environment['file_system']}. Appending 512 bytes with `fdatasync` takes "
            f"{number(environment['fdatasync_p50_us'])} us at p50 and {number(environment['fdatasync_p99_us'])} us at "
            f"p99 there.\n\n"
            f"{environment['tokens']:,} tokens, five to a user, all of them in memory. "
            f"{environment['rounds']} rounds in random order, {order}; in a round each figure has a closed loop of {environment['closed_loop_ms']} ms "
            f"after {environment['warm_up_ms']} ms of warm-up, and an open loop of {environment['open_loop_ms']} ms; "
            f"seed {environment['seed']}. Of each look-up {number(environment['request_ns'])} ns are the harness's own: "
            f"drawing a token and making its hash. Before anything was timed, all participants answered one script of operations alike.\n"
            + "".join(part_line(part) for part in environment.get("parts", [])))


def part_line(part):
    return (f"\nFrom a run of their own, taken at {part['taken_at']}, {part['rounds']} rounds, `fdatasync` "
            f"{number(part['fdatasync_p50_us'])} us at p50 and {number(part['fdatasync_p99_us'])} us at p99, of each "
            f"look-up {number(part['request_ns'])} ns the harness's own: {', '.join(part['measured'])}.\n")


def engines(environment):
    rows = in_order((each["participant"], each["engine"]) for each in environment["participants"])
    return table(["participant", "engine"], [list(row) for row in rows])


def configurations(environment):
    blocks = []
    for each in environment["participants"]:
        blocks.append(f"### {each['participant']}, {each['durability']}\n\n```\n{each['configuration'].strip()}\n```\n")
    return "\n".join(blocks)


def both_engines(figures, release_figures, release_environment):
    """The same measured on RocksDB built without assertions, beside the figures of the system's."""
    release = {(subject(figure), figure["durability"], figure["clients"], figure["participant"]): figure
               for figure in release_figures}
    rows = []
    for figure in figures:
        other = release.get((subject(figure), figure["durability"], figure["clients"], figure["participant"]))
        if not other or not figure["operations_per_second"] or figure["workload"] in GIVEN_RATE:
            continue
        rows.append([subject(figure), figure["durability"], str(figure["clients"]), figure["participant"],
                     rate_text(figure), rate_text(other),
                     number(other["operations_per_second"] / figure["operations_per_second"], 2)])
    return ["## The engine's two builds\n",
            f"Operations per second on the system's RocksDB and on one built from the same source, optimised and without "
            f"assertions; taken one after the other, the second at {release_environment['taken_at']}.\n",
            engines(release_environment),
            table(["workload", "class", "clients", "participant", "system", "release", "release / system"], rows)]


def folders_of_runs(folder):
    return sorted(each for each in folder.iterdir()
                  if each.name != RELEASE_ENGINE and (each / "results.json").is_file())


def other_runs(folder):
    """Links to the runs that lie in folders below."""
    lines = []
    for below in folders_of_runs(folder):
        if (below / "report.md").is_file():
            figures, environment = read(below)
            workloads = ", ".join(in_order(figure["workload"] for figure in figures))
            lines.append(f"- [{below.name}]({below.name}/report.md): {environment['tokens']:,} tokens, {workloads}")
    return ["## Other runs\n", "\n".join(lines) + "\n"] if lines else []


def sizes(folder, figures, environment):
    """How long tokenstore's look-ups take at this size and at those of the runs below: of runs on one kind of processor,
    in which each participant was loaded by itself."""
    if environment.get("loaded") != "apart":
        return []
    runs = {environment["tokens"]: figures}
    for below in folders_of_runs(folder):
        more, its = read(below)
        if its.get("loaded") == "apart" and its["processor"] == environment["processor"]:
            runs.setdefault(its["tokens"], more)
    counts = sorted(runs)
    times = {}
    for tokens, measured in runs.items():
        for figure in measured:
            if (figure["participant"], figure["durability"], figure["clients"]) == (US, "both", 1):
                if figure["operations_per_second"]:
                    times.setdefault(figure["workload"], {})[tokens] = 1e6 / figure["operations_per_second"]
    rows = [[workload] + [number(at[tokens]) for tokens in counts] + [number(at[counts[-1]] / at[counts[0]], 2)]
            for workload, at in times.items() if len(at) == len(counts)]
    if len(counts) < 2 or not rows:
        return []
    return ["## More tokens\n", "us a look-up of tokenstore's, one client, by how many tokens there are; each size in a "
            "run of its own.\n",
            table(["workload"] + [f"{tokens:,}" for tokens in counts] + ["most / fewest"], rows)]


def add(part, folder):
    """Ratios are taken within one run, so a class of a workload comes from one of the runs as a whole: but for
    participants that were loaded and measured one after the other anyway."""
    figures, environment = read(folder)
    more, of_part = read(part)
    if environment["tokens"] != of_part["tokens"]:
        sys.exit(f"{part} is of {of_part['tokens']:,} tokens, {folder} of {environment['tokens']:,}")
    ours, theirs = ({figure["participant"] for figure in each} for each in (figures, more))
    apart = environment.get("loaded") == of_part.get("loaded") == "apart" and not ours & theirs
    replaced = set() if apart else {(figure["workload"], figure["durability"]) for figure in more}
    lost = {figure["participant"] for figure in figures if (figure["workload"], figure["durability"]) in replaced}
    if missing := lost - theirs:
        sys.exit(f"{part} lacks {', '.join(sorted(missing))}")
    figures = [figure for figure in figures if (figure["workload"], figure["durability"]) not in replaced] + more
    order = {name: place for place, name in enumerate(COLOURS)}
    figures.sort(key=lambda figure: (figure["workload"], order[figure["participant"]], figure["durability"],
                                     figure["clients"], figure.get("size", 0)))
    known = {(each["participant"], each["durability"]) for each in environment["participants"]}
    environment["participants"] += [each for each in of_part.pop("participants")
                                    if (each["participant"], each["durability"]) not in known]
    measured = sorted(theirs) if apart else sorted(f"{workload} ({durability})" for workload, durability in replaced)
    parts = [{**each, "measured": [name for name in each["measured"] if name not in measured]}
             for each in environment.get("parts", [])]
    environment["parts"] = [each for each in parts if each["measured"]] + [{"measured": measured, **of_part}]
    for name, content in (("results.json", figures), ("environment.json", environment)):
        (folder / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read(folder):
    return tuple(json.loads((folder / name).read_text(encoding="utf-8")) for name in ("results.json", "environment.json"))


def write_page(folder, figures, environment):
    page = ["# Stores of refresh tokens side by side\n", environment_lines(environment), engines(environment)]
    for durability, title, meaning in CLASSES:
        chosen = [figure for figure in figures if figure["durability"] == durability]
        if not chosen:
            continue
        page += [f"## {title}\n", meaning + "\n"]
        plot = bar_plot(f"{title}: operations per second (workload, clients)", chosen)
        if plot:
            (folder / f"{durability}.svg").write_text(plot, encoding="utf-8")
            page.append(f"![operations per second]({durability}.svg)\n")
        page += ["### Operations per second: median (least .. most)\n", case_table(chosen, rate_text),
                 "### tokenstore's rate / the participant's; bold where tokenstore loses\n", ratio_table(chosen),
                 "Where tokenstore loses:\n", losses(chosen),
                 "### Latency in us: p50 / p99 / p99.9 / most\n",
                 "At half the rate above, from the intended start; beside the clean-up at 200 a second; for races, ends "
                 "and the clean-up itself, of each call.\n",
                 case_table(chosen, latency_text)]
    page += sizes(folder, figures, environment)
    page += other_runs(folder)
    if (folder / PROFILES).is_file():
        page += ["## Where the time goes\n", "Sampled with `./dev bench --profiles`; the engine is the system's.\n",
                 (folder / PROFILES).read_text(encoding="utf-8")]
    if (folder / TRIED).is_file():
        page += ["## What was tried\n", (folder / TRIED).read_text(encoding="utf-8")]
    if (folder / RELEASE_ENGINE / "results.json").is_file():
        page += both_engines(figures, *read(folder / RELEASE_ENGINE))
    page += ["## Space and opening\n", footprint_table(figures), "## Configurations\n", configurations(environment)]
    (folder / "report.md").write_text("\n".join(page), encoding="utf-8")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    if len(sys.argv) == 3:
        add(pathlib.Path(sys.argv[2]), folder)
    write_page(folder, *read(folder))


if __name__ == "__main__":
    main()
