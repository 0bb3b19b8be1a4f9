-- name: read_undelivered
-- What nobody has received: what waits for its next try, and dead letters, oldest first.
SELECT o.outbox_id, o.route, o.dedup_key, o.alert_id, o.step_no, o.created_at, w.tries, nullif(w.next_at, '-infinity') AS next_at,
       a.attempt_no, a.attempted_at, a.status, a.detail, w.outbox_id IS NULL AS dead
FROM evenhand.outbox o LEFT JOIN evenhand.outbox_waiting w USING (outbox_id)
LEFT JOIN LATERAL (SELECT * FROM evenhand.outbox_attempt t WHERE t.outbox_id = o.outbox_id ORDER BY t.attempt_no DESC LIMIT 1) a ON true
WHERE w.outbox_id IS NOT NULL OR a.dead
ORDER BY o.outbox_id

-- name: read_routes
-- Every route that was ever told something: how much, what waits, when last.
SELECT coalesce(m.route, r.route), coalesce(m.n, 0), coalesce(m.waiting, 0), m.last_at, r.refreshed_at, r.alerts, r.delivered, r.detail
FROM (SELECT o.route, count(*) AS n, count(w.outbox_id) AS waiting,
             max((SELECT max(a.attempted_at) FROM evenhand.outbox_attempt a WHERE a.outbox_id = o.outbox_id AND a.delivered)) AS last_at
      FROM evenhand.outbox o LEFT JOIN evenhand.outbox_waiting w USING (outbox_id) GROUP BY o.route) m
FULL JOIN evenhand.outbox_refresh r USING (route) ORDER BY 1

-- name: write_again
-- Another round for dead letters: for one by its number, or for all of a route.
WITH dead AS (
	SELECT o.outbox_id FROM evenhand.outbox o
	WHERE (o.outbox_id = $1::bigint OR o.route = $2::text)
		AND NOT EXISTS (SELECT FROM evenhand.outbox_waiting w WHERE w.outbox_id = o.outbox_id)
		AND (SELECT a.dead FROM evenhand.outbox_attempt a WHERE a.outbox_id = o.outbox_id ORDER BY a.attempt_no DESC LIMIT 1)),
asked AS (INSERT INTO evenhand.outbox_again (outbox_id, os_user) SELECT outbox_id, $3::text FROM dead)
INSERT INTO evenhand.outbox_waiting (outbox_id) SELECT outbox_id FROM dead

-- name: read_deliveries
-- What was told of an alert: each message with its last try.
SELECT o.outbox_id, o.route, o.step_no, o.created_at, w.outbox_id IS NOT NULL AS waiting, a.attempt_no, a.attempted_at, a.delivered, a.dead,
       a.status, a.detail
FROM evenhand.outbox o LEFT JOIN evenhand.outbox_waiting w USING (outbox_id)
LEFT JOIN LATERAL (SELECT * FROM evenhand.outbox_attempt t WHERE t.outbox_id = o.outbox_id ORDER BY t.attempt_no DESC LIMIT 1) a ON true
WHERE o.alert_id = $1::text ORDER BY o.outbox_id

-- name: read_last_beat
SELECT beat_at, clock_timestamp() FROM evenhand.heartbeat ORDER BY leaf_index DESC LIMIT 1
