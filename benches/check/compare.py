#!/usr/bin/env python3
"""Runs commands in turn and prints the medians of whole processes: wall and processor seconds, and peak memory.

    compare.py --runs 5 "NAME: COMMAND" "NAME: COMMAND" …
"""

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import time


def run(command):
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("commands", nargs="+")
    given = options.parse_args()
    commands = [(name, shlex.split(command)) for name, command in (text.split(": ", 1) for text in given.commands)]
    times = {name: [] for name, _ in commands}
    for _ in range(given.runs):
        for name, command in commands:
            times[name].append(run(command))
    print(f"{'medians of ' + str(given.runs):20} {'wall s':>8} {'cpu s':>8} {'peak MiB':>9}")
    for name, figures in times.items():
        wall, cpu, memory = (statistics.median(column) for column in zip(*figures))
        print(f"{name:20} {wall:8.2f} {cpu:8.2f} {memory:9.0f}")


if __name__ == "__main__":
    main()
