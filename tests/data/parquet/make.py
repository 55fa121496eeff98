"""Writes the Parquet files of this folder, as DuckDB and Polars write them: pip install duckdb polars; python make.py"""

import datetime
import decimal
import pathlib

import duckdb
import polars

HERE = pathlib.Path(__file__).parent
CITIES = [None, "Shanghai", "北京", "Nanjing"]
ROWS = [
    {
        "policy_no": f"P{row}",
        "premium": decimal.Decimal(row * 12345) / 100,
        "issued": datetime.date(2026, 1, 1) + datetime.timedelta(days=row),
        "city": CITIES[row % 4],
        "share": row / 8 if row % 3 else None,
        "paid": row % 2 == 0 if row % 7 else None,
    }
    for row in range(200)
]

table = polars.DataFrame(
    ROWS,
    schema={
        "policy_no": polars.String,
        "premium": polars.Decimal(18, 2),
        "issued": polars.Date,
        "city": polars.String,
        "share": polars.Float64,
        "paid": polars.Boolean,
    },
)
table.write_csv(HERE / "policies.csv")
table.write_parquet(HERE / "polars.parquet")
# Moments at midnight, texts in a dictionary, decimals of 38 digits, statistics left out.
table.with_columns(
    polars.col("issued").cast(polars.Datetime("us")),
    polars.col("city").cast(polars.Categorical),
    polars.col("premium").cast(polars.Decimal(38, 4)),
).write_parquet(HERE / "polars_other.parquet", compression="lz4", statistics=False, row_group_size=70)

duckdb.sql(f"create view policies as from '{HERE}/polars.parquet'")
duckdb.sql(f"copy policies to '{HERE}/duckdb.parquet' (format parquet)")
duckdb.sql(
    f"""copy (select policy_no, premium::double as premium, issued::timestamp_ns as issued,
            case city when 'Shanghai' then 'Shanghai' else city end as city, share::float as share, paid from policies)
        to '{HERE}/duckdb_other.parquet' (format parquet, compression gzip, parquet_version v2, row_group_size 2048)"""
)
duckdb.sql(f"copy policies to '{HERE}/duckdb_brotli.parquet' (format parquet, compression brotli)")
