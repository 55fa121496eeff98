#!/usr/bin/env python3
"""Whether others have the figures of Merit, exactly: `same.py RESULTS.json PEER.json …`.

Compared are the KPIs of everybody whose scorecard spans the whole quarter in one team.
"""

import json
import sys
from fractions import Fraction


def kpis(entries, team):
    for entry in entries or []:
        if entry["kind"] == "kpi" and entry["value"]:
            number = entry["value"].get("number")
            yield (entry["name"], team), number and Fraction(number)
        yield from kpis(entry["entries"], team)


def main():
    results = json.load(open(sys.argv[1], encoding="utf-8"))
    whole = results["period"]["first_day"], results["period"]["last_day"]
    ours = {}
    for person in results["people"]:
        for card in person["cards"]:
            if (card["from"], card["to"]) == whole and card["team"] and card["scorecard"]:
                ours.update(kpis(card["scorecard"]["entries"], card["team"]["key"]))
    for path in sys.argv[2:]:
        seen = set()
        for line in open(path, encoding="utf-8"):
            kpi, team, over, under = json.loads(line)
            theirs = Fraction(over) / Fraction(under) if None not in (over, under) and Fraction(under) else None
            if (kpi, team) in ours:
                seen.add((kpi, team))
                if ours[kpi, team] != theirs:
                    sys.exit(f"{path}: {kpi} of {team} is {theirs}, with Merit {ours[kpi, team]}")
        names = {kpi for kpi, _ in seen}
        if len(names) < 15 or len(seen) < 60:
            sys.exit(f"{path}: only {len(seen)} figures of {len(names)} KPIs can be compared")
        print(f"{path}: {len(seen)} figures of {len(names)} KPIs are the same")


if __name__ == "__main__":
    main()
