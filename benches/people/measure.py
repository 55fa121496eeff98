"""Runs the program in all forms of its report, in turn, and prints medians: seconds, peak memory, and bytes for each person.

    measure.py MERIT SPECS PEOPLE RUNS
"""

import os
import statistics
import subprocess
import sys

FORMS = {
    "table": ["--format", "table"],
    "csv, a row for each person": ["--format", "csv", "--rows", "people"],
    "csv": ["--format", "csv"],
    "json": ["--format", "json"],
}
# What the program takes without people.
BASE = 20e6


def run(merit, specs, form):
    """Seconds on the wall, seconds of processors, peak bytes, and bytes of the report, which goes to nobody."""
    command = [merit, "eval", "--no-cache", specs, "--period", "2026-Q3", *FORMS[form]]
    start = os.times()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    written = 0
    while piece := os.read(process.stdout.fileno(), 1 << 20):
        written += len(piece)
    _, status, used = os.wait4(process.pid, 0)
    end = os.times()
    assert status == 0, command
    return end.elapsed - start.elapsed, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, written


def main():
    merit, specs, people, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    # JSON is 10 kB for each person.
    forms = [form for form in FORMS if form != "json" or people <= 100_000]
    figures = {form: [] for form in forms}
    for _ in range(runs):
        for form in forms:
            figures[form].append(run(merit, specs, form))
    print(f"{people:,} people, medians of {runs}")
    for form, found in figures.items():
        wall, processor, peak, written = (statistics.median(column) for column in zip(*found))
        print(
            f"  {form:28} {wall:7.2f} s {processor:7.2f} s of processors {peak / 2**20:6.0f} MiB"
            f" {max(peak - BASE, 0) / people:6.0f} B/person, report {written / 1e6:6.0f} MB"
        )


main()
