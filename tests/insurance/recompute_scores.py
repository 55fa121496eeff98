#!/usr/bin/env python3
"""Recomputes the scores, ratings and outputs of the insurance example, exactly, from the KPI values that `recompute.py` finds.

    python3 recompute_scores.py [PERIOD ...]     # without arguments: 2026-Q2 and 2026-Q3 into expected_scores.csv

The scorecards below are written by hand from the rules of the company, not read from the .merit files. One line for
each number: `from` is the first day of the card (empty for what belongs to the person), `what` is an entry
(`results/premium_growth`), its `target`, `combined`, `score`, `rating`, `by score` (the grade before vetoes and
distribution), `output …`, `overall`, `rank`. Points and money are fractions; `missing` where there is none.
"""
import csv
import os
import sys
from fractions import Fraction as F

import recompute as base

PC = F(1, 100)


# ------------------------------------------------------------------------------------------------ curves
def attainment(cap):                           # 100 points for the target, more in proportion, up to a cap
    return lambda v, t: None if t == 0 else min(v / t * 100, F(cap))


def line(*points):                             # straight between the points, flat outside
    points = [(F(x), F(y)) for x, y in points]

    def at(v, t=None):
        if v <= points[0][0]:
            return points[0][1]
        for (a, p), (b, q) in zip(points, points[1:]):
            if v <= b:
                return p + (q - p) * (v - a) / (b - a)
        return points[-1][1]
    return at


def on_attainment(curve):
    return lambda v, t: None if t == 0 else curve(v / t)


def steps(*levels, otherwise):                 # the first level that is reached
    return lambda v, t: next((F(points) for level, points in levels if v >= level), F(otherwise))


def over(v, t):                                # how far past the target, how far short of it
    return max(v - t, F(0))


def short(v, t):
    return max(t - v, F(0))


