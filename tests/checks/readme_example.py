"""Checks that the README shows examples/quick_start.cpp as it is, and, given the built programs, what the example and
the tool really print.

    readme_example.py [EXAMPLE_PROGRAM [TOOL]]

The README marks them: the block of code behind <!-- examples/quick_start.cpp -->, the block of text behind
<!-- its output -->, and behind <!-- the tool at work --> lines "$ tokenstore ..." with what each prints.
"""

import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import source_tree

EXAMPLE = "examples/quick_start.cpp"
CODE_MARK = f"<!-- {EXAMPLE} -->"
OUTPUT_MARK = "<!-- its output -->"
TOOL_MARK = "<!-- the tool at work -->"
PROMPT = "$ tokenstore "


def block_behind(text, mark):
    """The fenced block that follows the mark, or None."""
    match = re.search(re.escape(mark) + r"\n+```\w*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return match[1] if match else None


def output_of(program):
    with tempfile.TemporaryDirectory() as folder:
        command = [program, str(pathlib.Path(folder) / "store")]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout


def replayed(root, tool, session):
    """The session with what its commands print when they are run anew, in an empty folder beside the test data."""
    text = ""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "tests").symlink_to((root / "tests").resolve())
        for line in session.splitlines():
            if line.startswith(PROMPT):
                command = [tool, *shlex.split(line[len(PROMPT):])]
                run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=True, encoding="utf-8")
                text += line + "\n" + run.stdout
    return text


def check(root, program=None, tool=None):
    readme = (root / "README.md").read_text(encoding="utf-8")
    expected = [(CODE_MARK, (root / EXAMPLE).read_text(encoding="utf-8"), EXAMPLE)]
    if program:
        expected.append((OUTPUT_MARK, output_of(program), "what the example prints"))
    if tool:
        session = block_behind(readme, TOOL_MARK) or ""
        expected.append((TOOL_MARK, replayed(root, tool, session), "what the tool prints"))
    findings = []
    for mark, text, what in expected:
        block = block_behind(readme, mark)
        if block is None:
            findings.append(f"README.md: no block behind {mark}")
        elif block != text:
            findings.append(f"README.md: the block behind {mark} is not {what}")
    return findings


if __name__ == "__main__":
    programs = [str(pathlib.Path(argument).resolve()) for argument in sys.argv[1:]]
    source_tree.main(lambda root: check(root, *programs), "README example")
