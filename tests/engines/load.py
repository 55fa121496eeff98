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
        load(job, files)


def load(job, files):
    import duckdb

    connection = duckdb.connect(":memory:" if job["parquet"] else job["target"])
    for table, file in files:
        columns = ", ".join(f'"{name}" {of}' for name, of in table["columns"])
        connection.execute(f'CREATE TABLE "{table["name"]}" ({columns})')
        connection.execute(f"""COPY "{table["name"]}" FROM '{file}' (HEADER, NULLSTR '', DELIMITER ',', QUOTE '"')""")
    for sql in job["then"]:
        connection.execute(sql)
    if job["parquet"]:
        for table, _ in files:
            folder = os.path.join(job["target"], table["name"])
            os.makedirs(folder)
            rows = connection.execute(f'SELECT COUNT(*) FROM "{table["name"]}"').fetchone()[0]
            # Several files, so that there is work for several workers.
            parts = 3 if rows > 3000 else 1
            for part in range(parts):
                connection.execute(
                    f"""COPY (SELECT * FROM "{table["name"]}" WHERE rowid % {parts} = {part})
                        TO '{folder}/{part}.parquet' (FORMAT PARQUET)"""
                )


main()
