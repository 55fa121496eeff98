#!/usr/bin/env python3
"""Recomputes the KPIs of the insurance example straight from its data files, exactly, and without reading any .merit file.

    python3 recompute.py [PERIOD ...] > expected.csv        # without arguments: 2026-Q2 and 2026-Q3 into expected.csv

One line for each period, person, stint and KPI of the scorecard of that stint's post (named as its position). Values are fractions in base
units (a rate is a plain ratio, money is in CNY, time in seconds), or the word `missing`. `from` is the first day of the
stint within the period. What each KPI means is said in one line beside its function.
"""
import csv
import datetime as dt
import glob
import io
import os
import re
import sys
import unicodedata
from fractions import Fraction as F

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "specs", "insurance", "data")
D, DAY = dt.date, dt.timedelta(days=1)


# ------------------------------------------------------------------------------------------------ reading the files
def read(pattern, *wanted):
    """The rows of all files of a pattern, each a dict by header; the header is the row that holds every wanted name."""
    out = []
    names = sorted(glob.glob(os.path.join(DATA, pattern)))
    assert names, pattern
    for name in names:
        raw = open(name, "rb").read()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030")
        sep = ";" if text.count(";") > text.count(",") else ","
        header = None
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=sep):
            if header is None:
                if set(wanted) <= set(row):
                    header = row
            elif row and not row[0].startswith(("合计", "小计")):
                assert len(row) == len(header), (name, row)
                out.append(dict(zip(header, row)))
        assert header, name
    return out


def text(v):
    v = v.strip()
    return None if v in ("", "-", "—", "/", "N/A") else v


def number(v):
    v = unicodedata.normalize("NFKC", v.strip())
    sign = -1 if v.startswith("(") and v.endswith(")") else 1
    v = v.strip("()").replace(",", "").replace("¥", "")
    assert re.fullmatch(r"-?\d+(\.\d+)?", v), v
    return sign * F(v)


def per_cent(v):
    return number(v.rstrip("%")) / 100


def date(v):
    v = text(v)
    if v is None:
        return None
    y, m, d = re.fullmatch(r"(\d{4})[-/年]?(\d{1,2}?)[-/月]?(\d{1,2})日?", v).groups() if not v.isdigit() else (v[:4], v[4:6], v[6:])
    return D(int(y), int(m), int(d))


def flag(v):
    return {"yes": True, "no": False, "是": True, "否": False}[v.strip()]


class Row:
    def __init__(self, **kw):
        self.__dict__.update(kw)


TEAMS = {r["机构代码"]: text(r["上级机构"]) for r in read("teams.csv", "机构代码", "上级机构")}
STAFF = [Row(key=r["工号"], post=r["岗位"], team=r["机构代码"], since=date(r["任职日期"]), until=date(r["离任日期"]))
         for r in read("staff.csv", "工号", "岗位")]
AGENTS = [Row(key=r["代理人编号"], team=r["营业部代码"], rank=r["职级"], since=date(r["生效日期"]), until=date(r["终止日期"]),
              entered=date(r["签约日期"]), confirmed=date(r["转正日期"])) for r in read("agents.csv", "代理人编号")]
PRODUCTS = {r["险种代码"]: Row(factor=number(r["折标系数"]), long_term=flag(r["长险"])) for r in read("products.csv", "险种代码")}
POLICIES = [Row(no=r["保单号"], agent=r["代理人编号"], team=r["营业部代码"], customer=r["投保人客户号"], product=PRODUCTS[r["险种代码"]],
                line=r["业务条线"], mode=r["缴费方式"], issued=date(r["承保日期"]), cooled=date(r["犹豫期撤单日期"]),
                ended=date(r["终止日期"]), reason=text(r["终止原因"]), premium=number(r["首期保费"]))
            for r in read("policies_*.csv", "保单号", "首期保费")]
POLICY = {p.no: p for p in POLICIES}
RECEIPTS = [Row(policy=POLICY[r["保单号"]], team=r["营业部代码"], year=number(r["保单年度"]), grace=date(r["宽限期止"]),
                paid=date(r["实收日期"]), amount=number(r["实收保费"])) for r in read("receipts_*.csv", "收据号")]
