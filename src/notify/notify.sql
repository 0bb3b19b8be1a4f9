-- name: write_outbox
-- A message for each route of a list, and for those of $7 that were told of the alert before; what was told already is not told again.
INSERT INTO evenhand.outbox (route, dedup_key, body, alert_id, step_no, source_id)
SELECT r, $2::text, $3::text, $4::text, $5::integer, $6::integer FROM (
	SELECT r FROM unnest($1::text[]) r
	UNION SELECT r FROM unnest($7::text[]) r WHERE EXISTS (SELECT FROM evenhand.outbox o WHERE o.alert_id = $4::text AND o.route = r)) t
ON CONFLICT (route, dedup_key) DO NOTHING

-- name: read_due
-- Of each route, the oldest messages that nobody has and that are due; overtaken: a later one of the same alert was taken there.
SELECT outbox_id, route, dedup_key, body, tries,
       EXISTS (SELECT FROM evenhand.outbox l JOIN evenhand.outbox_attempt t USING (outbox_id)
               WHERE l.alert_id = d.alert_id AND l.route = d.route AND l.outbox_id > d.outbox_id AND t.delivered) AS overtaken FROM (
	SELECT o.outbox_id, o.route, o.dedup_key, o.body, o.alert_id, w.tries,
	       row_number() OVER (PARTITION BY o.route ORDER BY o.outbox_id) AS place
	FROM evenhand.outbox_waiting w JOIN evenhand.outbox o USING (outbox_id)
	WHERE w.next_at <= $1::timestamptz AND o.route = ANY ($2::text[])) d
WHERE place <= 4 ORDER BY outbox_id

-- name: write_attempt
-- A try and what follows from it: $4 delivered, $7 dead, else the next try at $8.
WITH tried AS (
	INSERT INTO evenhand.outbox_attempt (outbox_id, attempt_no, attempted_at, delivered, status, detail, dead)
	SELECT $1::bigint, coalesce((SELECT max(attempt_no) FROM evenhand.outbox_attempt WHERE outbox_id = $1::bigint), 0) + 1,
	       $3::timestamptz, $4::boolean, $5::integer, $6::text, $7::boolean),
over AS (DELETE FROM evenhand.outbox_waiting WHERE outbox_id = $1::bigint AND ($4::boolean OR $7::boolean))
UPDATE evenhand.outbox_waiting SET tries = $2::integer, next_at = $8::timestamptz
WHERE outbox_id = $1::bigint AND NOT ($4::boolean OR $7::boolean)

-- name: read_open
-- What a route was told last of each alert that is not over.
SELECT DISTINCT ON (o.alert_id) o.body FROM evenhand.outbox o JOIN evenhand.alert_now n USING (alert_id)
WHERE o.route = $1::text AND n.state NOT IN ('closed-fixed', 'closed-not-confirmed', 'accepted-risk')
ORDER BY o.alert_id, o.outbox_id DESC

-- name: write_refresh
INSERT INTO evenhand.outbox_refresh (route, refreshed_at, alerts, delivered, detail)
VALUES ($1::text, $2::timestamptz, $3::integer, $4::boolean, $5::text)
ON CONFLICT (route) DO UPDATE SET refreshed_at = excluded.refreshed_at, alerts = excluded.alerts, delivered = excluded.delivered,
	detail = excluded.detail
