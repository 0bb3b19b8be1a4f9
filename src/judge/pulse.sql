-- name: read_beat
-- When judge beat last.
SELECT (extract(epoch FROM beat_at) * 1000000)::bigint FROM evenhand.heartbeat ORDER BY leaf_index DESC LIMIT 1

-- name: write_beat
INSERT INTO evenhand.heartbeat (leaf_index, beat_at) VALUES ($1::bigint, $2::timestamptz)

-- name: read_unheard
-- Every source that is followed and not played, with its dead letters whose route has taken nothing since.  A message of no
-- source, or of one that is followed no more, counts for the oldest.
WITH source AS (
	SELECT s.source_id FROM evenhand.source s
	WHERE NOT EXISTS (SELECT FROM evenhand.scenario c WHERE c.source_id = s.source_id)
		AND NOT EXISTS (SELECT FROM evenhand.source_removed r WHERE r.source_id = s.source_id)),
dead AS (
	SELECT coalesce((SELECT s.source_id FROM source s WHERE s.source_id = o.source_id), (SELECT min(source_id) FROM source)) AS source_id,
		o.route
	FROM evenhand.outbox_attempt a JOIN evenhand.outbox o USING (outbox_id)
	WHERE a.dead AND NOT EXISTS (SELECT FROM evenhand.outbox_waiting w WHERE w.outbox_id = o.outbox_id)
		AND NOT EXISTS (SELECT FROM evenhand.outbox_attempt b WHERE b.outbox_id = a.outbox_id AND b.attempt_no > a.attempt_no)
		AND NOT EXISTS (SELECT FROM evenhand.outbox p JOIN evenhand.outbox_attempt b USING (outbox_id)
			WHERE p.route = o.route AND b.delivered AND b.attempted_at > a.attempted_at))
SELECT s.source_id, count(d.route), coalesce(string_agg(DISTINCT d.route, ', ' ORDER BY d.route), '')
FROM source s LEFT JOIN dead d USING (source_id) GROUP BY s.source_id ORDER BY s.source_id
