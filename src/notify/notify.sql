-- name: read_due
-- Messages that nobody has and that are due at $1, after $2 tries never again.
SELECT o.outbox_id, o.dedup_key, o.body, a.tries FROM evenhand.outbox o
CROSS JOIN LATERAL (SELECT count(*) AS tries, max(t.attempted_at) AS last, coalesce(bool_or(t.delivered), false) AS delivered
	FROM evenhand.outbox_attempt t WHERE t.outbox_id = o.outbox_id) a
WHERE o.route = 'webhook' AND NOT a.delivered AND a.tries < $2::bigint AND (a.tries = 0
	OR a.last + make_interval(secs => least(3600, 5 * 2 ^ least(a.tries - 1, 12))) <= $1::timestamptz)
ORDER BY o.outbox_id LIMIT 16

-- name: write_attempt
INSERT INTO evenhand.outbox_attempt (outbox_id, attempt_no, attempted_at, delivered, detail)
VALUES ($1::bigint, $2::integer, $3::timestamptz, $4::boolean, $5::text)
