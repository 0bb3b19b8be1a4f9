-- name: demo_judged
SELECT max(last_pane_us) FROM evenhand.pane_close

-- name: demo_steps
-- Steps of alerts after a leaf, in the order of the log.
SELECT t.leaf_index, t.at_us, t.alert_id, t.event, t.severity, t.body->>'sentence', a.kind = 'bias'
FROM evenhand.alert_step t JOIN evenhand.alert a USING (alert_id) WHERE t.leaf_index > $1::bigint ORDER BY t.leaf_index

-- name: demo_naive
SELECT coalesce(max((figures->>'naive_alerts')::bigint), 0) FROM evenhand.source_latest
