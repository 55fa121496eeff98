#!/usr/bin/env python3
"""The tables of the comparison in an engine, and the query written by hand: for `benches/engines/run`.

hand.py load LAKE DATA DUCKDB CSV    the Parquet of LAKE and the small tables of DATA into a DuckDB file and as CSV for `psql`
hand.py duckdb DUCKDB                the query, its lines in order
hand.py spark LAKE DATA MASTER       the same
hand.py same FILE FILE…              whether lines, or results of Merit, are the same
"""

import csv
import json
import os
import pathlib
import sys

QUERY = (pathlib.Path(__file__).resolve().parent / "query.sql").read_text(encoding="utf-8")
TABLES = ("policies", "receipts", "payouts")
SMALL = {
    "products": """SELECT "险种代码" AS code, CAST("折标系数" AS DECIMAL(4, 2)) AS factor, "长险" = '是' AS long_term
        FROM read_csv('{data}/products.csv', all_varchar = true)""",
    "agents": """SELECT "代理人编号" AS agent_no, CAST("签约日期" AS DATE) AS entered
        FROM read_csv('{data}/agents.csv', all_varchar = true)""",
}


def lines(rows):
    for row in rows:
        print(",".join("" if value is None else f"{value}" for value in row))


def load(lake, data, target, folder):
    import duckdb

    connection = duckdb.connect(target)
    queries = {name: f"SELECT * FROM read_parquet('{lake}/{name}/**/*.parquet')" for name in TABLES}
    queries |= {name: query.format(data=data) for name, query in SMALL.items()}
    kinds = {"VARCHAR": "text", "DATE": "date", "BOOLEAN": "boolean"}
    with open(f"{folder}/load.sql", "w", encoding="utf-8") as script:
        for name, query in queries.items():
            connection.execute(f"CREATE TABLE {name} AS {query}")
            connection.execute(f"COPY {name} TO '{folder}/{name}.csv' (HEADER false)")
            connection.execute(f"COPY {name} TO '{lake}/{name}.parquet'") if name in SMALL else None
            described = connection.execute(f"DESCRIBE {name}").fetchall()
            columns = ", ".join(f'{column} {kinds.get(kind, kind.replace("DECIMAL", "numeric"))}' for column, kind, *_ in described)
            print(f"CREATE TABLE {name} ({columns});\n\\copy {name} FROM '{folder}/{name}.csv' (FORMAT csv)", file=script)
        print("VACUUM ANALYZE;", file=script)


def in_duckdb(target):
    import duckdb

    lines(duckdb.connect(target, read_only=True).execute(QUERY).fetchall())


def in_spark(lake, master):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).config("spark.ui.enabled", "false")
    for setting in os.environ.get("MERIT_SPARK_CONF", "").split():
        builder = builder.config(*setting.split("=", 1))
    spark = builder.getOrCreate()
    for name in TABLES:
        spark.read.parquet(f"{lake}/{name}").createOrReplaceTempView(name)
    for name in SMALL:
        spark.read.parquet(f"{lake}/{name}.parquet").createOrReplaceTempView(name)
    lines(tuple(row) for row in spark.sql(QUERY).collect())


def cells(path):
    """What stands in a file of results: of Merit all but where it was read."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    if text.startswith("{"):
        document = json.loads(text)
        for part in ("provenance", "files", "doubts"):
            document.pop(part, None)
        return document
    number = lambda cell: cell.rstrip("0").rstrip(".") if "." in cell else cell
    return sorted([number(cell) for cell in row] for row in csv.reader(text.splitlines()))


def same(first, *others):
    for other in others:
        if cells(first) != cells(other):
            sys.exit(f"{first} and {other} differ")
    print(f"the same results: {', '.join(pathlib.Path(path).name for path in (first, *others))}")


def main():
    what, *given = sys.argv[1:]
    {"load": load, "duckdb": in_duckdb, "spark": in_spark, "same": same}[what](*given)


if __name__ == "__main__":
    main()
