#!/usr/bin/env python3
"""The data of the insurance example with any number of policies: `generate.py ROWS FOLDER`.

All files of the example are copied; the files of policies get ROWS more rows, in random order, that keep to the
example's declarations: agents and offices as on the day of issue, customers, products, cooling-off and ends. The same
ROWS give the same bytes.
"""

import datetime
import pathlib
import random
import shutil
import sys

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "specs" / "insurance" / "data"
FIRST, LAST = datetime.date(2023, 1, 1), datetime.date(2026, 9, 30)


def rows_of(name):
    lines = (EXAMPLE / name).read_text(encoding="utf-8-sig").splitlines()
    return [line.split(",") for line in lines[1:]]


def main():
    count, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    chance = random.Random(20261122)
    days = [str(FIRST + datetime.timedelta(day)) for day in range((LAST - FIRST).days + 1)]
    number = {day: at for at, day in enumerate(days)}
    stints = []
    for agent, team, _, since, until, *_ in rows_of("agents.csv"):
        first = number.get(since, 0 if since < days[0] else None)
        last = number.get(until, len(days) - 1 if until in ("",) or until > days[-1] else None)
        if first is not None and last is not None and first <= last:
            stints.append((agent, team, first, last))
    customers = [row[0] for row in rows_of("customers.csv")]
    products = [row[0] for row in rows_of("products.csv")]
    lines = ["个险"] * 14 + ["团险"] * 3 + ["银保"] * 3
    modes = ["期交"] * 3 + ["趸交"]
    premiums = [f"{cents / 100:.2f}" for cents in (chance.randrange(20_000, 3_000_000) for _ in range(5_000))]
    reasons = ["退保", "失效", "理赔终止", "满期"]
    below = chance.random
    files = {year: open(folder / f"policies_{year}.csv", "a", encoding="utf-8") for year in range(2023, 2027)}
    out = {year: [] for year in files}
    for at in range(count):
        agent, team, first, last = stints[int(below() * len(stints))]
        day = first + int(below() * (last - first + 1))
        issued, cooled, ended, reason = days[day], "", "", ""
        fate = below()
        if fate < 0.02 and day + 10 < len(days):
            cooled = ended = days[day + 1 + int(below() * 9)]
            reason = "犹豫期撤单"
        elif fate < 0.1 and day + 400 < len(days):
            ended = days[day + 100 + int(below() * 300)]
            reason = reasons[int(below() * 4)]
        year = int(issued[:4])
        out[year].append(
            f"G{at:09d},{agent},{team},{customers[int(below() * len(customers))]},"
            f"{products[int(below() * len(products))]},{lines[int(below() * 20)]},{modes[int(below() * 4)]},"
            f"{issued},{cooled},{ended},{reason},{premiums[int(below() * 5_000)]}\n"
        )
        if at % 100_000 == 99_999 or at == count - 1:
            for year, file in files.items():
                file.writelines(out[year])
                out[year].clear()
    for file in files.values():
        file.close()


if __name__ == "__main__":
    main()
