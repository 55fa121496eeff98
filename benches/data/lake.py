"""The policies, receipts and payouts of a data folder as Parquet, with the columns of the example's declarations.

lake.py DATA LAKE
"""

import os
import sys

import duckdb

POLICIES = """
SELECT "保单号" AS policy_no, "代理人编号" AS agent, "营业部代码" AS team, "投保人客户号" AS customer, "险种代码" AS product,
  "业务条线" AS line, "缴费方式" AS mode, {issued} AS issued, {cooled_off} AS cooled_off, {ended} AS ended,
  NULLIF(NULLIF("终止原因", '-'), '—') AS end_reason, CAST(REPLACE("首期保费", ',', '') AS DECIMAL(18, 2)) AS premium
FROM read_csv('{data}/policies_*.csv', all_varchar = true, header = true, delim = ',')
WHERE "保单号" NOT LIKE '合计%' AND "保单号" NOT LIKE '小计%'
"""
RECEIPTS = """
SELECT "收据号" AS receipt_no, "保单号" AS policy, "营业部代码" AS team, CAST("保单年度" AS DECIMAL(9, 0)) AS policy_year,
  {grace_end} AS grace_end, {paid} AS paid,
  CAST(REPLACE(REPLACE(REPLACE("实收保费", ',', ''), '(', '-'), ')', '') AS DECIMAL(18, 2)) AS amount
FROM read_csv('{data}/receipts_*.csv', all_varchar = true, header = true, delim = ',')
"""
PAYOUTS = """
SELECT payment_no, policy, team, kind, {paid_on} AS paid, CAST(REPLACE(amount, ',', '') AS DECIMAL(18, 2)) AS amount
FROM read_csv('{data}/payouts.csv', all_varchar = true, header = true, delim = ',')
"""


def date(column):
    digits = f"REGEXP_REPLACE(\"{column}\", '[^0-9]', '', 'g')"
    return f"CAST(TRY_STRPTIME({digits}, '%Y%m%d') AS DATE)"


def main():
    data, lake = sys.argv[1:3]
    names = {
        "issued": "承保日期", "cooled_off": "犹豫期撤单日期", "ended": "终止日期", "grace_end": "宽限期止",
        "paid": "实收日期", "paid_on": "paid",
    }
    dates = {name: date(column) for name, column in names.items()}
    connection = duckdb.connect()
    for name, query in {"policies": POLICIES, "receipts": RECEIPTS, "payouts": PAYOUTS}.items():
        query = query.format(data=data, **dates)
        # A folder of several files, so that there is work for several workers.
        connection.execute(f"COPY ({query}) TO '{lake}/{name}' (FORMAT PARQUET, PER_THREAD_OUTPUT true)")


if __name__ == "__main__":
    os.makedirs(sys.argv[2], exist_ok=True)
    main()
