-- name: metrics_alerts
-- Alerts that are not closed, by kind and severity.
SELECT kind, severity, count(*) FROM evenhand.alert_now
WHERE state NOT IN ('closed-fixed', 'closed-not-confirmed') GROUP BY 1, 2 ORDER BY 1, 2

-- name: metrics_faults
-- What is wrong with the data of a source now: alerts of that kind that are not closed and not marked as ended.
SELECT source, body ->> 'fault', count(*) FROM evenhand.alert_now
WHERE kind = 'data' AND state NOT IN ('closed-fixed', 'closed-not-confirmed') AND jsonb_typeof(body -> 'recovery') IS DISTINCT FROM 'object'
GROUP BY 1, 2 ORDER BY 1, 2

-- name: metrics_monitored
-- Decisions of each source in the last weeks, and those with a group in at least one attribute.
SELECT s.name, (l.figures -> 'monitored' ->> 'monitored')::bigint, (l.figures -> 'monitored' ->> 'n')::bigint
FROM evenhand.source_latest l JOIN evenhand.source s USING (source_id)
WHERE (l.figures -> 'monitored' ->> 'n')::bigint > 0 ORDER BY 1

-- name: metrics_store
-- The size of the log, what waits to be sent, when judge took its place, dead letters, and when judge beat last.
SELECT (SELECT size FROM evenhand.ledger_head),
	(SELECT count(*) FROM evenhand.outbox_waiting),
	(SELECT epoch FROM evenhand.judge_epoch),
	(SELECT count(*) FROM evenhand.outbox_attempt a WHERE a.dead
		AND NOT EXISTS (SELECT FROM evenhand.outbox_waiting w WHERE w.outbox_id = a.outbox_id)
		AND NOT EXISTS (SELECT FROM evenhand.outbox_attempt b WHERE b.outbox_id = a.outbox_id AND b.attempt_no > a.attempt_no)),
	(SELECT extract(epoch FROM max(beat_at))::bigint FROM evenhand.heartbeat)

