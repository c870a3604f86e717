"""What the checks share: the project's files, and how a finding is shown."""

import pathlib
import sys

PROJECT = pathlib.Path(__file__).resolve().parents[2]
CODE_SUFFIXES = {".hpp", ".cpp"}
CODE_FOLDERS = ("include", "src", "tools", "tests", "bench", "examples")


def files_under(root, folders):
    """Every file in these folders of the project, as paths relative to it, in a stable order."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root)


def code_files(root):
    return [path for path in files_under(root, CODE_FOLDERS) if path.suffix in CODE_SUFFIXES]


def report(findings, rule):
    """Prints the findings and answers the exit status."""
    for finding in findings:
        print(finding)
    print(f"{rule}: {len(findings) or 'no'} finding{'' if len(findings) == 1 else 's'}")
    return 1 if findings else 0


def main(check, rule):
    sys.exit(report(check(PROJECT), rule))
