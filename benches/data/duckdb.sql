-- What the KPIs of the insurance example that read policies are made of, by team with all teams below it, for one quarter:
-- one query that reads the policies once. peers.py puts {policies}, {folder} and the days in, and the last SELECT behind.
WITH RECURSIVE
teams AS (SELECT * FROM read_csv('{folder}/teams.csv', all_varchar = true)),
below(team, above) AS (
    SELECT "机构代码", "机构代码" FROM teams
    UNION ALL
    SELECT below.team, teams."上级机构" FROM below JOIN teams ON teams."机构代码" = below.above WHERE teams."上级机构" IS NOT NULL
),
products AS (
    SELECT "险种代码" AS product, "折标系数" AS factor, "长险" = '是' AS long_term
    FROM read_csv('{folder}/products.csv', types = {{'折标系数': 'DECIMAL(4,2)', '长险': 'VARCHAR'}})
),
agents AS (
    SELECT "代理人编号" AS agent, "营业部代码" AS team, "生效日期" AS since, coalesce("终止日期", DATE '9999-12-31') AS until, "签约日期" AS entered
    FROM read_csv('{folder}/agents.csv', types = {{'营业部代码': 'VARCHAR'}})
),
customers AS (
    SELECT "客户号" AS customer, "服务机构" AS team, "首次投保日期" AS since, coalesce("末次保障日期", DATE '9999-12-31') AS until
    FROM read_csv('{folder}/customers.csv', types = {{'服务机构': 'VARCHAR'}})
),
receipts AS (
    SELECT "保单号" AS policy_no, "营业部代码" AS team, "保单年度" AS policy_year, strptime("宽限期止", '%Y%m%d')::DATE AS grace_end,
        strptime("实收日期", '%Y%m%d')::DATE AS paid, number("实收保费") AS amount
    FROM read_csv('{folder}/receipts_*.csv', all_varchar = true)
),
payouts AS (
    SELECT policy AS policy_no, team, kind, strptime(paid, '%Y-%m-%d')::DATE AS paid, number(amount) AS amount
    FROM read_csv('{folder}/payouts.csv', all_varchar = true)
),
reserves AS (
    SELECT team, taken::DATE AS taken, long_term = 'yes' AS long_term, reserve::DECIMAL(18,2) AS reserve
    FROM read_csv('{folder}/reserves.csv', all_varchar = true)
),
market AS (
    SELECT "对应机构" AS team, ("月份" || '-01')::DATE AS month, number("市场新单保费(元)") AS new_premium,
        number("市场个险保费(元)") AS personal_premium
    FROM read_csv('{folder}/market.csv', all_varchar = true)
),
plans AS (
    SELECT "营业部代码" AS team, ("月份" || '-01')::DATE AS month, number("标保计划(万元)") * 10000 AS standard, number("二次目标(万元)") * 10000 AS stretch
    FROM read_csv('{folder}/plans.csv', all_varchar = true, skip = 2, header = true) WHERE "营业部代码" != '合计'
),
policies AS MATERIALIZED (
    SELECT policy_no, agent, team, customer, product, line, mode, issued, cooled, ended, reason, premium FROM {policies}
),
-- What is sold and cancelled, by team.
by_team AS (
    SELECT team,
        sum(premium * factor) FILTER (personal AND issued_q) AS standard_issued,
        sum(premium * factor) FILTER (personal AND cooled_q) AS standard_cooled,
        sum(premium * factor) FILTER (personal AND issued_ytd) AS standard_issued_ytd,
        sum(premium * factor) FILTER (personal AND cooled_ytd) AS standard_cooled_ytd,
        sum(premium) FILTER (issued_q) AS new_issued,
        sum(premium) FILTER (cooled_q) AS new_cooled,
        sum(premium) FILTER (issued_ytd) AS new_issued_ytd,
        sum(premium) FILTER (cooled_ytd) AS new_cooled_ytd,
        sum(premium) FILTER (issued_before) AS new_issued_before,
        sum(premium) FILTER (cooled_before) AS new_cooled_before,
        sum(premium) FILTER (personal AND issued_q) AS personal_issued,
        sum(premium) FILTER (personal AND cooled_q) AS personal_cooled,
        sum(premium) FILTER (personal AND regular AND issued_q) AS regular_issued,
        sum(premium) FILTER (personal AND regular AND cooled_q) AS regular_cooled,
        count(*) FILTER (personal AND issued_q) AS pieces_issued,
        count(*) FILTER (personal AND cooled_q) AS pieces_cooled,
        sum(premium) FILTER (counts_for_persistency) AS persistency_base
    FROM (
        SELECT team, premium, factor, line = '个险' AS personal, mode = '期交' AS regular,
            issued BETWEEN DATE '{q_first}' AND DATE '{q_last}' AS issued_q,
            cooled BETWEEN DATE '{q_first}' AND DATE '{q_last}' AS cooled_q,
            issued BETWEEN DATE '{ytd_first}' AND DATE '{q_last}' AS issued_ytd,
            cooled BETWEEN DATE '{ytd_first}' AND DATE '{q_last}' AS cooled_ytd,
            issued BETWEEN DATE '{before_first}' AND DATE '{before_last}' AS issued_before,
            cooled BETWEEN DATE '{before_first}' AND DATE '{before_last}' AS cooled_before,
            mode = '期交' AND cooled IS NULL AND issued BETWEEN DATE '{lag_first}' AND DATE '{lag_last}'
                AND NOT (reason IS NOT NULL AND reason = '理赔终止' AND ended <= DATE '{q_last}') AS counts_for_persistency
        FROM policies JOIN products USING (product)
    ) GROUP BY team
),
-- What newcomers sold in their first three months.
entered AS (SELECT agent, min(entered) AS entered FROM agents GROUP BY agent),
first_sales AS (
    SELECT agent, sum(premium) AS premium, count(*) AS pieces
    FROM policies JOIN entered USING (agent)
    WHERE issued BETWEEN DATE '{half_first}' AND DATE '{q_last}' AND (cooled IS NULL OR cooled > DATE '{q_last}')
        AND (year(issued) - year(entered)) * 12 + month(issued) - month(entered) - (day(issued) < day(entered))::INT < 3
    GROUP BY agent
),
newcomers AS (
    SELECT above AS team, count(DISTINCT agent) AS newcomers,
        count(DISTINCT agent) FILTER (premium >= 3000) AS with_premium, count(DISTINCT agent) FILTER (pieces > 0) AS with_sale
    FROM agents JOIN below USING (team) LEFT JOIN first_sales USING (agent)
    WHERE entered BETWEEN DATE '{three_first}' AND DATE '{three_last}' AND since <= DATE '{three_last}' AND until >= DATE '{three_first}'
    GROUP BY above
),
-- What customers hold on the last day.
held AS (
    SELECT customer, sum(premium) AS premium FROM policies
    WHERE issued <= DATE '{q_last}' AND (ended IS NULL OR ended >= DATE '{q_last}') GROUP BY customer
),
high_value AS (
    SELECT above AS team, count(DISTINCT customer) AS customers, count(DISTINCT customer) FILTER (premium >= 18000) AS high_value
    FROM customers JOIN below USING (team) LEFT JOIN held USING (customer)
    WHERE since <= DATE '{q_last}' AND until >= DATE '{q_last}' GROUP BY above
),
-- What was paid for policies: receipts and payments name them.
named AS (
    SELECT policy_no, team, product, line, mode, issued, cooled, ended, reason FROM policies
    WHERE policy_no IN (SELECT policy_no FROM receipts UNION ALL SELECT policy_no FROM payouts)
),
paid AS (
    SELECT receipts.team,
        sum(amount) FILTER (paid BETWEEN DATE '{q_first}' AND DATE '{q_last}' AND line = '个险') AS personal_received,
        sum(amount) FILTER (paid BETWEEN DATE '{q_first}' AND DATE '{q_last}' AND long_term) AS long_received
    FROM receipts JOIN named USING (policy_no) JOIN products USING (product) GROUP BY receipts.team
),
renewed AS (
    SELECT named.team, sum(amount) AS renewed
    FROM receipts JOIN named USING (policy_no)
    WHERE policy_year = '2' AND paid <= grace_end AND paid BETWEEN DATE '{eighteen_first}' AND DATE '{q_last}'
        AND mode = '期交' AND cooled IS NULL AND issued BETWEEN DATE '{lag_first}' AND DATE '{lag_last}'
        AND NOT (reason IS NOT NULL AND reason = '理赔终止' AND ended <= DATE '{q_last}')
    GROUP BY named.team
),
surrendered AS (
    SELECT payouts.team, sum(amount) AS surrendered
    FROM payouts JOIN named USING (policy_no) JOIN products USING (product)
    WHERE kind = '退保' AND long_term AND paid BETWEEN DATE '{q_first}' AND DATE '{q_last}' GROUP BY payouts.team
),
opening AS (
    SELECT team, sum(reserve) AS opening FROM reserves
    WHERE long_term AND taken = (SELECT max(taken) FROM reserves WHERE taken < DATE '{q_first}') GROUP BY team
),
headcount AS (
    SELECT above AS team,
        count(DISTINCT agent) FILTER (since < DATE '{q_first}' AND until >= DATE '{q_first}' - 1) + count(DISTINCT agent) FILTER (since <= DATE '{q_last}' AND until >= DATE '{q_last}') AS twice
    FROM agents JOIN below USING (team) GROUP BY above
),
market_q AS (SELECT team, sum(new_premium) AS market_new, sum(personal_premium) AS market_personal FROM market WHERE month BETWEEN DATE '{q_first}' AND DATE '{q_last}' GROUP BY team),
plans_q AS (
    SELECT team, sum(standard) FILTER (month BETWEEN DATE '{q_first}' AND DATE '{q_last}') AS planned,
        sum(stretch) FILTER (month BETWEEN DATE '{q_first}' AND DATE '{q_last}') AS planned_stretch,
        sum(standard) FILTER (year(month) = year(DATE '{q_last}')) AS planned_year
    FROM plans GROUP BY team
),
rolled_up AS (
    SELECT above AS team,
        sum(coalesce(standard_issued, 0)) - sum(coalesce(standard_cooled, 0)) AS standard,
        sum(coalesce(standard_issued_ytd, 0)) - sum(coalesce(standard_cooled_ytd, 0)) AS standard_ytd,
        sum(coalesce(new_issued, 0)) - sum(coalesce(new_cooled, 0)) AS new,
        sum(coalesce(new_issued_ytd, 0)) - sum(coalesce(new_cooled_ytd, 0)) AS new_ytd,
        sum(coalesce(new_issued_before, 0)) - sum(coalesce(new_cooled_before, 0)) AS new_before,
        sum(coalesce(personal_issued, 0)) - sum(coalesce(personal_cooled, 0)) AS personal,
        sum(coalesce(regular_issued, 0)) - sum(coalesce(regular_cooled, 0)) AS regular,
        sum(coalesce(pieces_issued, 0)) - sum(coalesce(pieces_cooled, 0)) AS pieces,
        sum(persistency_base) AS persistency_base, sum(renewed) AS renewed,
        sum(personal_received) AS personal_received, sum(long_received) AS long_received,
        sum(surrendered) AS surrendered, sum(opening) AS opening,
        sum(market_new) AS market_new, sum(market_personal) AS market_personal,
        sum(planned) AS planned, sum(planned_stretch) AS planned_stretch, sum(planned_year) AS planned_year
    FROM below LEFT JOIN by_team USING (team) LEFT JOIN renewed USING (team) LEFT JOIN paid USING (team)
        LEFT JOIN surrendered USING (team) LEFT JOIN opening USING (team) LEFT JOIN market_q USING (team) LEFT JOIN plans_q USING (team)
    GROUP BY above
),
all_teams AS (FROM rolled_up LEFT JOIN headcount USING (team) LEFT JOIN newcomers USING (team) LEFT JOIN high_value USING (team))
