#!/usr/bin/env python3
"""Checks explanations that `merit why --format json` has written, without the program that wrote them:

    python3 check.py FILE...        accepted, or what is wrong; ends with 1 where a file is rejected

Every number is computed again in fractions, from the rows that counted to the grade and to what is paid (docs/checking.md). Only
read is what a document cannot prove: cells of files, scores of others, sums over all people, that no row was kept back.
"""
import hashlib, json, math, operator, re, sys
from datetime import date
from decimal import Decimal, getcontext
from fractions import Fraction as F
getcontext().prec, NEAR, NO_ANSWER = 60, F(1, 10**20), ("missing", "no_answer", "no such number")
NAMES = {"eq": "equal =", "ne": "not_equal", "lt": "less <", "le": "less_or_equal <=", "gt": "greater >", "ge": "greater_or_equal >="}
SIGNS = {name: getattr(operator, sign) for sign, names in NAMES.items() for name in names.split()}
LITERAL = re.compile(r"(\d[\d_]*(?:\.\d+)?)(%|‰)?")
class Wrong(Exception): own_months = False  # a document that does not hold, and where; months of a calendar unknown here
def need(condition, where):
    if not condition: raise Wrong(where)
# Values: a Fraction, a bool, a date, or a tuple that begins with its kind.
def number(text): return None if text is None else F(text)
def value(v):
    kind = v["kind"]
    if kind in ("number", "flag", "date"): return {"number": F, "flag": bool, "date": date.fromisoformat}[kind](v[kind])
    return (kind,) + tuple(v[k] for k in ("reason", "text", "index", "first_month", "last_month") if k in v)
missing, near = lambda v: isinstance(v, tuple) and v[0] == "missing", lambda v: v.get("approximate", False)
def same(one, other, approximate=False):
    if isinstance(one, F) and isinstance(other, F):
        return one == other or approximate and abs(one - other) <= NEAR * max(abs(one), abs(other))
    return type(one) is type(other) and one == other
def holds(limit, x): return limit is None or SIGNS[limit["op"]](x, F(limit["at"]))
# Functions and operators.
def rounded(x, step, how):
    whole, rest = divmod(x / step, 1)
    up = {"round_up": rest > 0, "ceil": rest > 0, "half_up": rest > F(1, 2) or rest == F(1, 2) and x >= 0,
          "half_even": rest > F(1, 2) or rest == F(1, 2) and whole % 2 == 1}
    return (whole + up.get(how, 0)) * step
def months_between(a, b):
    return -months_between(b, a) if b < a else (b.year - a.year) * 12 + b.month - a.month - (b.day < a.day)
def real(function, x, y=None):
    if function == "pow" and y.denominator == 1: return x ** y.numerator if x or y >= 0 else None
    if x < 0 and function != "exp" or x == 0 and function in ("ln", "pow"):
        return F(0) if function == "pow" and x == 0 and y > 0 else None
    d = Decimal(x.numerator) / Decimal(x.denominator)
    if function == "pow": return F((d.ln() * Decimal(y.numerator) / Decimal(y.denominator)).exp())
    return F({"sqrt": d.sqrt, "ln": d.ln, "exp": d.exp}[function]())
def call(function, args, rounding):
    if any(map(missing, args)): return next(filter(missing, args))
    if function in ("round", "round_up", "round_down"):
        return rounded(args[0], args[1], rounding if function == "round" else function) if args[1] > 0 else NO_ANSWER
    plain = {"abs": abs, "min": lambda *a: min(a), "max": lambda *a: max(a), "clamp": lambda x, a, b: min(max(x, a), b),
             "floor": lambda x: rounded(x, F(1), function), "ceil": lambda x: rounded(x, F(1), function),
             "year_of": lambda d: F(d.year), "month_of": lambda d: F(d.month), "day_of": lambda d: F(d.day),
             "days_between": lambda a, b: F((b - a).days), "months_between": lambda a, b: F(months_between(a, b))}
    found = plain[function](*args) if function in plain else real(function, *args)
    return NO_ANSWER if found is None else found
