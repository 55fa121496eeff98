#!/usr/bin/env python3
"""Checks explanations that `merit why --format json` has written, without the program that wrote them.

    python3 check.py FILE...        accepted, or what is wrong; ends with 1 where a file is rejected

It reads docs/why.schema.json's documents with Python's standard library alone and computes every number again, from the
rows that counted up to the grade and to what is paid, in fractions. `docs/checking.md` says the same in words. Claims that a
document cannot prove by itself are only read: what stands in the files (a row's cells, a person's columns), scores of others,
sums over all people, and that no row was kept back.
"""
import hashlib
import json
import re
import sys
from datetime import date
from decimal import Decimal, getcontext
from fractions import Fraction as F

getcontext().prec = 60
NEAR = F(1, 10**20)


class Wrong(Exception):
    pass


def need(condition, where):
    if not condition:
        raise Wrong(where)


# ---------------------------------------------------------------- values

def number(text):
    return F(text) if text is not None else None


def value(v):
    """A value of the document: a Fraction, a text or day, a pair of months, a bool, ("choice", n), ("missing", reason, text)."""
    kind = v["kind"]
    if kind == "number":
        return F(v["number"])
    if kind == "flag":
        return v["flag"]
    if kind == "missing":
        return ("missing", v["reason"], v["text"])
    if kind == "choice":
        return ("choice", v["index"])
    if kind == "date":
        return date.fromisoformat(v["date"])
    return ("period", v["first_month"], v["last_month"]) if kind == "period" else ("text", v["text"])


def missing(v):
    return isinstance(v, tuple) and v[0] == "missing"


def same(one, other, approximate=False):
    if isinstance(one, F) and isinstance(other, F):
        return one == other or approximate and abs(one - other) <= NEAR * max(abs(one), abs(other))
    return type(one) is type(other) and one == other


