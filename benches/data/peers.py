#!/usr/bin/env python3
"""The same KPIs in DuckDB and Polars: `peers.py duckdb|duckdb-each|polars csv|parquet FOLDER`.

Writes a line for each KPI and team, with the two numbers whose quotient it is, as JSON. `duckdb-each` asks for one KPI
after the other, each in a query of its own.
"""

import datetime
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
NAMES = {
    "保单号": "policy_no", "代理人编号": "agent", "营业部代码": "team", "投保人客户号": "customer", "险种代码": "product", "业务条线": "line",
    "缴费方式": "mode", "承保日期": "issued", "犹豫期撤单日期": "cooled", "终止日期": "ended", "终止原因": "reason", "首期保费": "premium",
}
# 2026-Q3, and the windows that the KPIs look back to.
DAYS = {
    "q_first": "2026-07-01", "q_last": "2026-09-30", "ytd_first": "2026-01-01",
    "before_first": "2025-01-01", "before_last": "2025-09-30", "lag_first": "2025-05-01", "lag_last": "2025-07-31",
    "half_first": "2026-04-01", "three_first": "2026-04-01", "three_last": "2026-06-30", "eighteen_first": "2025-04-01",
}
KPIS = {
    "standard_realisation": ("standard", "planned"),
    "stretch_achievement": ("standard", "planned_stretch"),
    "annual_plan_completion": ("standard_ytd", "planned_year"),
    "premium_growth": ("new_ytd - new_before", "new_before"),
    "new_contract_share": ("new", "market_new"),
    "personal_share": ("personal_received", "market_personal"),
    "regular_share": ("regular", "personal"),
    "pieces_per_agent": ("pieces * 2", "twice * 3"),
    "premium_per_agent": ("personal * 2", "twice"),
    "standard_per_agent": ("standard * 2", "twice"),
    "newcomer_3000": ("with_premium", "newcomers"),
    "newcomer_first_sale_3m": ("with_sale", "newcomers"),
    "persistency_13m": ("renewed", "persistency_base"),
    "surrender_rate": ("surrendered", "opening + long_received"),
    "high_value_share": ("high_value", "customers"),
}


def with_duckdb(form, folder, each):
    import duckdb

    connection = duckdb.connect()
    kinds = {header: "VARCHAR" for header in NAMES}
    kinds |= {header: "DATE" for header in ("承保日期", "犹豫期撤单日期", "终止日期")} | {"首期保费": "DECIMAL(18,2)"}
    files = f"read_parquet('{folder}/policies_*.parquet')"
    if form == "csv":
        files = f"read_csv('{folder}/policies_*.csv', header = true, columns = {kinds})"
    named = ", ".join(f'"{header}" AS {name}' for header, name in NAMES.items())
    # Numbers as the small files have them: (1,234.50) is negative.
    connection.execute("""CREATE MACRO number(cell) AS
        CASE WHEN cell LIKE '(%' THEN -1 ELSE 1 END * regexp_replace(cell, '[(),¥]', '', 'g')::DECIMAL(18,2)""")
    query = (HERE / "duckdb.sql").read_text(encoding="utf-8").format(folder=folder, policies=f"(SELECT {named} FROM {files})", **DAYS)
    if each:
        # A user who asks for one KPI writes only what it needs: unused parts are dropped, and nothing is kept for others.
        query = query.replace("policies AS MATERIALIZED", "policies AS NOT MATERIALIZED")
        for kpi, (over, under) in KPIS.items():
            select = f"SELECT team, ({over})::VARCHAR, ({under})::VARCHAR FROM all_teams"
            for team, over, under in connection.execute(f"{query} {select}").fetchall():
                yield kpi, team, over, under
        return
    numbers = ", ".join(f"({over})::VARCHAR, ({under})::VARCHAR" for over, under in KPIS.values())
    for team, *numbers in connection.execute(f"{query} SELECT team, {numbers} FROM all_teams").fetchall():
        for at, kpi in enumerate(KPIS):
            yield kpi, team, numbers[2 * at], numbers[2 * at + 1]


