#!/usr/bin/env python3
"""Makes the data files of the insurance example: `python3 generate_data.py` writes data/*.csv beside this file,
`python3 generate_data.py FOLDER` writes them there.

Everything is invented. The same bytes come out of every run and every Python from 3.9 on: the random numbers are a
small generator of our own, one stream for each subject, and no floating-point function of the machine is used.
Premium history starts in 2023, everything else in October 2024 (plans and goals a little earlier and later); the files
are as exported on 12 October 2026. The blemishes of real exports are made on purpose; README.md lists them.
"""
import datetime as dt
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "data")
D = dt.date
DAY = dt.timedelta(days=1)
START, FIRST_QUARTER, END, EXPORT = D(2023, 1, 1), D(2024, 10, 1), D(2026, 9, 30), D(2026, 10, 12)


# ------------------------------------------------------------------------------------------------ random numbers
class Rand:
    """A 64-bit linear congruential generator; the upper 32 bits of each state are used."""

    def __init__(self, name):
        self.s = 20261012
        for c in name:
            self.s = (self.s * 1099511628211 + ord(c)) % 2**64
        for _ in range(8):
            self.bits()

    def bits(self):
        self.s = (self.s * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.s >> 32

    def int(self, a, b):                       # both ends included
        return a + self.bits() * (b - a + 1) // 2**32

    def chance(self, per_mille):
        return self.bits() * 1000 // 2**32 < per_mille

    def pick(self, seq):
        return seq[self.int(0, len(seq) - 1)]

    def weighted(self, pairs):
        n = self.int(1, sum(w for _, w in pairs))
        for v, w in pairs:
            n -= w
            if n <= 0:
                return v

    def bell(self, a, b):                      # three dice: the middle is likelier than the ends
        return (self.int(a, b) + self.int(a, b) + self.int(a, b)) // 3

    def sample(self, seq, n):
        seq = list(seq)
        for i in range(len(seq) - 1, 0, -1):
            j = self.int(0, i)
            seq[i], seq[j] = seq[j], seq[i]
        return seq[:n]

    def day(self, a, b):
        return a + DAY * self.int(0, (b - a).days)


# ------------------------------------------------------------------------------------------------ dates
def add_months(d, n):
    y, m = divmod(d.year * 12 + d.month - 1 + n, 12)
    return D(y, m + 1, min(d.day, [31, 29 if y % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m]))


def month_starts(a, b):
    d = D(a.year, a.month, 1)
    while d <= b:
        yield d
        d = add_months(d, 1)


def month_end(d):
    return add_months(D(d.year, d.month, 1), 1) - DAY


def quarter_start(d):
    return D(d.year, (d.month - 1) // 3 * 3 + 1, 1)


def quarters(a, b):
    d = quarter_start(a)
    while d <= b:
        yield d, add_months(d, 3) - DAY
        d = add_months(d, 3)


def iso(d):
    return d.isoformat() if d else ""


def slashes(d):
    return f"{d.year}/{d.month}/{d.day}" if d else ""


def compact(d):
    return f"{d.year}{d.month:02}{d.day:02}" if d else ""


def chinese(d):
    return f"{d.year}年{d.month}月{d.day}日" if d else ""


# ------------------------------------------------------------------------------------------------ numbers and files
def cents(c):
    sign = "-" if c < 0 else ""
    return f"{sign}{abs(c) // 100}.{abs(c) % 100:02}"


def thousands(c):
    return f"{c // 100:,}.{c % 100:02}"


def wan(c):                                    # cents to 万元 with four decimals at most: exact to the yuan
    yuan = c // 100
    return f"{yuan // 10000}.{yuan % 10000:04}".rstrip("0").rstrip(".")


def full_width(n):
    return "".join(chr(0xFF10 + int(c)) for c in str(n))


def write(name, header, rows, sep=",", encoding="utf-8", bom=False, before=(), after=()):
    def cell(v):
        v = str(v)
        return '"' + v.replace('"', '""') + '"' if sep in v or '"' in v else v
    lines = [sep.join(cell(v) for v in r) for r in [*before, header, *rows, *after]]
    data = "\n".join(lines) + "\n"
    with open(os.path.join(OUT, name), "wb") as f:
        f.write((b"\xef\xbb\xbf" if bom else b"") + data.encode(encoding))


# ------------------------------------------------------------------------------------------------ the organisation
HQ = "8600"
AREAS = {"8610": "城北营业区", "8620": "城东营业区", "8630": "城南营业区"}
OFFICES = {
    "861001": "北苑营业部", "861002": "和平里营业部", "861003": "清河营业部", "861004": "亚运村营业部",
    "862001": "朝阳路营业部", "862002": "东坝营业部", "862003": "双桥营业部", "862004": "通运营业部",
    "863001": "丰台营业部", "863002": "方庄营业部", "863003": "马家堡营业部",
}
AREA_OF = {o: o[:4] for o in OFFICES}


def offices_under(team):
    return [o for o in OFFICES if team == HQ or o == team or AREA_OF[o] == team]


def make_teams():
    rows = [(HQ, "示例人寿个人业务总部", "")]
    rows += [(a, n, HQ) for a, n in AREAS.items()] + [(o, n, AREA_OF[o]) for o, n in OFFICES.items()]
    write("teams.csv", ("机构代码", "机构名称", "上级机构"), rows)


# ------------------------------------------------------------------------------------------------ the office staff
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
GIVEN = ["伟", "芳", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀兰", "霞", "平", "建国", "志强",
         "晓东", "海燕", "文博", "雨桐", "子涵", "佳怡", "俊杰", "思远", "春梅", "国庆", "玉兰", "立新", "慧敏", "天宇", "雪梅"]
DIRECTOR, MANAGER, CLERK, LECTURER, TRAINER = "营销业务室主任", "营业区经理", "内勤", "讲师", "组训岗"


class Staff:
    def __init__(self):
        self.rows = []                         # [no, name, post, team, since, until, pay in yuan]
        r = Rand("staff")
        names, n = set(), 0

        def hire(post, team, since=None, until=None, pay=None):
            nonlocal n
            n += 1
            while True:
                name = r.pick(SURNAMES) + r.pick(GIVEN)
                if name not in names:
                    names.add(name)
                    break
            base = {MANAGER: 15000, DIRECTOR: 11000, CLERK: 5200, LECTURER: 7600, TRAINER: 7000}.get(post, 6000)
            row = [f"S{1000 + n * 7}", name, post, team, since or D(r.int(2018, 2023), r.int(1, 12), r.int(1, 28)),
                   until, pay or base + r.int(-8, 12) * 100]
            self.rows.append(row)
            return row

        def again(row, since, **change):       # the same person goes on with another post, team or pay
            new = list(row)
            new[4], new[5] = since, None
            for k, v in change.items():
                new[{"post": 2, "team": 3, "pay": 6}[k]] = v
            self.rows.append(new)
            return new

        for a in AREAS:
            hire(MANAGER, a)
        self.directors = {o: hire(DIRECTOR, o) for o in OFFICES}
        self.trainers = {o: hire(TRAINER, o) for o in OFFICES}
        clerks = {o: [hire(CLERK, o)] for o in OFFICES}
        for o in ("861001", "861002", "861004", "862001", "862003", "863001", "863003"):
            clerks[o].append(hire(CLERK, o))
        lecturers = {t: [hire(LECTURER, t), hire(LECTURER, t)] for t in [*AREAS, HQ]}
        for post, team in (("财务会计", HQ), ("人事专员", HQ), ("信息技术岗", HQ), ("行政司机", "8610"),
                           ("行政司机", "8620"), ("行政司机", "8630")):
            hire(post, team)

        # Who left, came, moved. A trainer moves to another office in the middle of August 2026 …
        self.trainers["862002"][5] = D(2026, 8, 9)
        moved = self.trainers["861003"]
        moved[5] = D(2026, 8, 16)
        again(moved, D(2026, 8, 17), team="862002")
        # … another becomes director of the office next door, and is replaced a week later.
        self.directors["863002"][5] = D(2026, 8, 9)
        risen = self.trainers["863001"]
        risen[5] = D(2026, 8, 9)
        self.risen = again(risen, D(2026, 8, 10), post=DIRECTOR, team="863002", pay=10600)
        hire(TRAINER, "863001", D(2026, 8, 17))
        # A lecturer leaves and the successor comes two months later.
        lecturers["8620"][1][5] = D(2026, 5, 31)
        hire(LECTURER, "8620", D(2026, 8, 3))
        # Clerks: one leaves, one comes late, one gets a rise in mid-quarter, one leaves and comes back.
        clerks["861004"][1][5] = D(2026, 8, 31)
        hire(CLERK, "861004", D(2026, 9, 14))
        rise = clerks["862001"][0]
        rise[5] = D(2026, 7, 31)
        again(rise, D(2026, 8, 1), pay=rise[6] + 400)
        back = clerks["863003"][1]
        back[5] = D(2026, 4, 20)
        again(back, D(2026, 5, 11))
        # Earlier changes: a clerk and a trainer were replaced in 2025, an accountant left.
        old = clerks["862003"][1]
        old[5] = D(2025, 3, 31)
        hire(CLERK, "862003", D(2025, 4, 7))
        old = self.trainers["861002"]
        old[5] = D(2025, 6, 30)
        self.trainers["861002"] = hire(TRAINER, "861002", D(2025, 7, 1))
        hire("财务会计", HQ, D(2021, 5, 6), D(2025, 9, 30))

    def holding(self, post, team, day):
        return [r[0] for r in self.rows if r[2] == post and r[3] == team and r[4] <= day and (not r[5] or day <= r[5])]

    def on(self, day):
        return [r for r in self.rows if r[4] <= day and (not r[5] or day <= r[5])]

    def held_posts(self, post, a, b):          # (person, first day, last day) of each run in that post between a and b
        for r in self.rows:
            if r[2] == post and r[4] <= b and (not r[5] or r[5] >= a):
                yield r[0], r[3], max(a, r[4]), min(b, r[5] or b)

    def write(self):
        rows = sorted(self.rows, key=lambda r: (r[0], r[4]))
        write("staff.csv", ("工号", "姓名", "岗位", "机构代码", "任职日期", "离任日期", "月基本工资"),
              [(*r[:4], iso(r[4]), iso(r[5]), f"¥{r[6]:,}" if r[6] >= 10000 else r[6]) for r in rows], bom=True)


# ------------------------------------------------------------------------------------------------ agents and policies
PRODUCTS = {  # code: name, factor in per cent, long term, regular, lowest and highest first premium, weight
    "L01": ("福满一生终身寿险", 100, True, True, 2000, 11000, 18),
    "L02": ("安心定期寿险", 100, True, True, 800, 3200, 14),
    "E05": ("聚利两全保险(5年交)", 50, True, True, 5000, 18000, 15),
    "A10": ("颐享年金保险(10年交)", 80, True, True, 4000, 15000, 13),
    "C20": ("康宁重大疾病保险", 120, True, True, 2500, 8000, 18),
    "S01": ("稳盈两全保险(趸交)", 10, True, False, 10000, 30000, 3),
    "X01": ("平安出行意外险", 80, False, False, 100, 600, 9),
    "H01": ("百万医疗险", 60, False, False, 300, 1500, 8),
}
CHARACTER = {}                                 # office: activity, growth a year, loyalty, service (all per mille or so)


def characters():
    r = Rand("offices")
    for o in OFFICES:
        CHARACTER[o] = dict(activity=r.bell(800, 1200), growth=r.int(30, 170), loyal=r.bell(920, 990),
                            service=r.int(-6, 7), share=r.int(60, 140), surrender=r.int(24, 66))


class Agent:
    def __init__(self, no, team, entered, rank, skill):
        self.no, self.entered, self.skill = no, entered, skill
        self.moves, self.ranks = [(entered, team)], [(entered, rank)]
        self.left = self.confirmed = None
        self.policies, self.customers = [], []

    def team_on(self, d):
        return [t for s, t in self.moves if s <= d][-1]

    def rows(self):
        starts = sorted({s for s, _ in self.moves + self.ranks if not self.left or s <= self.left})
        for i, s in enumerate(starts):
            until = starts[i + 1] - DAY if i + 1 < len(starts) else self.left
            yield (self.no, self.team_on(s), [k for d, k in self.ranks if d <= s][-1], iso(s), iso(until),
                   iso(self.entered), iso(self.confirmed) if self.confirmed and self.confirmed <= (self.left or EXPORT) else "")


class Policy:
    __slots__ = ("no", "agent", "team", "customer", "product", "line", "issued", "cooled", "ended", "reason", "premium")


class Business:
    def __init__(self):
        self.agents, self.policies, self.customers = [], [], {}
        self.receipts, self.payouts = [], []
        self.sell()
        self.live_on()

    def newcomer(self, r, team, entered, rank="见习"):
        a = Agent(f"A{20001 + len(self.agents)}", team, entered, rank, r.bell(450, 1550))
        self.agents.append(a)
        return a

    def sell(self):
        r = Rand("sales")
        for o in OFFICES:
            for i in range(r.int(17, 23)):
                a = self.newcomer(r, o, D(r.int(2016, 2022), r.int(1, 12), r.int(1, 28)),
                                  "经理" if i == 0 else "主任" if i < 3 else "业务员")
                a.confirmed = min(add_months(a.entered, r.int(1, 4)), D(2022, 12, 28))
        for m in month_starts(START, END):
            last, n = month_end(m), (m.year - 2023) * 12 + m.month - 1
            for o in OFFICES:
                for _ in range(r.weighted([(0, 45), (1, 40), (2, 15)])):
                    self.newcomer(r, o, D(m.year, m.month, r.int(1, 28)))
            for a in self.agents:
                if a.left or a.entered > last:
                    continue
                months = (m.year - a.entered.year) * 12 + m.month - a.entered.month
                rank = a.ranks[-1][1]
                if months > 2 and r.chance({"见习": 75, "业务员": 24, "主任": 8, "经理": 4}[rank]):
                    a.left = D(m.year, m.month, r.int(1, 28))
                elif months > 6 and r.chance(3):
                    here = a.team_on(last)
                    a.moves.append((D(m.year, m.month, r.int(2, 28)),
                                    r.pick([o for o in OFFICES if o != here and (o[:4] == here[:4] or r.chance(200))] or [here])))
                elif months > 14 and rank == "业务员" and r.chance(4):
                    a.ranks.append((D(m.year, m.month, 1), "主任"))
                elif months > 30 and rank == "主任" and r.chance(5):
                    a.ranks.append((D(m.year, m.month, 1), "经理"))
                c = CHARACTER[a.team_on(last)]
                season = [1150, 800, 1050, 950, 980, 1100, 920, 950, 1060, 980, 1000, 1060][m.month - 1]
                rate = 640 * a.skill // 1000 * c["activity"] // 1000 * season // 1000 * (1000 + c["growth"] * n // 12) // 1000
                if months < 3:
                    rate = rate // 2
                lo, hi = max(m, a.entered + DAY), min(last, a.left or last)
                for k in range(3):
                    if lo <= hi and r.chance(min(rate // 2 if k else rate // 2 + 40, 930)):
                        self.policy(r, a, r.day(lo, hi))
            for a in self.agents:              # newcomers are confirmed some days after their premium reaches 3,000
                if a.confirmed or a.entered > last or a.left:
                    continue
                total, hit = 0, None
                for p in sorted(a.policies, key=lambda p: p.issued):
                    if not p.cooled:
                        total += p.premium
                        if total >= 300000:
                            hit = p.issued
                            break
                if hit and r.chance(850):
                    day = hit + DAY * r.int(2, 11)
                    if day.day > 28:
                        day = D(day.year, day.month, 28) if D(day.year, day.month, 28) > hit else day
                    a.confirmed = day
                    a.ranks.append((day, "业务员"))
        self.policies.sort(key=lambda p: (p.issued, p.no))
        for i, p in enumerate(self.policies):
            p.no = f"{p.issued.year % 100}{i + 1:06}"

    def policy(self, r, a, day):
        p = Policy()
        p.agent, p.issued, p.team = a, day, a.team_on(day)
        p.no = f"{len(self.policies):06}"
        p.product = r.weighted([(k, v[6]) for k, v in PRODUCTS.items()])
        lo, hi = PRODUCTS[p.product][4:6]
        p.premium = r.bell(lo // 10, hi // 10) * 1000 + (r.pick([0, 0, 0, 50, 80]) if p.product in ("X01", "H01") else 0)
        p.line = r.weighted([("个险", 92), ("团险", 3), ("银保", 5)])
        p.cooled = p.ended = p.reason = None
        if PRODUCTS[p.product][2] and r.chance(32):
            p.cooled = p.ended = day + DAY * r.int(2, 14)
            p.reason = "犹豫期撤单"
            if p.cooled > EXPORT:
                p.cooled = p.ended = p.reason = None
        if a.customers and r.chance(330):
            p.customer = r.pick(a.customers)
        else:
            p.customer = f"C{100001 + len(self.customers)}"
            self.customers[p.customer] = []
            a.customers.append(p.customer)
        self.customers[p.customer].append(p)
        a.policies.append(p)
        self.policies.append(p)

    def live_on(self):
        r = Rand("lives")
        for p in self.policies:
            _, _, long_term, regular, *_ = PRODUCTS[p.product]
            c = CHARACTER[p.team]
            self.receipts.append((p.issued, p, 1, p.issued, p.premium))
            if p.cooled:
                self.receipts.append((p.cooled, p, 1, p.issued, -p.premium))
                continue
            if not long_term:                  # covers one year
                end = add_months(p.issued, 12) - DAY
                if end <= EXPORT:
                    p.ended, p.reason = end, "满期"
                continue
            for year in range(1, 5):
                begins, anniversary = add_months(p.issued, 12 * year - 12), add_months(p.issued, 12 * year)
                if begins > EXPORT:
                    break
                if r.chance(6):
                    day = r.day(begins + DAY * 20, anniversary - DAY)
                    if day <= EXPORT:
                        p.ended, p.reason = day, "理赔终止"
                        self.payouts.append((day, p, "理赔", p.premium * r.int(8, 20)))
                    break
                if r.chance(c["surrender"]):
                    day = r.day(begins + DAY * 20, anniversary - DAY)
                    if day <= EXPORT:
                        p.ended, p.reason = day, "退保"
                        part = [30, 45, 60, 70][year - 1] if regular else 92
                        self.payouts.append((day, p, "退保", p.premium * (year if regular else 1) * part // 100))
                    break
                if not regular:
                    continue
                grace = anniversary + DAY * 60
                if r.chance(c["loyal"]):
                    day = anniversary + DAY * (r.int(61, 80) if r.chance(15) else r.weighted([(0, 5), (r.int(1, 30), 4), (r.int(31, 60), 2)]))
                    if day > EXPORT:
                        break
                    self.receipts.append((day, p, year + 1, grace, p.premium))
                else:
                    if grace <= EXPORT:
                        p.ended, p.reason = grace, "失效"
                    break
        r = Rand("other claims")               # claims that do not end the policy
        for p in self.policies:
            if r.chance(9) and not p.cooled:
                day = p.issued + DAY * r.int(30, 300)
                if day <= (p.ended or EXPORT):
                    self.payouts.append((day, p, "理赔", p.premium * r.int(1, 4)))
        self.receipts.sort(key=lambda x: (x[0], x[1].no, x[2]))
        self.payouts.sort(key=lambda x: (x[0], x[1].no, x[2]))

    # Figures of an office or area, from which plans, goals and markets are made plausible.
    def standard(self, teams, a, b):
        total = 0
        for p in self.policies:
            if p.team in teams and p.line == "个险":
                f = PRODUCTS[p.product][1]
                total += p.premium * f // 100 * ((a <= p.issued <= b) - bool(p.cooled and a <= p.cooled <= b))
        return total

    def premium(self, teams, a, b):
        return sum(p.premium * ((a <= p.issued <= b) - bool(p.cooled and a <= p.cooled <= b))
                   for p in self.policies if p.team in teams)

    def received(self, teams, a, b):
        return sum(x[4] for x in self.receipts if a <= x[0] <= b and x[1].team in teams and x[1].line == "个险")

    def customer_days(self):
        for no, ps in sorted(self.customers.items()):
            ps = sorted(ps, key=lambda p: (p.issued, p.no))
            yield no, ps[0].team, ps[0].issued, None if any(not p.ended for p in ps) else max(p.ended for p in ps)

    def write(self):
        write("products.csv", ("险种代码", "险种名称", "折标系数", "长险"),
              [(k, v[0], f"{v[1] // 100}.{v[1] % 100:02}", "是" if v[2] else "否") for k, v in PRODUCTS.items()])
        write("agents.csv", ("代理人编号", "营业部代码", "职级", "生效日期", "终止日期", "签约日期", "转正日期"),
              [row for a in self.agents if not a.left or a.left >= START for row in a.rows()])
        for year in range(2023, 2027):
            rows, total = [], 0
            none = "-" if year == 2025 else ""
            for p in self.policies:
                if p.issued.year == year:
                    total += p.premium
                    rows.append((p.no, p.agent.no, p.team, p.customer, p.product, p.line,
                                 "期交" if PRODUCTS[p.product][3] else "趸交", iso(p.issued), iso(p.cooled) or none,
                                 iso(p.ended), p.reason or none, cents(p.premium)))
            write(f"policies_{year}.csv",
                  ("保单号", "代理人编号", "营业部代码", "投保人客户号", "险种代码", "业务条线", "缴费方式", "承保日期",
                   "犹豫期撤单日期", "终止日期", "终止原因", "首期保费"), rows,
                  after=[("合计", "", "", "", "", "", "", "", "", "", "", thousands(total))])
            rows = []
            for i, (day, p, n, grace, amount) in enumerate(self.receipts):
                if day.year == year:
                    money = f"({thousands(-amount)})" if amount < 0 and year == 2026 else cents(amount)
                    rows.append((f"R{i + 1:06}", p.no, p.team, n, compact(grace), compact(day), money))
            write(f"receipts_{year}.csv", ("收据号", "保单号", "营业部代码", "保单年度", "宽限期止", "实收日期", "实收保费"), rows)
        write("payouts.csv", ("payment_no", "policy", "team", "kind", "paid", "amount"),
              [(f"Z{i + 1:05}", p.no, p.team, k, iso(d), thousands(c)) for i, (d, p, k, c) in enumerate(self.payouts)])
        write("customers.csv", ("客户号", "服务机构", "首次投保日期", "末次保障日期"),
              [(no, t, iso(a), iso(b)) for no, t, a, b in self.customer_days()])
        r, rows = Rand("reserves"), []
        for m in month_starts(FIRST_QUARTER, END):
            d = month_end(add_months(m, -1))
            for o in OFFICES:
                paid = sum(x[4] for x in self.receipts if x[0] <= d and x[1].team == o)
                rows.append((o, iso(d), "yes", cents(paid * 62 // 100 + 30_000_000)))
                rows.append((o, iso(d), "no", cents(r.int(150, 260) * 10000)))
        write("reserves.csv", ("team", "taken", "long_term", "reserve"), rows)


# ------------------------------------------------------------------------------------------------ plans and markets
def plans(b):
    r, rows = Rand("plans"), []
    for o in OFFICES:
        last = 0
        for a, z in quarters(D(2024, 1, 1), D(2026, 12, 31)):
            if z <= END:
                last = b.standard([o], a, z)
                plan = last * 1000 // r.bell(800, 1210)
            else:
                plan = last * 11 // 10
            for m, part in zip(month_starts(a, z), (30, 33, 37)):
                c = plan * part // 100 // 10000 * 10000 # whole hundreds of yuan
                rows.append((m, o, c, c * r.int(104, 112) // 100 // 10000 * 10000))
    rows.sort(key=lambda x: (x[0], x[1]))
    write("plans.csv", ("营业部代码", "月份", "标保计划(万元)", "二次目标(万元)"),
          [(o, f"{m.year}-{m.month:02}", wan(c), wan(s)) for m, o, c, s in rows],
          before=[("示例人寿 2024—2026年月度标准保费计划表",), ("单位：万元", "", "编制：销售企划部", "")],
          after=[("合计", "", wan(sum(x[2] for x in rows)), wan(sum(x[3] for x in rows)))])


def goals_and_market(b):
    r, rows = Rand("market"), []
    lives = list(b.customer_days())
    for a, z in quarters(D(2024, 10, 1), END):
        for o in OFFICES:
            share = CHARACTER[o]["share"]      # per mille of the district's new premium; of all premium a tenth more
            new = b.premium([o], a, z) * 1000000 // (share * r.bell(860, 1160))
            all_of_it = b.received([o], a, z) * 10000000 // (share * 11 * r.bell(900, 1120))
            for m, part in zip(month_starts(a, z), (36, 31, 33)):
                rows.append((o, f"{m.year}-{m.month:02}", thousands(new * part // 100), thousands(all_of_it * part // 100)))
    write("market.csv", ("对应机构", "月份", "市场新单保费(元)", "市场个险保费(元)"), rows)

    rows = []
    for year in (2024, 2025, 2026):
        starts, ends = D(year, 1, 1), D(year, 12, 31)
        upto = min(ends, END)
        for t in [*AREAS, *OFFICES]:
            under = offices_under(t)
            weight = {o: b.premium([o], starts, upto) for o in under}
            share = sum(weight.values()) * 1000 // sum(w * 1000 // CHARACTER[o]["share"] for o, w in weight.items())
            joining = insured = ""
            if t in AREAS:
                n = sum(1 for _, o, first, _ in lives if o in under and starts <= first <= upto)
                joining = n * 3 // ((upto - starts).days // 30) // 5 * 5 + r.int(-1, 2) * 5
                insured = sum(1 for _, o, first, last in lives if o in under and first <= upto and not (last and last < upto)) // 50 * 50
            per_cent = lambda x: f"{x // 10}.{x % 10}" + ("%" if t in AREAS else "")
            rows.append((t, "营业区" if t in AREAS else "营业部", iso(starts), iso(ends), per_cent(share), per_cent(share * 11 // 10), joining, insured))
    write("goals.csv", ("team", "level", "starts", "ends", "新单份额目标", "个险份额目标", "季度新客户目标", "期末客户目标"), rows)

    r, rows, n = Rand("schemes"), [], 0
    for a, z in quarters(FIRST_QUARTER, END):
        for o in OFFICES:
            for _ in range(2):
                n += 1
                goal = r.int(60, 220) * 100000
                rows.append((f"F{n:04}", o, iso(r.day(a + DAY * 20, z)), wan(goal), wan(goal * r.bell(780, 1220) // 1000)))
    write("schemes.csv", ("scheme_no", "team", "settled", "goal", "achieved"), rows)


# ------------------------------------------------------------------------------------------------ customers' voices
QUESTIONS = {"reputation": 76, "support": 79, "support_recommend": 80, "salesperson": 77, "new_product": 76,
             "customer_overall": 81, "customer_expected": 76, "customer_ideal": 73}


def surveys(staff):
    r, rows = Rand("survey"), []
    mood = {(o, q): CHARACTER[o]["service"] + r.int(-5, 5) for o in OFFICES for q in QUESTIONS}
    taught = {}

    def mark(mean, lowest):
        return max(lowest, min(10, (mean + r.bell(-30, 34) + 5) // 10))

    for a, z in quarters(FIRST_QUARTER, END):
        for o in OFFICES:
            for q, mean in QUESTIONS.items():
                n = r.int(6, 13) if r.chance(35) else r.int(17, 26)
                for _ in range(n):
                    rows.append((r.day(a, z), o, "", q, mark(mean + mood[o, q], 0 if q == "support_recommend" else 1)))
            n = r.int(5, 8) if r.chance(30) else r.int(14, 24)
            for _ in range(n):
                day = r.day(a, z)
                who = r.pick(staff.holding(LECTURER, HQ if r.chance(170) else AREA_OF[o], day))
                skill = taught.setdefault(who, r.int(-7, 7))
                rows.append((day, o, who, "training", mark(80 + skill, 1)))
    rows.sort(key=lambda x: (x[0], x[1], x[3]))
    for year in (2024, 2025, 2026):
        write(f"survey_{year}.csv", ("team", "regarding", "answered", "question", "mark"),
              [(t, who, iso(d), q, m) for d, t, who, q, m in rows if d.year == year])


def complaints():
    r, rows = Rand("complaints"), []
    for a, z in quarters(D(2024, 9, 1), END):
        for o in OFFICES:
            for _ in range(r.weighted([(0, 30), (1, 38), (2, 24), (4, 8)])):
                got = r.day(a, z)
                due = got + DAY * 15
                done = got + DAY * r.int(3, 14) if r.chance(950) else due + DAY * r.int(1, 20) if r.chance(600) else None
                rows.append((got, o, r.weighted([("个险", 8), ("团险", 1), ("银保", 1)]), due, done if done and done <= EXPORT else None))
    rows.sort(key=lambda x: (x[0], x[1], x[2], x[3]))
    write("complaints.csv", ("投诉编号", "被投诉机构", "业务条线", "受理日期", "时限", "结案日期"),
          [(f"TS{i + 1:04}", o, line, slashes(g), slashes(due), slashes(done) or "N/A")
           for i, (g, o, line, due, done) in enumerate(rows)], encoding="gb18030")


# ------------------------------------------------------------------------------------------------ training
def training(staff, b):
    r, sessions, attendance = Rand("sessions"), [], []
    for a, z in quarters(FIRST_QUARTER, END):
        for who, team, first, last in staff.held_posts(LECTURER, a, z):
            reliable = r.int(880, 1000)
            for _ in range(max(1, 8 * ((last - first).days + 1) // 92)):
                day = r.day(first, last)
                sessions.append([day, who, team, day + DAY * r.weighted([(0, 80), (2, 12), (6, 8)]) if r.chance(reliable) else None,
                                 r.pick(["2", "3", "3", "4", "1.5", "6"])])
    sessions.sort(key=lambda s: (s[0], s[1], s[4]))
    eager = {}
    for i, s in enumerate(sessions):
        no = f"K{s[0].year}{i + 1:04}"
        s.append(no)
        under = offices_under(s[2])
        here = [x for x in b.agents if x.entered <= s[0] and (not x.left or s[0] <= x.left) and x.team_on(s[0]) in under]
        p = eager.setdefault(s[1], r.int(740, 930))
        for x in r.sample(here, r.int(11, 17)):
            attendance.append((no, x.no, iso(s[0]), "yes" if r.chance(p) and s[3] else "no"))
    write("sessions.csv", ("班次", "讲师工号", "计划日期", "实际日期", "课时"),
          [(no, who, iso(day), iso(held), h) for day, who, _, held, h, no in sessions])
    write("attendance.csv", ("班次", "代理人编号", "计划日期", "签到"), attendance)

    r, rows = Rand("exams"), []
    bright = {o: r.int(770, 930) for o in OFFICES}
    keen = {o: r.int(880, 985) for o in OFFICES}
    for a, z in quarters(FIRST_QUARTER, END):
        day = add_months(a, 1) + DAY * r.int(10, 16)
        resit = add_months(day, 1)
        paper = f"{a.year}Q{a.month // 3 + 1}"
        gone = [x for x in b.agents if x.left and day - DAY * 12 <= x.left < day][:2]  # registered, then left
        here = [x for x in b.agents if x.entered <= day and (not x.left or day <= x.left)]
        for x in sorted(r.sample(here, len(here) * 2 // 5) + gone, key=lambda x: x.no):
            o = x.team_on(day)
            sat = x not in gone and r.chance(keen[o])
            passed = sat and r.chance(bright[o])
            rows.append((x.no, paper, 1, iso(day), "yes" if sat else "no", "yes" if passed else "no"))
            if sat and not passed and not (x.left and x.left < resit):
                rows.append((x.no, paper, 2, iso(resit), "yes", "yes" if r.chance(700) else "no"))
    write("exams.csv", ("agent", "paper", "attempt", "exam_date", "sat", "passed"), rows, sep=";")

    r, rows = Rand("certificates"), []
    for x in b.agents:
        day = x.entered + DAY * r.int(3, 45)
        while r.chance(988) and day <= EXPORT and not (x.left and day > x.left):
            ends = add_months(day, 36) - DAY
            stop = min(ends, x.left) if x.left else ends
            if stop >= D(2024, 9, 1):
                rows.append((x.no, day, stop))
            day = ends + DAY * (1 if r.chance(930) else r.int(10, 90))
    write("certificates.csv", ("cert_no", "agent", "granted", "expires"),
          [(f"ZS{i + 1:05}", no, iso(a), iso(z)) for i, (no, a, z) in enumerate(rows)])

    r, rows, n = Rand("courseware"), [], 0
    for a, z in quarters(FIRST_QUARTER, END):
        for who, _, first, last in staff.held_posts(LECTURER, a, z):
            for _ in range(r.int(2, 4) * ((last - first).days + 1) // 88):
                n += 1
                rows.append((r.day(first, last), f"课件{n:03} " + r.pick(["新人岗前", "产品解析", "需求分析", "异议处理", "增员面谈", "客户经营"]), who))
    rows.sort()
    write("courseware.csv", ("title", "author", "accepted"), [(t, who, iso(d)) for d, t, who in rows])

    r, rows = Rand("staff training"), []
    for a, z in quarters(FIRST_QUARTER, END):
        for row in staff.on(z):
            for _ in range(r.int(2, 5)):
                rows.append((r.day(max(a, row[4]), z), row[0], r.pick(["1.5", "2", "3", "3.5", "4"])))
    rows.sort()
    write("staff_training.csv", ("trainee", "held", "hours"), [(who, iso(d), h) for d, who, h in rows])


# ------------------------------------------------------------------------------------------------ the office
def office(staff, b):
    r, rows = Rand("reviews"), []
    care = {}
    for p in b.policies:
        day = p.issued - DAY * r.int(1, 3)
        if day < FIRST_QUARTER:
            continue
        who = staff.holding(CLERK, p.team, day)
        if not who:
            who = [x for o in offices_under(AREA_OF[p.team]) for x in staff.holding(CLERK, o, day)]
        clerk = r.pick(who)
        rows.append((p.no, clerk, iso(day), "yes" if r.chance(care.setdefault(clerk, r.pick([3, 8, 12, 18, 25, 32, 45]))) else "no"))
    for year in (2024, 2025, 2026):
        write(f"reviews_{year}.csv", ("保单号", "初审员工号", "初审日期", "有差错"), [x for x in rows if x[2][:4] == str(year)])

    r, rows = Rand("documents"), []
    habit = {}
    kinds = ((CLERK, "data_release", (5, 12, 20, 27), 60, 260), (LECTURER, "newcomer_data", (8, 22), 80, 200), (TRAINER, "business_report", (10, 25), 20, 60))
    for m in month_starts(FIRST_QUARTER, END):
        for post, kind, days, lo, hi in kinds:
            for who, _, first, last in staff.held_posts(post, m, month_end(m)):
                on_time, wrong, useful = habit.setdefault(who, (r.pick([820, 900, 950, 980, 995, 1000]), r.pick([1, 3, 6, 9, 14]), r.int(620, 960)))
                for d in days:
                    due = D(m.year, m.month, d)
                    if not first <= due <= last:
                        continue
                    done = due - DAY * r.int(0, 2) if r.chance(on_time) else due + DAY * r.int(1, 4) if r.chance(850) else None
                    checked = r.int(lo, hi)
                    bad = sum(1 for _ in range(checked) if r.chance(wrong if kind != "newcomer_data" else wrong * 3))
                    verdict = ("yes" if r.chance(useful) else "no") if kind == "business_report" and done and r.chance(850) else ""
                    rows.append((due, who, kind, done, checked, bad, verdict))
    rows.sort(key=lambda x: (x[0], x[1], x[2]))
    write("documents.csv", ("doc_no", "author", "kind", "due", "issued", "checked", "wrong", "useful"),
          [(f"W{i + 1:05}", who, kind, iso(due), iso(done), full_width(n) if i % 17 == 4 else n, bad, v)
           for i, (due, who, kind, done, n, bad, v) in enumerate(rows)])

    r, rows = Rand("archives"), []
    tidy = {}
    for m in month_starts(FIRST_QUARTER, END):
        for who, _, first, last in staff.held_posts(LECTURER, m, month_end(m)):
            n = r.int(25, 60)
            gap = tidy.setdefault(who, r.pick([0, 20, 40, 70, 110]))
            rows.append((who, iso(r.day(first, last)), n, n - sum(1 for _ in range(n) if r.chance(gap))))
    write("archive_checks.csv", ("keeper", "checked_on", "required", "present"), rows)

    r, rows = Rand("assessments"), []
    liked = {}
    for a, z in quarters(FIRST_QUARTER, END):
        for post, subject, least in ((LECTURER, "培训计划", 4), (TRAINER, "激励方案", 4)):
            for who, team, first, last in staff.held_posts(post, a, z):
                n = 2 if r.chance(45) else r.int(least, 6)
                if (last - first).days < 45:
                    n = min(n, r.int(2, 3))
                mean = liked.setdefault(who, r.int(76, 90))
                for _ in range(n):
                    rows.append((r.day(max(first, min(a + DAY * 30, last)), last), who, subject, f"评委{r.int(1, 9)}", min(100, mean + r.bell(-10, 12))))
    rows.sort(key=lambda x: (x[0], x[1], x[3], x[4]))
    write("assessments.csv", ("被评人", "评委", "评价事项", "评价日期", "评分"),
          [(who, rater, s, chinese(d), m) for d, who, s, rater, m in rows])

    r, budget, cost = Rand("money"), [], []
    thrift = {t: r.bell(940, 1060) for t in [HQ, *AREAS, *OFFICES]}
    for m in month_starts(FIRST_QUARTER, D(2026, 12, 31)):
        for t in [HQ, *AREAS, *OFFICES]:
            operating = {4: 60, 6: 22}[len(t)] * 1000 if t != HQ else 140000
            operating = operating * (100 + (m.year - 2024) * 4) // 100 // 100 * 100
            pay = sum(x[6] for x in staff.on(min(month_end(m), END)) if x[3] == t)
            labour = (pay * 136 // 100 + r.int(-3, 4) * 400) // 100 * 100
            budget.append((t, f"{m.year}-{m.month:02}", "operating", operating))
            budget.append((t, f"{m.year}-{m.month:02}", "labour", labour))
            if m <= END:
                spent = operating * 100 * (thrift[t] + r.bell(-70, 70)) // 1000
                for part in (45, 30, 25):
                    cost.append((t, iso(r.day(m, month_end(m))), "operating", spent * part // 100))
                cost.append((t, iso(month_end(m)), "labour", pay * 13600 // 100 + r.int(-180000, 260000)))
    write("budgets.csv", ("team", "budget_month", "kind", "amount"), budget)
    write("costs.csv", ("team", "booked", "kind", "amount"), [(t, d, k, thousands(c)) for t, d, k, c in cost])

    r, prizes, cases = Rand("prizes"), [], []
    posts = (DIRECTOR, MANAGER, CLERK, LECTURER, TRAINER)
    for a, z in quarters(FIRST_QUARTER, END):
        for _ in range(6):
            day = r.day(a, z)
            prizes.append((r.pick([x for x in staff.on(day) if x[2] in posts])[0], iso(day)))
        for _ in range(2):
            day = r.day(a, z)
            cases.append((day, r.pick(staff.on(day))[0], "不属实"))
    director = staff.directors["862001"][0]
    clerk = staff.holding(CLERK, "861002", D(2026, 5, 20))[0]
    early = staff.holding(CLERK, "863001", D(2025, 11, 12))[0]
    cases += [(D(2025, 11, 12), early, "属实"), (D(2026, 5, 20), clerk, "属实"), (D(2026, 8, 24), director, "属实")]
    write("prizes.csv", ("winner", "given_on"), prizes)
    write("conduct.csv", ("case_no", "suspect", "decided_on", "outcome"),
          [(f"HG{i + 1:03}", who, iso(d), o) for i, (d, who, o) in enumerate(sorted(cases))])
    appealed = staff.holding(CLERK, "861001", D(2026, 3, 31))[0]
    write("rulings.csv", ("工号", "考核期", "事项", "裁定", "理由", "裁定人", "裁定日期"),
          [(appealed, "2026-Q1", "score", "95", "两份差错件非本人初审", "绩效申诉委员会", "2026-04-21")])


def main():
    os.makedirs(OUT, exist_ok=True)
    characters()
    make_teams()
    staff = Staff()
    staff.write()
    business = Business()
    business.write()
    plans(business)
    goals_and_market(business)
    surveys(staff)
    complaints()
    training(staff, business)
    office(staff, business)


if __name__ == "__main__":
    main()
