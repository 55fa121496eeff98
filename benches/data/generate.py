#!/usr/bin/env python3
"""The data of the insurance example with any number of policies: `generate.py ROWS FOLDER`.

All files of the example are copied; its files of policies get ROWS more rows, a quarter for each year, in random order,
that keep to the example's declarations: agents and offices as on the day of issue, customers, products, cooling-off and
ends. Lines of totals are left out, so that programs that know nothing of them can read the files too. FOLDER/csv holds
everything as CSV, FOLDER/parquet the policies as Parquet and the rest as CSV. The same ROWS give the same rows; DuckDB
writes them, 10 million in some 20 seconds.
"""

import csv
import datetime
import pathlib
import shutil
import sys

import duckdb

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "specs" / "insurance" / "data"
HEADERS = "保单号,代理人编号,营业部代码,投保人客户号,险种代码,业务条线,缴费方式,承保日期,犹豫期撤单日期,终止日期,终止原因,首期保费".split(",")
LAST = datetime.date(2026, 9, 30)
TYPES = "VARCHAR VARCHAR VARCHAR VARCHAR VARCHAR VARCHAR VARCHAR DATE DATE DATE VARCHAR DECIMAL(18,2)".split()


def rows_of(name):
    with open(EXAMPLE / name, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def stints_in(first, last):
    """Agent, office, first and last day of everybody's time in an office, as far as it lies between two days."""
    for agent, team, _, since, until, *_ in rows_of("agents.csv"):
        begin = max(first, datetime.date.fromisoformat(since))
        end = min(last, datetime.date.fromisoformat(until) if until else last)
        if begin <= end:
            yield agent, team, begin, (end - begin).days + 1


def texts(values):
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def numbers(values):
    return "[" + ", ".join(str(value) for value in values) + "]"


def policies(year, first_number, count):
    """SQL for the rows of a year. Every property comes from a number of its own: the hash of the row's number."""
    first, last = datetime.date(year, 1, 1), min(datetime.date(year, 12, 31), LAST)
    agents, teams, begins, days = zip(*stints_in(first, last))
    begins = [(begin - first).days for begin in begins]
    customers = [row[0] for row in rows_of("customers.csv")]
    products = [row[0] for row in rows_of("products.csv")]
    columns = ", ".join(f'"{header}"' for header in HEADERS)

    def chance(name, outcomes):
        return f"(hash({name}, i) % {outcomes})::INT"

    def pick(name, values):
        return f"{texts(values)}[1 + {chance(name, len(values))}]"

    return f"""
        WITH drawn AS (
            SELECT i, 1 + {chance(1, len(agents))} AS stint, {chance(2, 1000)} AS fate FROM range({first_number}, {first_number + count}) AS all_rows(i)
        ), placed AS (
            SELECT *, DATE '{first}' + ({numbers(begins)}[stint] + ({chance(3, 1 << 30)} % {numbers(days)}[stint])::INT) AS issued FROM drawn
        ), ended AS (
            SELECT *,
                CASE WHEN fate < 20 AND issued <= DATE '{LAST}' - 10 THEN issued + 1 + {chance(4, 9)} END AS cooled,
                CASE WHEN fate BETWEEN 20 AND 99 AND issued <= DATE '{LAST}' - 400 THEN issued + 100 + {chance(5, 300)} END AS closed
            FROM placed
        ), made({columns}) AS (
            SELECT 'G' || lpad(i::VARCHAR, 9, '0'), {texts(agents)}[stint], {texts(teams)}[stint], {pick(6, customers)},
                {pick(7, products)}, {pick(8, ["个险"] * 14 + ["团险"] * 3 + ["银保"] * 3)}, {pick(9, ["期交"] * 3 + ["趸交"])},
                issued, cooled, coalesce(cooled, closed),
                CASE WHEN cooled IS NOT NULL THEN '犹豫期撤单'
                     WHEN closed IS NOT NULL THEN {pick(10, ["退保", "失效", "理赔终止", "满期"])} END,
                ((20000 + {chance(11, 2_980_000)}) / 100)::DECIMAL(18,2)
            FROM ended
        )
        SELECT * FROM example UNION ALL SELECT * FROM made"""


def main():
    count, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    for form in ("csv", "parquet"):
        shutil.copytree(EXAMPLE, folder / form, dirs_exist_ok=True)
        for file in (folder / form).glob("policies_*"):
            file.unlink()
    connection = duckdb.connect()
    columns = ", ".join(f'"{header}" {kind}' for header, kind in zip(HEADERS, TYPES))
    for place, year in enumerate(range(2023, 2027)):
        connection.execute(f"CREATE OR REPLACE TABLE example ({columns})")
        rows = [[None if cell in ("", "-") else cell for cell in row] for row in rows_of(f"policies_{year}.csv")]
        connection.executemany(f"INSERT INTO example VALUES ({', '.join('?' * 12)})", [row for row in rows if row[0] != "合计"])
        rows = policies(year, count * place // 4, count * (place + 1) // 4 - count * place // 4)
        made = folder / "parquet" / f"policies_{year}.parquet"
        connection.execute(f"COPY ({rows}) TO '{made}' (FORMAT parquet)")
        connection.execute(f"COPY (FROM '{made}') TO '{folder / 'csv' / f'policies_{year}.csv'}' (FORMAT csv, HEADER)")


if __name__ == "__main__":
    main()
