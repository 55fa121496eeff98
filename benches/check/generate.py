#!/usr/bin/env python3
"""Writes a large invented project of job specs, the same from the same seed.

    generate.py merit DIR --positions 10000     # 100,000 KPI uses in 1,000 files
    generate.py merit DIR --positions 100000    # ten times as large
    generate.py cedar DIR, generate.py nickel DIR: the same for the others
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
DUTIES = {"planning": "Draw up the monthly plan and each stage's budget.",
          "promises": "See that what is promised is done in time.",
          "reviews": "Prepare, hold and follow up the weekly review.",
          "coaching": "Coach newcomers and check their first cases.",
          "records": "Keep the records complete and find what does not add up.",
          "customers": "Win customers, keep them and raise their value.",
          "reporting": "Report deviations, their causes and the way to mend them."}


class Project:
    """What is declared, whatever language it is then written in."""

    def __init__(self, positions, seed):
        self.random = random.Random(seed)
        self.sets = []
        self.kpis = []
        self.positions = []
        # Curves that many positions share.
        self.scales = {}
        for at in range(40):
            self.scales[f"growth_{at}"] = "%", ("linear", [(-30 + at % 10, 0), (10 + at, 100), (30 + at, 120)])
            self.scales[f"share_{at}"] = "%", ("linear", [(40 + at, 0), (100, 100), (110 + at, 120)])
            self.scales[f"delay_{at}"] = "day", ("linear", [(2 + at, 120), (7 + at, 80), (17 + at, 0)])
            self.scales[f"timely_{at}"] = "%", ("steps", [(59 + at, 110), (49 + at, 80), (None, 30)])
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
        kpi = {"name": f"{data.split('_')[0]}_{names[form]}_{number}", "label": f"{title(data)}: {names[form].replace('_', ' ')}",
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
        shares = choose.choice([[50, 30, 20], [40, 35, 25], [60, 40], [70, 30]])
        return {"name": name, "superior": superior, "scope": choose.choice(["own", "team"]), "groups": entries,
                "shares": shares, "kpis": [self.kpis[at]["name"] for at in kpis],
                "duties": choose.sample(sorted(DUTIES), len(shares)), "base": choose.randint(1, 4)}

    def entry(self, kpi):
        """A use of a KPI: its target and its curve, as numbers."""
        choose, form = self.random, kpi["form"]
        if form == 0:
            return kpi, choose.randint(20, 900) * 1000, ("attainment", 120)
        if form == 2:
            return kpi, choose.randint(5, 90) * 100, ("attainment", choose.choice([110, 120]))
        if form == 4:
            return kpi, choose.randint(0, 12), ("deduct", choose.choice([2, 5, 10]))
        kind = {1: "share", 3: "timely", 5: "growth", 6: "delay"}[form]
        name = f"{kind}_{choose.randrange(40)}"
        if form == 5 or choose.random() < 0.5:
            return kpi, None, ("scale", name)
        # The others have curves of their own, close to the shared ones.
        form, points = self.scales[name][1]
        return kpi, None, (form, [(at if at in (None, 100) else at + choose.randint(0, 1), score) for at, score in points])


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
        text = ["# Curves that many positions share, and the grades.\n"]
        for name, (unit, curve) in self.project.scales.items():
            text.append(f"scale {name} : {unit} {{ {self.curve(unit, curve)} }}\n")
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
        lines = [f'position {position["name"]} "{title(position["name"])}" {{']
        if position["superior"]:
            lines.append(f'  reports to {position["superior"]}')
        lines += [f'  scope {position["scope"]}', "  responsibilities {"]
        counts = (5, 3, 2) if len(position["shares"]) == 3 else (6, 4)
        for share, count, duty in zip(position["shares"], counts, position["duties"]):
            measures = ", ".join(next(names) for _ in range(count))
            lines += [f'    {share}% {duty} {{', f'      "{DUTIES[duty]}"', f"      measured by {measures}", "    }"]
        lines += ["  }", "  scorecard {"]
        for at, (weight, entries) in enumerate(position["groups"]):
            lines.append(f'    {weight}% group {("results", "quality", "growth")[at]} {{')
            for share, (kpi, target, score) in entries:
                lines.append(f"      {share}% {kpi['name']}{self.target(kpi, target)} score {self.score(kpi, score)}")
            lines.append("    }")
        lines += ["    when missing redistribute", "    range 0 to 120", "    rating grades", "  }",
                  f'  output bonus "Bonus" : CNY in full = person.base_pay * {position["base"]} * bonus_rate(score default floor_score)',
                  "}"]
        return "\n".join(lines) + "\n"

    def target(self, kpi, target):
        if target is None:
            return ""
        unit = {"CNY": " CNY", "CNY/person": " CNY/person"}.get(kpi["unit"], "")
        return f" target {grouped(target)}{unit}"

    def score(self, kpi, score):
        form, detail = score
        if form == "scale":
            return detail
        if form == "attainment":
            return f"attainment up to {detail}"
        if form == "deduct":
            return f"deduct {detail} for each 1 above target from 100 at least 0"
        return self.curve(kpi["unit"], score)

    def curve(self, unit, curve):
        form, points = curve
        sign = {"%": "%", "day": " days"}[unit]
        if form == "linear":
            return "linear " + ", ".join(f"{at}{sign} -> {score}" for at, score in points)
        steps = [f">= {at}{sign} -> {score}" if at is not None else f"else -> {score}" for at, score in points]
        return "steps " + ", ".join(steps)


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
        form, detail = self.project.scales[score[1]][1] if score[0] == "scale" else score
        value = f"principal.{kpi['name']}"
        if form == "attainment":
            return f"(if {value} >= {target} then {detail} else 50)"
        if form == "linear":
            (a, x), (b, y), (c, z) = detail
            return f"(if {value} <= {a} then {x} else if {value} <= {b} then {y} else if {value} <= {c} then {z} else 0)"
        if form == "steps":
            (a, x), (b, y), (_, rest) = detail
            return f"(if {value} >= {a} then {x} else if {value} >= {b} then {y} else {rest})"
        return f"(if {value} > {target} then 100 - ({value} - {target}) * {detail} else 100)"


class Nickel:
    """The same positions as records under contracts: shares and weights total 100, curves are tagged, KPIs are in the
    catalogue. One file of each ten positions; `main.ncl` applies the contracts to all."""

    CONTRACTS = """let kpis = import "kpis.ncl" in
