-- name: metrics_alerts
-- Alerts that are not closed, by kind and severity.
SELECT kind, severity, count(*) FROM evenhand.alert_now
WHERE state NOT IN ('closed-fixed', 'closed-not-confirmed') GROUP BY 1, 2 ORDER BY 1, 2

-- name: metrics_store
-- The size of the log, what waits to be sent, and when judge took its place.
SELECT (SELECT size FROM evenhand.ledger_head),
	(SELECT count(*) FROM evenhand.outbox o WHERE NOT EXISTS (SELECT FROM evenhand.outbox_attempt a
		WHERE a.outbox_id = o.outbox_id AND a.delivered)),
	(SELECT epoch FROM evenhand.judge_epoch)

