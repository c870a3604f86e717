#!/usr/bin/env python3
"""What the tests that ran in a build folder of the preset coverage have reached of the library and of the tool.

    report.py BUILD_FOLDER

Writes BUILD_FOLDER/report/index.html, names the files with the most that was not reached, and ends with one line of
figures. Fails where they are below the goals.

A branch is one of several ways on from a point that our code decides on. GCC makes many more, for exceptions: a way out
of nearly every call, and conditions that say what is to be cleaned up on the way. No test takes those, and they are left
out. gcovr cannot do that for code that was never run, of which GCC 12's gcov does not say enough in the form that gcovr
reads; so this reads gcov itself, and has gcovr draw the pages. What else is left out is marked in the sources, by
GCOVR_EXCL_LINE or, for the branches alone, GCOVR_EXCL_BR_LINE, _START and _STOP, with the reason beside it. The build has no asserts:
nobody reaches the branch on which one fails.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

PROJECT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("src", "tools")
FILES_TO_NAME = 15

# In percent.
LEAST_OF_LINES = 95
LEAST_OF_BRANCHES = 90

# Of what reads hostile bytes, and of what decides whether somebody gets in: every branch.
WHOLE = ("src/codec/", "src/model/rotation", "src/model/token_state")

# What the compiler adds where nothing stands but brackets, and the comparisons that it writes itself.
NOT_OURS = re.compile(r"[{}();]*|.*= default;")


def ways_on(branches):
    """How often each was taken. The way on from a call stands before its way out by exception."""
    counts = []
    for branch in branches:
        if branch["throw"]:
            counts.pop()
        else:
            counts.append(branch["count"])
    return counts


class Line:
    """How often it ran, and its branches; what several programs or instances of a template say is added up."""

    def __init__(self):
        self.count = 0
        self.branches = []

    def add(self, count, branches):
        self.count += count
        self.branches += [0] * (len(branches) - len(self.branches))
        for index, taken in enumerate(branches):
            self.branches[index] += taken


def run_gcov(data, *arguments):
    gcov = ["gcov", "--branch-probabilities", "--stdout", *arguments, data]
    return subprocess.run(gcov, capture_output=True, check=True, cwd=data.parent, text=True).stdout


def count_cleaning_up(listing):
    """How many branches of each file and line are met only while an exception passes. gcov marks such blocks by $."""
    found = collections.Counter()
    file = block = None
    for line in listing.splitlines():
        if source := re.match(r" *-: *0:Source:(.*)", line):
            file = source[1]
        elif header := re.match(r" *([^ :]+): *([0-9]+)-block", line):
            block = (file, int(header[2])) if header[1].startswith("$") else None
        elif line.startswith("call"):
            block = None  # its ways on and out are no condition
        elif line.startswith("branch") and block:
            found[block] += 1
        elif not line.startswith("branch"):
            block = None
    return found


def counts_of(data):
    """What gcov says of one object file: its JSON, with the branches of each line as counts."""
    said = json.loads(run_gcov(data, "--json-format"))
    cleaning_up = count_cleaning_up(run_gcov(data, "--all-blocks"))
    for file in said["files"]:
        instances = collections.Counter(line["line_number"] for line in file["lines"])
        for line in file["lines"]:
            line["branches"] = ways_on(line["branches"])
            number = line["line_number"]
            # In templates several instances share a line, and it is not told whose block it is.
            for _ in range(cleaning_up[file["file"], number] if instances[number] == 1 else 0):
                line["branches"].remove(0)
    return said


def own_path(said, file):
    """Relative to the project; nothing for what is not ours."""
    path = pathlib.Path(os.path.normpath(os.path.join(said["current_working_directory"], file["file"])))
    if not path.is_relative_to(PROJECT):
        return None
    relative = path.relative_to(PROJECT)
    return relative.as_posix() if relative.parts[0] in FOLDERS else None


def read_counts(build):
    files = collections.defaultdict(lambda: collections.defaultdict(Line))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for said in pool.map(counts_of, sorted(build.rglob("*.gcda"))):
            for file in said["files"]:
                if path := own_path(said, file):
                    for line in file["lines"]:
                        files[path][line["line_number"]].add(line["count"], line["branches"])
    return {path: without_excluded(path, lines) for path, lines in files.items()}


def without_excluded(path, lines):
    kept = {}
    without_branches = False
    for number, source in enumerate((PROJECT / path).read_text(encoding="utf-8").splitlines(), start=1):
        if mark := re.search("GCOVR_EXCL_BR_(START|STOP)", source):
            without_branches = mark[1] == "START"
        if number not in lines or "GCOVR_EXCL_LINE" in source or NOT_OURS.fullmatch(source.strip()):
            continue
        kept[number] = lines[number]
        if without_branches or "GCOVR_EXCL_BR_LINE" in source:
            kept[number].branches = []
    return kept


class Part:
    """So many of so many."""

    def __init__(self, counts):
        self.total = len(counts)
        self.reached = sum(count > 0 for count in counts)

    @property
    def missing(self):
        return self.total - self.reached

    @property
    def percent(self):
        return 100 * self.reached / self.total if self.total else 100

    def __str__(self):
        return f"{int(self.percent * 10) / 10:g} %"  # cut, not rounded: 100 is all


def lines_of(files):
    return Part([line.count for lines in files for line in lines.values()])


def branches_of(files):
    return Part([count for lines in files for line in lines.values() for count in line.branches])


def draw_pages(build, files):
    folder = build / "report"
    folder.mkdir(exist_ok=True)
    branch = {"fallthrough": False, "throw": False}
    trace = {"gcovr/format_version": "0.3", "files": [
        {"file": path, "functions": [], "lines": [
            {"line_number": number, "count": line.count, "gcovr/noncode": False, "gcovr/excluded": False,
             "branches": [branch | {"count": count} for count in line.branches]}
            for number, line in lines.items()]}
        for path, lines in sorted(files.items())]}
    (folder / "counts.json").write_text(json.dumps(trace), encoding="utf-8")
    subprocess.run(["gcovr", "--root", PROJECT, "--add-tracefile", folder / "counts.json",
                    "--html-details", folder / "index.html"], check=True, stdout=sys.stderr)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    files = read_counts(build)
    draw_pages(build, files)

    print("not reached: branches, lines")
    gaps = sorted(((branches_of([lines]).missing, lines_of([lines]).missing, path) for path, lines in files.items()),
                  reverse=True)
    for branches, lines, path in gaps[:FILES_TO_NAME]:
        print(f"{branches:21} {lines:6}  {path}")

    lines, branches = lines_of(files.values()), branches_of(files.values())
    whole = branches_of([counts for path, counts in files.items() if path.startswith(WHOLE)])
    print(f"lines {lines}, branches {branches}; codec and rotation: branches {whole}")
    return 0 if (lines.percent >= LEAST_OF_LINES and branches.percent >= LEAST_OF_BRANCHES
                 and whole.missing == 0) else 1


if __name__ == "__main__":
    sys.exit(main())
