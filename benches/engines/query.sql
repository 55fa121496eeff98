-- What the insurance example asks of policies, receipts and payouts for 2026-Q3, as somebody would write it who knows the
-- tables: their types are trusted, nothing is checked, and the policies are read once for sums and once for each link.
WITH sold AS (
    SELECT team, premium, premium * factor AS standard, line = '个险' AS personal, mode = '期交' AS regular,
        issued BETWEEN DATE '2026-07-01' AND DATE '2026-09-30' AS issued_q,
        cooled_off BETWEEN DATE '2026-07-01' AND DATE '2026-09-30' AS cooled_q,
        issued BETWEEN DATE '2026-01-01' AND DATE '2026-09-30' AS issued_y,
        cooled_off BETWEEN DATE '2026-01-01' AND DATE '2026-09-30' AS cooled_y,
        issued BETWEEN DATE '2025-01-01' AND DATE '2025-09-30' AS issued_before,
        cooled_off BETWEEN DATE '2025-01-01' AND DATE '2025-09-30' AS cooled_before,
        mode = '期交' AND cooled_off IS NULL AND issued BETWEEN DATE '2025-05-01' AND DATE '2025-07-31'
            AND NOT (end_reason IS NOT NULL AND end_reason = '理赔终止' AND ended <= DATE '2026-09-30') AS renewable
    FROM policies JOIN products ON code = product
), by_team AS (
    SELECT team,
        SUM(standard) FILTER (WHERE personal AND issued_q) AS a, SUM(standard) FILTER (WHERE personal AND cooled_q) AS b,
        SUM(standard) FILTER (WHERE personal AND issued_y) AS c, SUM(standard) FILTER (WHERE personal AND cooled_y) AS d,
        SUM(premium) FILTER (WHERE issued_q) AS e, SUM(premium) FILTER (WHERE cooled_q) AS f,
        SUM(premium) FILTER (WHERE issued_y) AS g, SUM(premium) FILTER (WHERE cooled_y) AS h,
        SUM(premium) FILTER (WHERE issued_before) AS i, SUM(premium) FILTER (WHERE cooled_before) AS j,
        SUM(premium) FILTER (WHERE personal AND issued_q) AS k, SUM(premium) FILTER (WHERE personal AND cooled_q) AS l,
        SUM(premium) FILTER (WHERE personal AND regular AND issued_q) AS m,
        SUM(premium) FILTER (WHERE personal AND regular AND cooled_q) AS n,
        COUNT(*) FILTER (WHERE personal AND issued_q) AS o, COUNT(*) FILTER (WHERE personal AND cooled_q) AS p,
        SUM(premium) FILTER (WHERE renewable) AS q
    FROM sold GROUP BY team
), newcomers AS (
    SELECT policies.agent, SUM(premium) AS premium, COUNT(*) AS pieces
    FROM policies JOIN (SELECT agent_no, MIN(entered) AS entered FROM agents GROUP BY agent_no) entered ON agent_no = agent
    WHERE issued BETWEEN DATE '2026-04-01' AND DATE '2026-09-30' AND (cooled_off IS NULL OR cooled_off > DATE '2026-09-30')
        AND (EXTRACT(YEAR FROM issued) - EXTRACT(YEAR FROM entered)) * 12 + EXTRACT(MONTH FROM issued) - EXTRACT(MONTH FROM entered)
            - CASE WHEN EXTRACT(DAY FROM issued) < EXTRACT(DAY FROM entered) THEN 1 ELSE 0 END < 3
    GROUP BY policies.agent
), received AS (
    SELECT r.team, SUM(amount) FILTER (WHERE line = '个险') AS personal, SUM(amount) FILTER (WHERE long_term) AS long_term
    FROM receipts r JOIN policies ON policy_no = policy JOIN products ON code = product
    WHERE paid BETWEEN DATE '2026-07-01' AND DATE '2026-09-30' GROUP BY r.team
), renewed AS (
    SELECT p.team, SUM(amount) AS amount
    FROM receipts JOIN policies p ON policy_no = policy
    WHERE policy_year = 2 AND paid <= grace_end AND paid BETWEEN DATE '2025-04-01' AND DATE '2026-09-30'
        AND mode = '期交' AND cooled_off IS NULL AND issued BETWEEN DATE '2025-05-01' AND DATE '2025-07-31'
        AND NOT (end_reason IS NOT NULL AND end_reason = '理赔终止' AND p.ended <= DATE '2026-09-30')
    GROUP BY p.team
), surrendered AS (
    SELECT s.team, SUM(amount) AS amount
    FROM payouts s JOIN policies ON policy_no = policy JOIN products ON code = product
    WHERE kind = '退保' AND long_term AND paid BETWEEN DATE '2026-07-01' AND DATE '2026-09-30' GROUP BY s.team
)
SELECT 'team' AS what, team AS whose, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q FROM by_team
UNION ALL SELECT 'newcomer', agent, 0, 0, 0, 0, premium, 0, 0, 0, 0, 0, 0, 0, 0, 0, pieces, 0, 0 FROM newcomers
UNION ALL SELECT 'received', team, 0, 0, 0, 0, personal, long_term, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM received
UNION ALL SELECT 'renewed', team, 0, 0, 0, 0, amount, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM renewed
UNION ALL SELECT 'surrendered', team, 0, 0, 0, 0, amount, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM surrendered
