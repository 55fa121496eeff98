#!/usr/bin/env python3
"""Writes a large invented project of job specs, the same from the same seed.

    generate.py merit DIR --positions 10000     # 100,000 KPI uses in 1,000 files
    generate.py merit DIR --positions 100000    # ten times as large
"""

import argparse
import os
import random

AREAS = ["sales", "claims", "service", "training", "finance", "audit", "actuarial", "legal", "product", "channel",
         "renewal", "recruiting", "payments", "risk", "branch", "agency", "bancassurance", "health", "group", "digital"]
THINGS = ["orders", "contracts", "cases", "visits", "calls", "tickets", "reviews", "sessions", "invoices", "letters"]
ADJECTIVES = ["senior", "junior", "regional", "central", "deputy", "lead", "assistant", "chief", "district", "local"]
ROLES = ["manager", "director", "clerk", "lecturer", "analyst", "adviser", "officer", "planner", "supervisor", "auditor"]
KINDS = ["regular", "urgent", "renewed", "corrected", "external"]
DUTIES = ["Draw up the monthly plan and each stage's budget.", "See that what is promised is done in time.",
          "Prepare, hold and follow up the weekly review.", "Coach newcomers and check their first cases.",
          "Keep the records complete and find what does not add up.", "Win customers, keep them and raise their value.",
          "Report deviations, their causes and the way to mend them."]
OUTCOMES = ["goals are met in full", "few errors and no delays", "customers who stay and recommend",
            "costs within the budget", "people who know their work"]