PAYOUTS = [Row(policy=POLICY[r["policy"]], team=r["team"], kind=r["kind"], paid=date(r["paid"]), amount=number(r["amount"]))
           for r in read("payouts.csv", "payment_no")]
RESERVES = [Row(team=r["team"], taken=date(r["taken"]), long_term=flag(r["long_term"]), reserve=number(r["reserve"]))
            for r in read("reserves.csv", "reserve")]
PLANS = [Row(team=r["营业部代码"], month=r["月份"], standard=number(r["标保计划(万元)"]) * 10000, stretch=number(r["二次目标(万元)"]) * 10000)
         for r in read("plans.csv", "营业部代码", "月份")]
MARKET = [Row(team=r["对应机构"], month=r["月份"], new=number(r["市场新单保费(元)"]), personal=number(r["市场个险保费(元)"]))
          for r in read("market.csv", "对应机构")]
SCHEMES = [Row(team=r["team"], settled=date(r["settled"]), goal=number(r["goal"]) * 10000, achieved=number(r["achieved"]) * 10000)
           for r in read("schemes.csv", "scheme_no")]
CUSTOMERS = [Row(key=r["客户号"], team=r["服务机构"], since=date(r["首次投保日期"]), until=date(r["末次保障日期"]))
             for r in read("customers.csv", "客户号")]
COMPLAINTS = [Row(team=r["被投诉机构"], line=r["业务条线"], received=date(r["受理日期"]), due=date(r["时限"]), closed=date(r["结案日期"]))
              for r in read("complaints.csv", "投诉编号")]
SURVEY = [Row(team=r["team"], person=text(r["regarding"]), day=date(r["answered"]), question=r["question"], mark=number(r["mark"]))
          for r in read("survey_*.csv", "question", "mark")]
SESSIONS = {r["班次"]: Row(person=r["讲师工号"], planned=date(r["计划日期"]), held=date(r["实际日期"]), seconds=number(r["课时"]) * 3600)
            for r in read("sessions.csv", "班次", "讲师工号")}
ATTENDANCE = [Row(session=SESSIONS[r["班次"]], planned=date(r["计划日期"]), attended=flag(r["签到"])) for r in read("attendance.csv", "班次", "签到")]
STAFF_TRAINING = [Row(person=r["trainee"], held=date(r["held"]), seconds=number(r["hours"]) * 3600) for r in read("staff_training.csv", "trainee")]
EXAMS = [Row(agent=r["agent"], attempt=number(r["attempt"]), day=date(r["exam_date"]), sat=flag(r["sat"]), passed=flag(r["passed"]))
         for r in read("exams.csv", "agent", "attempt")]
CERTIFICATES = [Row(agent=r["agent"], since=date(r["granted"]), until=date(r["expires"])) for r in read("certificates.csv", "cert_no")]
COURSEWARE = [Row(person=r["author"], day=date(r["accepted"])) for r in read("courseware.csv", "author")]
REVIEWS = [Row(person=r["初审员工号"], day=date(r["初审日期"]), faulty=flag(r["有差错"])) for r in read("reviews_*.csv", "初审员工号")]
DOCUMENTS = [Row(person=r["author"], kind=r["kind"], due=date(r["due"]), issued=date(r["issued"]), checked=number(r["checked"]),
                 wrong=number(r["wrong"]), useful=flag(r["useful"]) if text(r["useful"]) else None) for r in read("documents.csv", "doc_no")]
ARCHIVES = [Row(person=r["keeper"], day=date(r["checked_on"]), required=number(r["required"]), present=number(r["present"]))
            for r in read("archive_checks.csv", "keeper")]
ASSESSMENTS = [Row(person=r["被评人"], subject=r["评价事项"], day=date(r["评价日期"]), mark=number(r["评分"])) for r in read("assessments.csv", "被评人")]
BUDGETS = [Row(team=r["team"], month=r["budget_month"], kind=r["kind"], amount=number(r["amount"])) for r in read("budgets.csv", "budget_month")]
COSTS = [Row(team=r["team"], day=date(r["booked"]), kind=r["kind"], amount=number(r["amount"])) for r in read("costs.csv", "booked")]