def operate(op, args, rounding, detail=None):
    a, b = (args + [None, None])[:2]
    if op in ("and", "or"):
        if a is (op == "or") or b is (op == "or") and not missing(a): return op == "or"
        return None if a is None or b is None else a if missing(a) else b if missing(b) else op == "and"
    if op == "default": return b if missing(a) else a
    if op == "if": return a if missing(a) or a is None else args[1 if a else 2]
    if op == "in":
        unknown = a if missing(a) else next((m for m in args[1:] if missing(m)), False)
        return True if not missing(a) and a in args[1:] else unknown
    if None in args: return None
    if op == "is_missing": return missing(a)
    if op == "call": return None if detail == "months_between" and Wrong.own_months else call(detail, args, rounding)
    if missing(a): return a
    if op in ("not", "negate"): return not a if op == "not" else -a
    if op == "in_days": return detail[0] <= a <= detail[1] if isinstance(a, date) else None
    if missing(b): return b
    if op in SIGNS: return SIGNS[op](a, b)
    if op == "divide": return a / b if b else ("missing", "division_by_zero", "division by zero")
    return a + b if op == "add" else a * b if op == "multiply" else F((a - b).days) if isinstance(a, date) else a - b
def days_of(detail): return date.fromisoformat(detail["from"]), date.fromisoformat(detail["to"])
# Curves: the score of a value, `None` where there is none.
def curve(c, x, target, full, nodes):
    kind = c["kind"]
    if kind == "attainment": return full * x if c["up_to"] is None else min(full * x, F(c["up_to"]))
    if kind == "linear":
        points = [(F(a), F(s)) for a, s in c["points"]]
        reached = sum(a <= x for a, _ in points)
        if reached == 0 or points[reached - 1][0] == x: return points[max(reached - 1, 0)][1]
        if reached == len(points):
            if not c["continue_above"] or reached < 2 or points[-2][0] == points[-1][0]: return points[-1][1]
            reached -= 1
        (a, s), (b, t) = points[reached - 1], points[reached]
        return s + (t - s) * (x - a) / (b - a)
    if kind == "steps": return next((F(s["score"]) for s in c["steps"] if holds(s["limit"], x)), None)
    if kind == "per_step":
        step = None if target is None else F(c["step"]) * (abs(target) if c["of_target"] else 1)
        return per_step(c, (x - target) * (1 if c["above"] else -1) / step, full) if step else None
    if kind == "brackets":
        ends = [F(0)] + [x if b["to"] is None else F(b["to"]) for b in c["brackets"]]
        parts = zip(c["brackets"], ends, ends[1:])
        return sum((F(b["rate"]) * (min(x, to) - start) for b, start, to in parts if start == 0 or start < x), F(0))
    return None if missing(nodes[c["node"]]) else nodes[c["node"]]