class Project:
    """What is declared, whatever language it is then written in."""

    def __init__(self, positions, seed):
        self.random = random.Random(seed)
        self.sets = []
        self.kpis = []
        self.positions = []
        for number in range(max(4, positions // 250)):
            area, thing = AREAS[number % len(AREAS)], THINGS[number // len(AREAS) % len(THINGS)]
            self.sets.append(f"{area}_{thing}" + (f"_{number}" if number >= 200 else ""))
        for number in range(max(20, positions * 3 // 10)):
            self.kpis.append(self.kpi(number))
        for number in range(positions):
            self.positions.append(self.position(number))

    def kpi(self, number):
        choose = self.random
        data = self.sets[number % len(self.sets)]
        # Every data set has KPIs of all forms, so that all of its columns are read.
        form = number // len(self.sets) % 7
        earlier = [kpi for kpi in self.kpis[max(0, number - 40):] if kpi["unit"] == "CNY"]
        if form == 5 and not earlier:
            form = 0
        kind, other = choose.sample(KINDS, 2)
        names = ["amount", "share", "per_person", "timely", "count", "growth", "delay"]
        kpi = {"name": f"{data}_{names[form]}_{number}", "label": f"{data.replace('_', ' ').capitalize()}, {names[form]} {number}",
               "data": data, "form": form, "kind": kind, "other": other, "better": "higher"}
        if form == 0:
            kpi.update(unit="CNY", value=f"sum(amount of {data} where kind = {kind})")
        elif form == 1:
            kpi.update(unit="%", value=f"sum(amount of {data} where kind = {kind} or kind = {other}) / sum(planned of {data})")
        elif form == 2:
            kpi.update(unit="CNY/person", value=f"sum(amount of {data} where kind != {kind}) / count(people)")
        elif form == 3:
            kpi.update(unit="%", value=f"share(on_time of {data} where quantity > {choose.randint(1, 9)})")
        elif form == 4:
            kpi.update(unit="item", value=f"count({data} where kind = {kind} and not on_time)", better="lower")
        elif form == 5:
            base = choose.choice(earlier)
            kpi.update(unit="%", value=f"growth({base['name']} year to date)", base=base["name"])
        else:
            kpi.update(unit="day", value=f"average(days_between(opened, closed) of {data} where closed is not missing)", better="lower")
        return kpi

    def position(self, number):
        choose = self.random
        name = f"{choose.choice(ADJECTIVES)}_{choose.choice(AREAS)}_{choose.choice(ROLES)}_{number}"
        superior = self.positions[(number - 1) // 8]["name"] if number else None
        # Ten uses each; the first two walk through the catalogue, so that no KPI is unused.
        kpis = [(2 * number + at) % len(self.kpis) for at in range(2)]
        while len(kpis) < 10:
            at = choose.randrange(len(self.kpis))
            if at not in kpis:
                kpis.append(at)
        groups, weights = [(4, 50), (3, 30), (3, 20)], {4: [40, 25, 20, 15], 3: [50, 30, 20]}
        entries, used = [], iter(kpis)
        for size, weight in groups:
            entries.append((weight, [(share, self.entry(self.kpis[next(used)])) for share in weights[size]]))
        shares = choose.choice([[40, 30, 20, 10], [35, 25, 25, 15], [30, 30, 20, 20]])
        return {"name": name, "superior": superior, "scope": choose.choice(["own", "team"]), "groups": entries,
                "shares": shares, "kpis": [self.kpis[at]["name"] for at in kpis],
                "base": choose.randint(1, 4)}

    def entry(self, kpi):
        """A use of a KPI: its target and its curve, as numbers."""
        choose, form = self.random, kpi["form"]
        if form == 0:
            return kpi, choose.randint(20, 900) * 1000, ("attainment", 120)
        if form == 1:
            low = choose.randint(40, 70)
            return kpi, None, ("linear", [(low, 0), (100, 100), (choose.randint(110, 140), 120)])
        if form == 2:
            return kpi, choose.randint(5, 90) * 100, ("attainment", choose.choice([110, 120]))
        if form == 3:
            top = choose.randint(90, 98)
            return kpi, None, ("steps", [(top, 110), (top - 5, 100), (top - 15, 70), (None, 30)])
        if form == 4:
            return kpi, choose.randint(0, 12), ("deduct", choose.choice([2, 5, 10]))
        if form == 5:
            return kpi, None, ("scale", choose.randrange(40))
        quick = choose.randint(2, 9)
        return kpi, None, ("linear", [(quick, 120), (quick + 5, 80), (quick + 15, 0)])


def grouped(number):
    return f"{number:,}".replace(",", "_")


def title(name):
    return name.replace("_", " ").capitalize()


class Merit:
    """One file of each ten positions, of each fifty KPIs and of each ten data sets; as HR would write them."""

    def __init__(self, project):
        self.project = project

    def files(self):
        project = self.project
        yield "company.merit", self.company()
        yield "scales.merit", self.scales()
        for at in range(0, len(project.sets), 10):
            yield f"tables/{at // 10:03}.merit", "\n".join(self.data(name) for name in project.sets[at:at + 10])
        for at in range(0, len(project.kpis), 100):
            yield f"kpis/{at // 100:03}.merit", "\n".join(self.kpi(kpi) for kpi in project.kpis[at:at + 100])
        # So many that the project has 1,000 files for 10,000 positions.
        count = max(1, len(project.positions) // 10 - 2 - -(-len(project.sets) // 10) - -(-len(project.kpis) // 100))
        for at in range(count):
            first, last = (len(project.positions) * edge // count for edge in (at, at + 1))
            yield f"positions/{at // 100:02}/{at:04}.merit", "\n".join(map(self.position, project.positions[first:last]))

    def company(self):
        return """company "Large Example" {
  currency CNY
  fiscal year starts January
  scores to 2 decimals
  language en, zh
}

unit person, people
unit item, items
unit office, offices

constant floor_score : point = 40 point, from 2026-Q1 50 point

data people "Staff roster" {
  roster
  file "staff.csv"
  row person
  key staff_no
  valid from since to until
  column staff_no : text
  column name     : text
  column post     : position
  column team     : teams
  column since    : date
  column until    : date optional
  column base_pay : CNY
}

data teams "Organisation" {
  organisation
  file "teams.csv"
  row office
  key code
  column code   : text
  column name   : text
  column parent : teams optional
}

house rules {
  every scorecard has 3 to 20 kpis
  every weight at least 5%, at most 70%
  every kpi has owner, note
  every responsibility has measured by
}
"""

    def scales(self):
        text = ["# Curves for growth, and the grades.\n"]
        for number in range(40):
            text.append(f"scale growth_scale_{number} : % {{ linear {-30 + number % 10}% -> 0, {number % 5}% -> 60,"
                        f" {10 + number}% -> 100, {30 + number}% -> 120 }}\n")
        text.append("scale bonus_rate : point -> % { linear < 60 -> 0%, 60 -> 50%, 100 -> 100%, 120 -> 150% }\n\n")
        text.append('rating grades "Grades" zh "评级" {\n  A "Outstanding" zh "优秀" >= 100\n  B "Good" zh "良好" >= 90\n'
                    '  C "Acceptable" zh "合格" >= 80\n  D "Below expectations" zh "待改进" else\n'
                    "  at most 20% A within position of 5 or more\n}\n")
        return "".join(text)

    def data(self, name):
        kinds = ", ".join(KINDS)
        return f"""data {name} "{title(name)}" {{
  file "{name}*.csv"
  row item
  key number
  dated by opened
  column number   : text          from "No."
  column staff    : people        from "Staff no."
  column team     : teams         from "Office"
  column opened   : date          from "Opened"
  column closed   : date optional from "Closed"
  column kind     : one of {kinds}
  column quantity : number
  column on_time  : flag          from "In time"
  column planned  : CNY           from "Plan"
  column amount   : CNY           from "Amount"
}}
"""

    def kpi(self, kpi):
        return f"""kpi {kpi['name']} "{kpi['label']}" : {kpi['unit']} {{
  value = {kpi['value']}
  {kpi['better']} is better
  note "Counted from {kpi['data'].replace('_', ' ')}, at the close of the month."
  owner "{title(kpi['data'].split('_')[0])} planning"
}}
"""

    def position(self, position):
        names = iter(position["kpis"])
        lines = [f'position {position["name"]} "{title(position["name"])}" {{', "  status approved",
                 "  effective from 2026-01-01"]
        if position["superior"]:
            lines.append(f'  reports to {position["superior"]}')
        lines += [f'  scope {position["scope"]}',
                  '  purpose "What the office has promised is done, in time and at a reasonable cost."', "",
                  "  responsibilities {"]
        for at, (share, count) in enumerate(zip(position["shares"], (3, 3, 2, 2))):
            measures = ", ".join(next(names) for _ in range(count))
            duty = DUTIES[(position["base"] + at) % len(DUTIES)]
            lines += [f'    {share}% duty_{at + 1} "{duty[:24].rsplit(" ", 1)[0]}" {{', f'      "{duty}"',
                      f'      outcome "{OUTCOMES[at % len(OUTCOMES)]}"', f"      measured by {measures}", "    }"]
        lines += ["  }", "", "  scorecard {"]
        for at, (weight, entries) in enumerate(position["groups"]):
            lines.append(f'    {weight}% group {("results", "quality", "growth")[at]} {{')
            for share, (kpi, target, score) in entries:
                lines.append(f"      {share}% {kpi['name']}{self.target(kpi, target)} score {self.score(kpi, score)}")
            lines.append("    }")
        lines += ["    when missing redistribute", "    complete at least 60%", "    range 0 to 120", "    rating grades",
                  "  }", "",
                  f'  output bonus "Quarterly bonus" : CNY =',
                  f'      round(person.base_pay * {position["base"]} * bonus_rate(score default floor_score) to 0.01 CNY)',
                  "}"]
        return "\n".join(lines) + "\n"

    def target(self, kpi, target):
        if target is None:
            return ""
        unit = {"CNY": " CNY", "CNY/person": " CNY/person"}.get(kpi["unit"], "")
        return f" target {grouped(target)}{unit}"

    def score(self, kpi, score):
        form, detail = score
        sign = "%" if kpi["unit"] == "%" else ""
        if form == "attainment":
            return f"attainment up to {detail}"
        if form == "linear":
            return "linear " + ", ".join(f"{at}{sign} -> {points}" for at, points in detail)
        if form == "steps":
            steps = [f">= {at}{sign} -> {points}" if at is not None else f"else -> {points}" for at, points in detail]
            return "steps " + ", ".join(steps)
        if form == "deduct":
            return f"deduct {detail} for each 1 above target from 100 at least 0"
        return f"growth_scale_{detail}"


class Cedar:
    """The same positions as policies: one for each, with ten typed attributes read, their numbers and their weights."""

    def __init__(self, project):
        self.project = project

    def files(self):
        yield "schema.cedarschema", self.schema()
        yield "policies.cedar", "\n".join(map(self.policy, self.project.positions))

    def schema(self):
        kpis = ",\n".join(f"  {kpi['name']}: Long" for kpi in self.project.kpis)
        return (f"entity Position;\nentity Office;\nentity Staff in [Position] = {{\n{kpis}\n}};\n"
                "action bonus appliesTo { principal: Staff, resource: Office };\n")

    def policy(self, position):
        groups = []
        for weight, entries in position["groups"]:
            terms = [f"{self.score(kpi, target, score)} * {share}" for share, (kpi, target, score) in entries]
            groups.append("(" + " +\n    ".join(terms) + f") * {weight}")
        superior = f' && !(principal in Position::"{position["superior"]}")' if position["superior"] else ""
        return (f'@id("{position["name"]}")\npermit (principal is Staff, action == Action::"bonus", resource is Office)\n'
                f'when {{ principal in Position::"{position["name"]}"{superior} }}\n'
                f"when {{\n  " + " +\n  ".join(groups) + " >= 600000\n};\n")

    def score(self, kpi, target, score):
        form, detail = score
        value = f"principal.{kpi['name']}"
        if form == "attainment":
            return f"(if {value} >= {target} then {detail} else 50)"
        if form == "linear":
            (a, x), (b, y), (c, z) = detail
            return f"(if {value} <= {a} then {x} else if {value} <= {b} then {y} else if {value} <= {c} then {z} else 0)"
        if form == "steps":
            (a, x), (b, y), (c, z), (_, rest) = detail
            return f"(if {value} >= {a} then {x} else if {value} >= {b} then {y} else if {value} >= {c} then {z} else {rest})"
        if form == "deduct":
            return f"(if {value} > {target} then 100 - ({value} - {target}) * {detail} else 100)"
        number = detail
        return (f"(if {value} >= {30 + number} then 120 else if {value} >= {10 + number} then 100"
                f" else if {value} >= {number % 5} then 60 else 0)")


LANGUAGES = {"merit": Merit, "cedar": Cedar}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("language", choices=LANGUAGES)
    options.add_argument("folder")
    options.add_argument("--positions", type=int, default=10000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    files = size = 0
    for name, text in LANGUAGES[given.language](Project(given.positions, given.seed)).files():
        path = os.path.join(given.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        files, size = files + 1, size + len(text.encode())
    print(f"{given.folder}: {files} files, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
