-- name: monitor_latest
-- one monitor's last verdict and battery, its source's figures and clock
SELECT m.verdict, m.battery, m.pane_us, m.leaf_index, l.figures, t.clock_us, s.name,
       encode(p.sha256, 'hex') AS policy, p.canonical::jsonb ->> 'policy' AS policy_name
FROM evenhand.monitor_latest m JOIN evenhand.source s USING (source_id)
LEFT JOIN evenhand.source_latest l USING (source_id) LEFT JOIN evenhand.source_state t USING (source_id)
LEFT JOIN LATERAL (SELECT sha256, canonical FROM evenhand.policy_version v
                   WHERE v.layer = 'house' AND (v.effective_us IS NULL OR v.effective_us <= t.clock_us)
                   ORDER BY v.effective_us DESC NULLS LAST, v.leaf_index DESC LIMIT 1) p ON true
WHERE m.monitor = $1::text
-- name: monitor_points
-- $1 monitor, $2 from: its daily points
SELECT p.pane_us, (p.verdict ->> 'air')::float8 AS air, (p.verdict ->> 'air_lo')::float8 AS lo,
       (p.verdict ->> 'air_hi')::float8 AS hi, (p.verdict ->> 'n_protected')::bigint AS n_protected,
       (p.verdict ->> 'n_reference')::bigint AS n_reference, (p.verdict ->> 'k_protected')::bigint AS k_protected,
       (p.verdict ->> 'k_reference')::bigint AS k_reference, p.verdict ->> 'verdict' AS verdict,
       (p.battery -> 'years' -> 0 ->> 'tau')::float8 AS tau0, (p.battery -> 'years' -> 0 ->> 'log10_years')::float8 AS y0,
       (p.battery -> 'years' -> 1 ->> 'tau')::float8 AS tau1, (p.battery -> 'years' -> 1 ->> 'log10_years')::float8 AS y1,
       p.leaf_index
FROM evenhand.monitor_point p
JOIN evenhand.monitor_latest m USING (source_id, monitor)
WHERE p.monitor = $1::text AND p.pane_us >= $2::bigint
ORDER BY p.pane_us LIMIT 4000
-- name: monitor_alerts
-- $1 source, $2 attribute, $3 group: the alerts that fold this monitor, with their times
SELECT a.alert_id, a.state, a.severity, a.onset_us,
       (SELECT min(t.at_us) FROM evenhand.alert_step t WHERE t.alert_id = a.alert_id) AS raised_us,
       (SELECT max(t.at_us) FROM evenhand.alert_step t WHERE t.alert_id = a.alert_id AND t.to_state IN ('closed-fixed', 'closed-not-confirmed', 'accepted-risk') AND a.state = t.to_state) AS closed_us
FROM evenhand.alert_now a
WHERE a.source = $1::text AND a.attribute = $2::text AND a.grp = $3::text
ORDER BY raised_us LIMIT 20
-- name: monitor_releases
-- $1 source, $2 attribute, $3 group: component versions that an alert saw for the first time after its onset
SELECT c ->> 'role' AS role, c ->> 'component' AS component, c ->> 'first_seen' AS first_seen
FROM evenhand.alert_now a CROSS JOIN LATERAL jsonb_array_elements(a.body -> 'lineage') c
WHERE a.source = $1::text AND a.attribute = $2::text AND a.grp = $3::text
  AND (c ->> 'changed_since_onset')::boolean AND c ->> 'first_seen' IS NOT NULL
ORDER BY first_seen LIMIT 5