# ------------------------------------------------------------------------------------------------ windows, teams, links
def month_start(n):                            # months are counted from year 0
    return D(n // 12, n % 12 + 1, 1)


class Window:
    """A run of whole months: first month (counted), number of months."""

    def __init__(self, first, n):
        self.first, self.n = first, n
        self.start, self.end = month_start(first), month_start(first + n) - DAY
        self.months = {f"{m // 12}-{m % 12 + 1:02}" for m in range(first, first + n)}

    def __contains__(self, day):
        return day is not None and self.start <= day <= self.end

    def earlier(self, months):
        return Window(self.first - months, self.n)

    def last(self, months):
        return Window(self.first + self.n - months, months)

    def year_to_date(self):
        end = self.first + self.n
        first = (end - 1) // 12 * 12
        return Window(first, end - first)

    def whole_year(self):
        return Window((self.first + self.n - 1) // 12 * 12, 12)


def quarter(name):
    y, q = name.split("-Q")
    return Window(int(y) * 12 + (int(q) - 1) * 3, 3)


def below(team):                               # the team and all teams below it
    out = {team}
    while True:
        more = {t for t, parent in TEAMS.items() if parent in out} - out
        if not more:
            return out
        out |= more


def held(row, day):
    return row.since <= day and (row.until is None or day <= row.until)


def held_during(row, w):
    return row.since <= w.end and (row.until is None or row.until >= w.start)


def row_on(rows, day):
    """The row of a key that a link from that day finds: the one that covers it, else the latest earlier, else the first later."""
    for r in rows:
        if held(r, day):
            return r
    earlier = [r for r in rows if r.since <= day]
    return max(earlier, key=lambda r: r.since) if earlier else min(rows, key=lambda r: r.since)


def by(rows, attribute):
    out = {}
    for r in rows:
        out.setdefault(getattr(r, attribute), []).append(r)
    return out


AGENT_ROWS, STAFF_ROWS = by(AGENTS, "key"), by(STAFF, "key")
for r in EXAMS:                                # examinations have no team of their own: the agent's on that day
    r.team = row_on(AGENT_ROWS[r.agent], r.day).team
for r in STAFF_TRAINING:                       # nor has the training of staff: the trainee's on that day
    r.team = row_on(STAFF_ROWS[r.person], r.held).team
POLICIES_OF_AGENT, POLICIES_OF_CUSTOMER = by(POLICIES, "agent"), by(POLICIES, "customer")
CERTIFICATES_OF = by(CERTIFICATES, "agent")
RECEIPTS_OF = {}
for r in RECEIPTS:
    RECEIPTS_OF.setdefault(r.policy.no, []).append(r)


def months_between(a, b):                      # whole months: one less where the day of the month has not come yet
    return (b.year - a.year) * 12 + b.month - a.month - (b.day < a.day)


# ------------------------------------------------------------------------------------------------ the two scopes
class Team:
    """Everything of a team and of the teams below it, in a window."""

    def __init__(self, team, w):
        self.teams, self.w = below(team), w

    def of(self, rows, attribute, keep=lambda r: True, w=None):
        w = w or self.w
        return [r for r in rows if r.team in self.teams and getattr(r, attribute) in w and keep(r)]

    def months(self, rows, w=None):
        w = w or self.w
        return [r for r in rows if r.team in self.teams and r.month in w.months]

    def keys(self, rows, day, keep=lambda r: True):
        return {r.key for r in rows if r.team in self.teams and held(r, day) and keep(r)}

    def average_keys(self, rows):              # the mean of the closing of the day before the window and of its last day
        return F(len(self.keys(rows, self.w.start - DAY)) + len(self.keys(rows, self.w.end)), 2)


class Own:
    """The rows linked to a person, dated in the window and in that person's stints in the post."""

    def __init__(self, person, post, w):
        self.person, self.w = person, w
        self.spans = [r for r in STAFF_ROWS[person] if r.post == post]

    def of(self, rows, attribute, keep=lambda r: True, person=lambda r: r.person):
        out = []
        for r in rows:
            day = getattr(r, attribute)
            if person(r) == self.person and day in self.w and any(held(s, day) for s in self.spans) and keep(r):
                out.append(r)
        return out


def div(a, b):
    return None if a is None or b is None or b == 0 else F(a) / F(b)


def mean(values, least=1):
    return F(sum(values)) / len(values) if len(values) >= least else None


def share(flags, least=1):
    return F(sum(1 for f in flags if f), len(flags)) if len(flags) >= least else None


def acsi(m):                                   # answers 1 to 10 on a scale from 0 to 100
    return None if m is None else (m - 1) / 9 * 100


TEAM, OWN, PLACE = {}, {}, {}                  # KPI functions by name: over the team, over the person's own rows, either


def team(f):
    TEAM[f.__name__] = f


def own(f):
    OWN[f.__name__] = f


# ------------------------------------------------------------------------------------------------ premium
def standard(t, w):
    personal = lambda p: p.line == "个险"
    return (sum(p.premium * p.product.factor for p in t.of(POLICIES, "issued", personal, w))
            - sum(p.premium * p.product.factor for p in t.of(POLICIES, "cooled", personal, w)))


def premium(t, w, keep=lambda p: True):
    return sum(p.premium for p in t.of(POLICIES, "issued", keep, w)) - sum(p.premium for p in t.of(POLICIES, "cooled", keep, w))


def personal(p):
    return p.line == "个险"


@team
def standard_realisation(t):                   # personal standard premium net of cooling-off, over the months' plans
    return div(standard(t, t.w), sum(r.standard for r in t.months(PLANS)))


@team
def stretch_achievement(t):                    # the same over the second targets
    return div(standard(t, t.w), sum(r.stretch for r in t.months(PLANS)))


@team
def annual_plan_completion(t):                 # standard premium of the year so far, over the plan of the whole year
    return div(standard(t, t.w.year_to_date()), sum(r.standard for r in t.months(PLANS, t.w.whole_year())))


@team
def premium_growth(t):                         # new premium of the year so far over that of a year before, less 1; base must be above 0
    now = t.w.year_to_date()
    base = premium(t, now.earlier(12))
    return premium(t, now) / base - 1 if base > 0 else None


@team
def new_contract_share(t):                     # new premium of all lines over the market's new premium
    return div(premium(t, t.w), sum(r.new for r in t.months(MARKET)))


@team
def personal_share(t):                         # all personal premium received over the market's
    return div(sum(r.amount for r in t.of(RECEIPTS, "paid", lambda r: r.policy.line == "个险")), sum(r.personal for r in t.months(MARKET)))


@team
def regular_share(t):                          # regular-payment part of net new personal premium
    return div(premium(t, t.w, lambda p: personal(p) and p.mode == "期交"), premium(t, t.w, personal))


@team
def scheme_effect(t):                          # achieved over aimed at, schemes settled in the period
    rows = t.of(SCHEMES, "settled")
    return div(sum(r.achieved for r in rows), sum(r.goal for r in rows))


# ------------------------------------------------------------------------------------------------ the sales force
@team
def pieces_per_agent(t):                       # net new personal policies, per average agent and month
    n = len(t.of(POLICIES, "issued", personal)) - len(t.of(POLICIES, "cooled", personal))
    return div(div(n, t.average_keys(AGENTS)), t.w.n)


@team
def premium_per_agent(t):                      # net new personal premium per average agent
    return div(premium(t, t.w, personal), t.average_keys(AGENTS))


@team
def standard_per_agent(t):                     # net standard premium per average agent
    return div(standard(t, t.w), t.average_keys(AGENTS))


@team
def organisation_growth(t):                    # agents on the last day over agents on the day before the first, less 1
    g = div(len(t.keys(AGENTS, t.w.end)), len(t.keys(AGENTS, t.w.start - DAY)))
    return None if g is None else g - 1


@team
def organisation_structure(t):                 # supervisors and managers among the agents of the last day
    return div(len(t.keys(AGENTS, t.w.end, lambda r: r.rank in ("主任", "经理"))), len(t.keys(AGENTS, t.w.end)))


def cohort(t, months):                         # agents by key who signed in the shifted window and were of the team on a day of it
    w = t.w.earlier(months)
    return {r.key: r for r in AGENTS if r.team in t.teams and held_during(r, w) and r.entered in w}


def first_months(t, a):                        # the policies a newcomer sold within three months, not cancelled by the period's end
    return [p for p in POLICIES_OF_AGENT.get(a.key, []) if p.issued in t.w.last(6)
            and (p.cooled is None or p.cooled > t.w.end) and months_between(a.entered, p.issued) < 3]


@team
def newcomer_3000(t):                          # newcomers of the quarter before with 3,000 of premium in their first three months
    c = cohort(t, 3)
    return div(sum(1 for a in c.values() if sum(p.premium for p in first_months(t, a)) >= 3000), len(c))


@team
def newcomer_confirmation_3m(t):               # … confirmed within three months
    c = cohort(t, 3)
    return div(sum(1 for a in c.values() if a.confirmed and months_between(a.entered, a.confirmed) < 3), len(c))


@team
def newcomer_first_sale_3m(t):                 # … with a policy within three months
    c = cohort(t, 3)
    return div(sum(1 for a in c.values() if first_months(t, a)), len(c))


@team
def newcomer_confirmation_1m(t):               # newcomers of the window a month earlier, confirmed within a month
    c = cohort(t, 1)
    return div(sum(1 for a in c.values() if a.confirmed and months_between(a.entered, a.confirmed) < 1), len(c))


@team
def exam_participation(t):                     # sat among those registered, first attempts
    return share([r.sat for r in t.of(EXAMS, "day", lambda r: r.attempt == 1)])


@team
def exam_pass_rate(t):                         # passed among those who sat, first attempts
    return share([r.passed for r in t.of(EXAMS, "day", lambda r: r.attempt == 1 and r.sat)])


@team
def certificate_rate(t):                       # agents of the last day with a certificate in force on it
    agents = t.keys(AGENTS, t.w.end)
    return div(sum(1 for a in agents if any(held(c, t.w.end) for c in CERTIFICATES_OF.get(a, []))), len(agents))


# ------------------------------------------------------------------------------------------------ customers
@team
def persistency_13m(t):                        # second-year premium paid in grace over first premium; policies issued 14 months earlier
    w = t.w.last(18)
    cohort = t.of(POLICIES, "issued", lambda p: p.mode == "期交" and p.cooled is None
                  and not (p.reason == "理赔终止" and p.ended <= t.w.end), t.w.earlier(14))
    paid = sum(r.amount for p in cohort for r in RECEIPTS_OF.get(p.no, []) if r.year == 2 and r.paid <= r.grace and r.paid in w)
    return div(paid, sum(p.premium for p in cohort))


@team
def surrender_rate(t):                         # long-term surrenders over opening long-term reserve plus long-term premium received
    before = t.w.earlier(t.w.n)
    days = [r.taken for r in RESERVES if r.taken in before]
    if not days:
        return None
    opening = sum(r.reserve for r in RESERVES if r.taken == max(days) and r.long_term and r.team in t.teams)
    out = sum(r.amount for r in t.of(PAYOUTS, "paid", lambda r: r.kind == "退保" and r.policy.product.long_term))
    return div(out, opening + sum(r.amount for r in t.of(RECEIPTS, "paid", lambda r: r.policy.product.long_term)))


@team
def high_value_share(t):                       # customers whose policies in force on the last day come to 18,000 (15,000 before 2026) or more
    threshold = 18000 if t.w.end >= D(2026, 1, 1) else 15000
    here = t.keys(CUSTOMERS, t.w.end)
    in_force = lambda p: p.issued <= t.w.end and (p.ended is None or t.w.end <= p.ended)
    rich = [c for c in here if sum(p.premium for p in POLICIES_OF_CUSTOMER.get(c, []) if in_force(p)) >= threshold]
    return div(len(rich), len(here))


@team
def new_customers(t):                          # customers first insured in the period
    return len({r.key for r in CUSTOMERS if r.team in t.teams and held_during(r, t.w) and r.since in t.w})


@team
def closing_customers(t):                      # customers on the last day
    return len(t.keys(CUSTOMERS, t.w.end))


@team
def complaint_count(t):                        # personal-business complaints received
    return len(t.of(COMPLAINTS, "received", personal))


@team
def complaint_efficiency(t):                   # closed by the time limit over all that fell due
    return share([r.closed is not None and r.closed <= r.due for r in t.of(COMPLAINTS, "due", personal)])


# ------------------------------------------------------------------------------------------------ satisfaction
def answers(s, question):
    return [r.mark for r in s.of(SURVEY, "day", lambda r: r.question == question)]


@team
def market_reputation(t):                      # index of the answers, at least 15
    return acsi(mean(answers(t, "reputation"), 15))


@team
def support_satisfaction(t):                   # index of the answers, at least 15
    return acsi(mean(answers(t, "support"), 15))


@team
def support_reputation(t):                     # net promoters in points: share of 9 and 10 less share of 0 to 6, at least 15 answers
    marks = answers(t, "support_recommend")
    return (share([m >= 9 for m in marks]) - share([m <= 6 for m in marks])) * 100 if len(marks) >= 15 else None


def training_satisfaction(s):                  # index of the answers, at least 10: the team's for a director, own for a lecturer
    return acsi(mean(answers(s, "training"), 10))


PLACE["training_satisfaction"] = training_satisfaction


@team
def customer_satisfaction(t):                  # 40 % overall, 30 % against expectation, 30 % against the ideal; at least 15 answers each
    parts = [acsi(mean(answers(t, f"customer_{q}"), 15)) for q in ("overall", "expected", "ideal")]
    return None if None in parts else F(4, 10) * parts[0] + F(3, 10) * parts[1] + F(3, 10) * parts[2]


@team
def salesperson_satisfaction(t):               # index of the answers, at least 15
    return acsi(mean(answers(t, "salesperson"), 15))


@team
def new_product_satisfaction(t):               # index of the answers, at least 15
    return acsi(mean(answers(t, "new_product"), 15))


# ------------------------------------------------------------------------------------------------ cost and office work
@team
def expense_control(t):                        # operating costs booked over operating budget
    return div(sum(r.amount for r in t.of(COSTS, "day", lambda r: r.kind == "operating")),
               sum(r.amount for r in t.months(BUDGETS) if r.kind == "operating"))


@team
def labour_cost(t):                            # labour costs booked, in CNY
    return sum(r.amount for r in t.of(COSTS, "day", lambda r: r.kind == "labour"))


@team
def training_hours(t):                         # seconds of staff training per average member of the office staff
    return div(sum(r.seconds for r in t.of(STAFF_TRAINING, "held")), t.average_keys(STAFF))


@own
def first_review_error(o):                     # faulty among the policies reviewed, at least 20
    return share([r.faulty for r in o.of(REVIEWS, "day")], 20)


def documents(o, kind):
    return o.of(DOCUMENTS, "due", lambda r: r.kind == kind)


def on_time(rows):
    return div(sum(1 for r in rows if r.issued is not None and r.issued <= r.due), len(rows))


@own
def release_timeliness(o):                     # data releases issued by their due day over those due
    return on_time(documents(o, "data_release"))


@own
def release_accuracy(o):                       # one less wrong figures over checked figures
    rows = documents(o, "data_release")
    wrong = div(sum(r.wrong for r in rows), sum(r.checked for r in rows))
    return None if wrong is None else 1 - wrong


@own
def data_error_rate(o):                        # wrong over checked figures of newcomer reports
    rows = documents(o, "newcomer_data")
    return div(sum(r.wrong for r in rows), sum(r.checked for r in rows))


@own
def report_timeliness(o):                      # business reports issued by their due day over those due
    return on_time(documents(o, "business_report"))


@own
def report_effectiveness(o):                   # called useful over those with a verdict
    rows = [r for r in documents(o, "business_report") if r.useful is not None]
    return div(sum(1 for r in rows if r.useful), len(rows))


@own
def archive_completeness(o):                   # present over required items
    rows = o.of(ARCHIVES, "day")
    return div(sum(r.present for r in rows), sum(r.required for r in rows))


@own
def courseware_items(o):                       # items accepted
    return len(o.of(COURSEWARE, "day"))


@own
def plan_implementation(o):                    # sessions held by the period's end over sessions planned in it
    rows = o.of(SESSIONS.values(), "planned")
    return div(sum(1 for r in rows if r.held is not None and r.held <= o.w.end), len(rows))


@own
def training_efficiency(o):                    # hours attended over hours invited to, the sessions' hours for each agent
    rows = o.of(ATTENDANCE, "planned", person=lambda r: r.session.person)
    return div(sum(r.session.seconds for r in rows if r.attended), sum(r.session.seconds for r in rows))


@own
def plan_validity(o):                          # mean mark of the training plan, at least 3 raters
    return mean([r.mark for r in o.of(ASSESSMENTS, "day", lambda r: r.subject == "培训计划")], 3)


@own
def scheme_feasibility(o):                     # mean mark of the incentive schemes, at least 3 raters
    return mean([r.mark for r in o.of(ASSESSMENTS, "day", lambda r: r.subject == "激励方案")], 3)


# ------------------------------------------------------------------------------------------------ scorecards
SCORECARDS = {  # the post as the roster writes it: the position's name, its default scope, its KPIs in the order of the scorecard
    "营销业务室主任": ("marketing_director", "team", """standard_realisation premium_growth new_contract_share personal_share training_satisfaction
        support_reputation market_reputation support_satisfaction"""),
    "营业区经理": ("business_area_manager", "team", """annual_plan_completion stretch_achievement personal_share pieces_per_agent premium_per_agent
        standard_per_agent persistency_13m surrender_rate expense_control labour_cost customer_satisfaction high_value_share
        new_customers closing_customers complaint_count complaint_efficiency market_reputation training_hours"""),
    "内勤": ("back_office", "own", "first_review_error release_timeliness release_accuracy salesperson_satisfaction"),
    "讲师": ("lecturer", "own", """newcomer_3000 newcomer_confirmation_3m newcomer_first_sale_3m newcomer_confirmation_1m premium_per_agent
        exam_participation exam_pass_rate certificate_rate training_satisfaction plan_implementation training_efficiency
        plan_validity courseware_items data_error_rate archive_completeness"""),
    "组训岗": ("team_training_post", "team", """standard_realisation premium_growth new_contract_share scheme_effect regular_share scheme_feasibility
        new_product_satisfaction report_timeliness report_effectiveness organisation_growth organisation_structure"""),
}


def stints(person):
    """Unbroken runs with the same post and team: a change of pay does not break one."""
    out = []
    for r in sorted(STAFF_ROWS[person], key=lambda r: r.since):
        if out and out[-1].until is not None and out[-1].until + DAY == r.since and (out[-1].post, out[-1].team) == (r.post, r.team):
            out[-1] = Row(post=r.post, team=r.team, since=out[-1].since, until=r.until)
        else:
            out.append(Row(post=r.post, team=r.team, since=r.since, until=r.until))
    return out


def evaluate(periods):
    for name in periods:
        w, done = quarter(name), {}

        def once(kpi, f, scope, *who):
            if (kpi, who) not in done:
                done[kpi, who] = f(scope(*who, w))
            return done[kpi, who]

        for person in sorted(STAFF_ROWS):
            for s in stints(person):
                if s.post not in SCORECARDS or not held_during(s, w):
                    continue
                position, default, kpis = SCORECARDS[s.post]
                for kpi in kpis.split():
                    if kpi in OWN or kpi in PLACE and default == "own":
                        value = once(kpi, OWN.get(kpi) or PLACE[kpi], Own, person, s.post)
                    else:
                        value = once(kpi, TEAM.get(kpi) or PLACE[kpi], Team, s.team)
                    value = "missing" if value is None else f"{F(value).numerator}/{F(value).denominator}"
                    yield name, person, position, s.team, max(s.since, w.start).isoformat(), kpi, value


def main():
    periods = sys.argv[1:]
    out = sys.stdout if periods else open(os.path.join(HERE, "expected.csv"), "w", encoding="utf-8", newline="")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("period", "person", "post", "team", "from", "kpi", "value"))
    rows.writerows(evaluate(periods or ["2026-Q2", "2026-Q3"]))


if __name__ == "__main__":
    main()