def with_polars(form, folder):
    import polars as pl
    from polars import col, lit

    day = {name: lit(datetime.date.fromisoformat(text)) for name, text in DAYS.items()}
    in_window = lambda column, first, last="q_last": col(column).is_between(day[first], day[last])
    text = lambda name: pl.scan_csv(f"{folder}/{name}", infer_schema=False)
    date = lambda column, pattern="%Y-%m-%d": col(column).str.to_date(pattern)
    money = lambda column: (
        pl.when(col(column).str.starts_with("(")).then(lit("-")).otherwise(lit(""))
        + col(column).str.replace_all("[(),¥]", "")
    ).cast(pl.Decimal(18, 2))

    if form == "csv":
        schema = {header: pl.String for header in NAMES}
        schema |= {header: pl.Date for header in ("承保日期", "犹豫期撤单日期", "终止日期")} | {"首期保费": pl.Decimal(18, 2)}
        policies = pl.scan_csv(f"{folder}/policies_*.csv", schema=schema).rename(NAMES)
    else:
        policies = pl.scan_parquet(f"{folder}/policies_*.parquet").rename(NAMES)
    teams = dict(text("teams.csv").select("机构代码", "上级机构").collect().rows())
    pairs = []
    for team in teams:
        above = team
        while above is not None:
            pairs.append((team, above))
            above = teams[above]
    below = pl.LazyFrame(pairs, schema=["team", "above"], orient="row")
    products = text("products.csv").select(
        product="险种代码", factor=col("折标系数").cast(pl.Decimal(4, 2)), long_term=col("长险") == "是")
    agents = text("agents.csv").select(
        agent="代理人编号", team="营业部代码", since=date("生效日期"), until=date("终止日期").fill_null(datetime.date(9999, 12, 31)), entered=date("签约日期"))
    customers = text("customers.csv").select(
        customer="客户号", team="服务机构", since=date("首次投保日期"), until=date("末次保障日期").fill_null(datetime.date(9999, 12, 31)))
    receipts = text("receipts_*.csv").select(
        policy_no="保单号", team="营业部代码", policy_year="保单年度", grace_end=date("宽限期止", "%Y%m%d"), paid=date("实收日期", "%Y%m%d"), amount=money("实收保费"))
    payouts = text("payouts.csv").select("team", "kind", policy_no="policy", paid=date("paid"), amount=money("amount"))
    reserves = text("reserves.csv").select("team", taken=date("taken"), long_term=col("long_term") == "yes", reserve=money("reserve"))
    month = (col("月份") + "-01").str.to_date("%Y-%m-%d")
    market = text("market.csv").select(team="对应机构", month=month, market_new=money("市场新单保费(元)"), market_personal=money("市场个险保费(元)"))
    plans = pl.scan_csv(f"{folder}/plans.csv", infer_schema=False, skip_lines=2).filter(col("营业部代码") != "合计").select(
        team="营业部代码", month=month, standard=money("标保计划(万元)") * 10000, stretch=money("二次目标(万元)") * 10000)

    personal, regular = col("line") == "个险", col("mode") == "期交"
    persistent = (regular & col("cooled").is_null() & in_window("issued", "lag_first", "lag_last")
                  & ~(col("reason").eq_missing(lit("理赔终止")) & (col("ended") <= day["q_last"]).fill_null(False)))
    total = lambda what, keep: col(what).filter(keep).sum()
    net = lambda what, keep, first, last="q_last": (
        total(what, keep & in_window("issued", first, last)) - total(what, keep & in_window("cooled", first, last)))
    everything = lit(True)
    by_team = policies.join(products, on="product").with_columns(
        # A product keeps only as many places as its factors have.
        standard=col("premium").cast(pl.Decimal(38, 4)) * col("factor").cast(pl.Decimal(38, 4)), one=lit(1)).group_by("team").agg(
        standard=net("standard", personal, "q_first"), standard_ytd=net("standard", personal, "ytd_first"),
        new=net("premium", everything, "q_first"), new_ytd=net("premium", everything, "ytd_first"),
        new_before=net("premium", everything, "before_first", "before_last"),
        personal=net("premium", personal, "q_first"), regular=net("premium", personal & regular, "q_first"),
        pieces=net("one", personal, "q_first"), persistency_base=total("premium", persistent))
    months_between = ((col("issued").dt.year().cast(pl.Int32) - col("entered").dt.year().cast(pl.Int32)) * 12 + col("issued").dt.month().cast(pl.Int32)
                      - col("entered").dt.month().cast(pl.Int32) - (col("issued").dt.day() < col("entered").dt.day()).cast(pl.Int32))
    first_sales = (
        policies.filter(in_window("issued", "half_first") & (col("cooled").is_null() | (col("cooled") > day["q_last"])))
        .join(agents.group_by("agent").agg(col("entered").min()), on="agent").filter(months_between < 3)
        .group_by("agent").agg(col("premium").sum(), pieces=pl.len()))
    held = policies.filter((col("issued") <= day["q_last"]) & (col("ended").is_null() | (col("ended") >= day["q_last"]))).group_by("customer").agg(col("premium").sum())
    numbers = pl.concat([receipts.select("policy_no"), payouts.select("policy_no")]).unique()
    named = policies.join(numbers, on="policy_no", how="semi").select(
        "policy_no", "product", "line", policy_team="team", counted=persistent)
    by_team, first_sales, held, named = pl.collect_all([by_team, first_sales, held, named], engine="streaming")

    first_sales, held, named = first_sales.lazy(), held.lazy(), named.lazy()
    newcomers = (
        agents.filter(in_window("entered", "three_first", "three_last") & (col("since") <= day["three_last"]) & (col("until") >= day["three_first"]))
        .join(below, on="team").join(first_sales, on="agent", how="left").group_by("above").agg(
            newcomers=col("agent").n_unique(), with_premium=col("agent").filter(col("premium") >= 3000).n_unique(),
            with_sale=col("agent").filter(col("pieces") > 0).n_unique()))
    high_value = (
        customers.filter((col("since") <= day["q_last"]) & (col("until") >= day["q_last"])).join(below, on="team").join(held, on="customer", how="left")
        .group_by("above").agg(customers=col("customer").n_unique(), high_value=col("customer").filter(col("premium") >= 18000).n_unique()))
    on = lambda when: (col("since") <= when) & (col("until") >= when)
    headcount = agents.join(below, on="team").group_by("above").agg(
        twice=col("agent").filter(on(day["q_first"] - pl.duration(days=1))).n_unique() + col("agent").filter(on(day["q_last"])).n_unique())
    in_q = in_window("paid", "q_first")
    paid = receipts.join(named, on="policy_no").join(products, on="product")
    received = paid.filter(in_q).group_by("team").agg(
        personal_received=total("amount", personal), long_received=total("amount", col("long_term")))
    renewed = paid.filter(
        (col("policy_year") == "2") & (col("paid") <= col("grace_end")) & in_window("paid", "eighteen_first") & col("counted")
    ).group_by(team="policy_team").agg(renewed=col("amount").sum())
    surrendered = payouts.join(named, on="policy_no").join(products, on="product").filter(
        in_q & (col("kind") == "退保") & col("long_term")).group_by("team").agg(surrendered=col("amount").sum())
    earlier = reserves.filter((col("taken") < day["q_first"]))
    opening = earlier.filter(col("long_term") & (col("taken") == col("taken").max())).group_by("team").agg(opening=col("reserve").sum())
    in_q = in_window("month", "q_first")
    markets = market.filter(in_q).group_by("team").agg(col("market_new").sum(), col("market_personal").sum())
    planned = plans.group_by("team").agg(
        planned=total("standard", in_q), planned_stretch=total("stretch", in_q), planned_year=total("standard", col("month").dt.year() == day["q_last"].dt.year()))
    all_teams = below
    for part in (by_team.lazy(), renewed, received, surrendered, opening, markets, planned):
        all_teams = all_teams.join(part, on="team", how="left")
    all_teams = all_teams.drop("team").group_by("above").agg(pl.all().sum())
    for part in (headcount, newcomers, high_value):
        all_teams = all_teams.join(part, on="above", how="left")
    for row in all_teams.collect().rows(named=True):
        for kpi, (over, under) in KPIS.items():
            values = {name: value for name, value in row.items() if value is not None}
            try:
                yield kpi, row["above"], str(eval(over, {}, values)), str(eval(under, {}, values))
            except NameError:
                yield kpi, row["above"], None, None


def main():
    peer, form, folder = sys.argv[1:]
    rows = with_polars(form, folder) if peer == "polars" else with_duckdb(form, folder, peer == "duckdb-each")
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
