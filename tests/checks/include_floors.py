"""Checks the include lines: floors only downward, each library only where it belongs, no cycles.

The floors, from the top:

    7  tools/ bench/ tests/ examples/
    6  src/*.cpp, src/*.hpp
    5  src/operations/
    4  src/storage/
    3  src/expiry/
    2  src/codec/
    1  src/model/
    0  include/tokenstore/, src/base/

A file includes its own floor and lower ones. Tools and examples are users: they see the public headers alone.
"""

import pathlib
import re

import source_tree

TOP_FLOOR = 7
SOURCE_FLOORS = {"base": 0, "model": 1, "codec": 2, "expiry": 3, "storage": 4, "operations": 5}
FACADE_FLOOR = 6
PUBLIC_ONLY = {"tools", "examples"}

# Which areas may include a library. An area is a folder of src, or a top folder; a library that is not listed is free
# to all but the public headers.
LIBRARY_AREAS = {
    "rocksdb/": {"src/expiry", "src/storage", "bench", "tests"},
    "openssl/": {"src/base", "tools", "tests"},
    "xxhash.h": {"src/base", "bench", "tests"},
    "boost/test/": {"tests"},
    "benchmark/": {"bench"},
    "lmdb.h": {"bench"},
    "sqlite3.h": {"bench"},
    "hiredis/": {"bench"},
    "libpq-fe.h": {"bench"},
    "CLI/": {"tools", "bench"},
    "rapidjson/": {"tools", "bench", "tests"},
    "csv.h": {"tools", "tests"},
}
PUBLIC_HEADER_LIBRARIES = ("tl/expected.hpp",)

INCLUDE_LINE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def area_of(path):
    if path.parts[0] == "src":
        return f"src/{path.parts[1]}" if len(path.parts) > 2 else "src"
    return path.parts[0]


def floor_of(path):
    """The floor of a file, or None for a folder of src that is no floor."""
    if path.parts[0] == "include":
        return 0
    if path.parts[0] != "src":
        return TOP_FLOOR
    return SOURCE_FLOORS.get(path.parts[1]) if len(path.parts) > 2 else FACADE_FLOOR


def includes_of(root, path):
    """(line number, opening bracket, included name) of each include line."""
    for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), start=1):
        match = INCLUDE_LINE.match(line)
        if match:
            yield number, match[1], match[2]


def resolve(root, includer, bracket, name):
    """The project's file that an include line names, relative to the project, or None."""
    if bracket == "<":
        candidates = [pathlib.Path("include") / name] if name.startswith("tokenstore/") else []
    else:
        roots = ("src", "tools", includer.parts[0]) if floor_of(includer) == TOP_FLOOR else ("src",)
        candidates = [includer.parent / name] + [pathlib.Path(include_root) / name for include_root in roots]
    return next((candidate for candidate in candidates if (root / candidate).is_file()), None)


def is_standard(name):
    return re.fullmatch(r"[a-z0-9_]+", name) is not None


def library_problem(includer, name):
    """Why this file may not include a header from outside the project, or None."""
    area = area_of(includer)
    if area == "include":
        allowed = is_standard(name) or name in PUBLIC_HEADER_LIBRARIES
        return None if allowed else "a public header includes the standard library and tl::expected only"
    for library, areas in LIBRARY_AREAS.items():
        if name.startswith(library) and area not in areas:
            return f"{library} belongs to {', '.join(sorted(areas))}"
    return None


def floor_problem(includer, target):
    """Why this file may not include another file of the project, or None."""
    area = area_of(includer)
    if area == "include" and target.parts[0] != "include":
        return "a public header includes public headers only"
    if area in PUBLIC_ONLY and target.parts[0] in ("src", "tests", "bench"):
        return f"{area} sees the public headers only"
    if floor_of(target) is None:
        return f"{area_of(target)} is no floor"
    if floor_of(target) > floor_of(includer):
        return f"floor {floor_of(includer)} includes floor {floor_of(target)}"
    if floor_of(includer) < TOP_FLOOR and target.suffix != ".hpp":
        return "only headers are included"
    return None


def cycle_findings(edges):
    """One finding for each include that closes a circle."""
    findings = []
    state = {}

    def visit(path):
        state[path] = "open"
        for target in edges.get(path, ()):
            if state.get(target) == "open":
                findings.append(f"{path}: includes {target}, which leads back to it")
            elif target not in state:
                visit(target)
        state[path] = "done"

    for path in edges:
        if path not in state:
            visit(path)
    return findings


def check(root):
    findings = []
    edges = {}
    for path in source_tree.code_files(root):
        if floor_of(path) is None:
            findings.append(f"{path}: {area_of(path)} is no floor")
            continue
        edges[path] = []
        for number, bracket, name in includes_of(root, path):
            target = resolve(root, path, bracket, name)
            if target is not None:
                edges[path].append(target)
                problem = floor_problem(path, target)
            elif bracket == '"' or name.startswith("tokenstore/"):
                problem = "no such file in the project"
            else:
                problem = library_problem(path, name)
            if ".." in pathlib.PurePosixPath(name).parts:
                problem = "name the file from its include root"
            if problem:
                findings.append(f"{path}:{number}: {name}: {problem}")
    return findings + cycle_findings(edges)


if __name__ == "__main__":
    source_tree.main(check, "include floors")
