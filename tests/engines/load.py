"""Puts tables into an engine for a test: a job as JSON comes in. Statements at the end may spoil them."""

import csv
import json
import os
import sys
import tempfile


def main():
    job = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for table in job["tables"]:
            file = os.path.join(folder, f"{len(files)}.csv")
            with open(file, "w", newline="", encoding="utf-8") as out:
                writer = csv.writer(out)
                writer.writerow([name for name, _ in table["columns"]])
                writer.writerows(["" if cell is None else cell for cell in row] for row in table["rows"])
            files.append((table, file))
        {"duckdb": duckdb_tables, "spark": spark_tables}[job["engine"]](job, files)


def duckdb_tables(job, files):
    import duckdb

    connection = duckdb.connect(job["target"])
    for table, file in files:
        columns = ", ".join(f'"{name}" {of}' for name, of in table["columns"])
        connection.execute(f'CREATE TABLE "{table["name"]}" ({columns})')
        connection.execute(f"""COPY "{table["name"]}" FROM '{file}' (HEADER, NULLSTR '', DELIMITER ',', QUOTE '"')""")
    for sql in job.get("then", []):
        connection.execute(sql)


def spark_tables(job, files):
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    for table, file in files:
        schema = ", ".join(
            f"`{name}` {'STRING' if of == 'VARCHAR' else of}" for name, of in table["columns"]
        )
        frame = spark.read.csv(file, schema=schema, header=True, mode="FAILFAST")
        frame.repartition(4).write.parquet(os.path.join(job["target"], table["name"]))
    spark.stop()


main()
