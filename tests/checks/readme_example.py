"""Checks that the README shows examples/quick_start.cpp as it is, and, given the built program, what it really prints.

    readme_example.py [PROGRAM]

The README marks both: the block of code behind <!-- examples/quick_start.cpp --> and the block of text behind
<!-- its output -->.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import source_tree

EXAMPLE = "examples/quick_start.cpp"
CODE_MARK = f"<!-- {EXAMPLE} -->"
OUTPUT_MARK = "<!-- its output -->"


def block_behind(text, mark):
    """The fenced block that follows the mark, or None."""
    match = re.search(re.escape(mark) + r"\n+```\w*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return match[1] if match else None


def output_of(program):
    with tempfile.TemporaryDirectory() as folder:
        command = [program, str(pathlib.Path(folder) / "store")]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout


def check(root, program=None):
    readme = (root / "README.md").read_text(encoding="utf-8")
    expected = [(CODE_MARK, (root / EXAMPLE).read_text(encoding="utf-8"), EXAMPLE)]
    if program:
        expected.append((OUTPUT_MARK, output_of(program), "what the example prints"))
    findings = []
    for mark, text, what in expected:
        block = block_behind(readme, mark)
        if block is None:
            findings.append(f"README.md: no block behind {mark}")
        elif block != text:
            findings.append(f"README.md: the block behind {mark} is not {what}")
    return findings


if __name__ == "__main__":
    program = sys.argv[1] if len(sys.argv) > 1 else None
    source_tree.main(lambda root: check(root, program), "README example")
