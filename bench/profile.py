#!/usr/bin/env python3
"""Shows where the time of one function goes: samples a program with perf and sums the functions below that one.

    profile.py [--rows N] [--frequency HZ] FUNCTION PROGRAM [ARGUMENT ...]

The table has the share of the samples below FUNCTION in which a function was on the stack, those in its callees among
them, and the share in which it ran itself. Names of the standard library and without symbols are left out.
"""

import argparse
import collections
import re
import subprocess
import sys
import tempfile

STACK_BYTES = "65528"  # the most there is: a MultiGet alone puts more than 32 KiB on it
LEFT_OUT = re.compile(r"^(std::|__gnu_cxx::|\[unknown\]|_start$|__libc_start|decltype|operator|boost::|__irq|asm_|entry_|do_syscall)")


def name_of(symbol):
    """A function without its arguments, and without those of templates that say nothing here."""
    symbol = symbol.replace("(anonymous namespace)::", "").strip()
    symbol = re.sub(r"^non-virtual thunk to ", "", symbol)
    symbol = re.sub(r"\[clone.*", "", symbol)
    symbol = symbol.split("(")[0]
    while True:
        shorter = re.sub(r"<[^<>]*>", "", symbol)
        if shorter == symbol:
            return symbol.strip()
        symbol = shorter


def stacks(lines):
    """The functions of each sample, the running one first."""
    stack = []
    for line in lines:
        if not line.strip():
            if stack:
                yield stack
            stack = []
        elif line[0].isspace():
            address_and_symbol = line.split(None, 1)
            if len(address_and_symbol) == 2:
                stack.append(name_of(address_and_symbol[1].rstrip()))
    if stack:
        yield stack


def shares(samples, function):
    on_stack, running, total = collections.Counter(), collections.Counter(), 0
    for stack in samples:
        places = [place for place, name in enumerate(stack) if function in name]
        if not places:
            continue
        total += 1
        below = stack[: places[-1] + 1]
        running[below[0]] += 1
        on_stack.update(set(below))
    return on_stack, running, total


def main():
    parser = argparse.ArgumentParser(usage=__doc__.strip().split("\n\n", 1)[1].split("\n")[0].strip())
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--frequency", type=int, default=400)
    parser.add_argument("function")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recorded = f"{folder}/perf.data"
        subprocess.run(["perf", "record", "--quiet", "--output", recorded, "--freq", str(arguments.frequency),
                        "--call-graph", f"dwarf,{STACK_BYTES}", "--", *arguments.program],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Without inlined functions: to find those takes a minute for each second recorded.
        script = subprocess.Popen(["perf", "script", "--no-inline", "--input", recorded, "--fields", "comm,ip,sym"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        on_stack, running, total = shares(stacks(script.stdout), arguments.function)
    if total == 0:
        sys.exit(f"no sample below {arguments.function}")
    print(f"{total} samples below `{arguments.function}`\n\n| on the stack, % | itself, % | function |\n|--:|--:|---|")
    shown = [name for name, _ in on_stack.most_common() if not LEFT_OUT.match(name) and "<" not in name]
    for name in shown[: arguments.rows]:
        print(f"| {100 * on_stack[name] / total:.1f} | {100 * running[name] / total:.1f} | `{name}` |")


if __name__ == "__main__":
    main()
