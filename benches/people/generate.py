"""An invented company with many people: specs with five KPIs, a rating with a limit, a bonus and a share of a pool, and its
files, the same from the same seed.

    generate.py PEOPLE FOLDER
"""

import os
import random
import sys

SPECS = """# Many people, five KPIs each.

company "Example Works" {
  currency EUR
  fiscal year starts January
  scores to 2 decimals
}

unit call, calls

data teams "Teams" {
  organisation
  file "teams.csv"
  row team
  key code
  column code   : text
  column name   : text
  column parent : teams optional
}

data people "Staff" {
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
  column base_pay : EUR
}

data results "Results of the month" {
  file "results.csv"
  row result
  dated by day
  column staff    : people
  column day      : date
  column sold     : EUR
  column planned  : EUR
  column calls    : call
  column cases    : number
  column errors   : number
  column reached  : number
  column promised : number
}

kpi sales_rate "Sales against plan" : % {
  value = sum(sold of results) / sum(planned of results)
  higher is better
}
kpi sales "Sales" : EUR {
  value = sum(sold of results)
  higher is better
}
kpi calls_made "Calls" : call {
  value = sum(calls of results)
  higher is better
}
kpi error_rate "Errors" : % {
  value = sum(errors of results) / sum(cases of results)
  lower is better
}
kpi promise_rate "Promises kept" : % {
  value = sum(reached of results) / sum(promised of results)
  higher is better
}

rating grades "Grades" {
  A "Outstanding" >= 90
  B "Good"        >= 75
  C "Acceptable"  >= 50
  D "Not enough"  else
  at most 20% A within position
}

position seller "Seller" {
  scope own
  scorecard {
    30% sales_rate                      score linear 60% -> 0, 100% -> 100, 120% -> 120
    20% sales        target 20_000 EUR  score attainment up to 120
    20% calls_made   target 100 calls   score attainment up to 120
    15% error_rate                      score linear 0% -> 120, 10% -> 0
    15% promise_rate                    score steps >= 95% -> 110, >= 80% -> 90, else -> 40
    rating grades
  }
  output bonus "Bonus" : EUR prorated = round(person.base_pay * (score / 100 point) to 0.01 EUR)
  output part "Share of the pool" : EUR in full = 1_000_000 EUR * bonus / sum(bonus default 0 EUR of people)
}
"""

def main():
    people, folder = int(sys.argv[1]), sys.argv[2]
    rng = random.Random(1)
    os.makedirs(f"{folder}/specs/data", exist_ok=True)
    with open(f"{folder}/specs/works.merit", "w") as out:
        out.write(SPECS)
    teams = max(people // 200, 1)
    with open(f"{folder}/specs/data/teams.csv", "w") as out:
        out.write("code,name,parent\nT0,The company,\n")
        for team in range(1, teams + 1):
            out.write(f"T{team},Team {team},T{team // 20}\n")
    with open(f"{folder}/specs/data/staff.csv", "w") as out:
        out.write("staff_no,name,post,team,since,until,base_pay\n")
        for one in range(people):
            # One in fifty came in the middle of the quarter.
            since = "2026-08-15" if rng.random() < 0.02 else "2020-01-01"
            pay = rng.randrange(200_000, 500_000) / 100
            out.write(f"P{one:07},{name(rng)},seller,T{rng.randint(1, teams)},{since},,{pay:.2f}\n")
    with open(f"{folder}/specs/data/results.csv", "w") as out:
        out.write("staff,day,sold,planned,calls,cases,errors,reached,promised\n")
        for one in range(people):
            sold = rng.randrange(1_000_000, 3_000_000) / 100
            cases, promised = rng.randint(50, 150), rng.randint(20, 60)
            out.write(
                f"P{one:07},2026-09-{rng.randint(1, 30):02},{sold:.2f},20000,{rng.randint(50, 150)},"
                f"{cases},{rng.randint(0, cases // 10)},{rng.randint(promised // 2, promised)},{promised}\n"
            )


FIRST = "Ann Ben Cleo Dan Eva Finn Gil Hana Ida Jon Kim Lea Max Nora Omar Pia Quin Rosa Sam Tina".split()
LAST = "Adler Berg Costa Duarte Egger Fuchs Gruber Huber Ito Jansen Klein Lang Meyer Novak Ortiz Peters".split()


def name(rng):
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


main()