def per_step(c, steps, full):
    steps = max(steps, F(0))
    change = F(c["amount"]) * (steps // 1 if c["full_steps"] else steps)
    score, limit = (full if c.get("start") is None else F(c["start"])) + (-change if c["deduct"] else change), number(c["limit"])
    return score if limit is None else max(score, limit) if c["deduct"] else min(score, limit)
# Rows.
def check_measure(m, rounding):
    counted, name, told = m["counted"], m["text"], value(m["value"])
    if counted is None: return
    rows, listed = counted["rows"], len(counted["listed"])
    need(m["rows"] == rows + sum(left["rows"] for left in m["left_out"]) and listed <= rows, f"{name}: the rows do not add up")
    if listed < rows: return
    values = [row_value(m, row, rounding) for row in counted["listed"]]
    found = None if missing(told) else aggregate(m["function"], values, number(m["fraction"]))
    need(missing(told) or found is not None and same(found, told, near(m["value"])), f"{name}: its rows give {found}")
    total = sum((F(v) for v in values if isinstance(v, (F, bool))), F(0))
    need(counted["total"] in (None, str(total)) or total == F(counted["total"]), f"{name}: the total is {total}")
def row_value(m, row, rounding):
    where, steps = f"{m['text']}: {row['file']} row {row['row']}", []
    for s in m["formula"]:
        detail = days_of(s) if s["op"] == "in_days" else s["function"]
        steps.append(value(s["value"]) if s["op"] == "value" else value(row["cells"][s["cell"]]) if s["op"] == "cell"
                     else operate(s["op"], [steps[i] for i in s["of"]], rounding, detail))
    own, window = value(row["value"]), m["window"]
    need(m["row_condition"] is None or steps[m["row_condition"]] in (True, None), f"{where}: the condition does not hold")
    if m["row_value"] is not None and steps[m["row_value"]] is not None:
        need(same(own, steps[m["row_value"]], near(row["value"])), f"{where}: its value is another")
    if window["rows"] in ("dated", "taken_during", "newest") and row["from"] and row["to"]:
        inside = window["from"] <= row["from"] and row["to"] <= window["to"]
        partly = row["from"] <= window["to"] and window["from"] <= row["to"]
        need(inside if row["share"] is None else partly, f"{where}: of another time")
    return own * F(row["share"]) if row["share"] is not None and isinstance(own, F) else own
def aggregate(function, values, fraction):
    there = sorted(v for v in values if not missing(v)) if function != "only" else values
    if function in ("count", "count distinct"): return F(len(values if function == "count" else set(there)))
    if function == "sum": return sum(there, F(0))
    if not there: return None
    if function in ("share", "average"): return sum(map(F, there), F(0)) / len(there)
    if function in ("median", "percentile"):
        place = (F(1, 2) if fraction is None else fraction) * (len(there) - 1)
        low, rest = int(place // 1), place % 1
        return there[low] + (rest * (there[low + 1] - there[low]) if rest else 0)
    need(function in ("min", "max") or all(v == there[0] for v in there), f"{function} of differing values")
    return there[-1] if function == "max" else there[0]
# Rulings: what holds in the place of a value, as far from it as is allowed.
def rulings(doc, card, on): return [r for r in doc.get("rulings", []) if (r["position"], r["on"]) == (card["position"], on)]
def ruled(r, before):
    told, most = value(r["ruled"]), number(r["most"])
    need(r["reason"] and any(same(before, value(v), near(v)) or missing(before) and missing(value(v)) for v in r["replaced"]),
         f"the ruling on {r['name'] or r['on']} stands in the place of {before}")
    apart = None if missing(before) else abs(told[1] - before[1] if r["on"] == "rating" else told - before)
    need(most is None or apart is not None and apart <= most, f"the ruling on {r['name'] or r['on']} goes too far")
    return told
# Formulas: every step of a card, from those before it.
def check_nodes(doc, card):
    nodes = []
    for n in card["nodes"]:
        where, told, op, detail = f"{n['text']} ({n['at']})", value(n["value"]), n["op"], n["detail"]
        args, found = [None if i is None else nodes[i] for i in n["of"]], told
        if op == "value":
            if (literal := LITERAL.fullmatch(n["text"])) and isinstance(told, F):
                found = F(literal[1].replace("_", "")) / {None: 1, "%": 100, "‰": 1000}[literal[2]]
        elif op == "measure":
            m = doc["measures"][detail["measure"]]
            few = detail["at_least"] is not None and m["counted"] and m["counted"]["rows"] < detail["at_least"]
            if not (missing(told) and (told[1] == "outside_stints" or few and told[1] == "too_few")):
                found = value(m["value"])
        elif op == "kpi":
            found = args[0]
            within = not detail["limits"] or not isinstance(told, F) or F(detail["limits"][0]) <= told <= F(detail["limits"][1])
            need(within, f"{where}: beyond its limits")
        elif op == "scale":
            if detail is not None and isinstance(args[0], F):
                scored = curve(detail["curve"], args[0], None, F(100), nodes)
                found = scored if scored is not None or not missing(told) else told
        elif op == "matrix":
            if all(isinstance(a, F) for a in args) and not missing(told):
                row, column = (next(i for i, limit in enumerate(detail[k]) if holds(limit, a))
                               for k, a in zip(("rows", "columns"), args))
                found = F(detail["values"][row][column])
        elif op == "supposed": need(doc["supposed"], f"{where}: supposed, and the document does not say so")
        elif op == "ruled": found = ruled(next(r for r in rulings(doc, card, "kpi") if r == doc["rulings"][detail["ruling"]]), args[0])
        elif op == "closed": need((detail["closing"] is None) == (missing(told) and told[1] == "not_closed"), f"{where}: the closing")
        elif op not in ("read", "input"):
            detail = days_of(detail) if op == "in_days" else detail and detail.get("name")
            found = operate(op, args, doc["rounding"], detail)
        need(found is None or same(found, told, near(n["value"])), f"{where}: is {found}, not {told}")
        nodes.append(told)
    return nodes
def inputs(card, root):
    seen = {root}
    for n in (card["nodes"][at] for at in range(root, -1, -1) if at in seen):
        seen.update(i for i in n["of"] if i is not None)
        if n["op"] == "input": yield n["detail"], value(n["value"])
# Scorecards.
def presence(e):
    s = value(e["score"])
    return "there" if not missing(s) else "not applicable" if s[1] == "not_applicable" else "missing"
def counts(e, when): return presence(e) == "there" or presence(e) == "missing" and when != "redistribute"
def check_entry(card, nodes, e, when, forced):
    where, told, found = f"{e['label']} ({e['at']})", value(e["score"]), None
    if e["applies_when"] is not None and forced is None:
        applies = nodes[e["applies_when"]]
        forced = "unknown" if missing(applies) else None if applies is True else "not_applicable"
    if e["group"]: found = check_group(card, nodes, e["group"]["entries"], e["group"]["combine"], when, forced, where)
    elif e["kpi"]: found = kpi_score(card, nodes, e, where, forced)
    if forced: need(missing(told) and (told[1] == "not_applicable") == (forced == "not_applicable"), f"{where}: does not apply")
    elif isinstance(found, F):
        found, most = found * F(e["scale"] or 1), number(e["most"])
        need(number(e["uncapped"]) == (found if most is not None and found > most else None), f"{where}: uncapped it is {found}")
        found = found if most is None else min(found, most)
        need(same(found, told, near(e["score"])), f"{where}: the score is {found}")
    elif e["taken"] is None: need(missing(told), f"{where}: there is no score")
def kpi_score(card, nodes, e, where, forced):
    k, target, x = e["kpi"], None, nodes[e["kpi"]["value"]]
    read = x
    if k["target"]:
        target = nodes[k["target"]["node"]]
        if k["target"]["prorated"] and isinstance(target, F):
            target *= F(*k["target"]["prorated"])
            need(k["target"]["prorated"][0] == card["served"], f"{where}: prorated by other days than those served")
        need(same(target, value(k["target"]["value"])), f"{where}: the target is {target}")
    if k["attainment"] is not None:
        read = value(k["attainment"])
        if isinstance(x, F) and isinstance(target, F) and target != 0:
            found = 2 - x / target if (target < 0) != k["lower_is_better"] else x / target
            need(same(found, read, near(k["attainment"])), f"{where}: the attainment is {found}")
        else: need(missing(read), f"{where}: there is no attainment")
    if forced or missing(x) or missing(read) or missing(target): return None
    if k["curve"] is None: return None if missing(value(e["score"])) else read
    goal = F(1) if k["on_attainment"] else target
    if k["curve"]["kind"] == "formula":
        given = {"value": read, "target": goal, "weight": F(e["stated"])}
        for detail, got in inputs(card, k["curve"]["node"]):
            need(given[detail["input"]] in (None, got), f"{where}: its curve goes by {got}")
    return curve(k["curve"], read, goal, F(k["full"]), nodes)
def totals(entries, when):
    if all(counts(e, when) for e in entries): return F(1), F(1)
    return tuple(sum((F(e["weight"]) for e in entries if c or counts(e, when)), F(0)) for c in (True, False))
def check_group(card, nodes, entries, combine, when, forced, where):
    for e in entries: check_entry(card, nodes, e, when, forced)
    need(combine != "weighted_mean" or sum(F(e["weight"]) for e in entries) == 1, f"{where}: the weights do not total 100%")
    total, kept = totals(entries, when)
    for e in entries:
        weight = F(e["weight"]) if kept == 1 else F(e["weight"]) / kept if counts(e, when) and kept else F(0)
        need(F(e["effective_weight"]) == weight, f"{e['label']}: the weight is {weight}")
    states = {presence(e) for e in entries}
    if states == {"not applicable"} or not kept or when == "no_rating" and "missing" in states: return None
    scores = ((F(e["effective_weight"]), value(e["score"])) for e in entries if counts(e, when))
    parts = [(w, F(0) if missing(s) else s) for w, s in scores]
    if combine == "geometric": return math.prod((real("pow", s, w) for w, s in parts), start=F(1))
    return sum((s for _, s in parts), F(0)) * total / kept if combine == "sum" else sum((w * s for w, s in parts), F(0))
def check_spread(entries, combine, when, share, factor):
    total, kept = totals(entries, when)
    for e in entries:
        need(F(e["share_of_total"]) == share * F(e["effective_weight"]), f"{e['label']}: its share of the whole")
        each = None
        if factor is not None and not counts(e, when): each = F(0)
        elif factor is not None and combine != "geometric":
            each = factor * (F(e["effective_weight"]) if combine == "weighted_mean" else total / kept)
        told, score = number(e["contribution"]), value(e["score"])
        added = None if each is None else F(0) if missing(score) else each * score
        need(added == told or added is not None and told is not None and same(added, told, True), f"{e['label']}: it adds {added}")
        if e["group"]:
            inside = None if each is None or e["uncapped"] is not None else each * F(e["scale"] or 1)
            check_spread(e["group"]["entries"], e["group"]["combine"], when, F(e["share_of_total"]), inside)
def completeness(entries):
    scored = applicable = F(0)
    for e in entries:
        part = completeness(e["group"]["entries"]) if e["group"] else {"there": F(1), "missing": F(0)}.get(presence(e))
        if part is not None: applicable, scored = applicable + F(e["weight"]), scored + F(e["weight"]) * part
    return scored / applicable if applicable else None
def decimals(doc, x):
    return x if doc["score_decimals"] is None else rounded(x, F(1, 10**doc["score_decimals"]), doc["rounding"])
def check_scorecard(doc, card, nodes):
    s, where = card["scorecard"], card["label"]
    when, told = s["when_missing"], value(s["score"])
    total = check_group(card, nodes, s["entries"], s["combine"], when, None, where)
    combined, about, least = value(s["combined"]), near(s["combined"]), number(s["complete_at_least"])
    need(missing(combined) if total is None else same(total, combined, about), f"{where}: together {total}")
    check_spread(s["entries"], s["combine"], when, F(1), None if total is None else F(1))
    need(F(s["completeness"]) == (completeness(s["entries"]) or 0), f"{where}: the completeness is another")
    none = total is None or when == "redistribute" and least is not None and F(s["completeness"]) < least
    for a in s["adjustments"]:
        x, points = nodes[a["value"]], value(a["points"])
        need(isinstance(x, F) != missing(points), f"{a['label']}: its points")
        if isinstance(x, F):
            found = per_step(dict(a, start="0", deduct=False), x / F(a["step"]), F(0)) * (-1 if a["deduct"] else 1)
            need(same(found, points, near(a["points"])), f"{a['label']}: {found} points")
            total = None if total is None else total + found
        none = none or missing(points) and when == "no_rating"
    caps, lowest, doubt = [], None, False
    for at, v in enumerate(s["vetoes"]):
        condition = nodes[v["condition"]]
        need(v["holds"] == (None if missing(condition) else condition), f"veto {v['reason']}: whether it holds")
        doubt, none = doubt or missing(condition), none or missing(condition) and v["score_at_most"] is not None
        caps += [(F(v["score_at_most"]), at)] if v["holds"] and v["score_at_most"] is not None else []
        if v["holds"] and v["rating_at_most"] is not None: lowest = max(lowest or 0, v["rating_at_most"])
    none, own = none or card["eligible"] is not None and missing(nodes[card["eligible"]]), rulings(doc, card, "score")
    if none and not own: return need(missing(told) and s["rating"] is None, f"{where}: there is no score")
    steps = [("adjusted", None, total)] if s["adjustments"] and not none else []
    if s["range"] and not none:
        within = min(max(total, F(s["range"][0])), F(s["range"][1]))
        steps, total = steps + [("range", None, within)] * (within != total), within
    score = ("missing", "none") if none else decimals(doc, total)
    steps += [("rounded", None, score)] * (not none and score != total)
    for cap, at in () if none else caps:
        steps, score, total = steps + [("veto", at, cap)] * (cap < score), min(score, cap), min(total, cap)
    if own:
        score = total = ruled(own[0], score)
        steps.append(("ruled", None, score))
    own = [(t["what"], t["veto"], F(t["score"])) for t in s["steps"]]
    agree = len(own) == len(steps) and all(a[:2] == b[:2] and same(a[2], b[2], about) for a, b in zip(own, steps))
    need(agree and same(score, told, about), f"{where}: the steps are {steps}, the score is {score}")
    r = s["rating"]
    if r:
        need(same(F(r["seen"]), total if r["sees_unrounded"] else score, about), f"{r['rating']}: what the grade looks at")
        need(not doubt, f"{r['rating']}: a veto is in doubt")
        check_grade(doc, r, max(by_score(r), lowest or 0))
def by_score(r):
    found = next(i for i, g in enumerate(r["grades"]) if holds(g["limit"], F(r["seen"])))
    need(r["by_score"] == found, f"{r['rating']}: by score it is {r['grades'][found]['name']}")
    return found
def check_grade(doc, r, grade):
    if r["lowered_by"] == "ruling":
        own = next(one for one in doc["rulings"] if one["on"] == "rating")
        before = own["replaced"][0]["index"]
        need(before == grade or r["distribution"] and before > grade, f"{r['rating']}: the ruling stands in the place of another grade")
        need(ruled(own, ("choice", before)) == ("choice", r["grade"]), f"{r['rating']}: the grade is not the one that was ruled")
    elif r["lowered_by"] == "distribution": need(r["grade"] > grade, f"{r['rating']}: the distribution lowers nothing")
    else:
        need(r["grade"] == grade, f"{r['rating']}: the grade is {r['grades'][grade]['name']}")
        need((r["lowered_by"] is None) == (grade == r["by_score"]), f"{r['rating']}: what lowered the grade")
    d = r["distribution"]
    if d:
        line = sorted((F(h["score"]) for h in d["holders"]), reverse=True)
        keeps = [(s, len(line) <= d["limit"] or s > line[d["limit"]]) for s in line]
        need(keeps == [(F(h["score"]), h["keeps"]) for h in d["holders"]], f"{r['rating']}: who keeps the grade")
def check_output(doc, cards, post, at):
    out, parts = post["outputs"][at], []
    own = [doc["cards"][place] for place in post["cards"]]
    where, whole = out["label"], len(own) == 1 and out["prorated"] is None
    need(post["days"] == sum(c["days"] for c in own), f"{post['position']}: the days in the post")
    for place, card in zip(post["cards"], own):
        o = card["outputs"][at]
        need(o["name"] == out["name"], f"{where}: another output")
        for detail, got in inputs(card, o["node"]) if o["node"] is not None else ():
            if detail["input"] == "score" and card["scorecard"]:
                need(same(got, value(card["scorecard"]["score"])), f"{where}: goes by another score")
            if detail["input"] == "output" and whole:
                need(same(got, value(card["outputs"][detail["output"]]["value"])), f"{where}: goes by another output")
        if o["node"] is not None: parts.append((cards[place][o["node" if o["inside"] is None or whole else "inside"]], card["days"]))
    told, own = value(out["by_rule"] if "by_rule" in out else out["value"]), [r for r in doc.get("rulings", [])
        if (r["position"], r["on"], r["name"]) == (post["position"], "output", out["name"])]
    if own: need(same(ruled(own[0], told), value(out["value"])), f"{where}: the amount is not the one that was ruled")
    if not parts or not all(isinstance(p, F) for p, _ in parts):
        return need(not isinstance(told, F) or not parts, f"{where}: there is no amount")
    mean = sum(p * d for p, d in parts) / sum(d for _, d in parts)
    need(out["mean"] is None or same(value(out["mean"]), mean, near(out["mean"])), f"{where}: the mean is {mean}")
    amount = mean * F(*out["prorated"]) if out["prorated"] else mean
    if out["rounding"] and out["mean"] is not None:
        amount = call(out["rounding"]["function"], [amount, F(out["rounding"]["step"])], doc["rounding"])
    need(same(amount, told, near(out["value"])), f"{where}: the amount is {amount}")
def check(doc):
    """Raises Wrong where a document does not hold."""
    need(doc["schema"] == "urn:merit:why:1", "no explanation of a version that is known here")
    body, Wrong.own_months = {k: v for k, v in doc.items() if k != "digest"}, doc["own_months"]
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    need(hashlib.sha256(text.encode()).hexdigest() == doc["digest"], "altered since it was written: the digest is another")
    for m in doc["measures"]: check_measure(m, doc["rounding"])
    cards, scored = [check_nodes(doc, card) for card in doc["cards"]], []
    for card, nodes in zip(doc["cards"], cards):
        need((days_of(card)[1] - days_of(card)[0]).days + 1 == card["days"], f"{card['label']}: the days")
        if card["scorecard"]:
            check_scorecard(doc, card, nodes)
            scored.append((value(card["scorecard"]["score"]), card))
    overall, r = number(doc["overall"]), doc["rating"]
    found = None if not scored or any(missing(s) for s, _ in scored) else scored[0][0]
    if found is not None and len(scored) > 1:
        found = decimals(doc, sum(s * c["days"] for s, c in scored) / sum(c["days"] for _, c in scored))
    need(overall == found or found is not None and overall is not None and same(found, overall, True), f"the overall score is {found}")
    if r:
        need(r["sees_unrounded"] or F(r["seen"]) == overall, "the overall grade looks at another score")
        grade = by_score(r) if r["lowered_by"] in (None, "distribution", "ruling") else r["grade"]
        if len(scored) == 1:
            own = scored[0][1]["scorecard"]["rating"]
            need(own is not None and (own["grade"], own["seen"]) == (r["grade"], r["seen"]), "the grade of the scorecard is another")
        else: check_grade(doc, r, grade)
    for post, at in ((p, at) for p in doc["posts"] for at in range(len(p["outputs"]))): check_output(doc, cards, post, at)
def main(paths):
    bad = 0
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file: check(json.load(file))
            print(f"{path}: accepted")
        except (Wrong, KeyError, IndexError, TypeError, ValueError, StopIteration, ZeroDivisionError) as error:
            bad += 1
            print(f"{path}: rejected: {error if isinstance(error, Wrong) else f'no whole explanation: {error!r}'}")
    return 1 if bad else 0
if __name__ == "__main__": sys.exit(main(sys.argv[1:]))