let total = fun field entries => std.array.fold_left (fun sum entry => sum + entry."%{field}") 0 entries in
let Totals = fun field =>
  std.contract.from_predicate (fun entries => total field entries == 100) in
let Kpi = std.contract.from_predicate (fun name => std.is_string name && std.record.has_field name kpis) in
let Point = { at | Number, gives | Number } in
let Score = [|
  'scale String,
  'attainment { up_to | Number },
  'linear (Array Point),
  'steps { above | Array Point, rest | Number },
  'deduct { amount | Number, least | Number },
|] in
let Entry = { weight | Number, kpi | Kpi, target | Number | optional, score | Score } in
{
  Position = {
    label | String,
    reports_to | String | optional,
    scope | [| 'own, 'team |],
    responsibilities
      | Array { share | Number, name | String, duty | String, measured_by | Array Kpi }
      | Totals "share",
    scorecard
      | Array { weight | Number, group | String, entries | Array Entry | Totals "weight" }
      | Totals "weight",
    range | { low | Number, high | Number },
    bonus | Number,
  },
}
"""

    def __init__(self, project):
        self.project = project

    def files(self):
        positions, count = self.project.positions, max(1, len(self.project.positions) // 10)
        yield "contracts.ncl", self.CONTRACTS
        kpis = "\n".join(f"  {kpi['name']} = {{ label = \"{kpi['label']}\", unit = \"{kpi['unit']}\" }}," for kpi in self.project.kpis)
        yield "kpis.ncl", "{\n" + kpis + "\n}\n"
        for at in range(count):
            text = "\n".join(map(self.position, positions[at * 10:at * 10 + 10]))
            yield f"positions/{at:05}.ncl", "{\n" + text + "\n}\n"
        files = ",\n".join(f'  import "positions/{at:05}.ncl"' for at in range(count))
        yield "main.ncl", ('let { Position } = import "contracts.ncl" in\n[\n' + files
                           + "\n] | Array { _ | Position }\n")

    def position(self, position):
        names = iter(position["kpis"])
        lines = [f'  {position["name"]} = {{', f'    label = "{title(position["name"])}",']
        if position["superior"]:
            lines.append(f'    reports_to = "{position["superior"]}",')
        lines += [f"    scope = '{position['scope']},", "    responsibilities = ["]
        counts = (5, 3, 2) if len(position["shares"]) == 3 else (6, 4)
        for share, count, duty in zip(position["shares"], counts, position["duties"]):
            measures = ", ".join(f'"{next(names)}"' for _ in range(count))
            lines.append(f'      {{ share = {share}, name = "{duty}", duty = "{DUTIES[duty]}", measured_by = [{measures}] }},')
        lines += ["    ],", "    scorecard = ["]
        for at, (weight, entries) in enumerate(position["groups"]):
            lines.append(f'      {{ weight = {weight}, group = "{("results", "quality", "growth")[at]}", entries = [')
            for share, (kpi, target, score) in entries:
                aim = "" if target is None else f" target = {target},"
                lines.append(f'        {{ weight = {share}, kpi = "{kpi["name"]}",{aim} score = {self.score(score)} }},')
            lines.append("      ] },")
        lines += ["    ],", "    range = { low = 0, high = 120 },", f'    bonus = {position["base"]},', "  },"]
        return "\n".join(lines)

    def score(self, score):
        form, detail = score
        if form == "scale":
            return f"'scale \"{detail}\""
        if form == "attainment":
            return f"'attainment {{ up_to = {detail} }}"
        if form == "deduct":
            return f"'deduct {{ amount = {detail}, least = 0 }}"
        points = ", ".join(f"{{ at = {at}, gives = {gives} }}" for at, gives in detail if at is not None)
        if form == "linear":
            return f"'linear [{points}]"
        return f"'steps {{ above = [{points}], rest = {detail[-1][1]} }}"


LANGUAGES = {"merit": Merit, "cedar": Cedar, "nickel": Nickel}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("language", choices=LANGUAGES)
    options.add_argument("folder")
    options.add_argument("--positions", type=int, default=10000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--mistake", action="store_true", help="one position uses a KPI that is not declared")
    given = options.parse_args()
    project = Project(given.positions, given.seed)
    if given.mistake:
        entries = project.positions[given.positions // 2]["groups"][0][1]
        share, (kpi, *use) = entries[0]
        entries[0] = share, (kpi | {"name": "nowhere_declared"}, *use)
    files = size = 0
    for name, text in LANGUAGES[given.language](project).files():
        path = os.path.join(given.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        files, size = files + 1, size + len(text.encode())
    print(f"{given.folder}: {files} files, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