def compare(op, a, b):
    return {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


SIGNS = {"equal": "=", "not_equal": "!=", "less": "<", "less_or_equal": "<=", "greater": ">", "greater_or_equal": ">="}


def rounded(x, step, how):
    whole, rest = divmod(x / step, 1)
    if how in ("round_up", "ceil"):
        whole += rest > 0
    elif how == "half_even":
        whole += rest > F(1, 2) or rest == F(1, 2) and whole % 2 == 1
    elif how == "half_up":
        whole += rest > F(1, 2) or rest == F(1, 2) and x >= 0
    return whole * step


def months_between(a, b):
    if b < a:
        return -months_between(b, a)
    whole = (b.year - a.year) * 12 + b.month - a.month
    return whole - (b.day < a.day)


def real(function, x, y=None):
    """Roots, logarithms and powers, to 60 digits."""
    d = Decimal(x.numerator) / Decimal(x.denominator)
    if function == "pow":
        if y.denominator == 1:
            return x ** y.numerator if x or y >= 0 else None
        if x <= 0:
            return None if x < 0 or y < 0 else F(0)
        e = Decimal(y.numerator) / Decimal(y.denominator)
        return F((d.ln() * e).exp())
    if function == "sqrt":
        return None if x < 0 else F(d.sqrt())
    if function == "ln":
        return None if x <= 0 else F(d.ln())
    return F(d.exp())


NO_ANSWER = ("missing", "no_answer", "no such number")


def call(function, args, rounding):
    for a in args:
        if missing(a):
            return a
    if function == "abs":
        return abs(args[0])
    if function in ("min", "max"):
        return (min if function == "min" else max)(args)
    if function == "clamp":
        return min(max(args[0], args[1]), args[2])
    if function in ("floor", "ceil"):
        return rounded(args[0], F(1), function)
    if function in ("round", "round_up", "round_down"):
        how = rounding if function == "round" else function
        return rounded(args[0], args[1], how) if args[1] > 0 else NO_ANSWER
    if function == "days_between":
        return F((args[1] - args[0]).days)
    if function == "months_between":
        return F(months_between(*args))
    if function in ("year_of", "month_of", "day_of"):
        return F(getattr(args[0], function[:-3]))
    found = real(function, *args)
    return NO_ANSWER if found is None else found


def operate(op, args, rounding, detail):
    """What a step gives, whose operands are known; `None` for one that does not count."""
    a, b = (args + [None, None])[:2]
    if op in ("and", "or"):
        decides = op == "or"
        if a is decides or b is decides and not missing(a):
            return decides
        return a if missing(a) else b if missing(b) else not decides
    if op == "is_missing":
        return missing(a)
    if op == "default":
        return b if missing(a) else a
    if op == "if":
        return a if missing(a) else args[1] if a else args[2]
    if op == "in":
        unknown = a if missing(a) else next((m for m in args[1:] if missing(m)), False)
        return True if not missing(a) and a in args[1:] else unknown
    if op == "call":
        return call(detail, args, rounding)
    if missing(a):
        return a
    if op == "not":
        return not a
    if op == "negate":
        return -a
    if op == "in_days":
        first, last = (a, a) if isinstance(a, date) else (a[1], a[2])
        if isinstance(a, date):
            return detail[0] <= first and last <= detail[1]
        return None
    if missing(b):
        return b
    if op in SIGNS:
        return compare(SIGNS[op], a, b)
    if op == "subtract" and isinstance(a, date):
        return F((a - b).days)
    if op == "divide":
        return a / b if b else ("missing", "division_by_zero", "division by zero")
    return {"add": lambda: a + b, "subtract": lambda: a - b, "multiply": lambda: a * b}[op]()


def holds(limit, x):
    return limit is None or compare(limit["op"], x, F(limit["at"]))


# ---------------------------------------------------------------- curves

def curve(c, x, target, full, nodes):
    """The score of a value; `None` where there is none."""
    kind = c["kind"]
    if kind == "attainment":
        return full * x if c["up_to"] is None else min(full * x, F(c["up_to"]))
    if kind == "linear":
        points = [(F(a), F(s)) for a, s in c["points"]]
        reached = sum(a <= x for a, _ in points)
        if reached == 0:
            return points[0][1]
        if points[reached - 1][0] == x:
            return points[reached - 1][1]
        if reached == len(points):
            if not c["continue_above"] or reached < 2 or points[-2][0] == points[-1][0]:
                return points[-1][1]
            reached -= 1
        (a, s), (b, t) = points[reached - 1], points[reached]
        return s + (t - s) * (x - a) / (b - a)
    if kind == "steps":
        return next((F(s["score"]) for s in c["steps"] if holds(s["limit"], x)), None)
    if kind == "per_step":
        if target is None:
            return None
        step = F(c["step"]) * (abs(target) if c["of_target"] else 1)
        return None if step == 0 else per_step(c, (x - target) * (1 if c["above"] else -1) / step, full)
    if kind == "brackets":
        total, start = F(0), F(0)
        for bracket in c["brackets"]:
            end = x if bracket["to"] is None else min(x, F(bracket["to"]))
            total += F(bracket["rate"]) * (end - start)
            if bracket["to"] is None or F(bracket["to"]) >= x:
                break
            start = F(bracket["to"])
        return total
    found = nodes[c["node"]]
    return None if missing(found) else found


def per_step(c, steps, full):
    steps = max(steps, F(0))
    change = F(c["amount"]) * (steps // 1 if c["full_steps"] else steps)
    start = full if c.get("start") is None else F(c["start"])
    score = start - change if c["deduct"] else start + change
    limit = number(c["limit"])
    return score if limit is None else max(score, limit) if c["deduct"] else min(score, limit)


# ---------------------------------------------------------------- rows

def aggregate(m, rows, rounding):
    values = []
    for at, row in enumerate(rows):
        where = f"{m['text']}: {row['file']} row {row['row']}"
        cells, steps = [value(c) for c in row["cells"]], []
        for s in m["formula"]:
            args = [steps[i] for i in s["of"]]
            detail = s["function"] if s["op"] == "call" else None
            if s["op"] == "in_days":
                detail = (date.fromisoformat(s["from"]), date.fromisoformat(s["to"]))
            steps.append(value(s["value"]) if s["op"] == "value" else cells[s["cell"]] if s["op"] == "cell"
                         else operate(s["op"], args, rounding, detail))
        if m["row_condition"] is not None:
            need(steps[m["row_condition"]] in (True, None), f"{where}: the condition does not hold")
        own = value(row["value"])
        if m["row_value"] is not None and steps[m["row_value"]] is not None:
            near = row["value"].get("approximate", False)
            need(same(own, steps[m["row_value"]], near), f"{where}: its value is another")
        window = m["window"]
        if window["rows"] in ("dated", "taken_during", "newest") and row["from"] and row["to"]:
            if row["share"] is None:
                need(window["from"] <= row["from"] and row["to"] <= window["to"], f"{where}: of another time")
            else:
                need(row["from"] <= window["to"] and window["from"] <= row["to"], f"{where}: of another time")
        values.append(own * F(row["share"]) if row["share"] is not None and isinstance(own, F) else own)
    return aggregated(m["function"], values, number(m["fraction"]))


def aggregated(function, values, fraction):
    there = [v for v in values if not missing(v)]
    if function == "count":
        return F(len(values))
    if function == "count distinct":
        return F(len(set(there)))
    if function == "sum":
        return sum(there, F(0))
    if not there:
        return None
    if function == "share":
        return F(sum(map(bool, there)), len(there))
    if function == "average":
        return sum(there, F(0)) / len(there)
    if function in ("median", "percentile"):
        there.sort()
        place = (F(1, 2) if fraction is None else fraction) * (len(there) - 1)
        low, rest = int(place // 1), place % 1
        return there[low] + (rest * (there[low + 1] - there[low]) if rest else 0)
    if function == "min":
        return min(there)
    if function == "max":
        return max(there)
    need(all(v == there[0] for v in there), f"{function} of differing values")
    return there[0]


def check_measure(m, rounding):
    counted = m["counted"]
    if counted is None:
        return
    need(m["rows"] == counted["rows"] + sum(l["rows"] for l in m["left_out"]), f"{m['text']}: the rows do not add up")
    if len(counted["listed"]) < counted["rows"]:
        return
    need(len(counted["listed"]) == counted["rows"], f"{m['text']}: more rows are listed than count")
    found, told = aggregate(m, counted["listed"], rounding), value(m["value"])
    if not missing(told):
        need(found is not None and same(found, told, m["value"].get("approximate", False)), f"{m['text']}: its rows give {found}")
    if counted["total"] is not None:
        numbers = [value(r["value"]) * F(r["share"] or 1) for r in counted["listed"] if r["value"]["kind"] == "number"]
        flags = sum(r["value"].get("flag", False) for r in counted["listed"])
        need(sum(numbers, F(flags)) == F(counted["total"]), f"{m['text']}: the total is another")


# ---------------------------------------------------------------- formulas

LITERAL = re.compile(r"(\d[\d_]*(?:\.\d+)?)(%|‰)?")


def check_nodes(doc, card):
    """Every step of a card, from those before it."""
    nodes = []
    for at, n in enumerate(card["nodes"]):
        where = f"{n['text']} ({n['at']})"
        need(all(i is None or i < at for i in n["of"]), f"{where}: goes by what comes later")
        told, op, detail = value(n["value"]), n["op"], n["detail"]
        args = [None if i is None else nodes[i] for i in n["of"]]
        near, found = n["value"].get("approximate", False), told
        if op == "value":
            literal = LITERAL.fullmatch(n["text"])
            if literal and isinstance(told, F):
                found = F(literal[1].replace("_", "")) / {None: 1, "%": 100, "‰": 1000}[literal[2]]
        elif op == "measure":
            m = doc["measures"][detail["measure"]]
            few = detail["at_least"] is not None and m["counted"] and m["counted"]["rows"] < detail["at_least"]
            if not (few and missing(told) and told[1] == "too_few") and not (missing(told) and told[1] == "outside_stints"):
                found = value(m["value"])
        elif op == "kpi":
            found = args[0]
            if detail["limits"] and isinstance(told, F):
                need(F(detail["limits"][0]) <= told <= F(detail["limits"][1]), f"{where}: beyond its limits")
        elif op == "scale":
            if detail is not None and isinstance(args[0], F):
                found = curve(detail["curve"], args[0], None, F(100), nodes)
                found = told if found is None and missing(told) else found
        elif op == "matrix":
            if all(isinstance(a, F) for a in args) and not missing(told):
                row = next(i for i, l in enumerate(detail["rows"]) if holds(l, args[0]))
                column = next(i for i, l in enumerate(detail["columns"]) if holds(l, args[1]))
                found = F(detail["values"][row][column])
        elif op == "in_days":
            found = operate(op, args, doc["rounding"], (date.fromisoformat(detail["from"]), date.fromisoformat(detail["to"])))
        elif op == "supposed":
            need(doc["supposed"], f"{where}: supposed, and the document does not say so")
        elif op not in ("read", "input"):
            found = operate(op, args, doc["rounding"], detail["name"] if op == "call" else None)
        need(found is None or same(found, told, near), f"{where}: is {found}, not {told}")
        nodes.append(told)
    return nodes


def inputs(card, root):
    """The inputs behind a step, with their values."""
    seen, open_ = set(), [root]
    while open_:
        at = open_.pop()
        if at in seen:
            continue
        seen.add(at)
        n = card["nodes"][at]
        if n["op"] == "input":
            yield n["detail"], value(n["value"])
        open_.extend(i for i in n["of"] if i is not None)


# ---------------------------------------------------------------- scorecards

def presence(e):
    s = value(e["score"])
    return "not_applicable" if missing(s) and s[1] == "not_applicable" else "missing" if missing(s) else "present"


def counts(e, when):
    return presence(e) == "present" or presence(e) == "missing" and when != "redistribute"


def check_entry(card, nodes, e, when, forced):
    where, told = f"{e['label']} ({e['at']})", value(e["score"])
    if e["applies_when"] is not None and forced is None:
        applies = nodes[e["applies_when"]]
        forced = "unknown" if missing(applies) else None if applies is True else "not_applicable"
    if e["group"]:
        found = check_group(card, nodes, e["group"]["entries"], e["group"]["combine"], when, forced, where)
    elif e["kpi"]:
        found = kpi_score(card, nodes, e, where, forced)
    else:
        found = value(e["taken"][0]["score"]) if len(e["taken"]) == 1 else told
    if forced:
        need(missing(told) and (told[1] == "not_applicable") == (forced == "not_applicable"), f"{where}: it does not apply")
        return
    if isinstance(found, F):
        if e["taken"] is None or len(e["taken"]) == 1:
            found *= F(e["scale"] or 1)
        most = number(e["most"])
        if most is not None and found > most:
            need(e["uncapped"] is not None and F(e["uncapped"]) == found, f"{where}: the score before its limit is {found}")
            found = most
        else:
            need(e["uncapped"] is None or e["taken"] is not None, f"{where}: no limit has cut it")
        need(same(found, told, e["score"].get("approximate", False)), f"{where}: the score is {found}")
    else:
        need(missing(told), f"{where}: there is no score")


def kpi_score(card, nodes, e, where, forced):
    k = e["kpi"]
    x, target = nodes[k["value"]], None
    if k["target"]:
        target = nodes[k["target"]["node"]]
        if k["target"]["prorated"] and isinstance(target, F):
            days, of = k["target"]["prorated"]
            need(days == card["served"], f"{where}: prorated by other days than those served")
            target = target * F(days, of)
        need(same(target, value(k["target"]["value"])), f"{where}: the target is {target}")
    read = x
    if k["attainment"] is not None:
        read = value(k["attainment"])
        if isinstance(x, F) and isinstance(target, F) and target != 0:
            ratio = x / target
            found = 2 - ratio if (target < 0) != k["lower_is_better"] else ratio
            need(same(found, read, k["attainment"].get("approximate", False)), f"{where}: the attainment is {found}")
        else:
            need(missing(read), f"{where}: there is no attainment")
    if forced or missing(x) or missing(read) or missing(target):
        return None
    if k["curve"] is None:
        return read if value(e["score"]) is not None and not missing(value(e["score"])) else None
    goal = F(1) if k["on_attainment"] else target
    if k["curve"]["kind"] == "formula":
        given = {"value": read, "target": goal, "weight": F(e["stated"])}
        for detail, got in inputs(card, k["curve"]["node"]):
            need(given[detail["input"]] is None or same(given[detail["input"]], got), f"{where}: a formula goes by {got}")
    return curve(k["curve"], read, goal, F(k["full"]), nodes)


def check_group(card, nodes, entries, combine, when, forced, where):
    for e in entries:
        check_entry(card, nodes, e, when, forced)
    all_count = all(counts(e, when) for e in entries)
    total = F(1) if all_count else sum((F(e["weight"]) for e in entries), F(0))
    kept = F(1) if all_count else sum((F(e["weight"]) for e in entries if counts(e, when)), F(0))
    if combine == "weighted_mean":
        need(sum(F(e["weight"]) for e in entries) == 1, f"{where}: the weights do not total 100%")
    for e in entries:
        weight = F(e["weight"])
        effective = weight if kept == 1 else weight / kept if counts(e, when) and kept else F(0)
        need(F(e["effective_weight"]) == effective, f"{e['label']}: the weight is {effective}")
    if all(presence(e) == "not_applicable" for e in entries) or not kept:
        return None
    if when == "no_rating" and any(presence(e) == "missing" for e in entries):
        return None
    parts = [(F(e["effective_weight"]), value(e["score"])) for e in entries if counts(e, when)]
    parts = [(w, F(0) if missing(s) else s) for w, s in parts]
    if combine == "sum":
        return sum((s for _, s in parts), F(0)) * total / kept
    if combine == "geometric":
        product = F(1)
        for w, s in parts:
            product *= real("pow", s, w)
        return product
    return sum((w * s for w, s in parts), F(0))


def check_spread(entries, combine, when, share, factor):
    all_count = all(counts(e, when) for e in entries)
    kept = sum((F(e["weight"]) for e in entries if counts(e, when)), F(0))
    total = sum((F(e["weight"]) for e in entries), F(0))
    for e in entries:
        need(F(e["share_of_total"]) == share * F(e["effective_weight"]), f"{e['label']}: its share of the whole is another")
        each = None
        if factor is not None and combine != "geometric":
            each = factor * F(e["effective_weight"]) if combine == "weighted_mean" else \
                factor * (F(1) if all_count or not kept else total / kept)
        if factor is not None and not counts(e, when):
            each = F(0)
        score = value(e["score"])
        added = None if each is None else each * (F(0) if missing(score) else score)
        told = number(e["contribution"])
        need((added is None) == (told is None), f"{e['label']}: what it adds")
        need(added is None or added == told or abs(added - told) <= NEAR * abs(told), f"{e['label']}: it adds {added}")
        if e["group"]:
            inside = None if each is None or e["uncapped"] is not None else each * F(e["scale"] or 1)
            check_spread(e["group"]["entries"], e["group"]["combine"], when, F(e["share_of_total"]), inside)


def completeness(entries):
    scored = applicable = F(0)
    for e in entries:
        part = completeness(e["group"]["entries"]) if e["group"] else \
            {"present": F(1), "missing": F(0), "not_applicable": None}[presence(e)]
        if part is not None:
            applicable, scored = applicable + F(e["weight"]), scored + F(e["weight"]) * part
    return scored / applicable if applicable else None


def decimals(doc, x):
    places = doc["score_decimals"]
    return x if places is None else rounded(x, F(1, 10**places), doc["rounding"])


def check_scorecard(doc, card, nodes):
    s, where = card["scorecard"], card["label"]
    when, told = s["when_missing"], value(s["score"])
    combined = check_group(card, nodes, s["entries"], s["combine"], when, None, where)
    near = s["combined"].get("approximate", False)
    need(missing(value(s["combined"])) if combined is None else same(combined, value(s["combined"]), near), f"{where}: together {combined}")
    check_spread(s["entries"], s["combine"], when, F(1), None if combined is None else F(1))
    need(F(s["completeness"]) == (completeness(s["entries"]) or F(0)), f"{where}: the completeness is another")
    total, none = combined, combined is None
    for a in s["adjustments"]:
        x = nodes[a["value"]]
        points = per_step(dict(a, start="0", deduct=False), x / F(a["step"]), F(0)) if isinstance(x, F) else None
        if points is not None:
            points = -points if a["deduct"] else points
            need(same(points, value(a["points"])), f"{a['label']}: {points} points")
            total = None if total is None else total + points
        else:
            need(missing(value(a["points"])), f"{a['label']}: there are no points")
            none |= when == "no_rating"
    caps, grade_cap, doubt = [], None, False
    for at, v in enumerate(s["vetoes"]):
        condition = nodes[v["condition"]]
        need(v["holds"] == (None if missing(condition) else condition), f"veto {v['reason']}: whether it holds")
        doubt |= missing(condition)
        none |= missing(condition) and v["score_at_most"] is not None
        if v["holds"] and v["score_at_most"] is not None:
            caps.append((F(v["score_at_most"]), at))
        if v["holds"] and v["rating_at_most"] is not None and (grade_cap is None or v["rating_at_most"] > grade_cap):
            grade_cap = v["rating_at_most"]
    least = number(s["complete_at_least"])
    none |= when == "redistribute" and least is not None and F(s["completeness"]) < least
    eligible = None if card["eligible"] is None else nodes[card["eligible"]]
    none |= missing(eligible)
    if none:
        need(missing(told), f"{where}: there is no score")
        need(s["rating"] is None, f"{where}: there is no grade")
        return
    steps = []
    if s["adjustments"]:
        steps.append(("adjusted", None, total))
    if s["range"]:
        within = min(max(total, F(s["range"][0])), F(s["range"][1]))
        if within != total:
            steps.append(("range", None, within))
        total = within
    score = decimals(doc, total)
    if score != total:
        steps.append(("rounded", None, score))
    for cap, at in caps:
        if cap < score:
            score = cap
            steps.append(("veto", at, score))
        total = min(total, cap)
    need([(t["what"], t["veto"]) for t in s["steps"]] == [t[:2] for t in steps], f"{where}: the steps are {steps}")
    need(all(same(F(t["score"]), own[2], near) for t, own in zip(s["steps"], steps)), f"{where}: the steps are {steps}")
    need(same(score, told, near), f"{where}: the score is {score}")
    if s["rating"]:
        check_rating(s["rating"], total if s["rating"]["sees_unrounded"] else score, grade_cap, doubt, near)


def check_rating(r, seen, cap, doubt, near):
    need(same(F(r["seen"]), seen, near), f"{r['rating']}: the grade looks at {seen}")
    need(not doubt, f"{r['rating']}: a veto is in doubt")
    by_score = next(i for i, g in enumerate(r["grades"]) if holds(g["limit"], F(r["seen"])))
    need(r["by_score"] == by_score, f"{r['rating']}: by score {r['grades'][by_score]['name']}")
    grade, by = (max(by_score, cap), "veto") if cap is not None and cap > by_score else (by_score, None)
    if r["lowered_by"] == "distribution":
        need(r["grade"] > grade, f"{r['rating']}: the distribution lowers nothing")
        check_distribution(r)
    else:
        need(r["grade"] == grade, f"{r['rating']}: the grade is {r['grades'][grade]['name']}")
        need((r["lowered_by"] is None) == (by is None), f"{r['rating']}: what lowered the grade")


def check_distribution(r):
    d = r["distribution"]
    if d is None:
        return
    line = [F(h["score"]) for h in d["holders"]]
    need(line == sorted(line, reverse=True), f"{r['rating']}: the best stand first")
    if len(line) > d["limit"]:
        beyond = line[d["limit"]]
        need(all(h["keeps"] == (F(h["score"]) > beyond) for h in d["holders"]), f"{r['rating']}: who keeps the grade")


def check_outputs(doc, cards):
    for post in doc["posts"]:
        own = [doc["cards"][at] for at in post["cards"]]
        need(post["days"] == sum(c["days"] for c in own), f"{post['position']}: the days in the post")
        for at, out in enumerate(post["outputs"]):
            where, parts = out["label"], []
            for place, card in zip(post["cards"], own):
                o, nodes = card["outputs"][at], cards[place]
                need(o["name"] == out["name"], f"{where}: another output")
                if o["node"] is not None:
                    for detail, got in inputs(card, o["node"]):
                        if detail["input"] == "score" and card["scorecard"]:
                            need(same(got, value(card["scorecard"]["score"])), f"{where}: goes by another score")
                        if detail["input"] == "output" and len(own) == 1 and out["prorated"] is None:
                            need(same(got, value(card["outputs"][detail["output"]]["value"])), f"{where}: goes by another output")
                    parts.append((nodes[o["node"] if o["inside"] is None or len(own) == 1 and out["prorated"] is None else o["inside"]], card["days"]))
            told = value(out["value"])
            if not parts or any(not isinstance(p, F) for p, _ in parts):
                need(not isinstance(told, F) or not parts, f"{where}: there is no amount")
                continue
            mean = sum(p * d for p, d in parts) / sum(d for _, d in parts)
            if out["mean"] is not None:
                need(same(value(out["mean"]), mean, out["mean"].get("approximate", False)), f"{where}: the mean is {mean}")
            if out["prorated"]:
                mean = mean * F(*out["prorated"])
            if out["rounding"] and out["mean"] is not None:
                mean = call(out["rounding"]["function"], [mean, F(out["rounding"]["step"])], doc["rounding"])
            need(same(mean, told, out["value"].get("approximate", False)), f"{where}: the amount is {mean}")


def check(doc):
    """Raises Wrong where a document does not hold."""
    need(doc["schema"] == "urn:merit:why:1", "no explanation of a version that is known here")
    body = {k: v for k, v in doc.items() if k != "digest"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    need(hashlib.sha256(text.encode()).hexdigest() == doc["digest"], "altered since it was written: the digest is another")
    for m in doc["measures"]:
        check_measure(m, doc["rounding"])
    cards = [check_nodes(doc, card) for card in doc["cards"]]
    scored = []
    for card, nodes in zip(doc["cards"], cards):
        need((date.fromisoformat(card["to"]) - date.fromisoformat(card["from"])).days + 1 == card["days"], f"{card['label']}: the days")
        if card["scorecard"]:
            check_scorecard(doc, card, nodes)
            scored.append((value(card["scorecard"]["score"]), card))
    overall = number(doc["overall"])
    if not scored or any(missing(s) for s, _ in scored):
        need(overall is None, "there is no overall score")
    else:
        found = scored[0][0] if len(scored) == 1 else \
            decimals(doc, sum(s * c["days"] for s, c in scored) / sum(c["days"] for _, c in scored))
        need(overall is not None and same(found, overall, True), f"the overall score is {found}")
    r = doc["rating"]
    if r is not None:
        if not r["sees_unrounded"]:
            need(F(r["seen"]) == overall, "the overall grade looks at another score")
        need(r["by_score"] == next(i for i, g in enumerate(r["grades"]) if holds(g["limit"], F(r["seen"]))), "the overall grade by score")
        need(r["grade"] >= r["by_score"] and (r["lowered_by"] is None) == (r["grade"] == r["by_score"]), "the overall grade")
        if len(scored) == 1:
            own = scored[0][1]["scorecard"]["rating"]
            need(own is not None and (own["grade"], own["seen"]) == (r["grade"], r["seen"]), "the grade of the scorecard is another")
        check_distribution(r)
    check_outputs(doc, cards)


def main(paths):
    bad = 0
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                check(json.load(file))
            print(f"{path}: accepted")
        except Wrong as wrong:
            bad += 1
            print(f"{path}: rejected: {wrong}")
        except (KeyError, IndexError, TypeError, ValueError, StopIteration, ZeroDivisionError) as error:
            bad += 1
            print(f"{path}: rejected: it is no whole explanation ({type(error).__name__}: {error})")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