def deduct(points, step, beyond, whole=False):  # from 110 downwards, at least 0; the step may depend on the target
    def at(v, t):
        n = beyond(v, t) / (step(t) if callable(step) else step)
        return max(110 - points * (n // 1 if whole else n), F(0))
    return at


def clamp(v, low, high):
    return min(max(v, F(low)), F(high))


REALISATION = line((60 * PC, 0), (1, 100), (120 * PC, 120))
GROWTH = line((-1, 0), (0, 40), (1, 100), (150 * PC, 120))
SATISFACTION = line((50, 0), (70, 80), (80, 100), (90, 120))
PROMOTERS = line((-20, 0), (0, 50), (40, 100), (70, 120))
SURRENDER = line((F("0.004"), 120), (F("0.007"), 100), (F("0.015"), 60), (F("0.03"), 0))


def bonus_rate(score):                         # nothing below 60, half a month's pay at 60, a month's at 100
    return F(0) if score < 60 else line((60, F(1, 2)), (100, 1), (120, F(3, 2)))(score)


# ------------------------------------------------------------------------------------------------ targets
class Goals:
    """Rows of goals.csv: of a team, for the year that holds the last day of the period."""
    ROWS = base.read("goals.csv", "team", "level")


def goal(column, level, rate=False):
    def of(c):
        rows = [r for r in Goals.ROWS if r["team"] in base.below(c.team) and r["level"] == level
                and base.date(r["starts"]) <= c.w.end <= base.date(r["ends"])]
        assert len(rows) < 2, rows
        if not rows or base.text(rows[0][column]) is None:
            return None
        return base.per_cent(rows[0][column]) if rate else base.number(rows[0][column])
    return of


def labour_budget(c):
    return sum(r.amount for r in base.BUDGETS if r.team in base.below(c.team) and r.month in c.w.months and r.kind == "labour")


def from_2026(before, after):
    return lambda c: after if c.w.end.year >= 2026 else before


def by_quarter(*targets):
    return lambda c: targets[(c.w.end.month - 1) // 3]


def prorated(target):                          # by the days served in the post
    def of(c):
        days = sum((min(s.until or c.w.end, c.w.end) - max(s.since, c.w.start)).days + 1
                   for s in base.stints(c.person) if s.post == c.post and base.held_during(s, c.w))
        return F(target) * days / ((c.w.end - c.w.start).days + 1)
    return of


def newcomers_there(c):                        # agents under contract at any time of the quarter before who signed in it
    w = c.w.earlier(3)
    return len({r.key for r in base.AGENTS if r.team in base.below(c.team) and base.held_during(r, w) and r.entered in w}) > 0


# ------------------------------------------------------------------------------------------------ scorecards
class Kpi:
    def __init__(self, weight, name, curve=None, target=None, applies=None):
        self.weight, self.name, self.curve, self.target, self.applies = F(weight) / 100, name, curve, target, applies


class Group:
    def __init__(self, weight, name, *entries):
        self.weight, self.name, self.entries = F(weight) / 100, name, entries
        assert sum(e.weight for e in entries) == 1, name


UP_120 = attainment(120)
GROWTH_TARGET = from_2026(12 * PC, 10 * PC)
PER_AGENT = from_2026(F(18000), F(19000))

CARDS = {
    "营销业务室主任": Group(
        100, "",
        Group(70, "results",
              Kpi(40, "standard_realisation", on_attainment(REALISATION), F(1)),
              Kpi(30, "premium_growth", on_attainment(GROWTH), GROWTH_TARGET),
              Kpi(15, "new_contract_share", UP_120, goal("新单份额目标", "营业部", True)),
              Kpi(15, "personal_share", UP_120, goal("个险份额目标", "营业部", True))),
        Group(30, "service",
              Kpi(40, "training_satisfaction", SATISFACTION),
              Kpi(20, "support_reputation", PROMOTERS),
              Kpi(20, "market_reputation", SATISFACTION),
              Kpi(20, "support_satisfaction", SATISFACTION))),
    "营业区经理": Group(
        100, "",
        Group(45, "business",
              Kpi(20, "annual_plan_completion", on_attainment(REALISATION), by_quarter(25 * PC, 50 * PC, 75 * PC, F(1))),
              Kpi(10, "stretch_achievement", UP_120, F(1)),
              Kpi(10, "personal_share", UP_120, goal("个险份额目标", "营业区", True)),
              Group(30, "productivity",
                    Kpi(30, "pieces_per_agent", UP_120, F("1.05")),
                    Kpi(35, "premium_per_agent", UP_120, PER_AGENT),
                    Kpi(35, "standard_per_agent", UP_120, from_2026(F(13500), F(14000)))),
              Group(30, "quality",
                    Kpi(60, "persistency_13m", steps((90 * PC, 120), (86 * PC, 100), (82 * PC, 80), (75 * PC, 60), otherwise=0)),
                    Kpi(40, "surrender_rate", SURRENDER))),
        Group(15, "cost",
              Kpi(60, "expense_control", lambda v, t: clamp(110 - abs(v - t) * 500, 0, 110), F(1)),
              Kpi(40, "labour_cost", deduct(2, lambda t: t / 100, over), labour_budget)),
        Group(30, "customers_and_market",
              Group(50, "customer_base",
                    Kpi(40, "customer_satisfaction", SATISFACTION),
                    Kpi(20, "high_value_share", line((0, 0), (10 * PC, 100), (14 * PC, 120))),
                    Kpi(20, "new_customers", UP_120, goal("季度新客户目标", "营业区")),
                    Kpi(20, "closing_customers", attainment(110), goal("期末客户目标", "营业区"))),
              Group(30, "complaints",
                    Kpi(50, "complaint_count", deduct(10, F(1), over, whole=True), F(3)),
                    Kpi(50, "complaint_efficiency", deduct(2, PC, short), 95 * PC)),
              Kpi(20, "market_reputation", SATISFACTION)),
        Kpi(10, "training_hours", UP_120, F(36_000))),                   # 10 hours, in seconds
    "内勤": Group(
        100, "",
        Kpi(40, "first_review_error", deduct(10, PC, over), 2 * PC),
        Group(35, "releases",
              Kpi(40, "release_timeliness", steps((1, 120), (90 * PC, 100), (80 * PC, 70), otherwise=40)),
              Kpi(60, "release_accuracy", line((97 * PC, 0), (99 * PC, 90), (1, 120)))),
        Kpi(25, "salesperson_satisfaction", SATISFACTION)),
    "讲师": Group(
        100, "",
        Group(25, "newcomer_results",
              Kpi(30, "newcomer_3000", UP_120, 75 * PC, newcomers_there),
              Kpi(25, "newcomer_confirmation_3m", UP_120, 70 * PC, newcomers_there),
              Kpi(25, "newcomer_first_sale_3m", UP_120, 88 * PC, newcomers_there),
              Kpi(20, "newcomer_confirmation_1m", line((0, 40), (45 * PC, 100), (70 * PC, 120)))),
        Group(30, "agent_results",
              Kpi(30, "premium_per_agent", UP_120, PER_AGENT),
              Kpi(20, "exam_participation", steps((97 * PC, 110), (92 * PC, 95), (85 * PC, 80), otherwise=40)),
              Kpi(30, "exam_pass_rate", attainment(115), 85 * PC),
              Kpi(20, "certificate_rate", steps((99 * PC, 110), (96 * PC, 95), (92 * PC, 80), otherwise=0))),
        Group(30, "training_results",
              Kpi(30, "training_satisfaction", SATISFACTION),
              Kpi(25, "plan_implementation", deduct(2, PC, short), 95 * PC),
              Kpi(20, "training_efficiency", line((50 * PC, 0), (85 * PC, 100), (1, 120))),
              Kpi(25, "plan_validity", line((50, 0), (85, 100), (95, 120)))),
        Group(15, "materials",
              Kpi(40, "courseware_items", UP_120, prorated(3)),
              Kpi(30, "data_error_rate", line((0, 120), (1 * PC, 100), (5 * PC, 0))),
              Kpi(30, "archive_completeness", line((80 * PC, 0), (95 * PC, 100), (1, 120))))),
    "组训岗": Group(
        100, "",
        Group(40, "results",
              Kpi(40, "standard_realisation", on_attainment(REALISATION), F(1)),
              Kpi(30, "premium_growth", on_attainment(GROWTH), GROWTH_TARGET),
              Kpi(30, "new_contract_share", UP_120, goal("新单份额目标", "营业部", True))),
        Group(25, "promotion_plans",
              Kpi(30, "scheme_effect", deduct(1, PC, short), F(1)),
              Kpi(20, "regular_share", line((50 * PC, 0), (85 * PC, 100), (95 * PC, 120))),
              Kpi(25, "scheme_feasibility"),
              Kpi(25, "new_product_satisfaction")),
        Group(15, "reports",
              Kpi(60, "report_timeliness", steps((1, 120), (80 * PC, 90), (60 * PC, 60), otherwise=0)),
              Kpi(40, "report_effectiveness", line((40 * PC, 0), (90 * PC, 110)))),
        Group(20, "organisation_results",
              Kpi(60, "organisation_growth", line((-10 * PC, 40), (0, 85), (4 * PC, 100), (10 * PC, 120))),
              Kpi(40, "organisation_structure", lambda v, t: clamp(120 - abs(v - t) * 600, 0, 120), 15 * PC))),
}
LEAST = {"营销业务室主任": 70 * PC, "营业区经理": 80 * PC, "内勤": 50 * PC, "讲师": 60 * PC, "组训岗": None}  # None: all or nothing
PRIZES = {"营销业务室主任": 2, "内勤": 3, "讲师": 2, "组训岗": 2}            # for each prize, up to 6
MONTHS_PAID = {"营业区经理": 2}
GRADES = (("A", 100), ("B", 90), ("C", 80), ("D", None))


def half_up(x, places=2):
    n = abs(x) * 10 ** places
    return (1 if x >= 0 else -1) * F((n + F(1, 2)) // 1, 10 ** places)


def grade(score):
    return next(i for i, (_, limit) in enumerate(GRADES) if limit is None or score >= limit)


class Card:
    """A stint of a person in a post, within the period."""

    def __init__(self, person, stint, w, values):
        self.person, self.post, self.team, self.w, self.values = person, stint.post, stint.team, w, values
        self.start, self.end = max(stint.since, w.start), min(stint.until or w.end, w.end)
        self.days = (self.end - self.start).days + 1
        self.present = self.applicable = F(0)
        self.lines = []
        self.outputs = {}

    def entry(self, e, path, share):
        """The score of an entry: a fraction, None where it is missing, "n/a" where it does not apply."""
        path = f"{path}/{e.name}" if path else e.name
        if isinstance(e, Group):
            score = self.group(e, path, share)
        else:
            if e.target is not None:
                target = e.target(self) if callable(e.target) else e.target
                self.lines.append((f"target {path}", target))
            else:
                target = None
            value = self.values[e.name]
            if e.applies and not e.applies(self):
                score = "n/a"
            elif value is None or e.target is not None and target is None:
                score = None
            else:
                score = e.curve(value, target) if e.curve else value
            if score != "n/a":
                self.applicable += share
                self.present += share if score is not None else 0
        self.lines.append((path, None if score == "n/a" else score))
        return score

    def group(self, g, path="", share=F(1)):
        at = len(self.lines)
        scores = [(e.weight, self.entry(e, path, share * e.weight)) for e in g.entries]
        # The lines of the entries stand in the order of the scorecard, the group's own behind them.
        assert len(self.lines) > at
        if all(s == "n/a" for _, s in scores):
            return "n/a"
        there = [(w, s) for w, s in scores if s is not None and s != "n/a"]
        missing = any(s is None for _, s in scores)
        if not there or missing and LEAST[self.post] is None:
            return None
        return sum(w * s for w, s in there) / sum(w for w, _ in there)

    def evaluate(self):
        total = self.group(CARDS[self.post])
        self.lines.append(("combined", total))
        own = base.Own(self.person, self.post, self.w)
        of_person = lambda rows, who, day: [r for r in rows if r[who] == self.person and base.date(r[day]) in self.w
                                            and any(base.held(s, base.date(r[day])) for s in own.spans)]
        prizes = len(of_person(base.read("prizes.csv", "winner"), "winner", "given_on"))
        self.misconduct = any(r["outcome"] == "属实" for r in of_person(base.read("conduct.csv", "case_no"), "suspect", "decided_on"))
        score = None
        if total is not None and (LEAST[self.post] is None or self.present / self.applicable >= LEAST[self.post]):
            score = half_up(clamp(total + min(PRIZES.get(self.post, 0) * prizes, 6), 0, 120))
        if score is not None and self.misconduct and self.post == "内勤":
            score = min(score, F(59))
        self.score = score
        self.rating = self.by_score = None
        if score is not None:
            self.rating = self.by_score = grade(score)
            if self.misconduct and self.post != "内勤":
                self.rating = 3
        self.lines.append(("score", score))
        if self.post in ("营业区经理", "营销业务室主任"):
            t = base.Team(self.team, self.w)
            parts = [(F(35), "customer_satisfaction"), (F(20), "salesperson_satisfaction"), (F(15), "training_satisfaction"),
                     (F(15), "support_satisfaction"), (F(15), "new_product_satisfaction")]
            marks = [(w, (base.TEAM.get(k) or base.PLACE[k])(t)) for w, k in parts]
            self.outputs["satisfaction"] = None if any(m is None for _, m in marks) else sum(w * m for w, m in marks) / 100
        rows = [r for r in base.read("staff.csv", "工号", "月基本工资") if r["工号"] == self.person
                and base.date(r["任职日期"]) <= self.end and (base.date(r["离任日期"]) is None or self.end <= base.date(r["离任日期"]))]
        assert len(rows) == 1
        pay = base.number(rows[0]["月基本工资"])
        self.outputs["quarterly_bonus"] = None if score is None else pay * MONTHS_PAID.get(self.post, 1) * bonus_rate(score)


def evaluate(period):
    w = base.quarter(period)
    values = {}
    for _, person, _, team, start, kpi, value in base.evaluate([period]):
        values.setdefault((person, team, start), {})[kpi] = None if value == "missing" else F(value)
    people = []
    for person in sorted(base.STAFF_ROWS):
        cards = [Card(person, s, w, values[person, s.team, max(s.since, w.start).isoformat()])
                 for s in base.stints(person) if s.post in CARDS and base.held_during(s, w)]
        for card in cards:
            card.evaluate()
        if cards:
            people.append(Person(person, cards))
    positions = {}
    for p in people:
        positions.setdefault(p.cards[-1].post, []).append(p)
    for members in positions.values():
        rated = [p for p in members if p.rating is not None]
        if len(rated) >= 5:                    # at most 20 % A; equals that do not all fit move down together
            top = sorted((p.overall for p in rated if p.rating == 0), reverse=True)
            allowed = len(rated) * 20 // 100
            if len(top) > allowed:
                for p in rated:
                    if p.rating == 0 and p.overall <= top[allowed]:
                        p.rating = 1
        for p in members:
            p.rank = None if p.overall is None else 1 + sum(1 for q in members if q.overall is not None and q.overall > p.overall)
    for p in people:
        name = lambda i: None if i is None else GRADES[i][0]
        for c in p.cards:
            rating = p.rating if len(p.cards) == 1 else c.rating
            for what, value in c.lines + [("rating", name(rating)), ("by score", name(c.by_score))]:
                yield period, p.person, c.start.isoformat(), what, value
        for post in dict.fromkeys(c.post for c in p.cards):
            stints = [c for c in p.cards if c.post == post]
            days = sum(c.days for c in stints)
            for name_of, paid in paid_in(stints, days, w).items():
                yield period, p.person, stints[0].start.isoformat(), f"output {name_of}", paid
        for what, value in (("overall", p.overall), ("rating", name(p.rating)), ("by score", name(p.by_score)), ("rank", p.rank)):
            yield period, p.person, "", what, value


def paid_in(stints, days, w):
    """What a post pays: the mean of its stints by days; of the bonus, the part of the quarter, in whole cents."""
    paid = {}
    for output in stints[0].outputs:
        amounts = [(c.outputs[output], c.days) for c in stints]
        mean = None if any(a is None for a, _ in amounts) else sum(a * d for a, d in amounts) / days
        if mean is not None and output == "quarterly_bonus":
            mean = half_up(mean * days / ((w.end - w.start).days + 1))
            if stints[0].post == "营业区经理":
                paid["paid_at_once"] = half_up(F(60, 100) * mean)
                paid["released"] = F(0)  # nothing was closed
        paid[output] = mean
    return paid


class Person:
    """One score over all cards of a person, by days; graded once, and a confirmed case in any of them caps the grade."""

    def __init__(self, person, cards):
        self.person, self.cards = person, cards
        self.overall = self.rating = self.by_score = None
        if all(c.score is not None for c in cards):
            mean = sum(c.score * c.days for c in cards) / sum(c.days for c in cards)
            self.overall = half_up(mean)
            self.rating = self.by_score = grade(self.overall)
            if any(c.misconduct and c.post != "内勤" for c in cards):
                self.rating = 3


def main():
    periods = sys.argv[1:]
    out = sys.stdout if periods else open(os.path.join(base.HERE, "expected_scores.csv"), "w", encoding="utf-8", newline="")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("period", "person", "from", "what", "value"))
    for period in periods or ["2026-Q2", "2026-Q3"]:
        for *head, value in evaluate(period):
            if value is None:
                value = "missing"
            elif not isinstance(value, str):
                value = f"{F(value).numerator}/{F(value).denominator}"
            rows.writerow((*head, value))


if __name__ == "__main__":
    main()
