-- name: list_sources
SELECT s.source_id, s.name, t.phase, t.clock_us, extract(epoch FROM now() - t.progressed_at)::bigint AS quiet_s,
       l.figures, v.figures AS live, l.pane_us
FROM evenhand.source s
LEFT JOIN evenhand.source_state t USING (source_id)
LEFT JOIN evenhand.source_latest l USING (source_id)
LEFT JOIN evenhand.live_pane v USING (source_id)
ORDER BY s.name COLLATE "C" LIMIT 50
-- name: list_verdicts
-- the last verdict of each monitor, the figures that lists and the matrix show
SELECT * FROM (
SELECT s.name AS source, m.monitor, m.verdict ->> 'attribute' AS attribute, m.verdict ->> 'group' AS grp,
       m.verdict ->> 'reference' AS reference, m.verdict ->> 'outcome' AS outcome,
       jsonb_typeof(m.verdict -> 'strata') = 'array' AS conditional, m.verdict ->> 'verdict' AS verdict,
       (m.verdict ->> 'air')::float8 AS air, (m.verdict ->> 'air_lo')::float8 AS air_lo,
       (m.verdict ->> 'air_hi')::float8 AS air_hi, (m.verdict ->> 'n_protected')::bigint AS n_protected,
       (m.verdict ->> 'n_reference')::bigint AS n_reference,
       (SELECT max((y ->> 'log10_years')::float8) FROM jsonb_array_elements(m.battery -> 'years') y) AS log10_years,
       (m.battery -> 'score' ->> 'smd')::float8 AS smd, (m.battery ->> 'detectable_air')::float8 AS detectable
FROM evenhand.monitor_latest m JOIN evenhand.source s USING (source_id)) v
ORDER BY source COLLATE "C", attribute COLLATE "C", grp COLLATE "C", conditional, outcome DESC
LIMIT 4000
-- name: list_sparks
-- the daily ratios of the last 30 points' days, for the small lines
SELECT p.monitor, (p.verdict ->> 'air')::float8 AS air
FROM evenhand.monitor_point p JOIN evenhand.source_latest l USING (source_id)
WHERE p.pane_us > l.pane_us - 31 * 86400000000::bigint
ORDER BY p.monitor COLLATE "C", p.pane_us
-- name: list_open_alerts
-- all that wait for somebody, the most severe and oldest first
SELECT a.alert_id, a.source, a.attribute, a.grp, a.kind, a.state, a.severity, a.body ->> 'sentence' AS sentence,
       (SELECT min(t.at_us) FROM evenhand.alert_step t WHERE t.alert_id = a.alert_id) AS raised_us, c.clock_us,
       coalesce(a.body ->> 'title', a.attribute || ': ' || a.grp) AS heading
FROM evenhand.alert_now a LEFT JOIN evenhand.source_state c USING (source_id)
WHERE a.state NOT IN ('closed-fixed', 'closed-not-confirmed', 'accepted-risk')
ORDER BY a.severity, raised_us LIMIT 200
