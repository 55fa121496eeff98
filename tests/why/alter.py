#!/usr/bin/env python3
"""Alters explanations at random, one thing each time; the checker must reject every one.

    python3 alter.py COUNT SEED FILE...

Half of them have any leaf altered, and the digest they were written with. The other half have a number, a flag or a place altered that
others go by, and a digest that is right again, so that only the numbers themselves can tell.
"""
import copy
import hashlib
import json
import random
import sys
from fractions import Fraction

import check


def leaves(x, path=()):
    if isinstance(x, dict):
        for key, one in x.items():
            yield from leaves(one, path + (key,))
    elif isinstance(x, list):
        for at, one in enumerate(x):
            yield from leaves(one, path + (at,))
    else:
        yield path


def entries(all_):
    for e in all_:
        yield e
        if e["group"]:
            yield from entries(e["group"]["entries"])


def bearing(doc):
    """The objects and fields whose values are told by others."""
    for m in doc["measures"]:
        whole = m["counted"] and len(m["counted"]["listed"]) == m["counted"]["rows"]
        if m["counted"]:
            yield m, "rows"
            yield m["counted"], "rows"
        if whole and m["value"]["kind"] == "number":
            yield m["value"], "number"
        for row in m["counted"]["listed"] if whole else []:
            if row["value"]["kind"] == "number" and m["row_value"] is not None:
                yield row["value"], "number"
    for card in doc["cards"]:
        yield card, "days"
        for n in card["nodes"]:
            claim = n["op"] in ("read", "supposed", "closed") or n["op"] == "input" or n["op"] == "value" and not check.LITERAL.fullmatch(n["text"])
            if not claim and n["value"]["kind"] in ("number", "flag"):
                yield n["value"], n["value"]["kind"]
        s = card["scorecard"]
        if not s:
            continue
        for e in entries(s["entries"]):
            for field in ("effective_weight", "share_of_total", "contribution"):
                if e[field] is not None:
                    yield e, field
            if e["score"]["kind"] == "number" and e["taken"] is None:
                yield e["score"], "number"
            if e["kpi"]:
                for part in (e["kpi"]["attainment"], (e["kpi"]["target"] or {}).get("value")):
                    if part and part["kind"] == "number":
                        yield part, "number"
        yield s, "completeness"
        for part in (s["combined"], s["score"]):
            if part["kind"] == "number":
                yield part, "number"
        for step in s["steps"]:
            yield step, "score"
        if s["rating"]:
            yield s["rating"], "seen"
            yield s["rating"], "by_score"
    for r in doc.get("rulings", []):
        for part in [r["ruled"], *r["replaced"]]:
            if part["kind"] in ("number", "choice"):
                yield part, "number" if part["kind"] == "number" else "index"
    if doc["overall"] is not None:
        yield doc, "overall"
    for post in doc["posts"]:
        for output in post["outputs"]:
            if output["value"]["kind"] == "number":
                yield output["value"], "number"


def other(x, chance):
    if isinstance(x, bool):
        return not x
    if isinstance(x, int):
        return x + chance.choice([-1, 1])
    if x is None:
        return "0"
    try:
        number = Fraction(x)
        changed = chance.choice([number + 1, number - 1, number * 2 + 1, number + Fraction(1, 1000), -number - 1])
        return str(changed)
    except (ValueError, ZeroDivisionError):
        return x + "x"


def altered(doc, chance):
    doc = copy.deepcopy(doc)
    if chance.random() < 0.5:
        path = chance.choice([p for p in leaves(doc) if p[0] != "digest"])
        holder = doc
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = other(holder[path[-1]], chance)
        return doc, "/".join(map(str, path))
    places = list(bearing(doc))
    holder, field = chance.choice(places)
    before = holder[field]
    holder[field] = other(before, chance)
    body = {k: v for k, v in doc.items() if k != "digest"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    doc["digest"] = hashlib.sha256(text.encode()).hexdigest()
    return doc, f"{field} from {before} to {holder[field]}"


def main(count, seed, paths):
    chance, missed = random.Random(seed), 0
    documents = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            documents.append((path, json.load(file)))
    for _ in range(count):
        path, doc = chance.choice(documents)
        changed, what = altered(doc, chance)
        try:
            check.check(changed)
            print(f"{path}: accepted with {what}")
            missed += 1
        except (check.Wrong, KeyError, IndexError, TypeError, ValueError, StopIteration, ZeroDivisionError):
            pass
    print(f"{count} altered, {missed} of them accepted")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
