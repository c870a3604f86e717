#!/usr/bin/env python3
"""Plants one bug after the other in the library and sees whether the tests notice.

    run.py BUILD_FOLDER [BUG ...]

bugs.txt says which tests have to catch each bug, BUG.patch is the bug. All builds are made in one folder. First all of
these tests run without a bug: a failure tells something only where they pass. Fails if any bug is missed.
"""

import collections
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
SECONDS_FOR_A_RUN = 300

# One seed for all, and fewer rounds than usual where they are enough. What the caller sets stands.
DEFAULTS = {"TOKENSTORE_TEST_SEED": "7", "TOKENSTORE_CLOCK_SCHEDULES": "60"}
MEMORY = "/dev/shm"

FAILED_CASE = re.compile(r'error: in "([^"]+)"')

Watch = collections.namedtuple("Watch", "suite tests")  # a test program, and which of its tests


def fail(message):
    sys.exit(f"plant: {message}")


def shown(watch):
    return ", ".join(watch.tests)


def read_table():
    """Who watches for each bug. Every patch has a row and every row a patch."""
    rows = (line.split() for line in (HERE / "bugs.txt").read_text(encoding="utf-8").splitlines())
    table = {bug: Watch(suite, (tests,)) for bug, suite, tests in (row for row in rows if row and row[0] != "#")}
    patches = {patch.stem for patch in HERE.glob("*.patch")}
    if astray := patches.symmetric_difference(table):
        fail(f"in bugs.txt or as a patch, but not both: {', '.join(sorted(astray))}")
    return table


def build(folder, bug, suites):
    """Configures and builds the test programs of these suites with the bug; silent unless that fails."""
    configure = ["cmake", "-S", PROJECT, "-B", folder, "--preset", "planted", f"-DTOKENSTORE_PLANTED_BUG={bug}"]
    programs = [f"{suite}_tests" for suite in suites]
    compile_and_link = ["cmake", "--build", folder, "--parallel", str(os.cpu_count()), "--target", *programs]
    for command in configure, compile_and_link:
        done = subprocess.run(command, cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            fail(f"the build with {bug} failed\n{done.stdout}{done.stderr}")


def first_failure(folder, watch):
    """The first test case that fails, or how else the run fails; nothing if it passes. Ends at the first failure.

    What the run said goes to BUILD_FOLDER/last_run.txt."""
    command = [folder / "tests" / f"{watch.suite}_tests", "--color_output=no"]
    command += [f"--run_test={tests}" for tests in watch.tests]
    run = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
    timed_out = threading.Event()

    def stop():
        os.killpg(run.pid, signal.SIGKILL)  # with the processes that the tests have started

    def give_up():
        timed_out.set()
        stop()

    timer = threading.Timer(SECONDS_FOR_A_RUN, give_up)
    timer.start()
    with run, open(folder / "last_run.txt", "w", encoding="utf-8") as record:
        for line in run.stdout:
            record.write(line)
            if case := FAILED_CASE.search(line):
                timer.cancel()
                stop()
                return case[1]
        status = run.wait()
    timer.cancel()
    if timed_out.is_set():
        return f"{shown(watch)}, which does not end within {SECONDS_FOR_A_RUN} seconds"
    return f"{shown(watch)}, which ends with status {status}" if status != 0 else None


def check_without_bug(folder, watches):
    tests_of = collections.defaultdict(set)
    for watch in watches:
        tests_of[watch.suite].update(watch.tests)
    build(folder, "none", tests_of)
    for suite, tests in tests_of.items():
        if failure := first_failure(folder, Watch(suite, sorted(tests))):
            fail(f"without any bug a test fails, {suite}: {failure}; see {folder / 'last_run.txt'}")


def plant(folder, table, bugs):
    """Answers how many of the bugs were missed."""
    check_without_bug(folder, [table[bug] for bug in bugs])
    missed = 0
    for bug in bugs:
        watch = table[bug]
        build(folder, bug, [watch.suite])
        if case := first_failure(folder, watch):
            print(f"caught  {bug:36}by {watch.suite}: {case}", flush=True)
        else:
            missed += 1
            print(f"MISSED  {bug:36}by {watch.suite}: {shown(watch)}", flush=True)
    return missed


def main():
    if len(sys.argv) < 2:
        fail("usage: run.py BUILD_FOLDER [BUG ...]")
    folder = pathlib.Path(sys.argv[1]).resolve()
    table = read_table()
    bugs = sys.argv[2:] or list(table)
    if unknown := [bug for bug in bugs if bug not in table]:
        fail(f"no bug '{unknown[0]}'; there are: {', '.join(table)}")

    os.environ.update(DEFAULTS | os.environ)
    # Stores belong into memory, and away when this is over: a test that is ended at its first failure leaves them.
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="tokenstore-plant-", dir=memory) as scratch:
        os.environ["TMPDIR"] = scratch
        missed = plant(folder, table, bugs)
    print(f"{len(bugs)} planted bugs, {len(bugs) - missed} caught, {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
