"""Runs the statements of Merit in DuckDB or Spark: a job as JSON comes in, lines of JSON go out."""

import concurrent.futures
import datetime
import decimal
import json
import os
import sys


def text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, float):
        raise ValueError("a binary fraction came back, which is not exact")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def duckdb_statements(job):
    import duckdb

    target = job["target"]
    if not os.path.exists(target):
        raise FileNotFoundError(f"there is no database file `{target}`")
    connection = duckdb.connect(target, read_only=True)
    for relation in job["relations"]:
        for sql in relation["sql"]:
            connection.execute(sql)
    for statement in job["statements"]:
        cursor = connection.execute(statement["sql"])
        columns = [column[0] for column in cursor.description]
        rows = iter(lambda: cursor.fetchmany(10_000), [])
        yield statement["name"], columns, (row for some in rows for row in some)


def spark_statements(job):
    from pyspark.sql import SparkSession, types

    target = job["target"]
    builder = SparkSession.builder.appName("merit")
    builder = builder.remote(target) if target.startswith("sc://") else builder.master(target)
    builder = builder.config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
    for name, value in job.get("settings", {}).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    for name, value in job["session"]:
        spark.conf.set(name, value)
    kinds = {
        "text": (types.StringType(), str),
        "day": (types.DateType(), datetime.date.fromisoformat),
        "whole": (types.IntegerType(), int),
        "flag": (types.BooleanType(), lambda cell: cell == "TRUE"),
    }
    for relation in job["relations"]:
        fields, readers = [], []
        for name, kind, places in relation["columns"]:
            number = (types.DecimalType(38, places), decimal.Decimal)
            of, reader = number if kind == "number" else kinds[kind]
            fields.append(types.StructField(name, of, True))
            readers.append(reader)
        rows = [
            tuple(None if cell is None else reader(cell) for cell, reader in zip(row, readers))
            for row in relation["rows"]
        ]
        frame = spark.createDataFrame(rows, types.StructType(fields))
        frame.createOrReplaceTempView(relation["name"])

    def run(statement):
        frame = spark.sql(statement["sql"])
        return statement["name"], frame.columns, [tuple(row) for row in frame.collect()]

    # What one statement leaves idle, another can use.
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        yield from pool.map(run, job["statements"])
    spark.stop()


def main():
    # What libraries print goes elsewhere.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    job = json.load(sys.stdin)
    answer = {"duckdb": duckdb_statements, "spark": spark_statements}[job["engine"]]
    try:
        for name, columns, rows in answer(job):
            out.write(json.dumps({"statement": name, "columns": columns}) + "\n")
            for row in rows:
                out.write(json.dumps([text(value) for value in row]) + "\n")
        out.write(json.dumps({"done": True}) + "\n")
    except ModuleNotFoundError as error:
        out.write(json.dumps({"module": error.name}) + "\n")
    except Exception as error:  # whatever the engine says is told to the user
        out.write(json.dumps({"error": f"{error}"}) + "\n")
    out.flush()


main()
