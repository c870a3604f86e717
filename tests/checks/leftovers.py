"""Checks for what should not be left behind in the sources: marks of unfinished work, tabs and trailing blanks, letters
outside ASCII in code, sleeps and switched-off cases in tests, paths of somebody's machine, links that lead nowhere, file
names off our style.
"""

import re

import source_tree

TEXT_FOLDERS = source_tree.CODE_FOLDERS + ("cmake", "docs", ".ci")
TEXT_SUFFIXES = source_tree.CODE_SUFFIXES | {".txt", ".cmake", ".in", ".md", ".sh", ".py", ".json", ".pc", ""}
TOP_FILES = ("CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "dev", ".clang-format", ".clang-tidy")

FILE_NAME = re.compile(r"\.?[a-z0-9_]+(\.[a-z0-9_]+)*|CMakeLists\.txt|\.clang-tidy|tokenstore-config\.cmake\.in")

# Spelled in two halves where the plain word would find itself here.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b|@" r"@[A-Z]+@" r"@")
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(home|root|tmp|Users|work|workspace|builds)/")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
SWITCHED_OFF = re.compile(r"\b(disabled\s*\(\s*\)|disable_if\s*<)")

RELATIVE_LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")

TEXT_RULES = (
    (UNFINISHED, "unfinished work"),
    (MACHINE_PATH, "a path of a machine"),
    (re.compile(r"\t"), "a tab"),
    (re.compile(r"[ \t]+$"), "blanks at the end of the line"),
)

LITERAL_OR_COMMENT = re.compile(
    r"""  //[^\n]*
        | /\*.*?\*/
        | R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"
        | "(?:\\.|[^"\\\n])*"
        | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*'
    """,
    re.DOTALL | re.VERBOSE,
)


def without_literals_and_comments(code):
    """The code with its literals and comments blanked out, line by line where it was."""
    return LITERAL_OR_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), code)


def lines_that_match(text, pattern):
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.search(line):
            yield number


def findings_in_text(path, text):
    for pattern, what in TEXT_RULES:
        for number in lines_that_match(text, pattern):
            yield f"{path}:{number}: {what}"
    if text and not text.endswith("\n"):
        yield f"{path}: no line break at the end"


def findings_in_code(path, text):
    bare = without_literals_and_comments(text)
    for number in lines_that_match(bare, re.compile(r"[^\x00-\x7f]")):
        yield f"{path}:{number}: a letter outside ASCII in code"
    if path.parts[0] == "tests":
        for number in lines_that_match(bare, SLEEP):
            yield f"{path}:{number}: a test that sleeps: move a clock, or wait for the event"
        # A case that needs a process of its own is off by default, and its parent starts it.
        started_by_parent = "run_child_test(" in bare
        for number in lines_that_match(bare, SWITCHED_OFF) if not started_by_parent else ():
            yield f"{path}:{number}: a test that is switched off"


def findings_in_markdown(root, path, text):
    for number, line in enumerate(text.splitlines(), start=1):
        for target in RELATIVE_LINK.findall(line):
            if not (root / path.parent / target).exists():
                yield f"{path}:{number}: {target}: a link that leads nowhere"


def text_files(root):
    yield from (root_file.relative_to(root) for name in TOP_FILES if (root_file := root / name).is_file())
    for path in source_tree.files_under(root, TEXT_FOLDERS):
        if path.suffix in TEXT_SUFFIXES and path.parts[:2] != ("tests", "data"):
            yield path


def check(root):
    findings = []
    for path in source_tree.files_under(root, source_tree.CODE_FOLDERS + ("cmake",)):
        if not FILE_NAME.fullmatch(path.name):
            findings.append(f"{path}: file names are snake_case")
    for path in text_files(root):
        text = (root / path).read_text(encoding="utf-8")
        findings.extend(findings_in_text(path, text))
        if path.suffix in source_tree.CODE_SUFFIXES:
            findings.extend(findings_in_code(path, text))
        if path.suffix == ".md":
            findings.extend(findings_in_markdown(root, path, text))
    return findings


if __name__ == "__main__":
    source_tree.main(check, "leftovers")
