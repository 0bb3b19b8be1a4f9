-- name: seen_any
-- 1 where something of the source is remembered.
SELECT count(*) FROM (SELECT FROM evenhand.seen WHERE source_id = $1::integer LIMIT 1) s

-- name: seen_ask
SELECT s.id_hash, s.version, s.pane_us, s.payload FROM evenhand.seen s
WHERE s.source_id = $1::integer AND s.id_hash = ANY ($2::uuid[])

-- name: seen_change
-- The lowest number stands for none.
UPDATE evenhand.seen s SET version = nullif(t.version, -9223372036854775808), pane_us = nullif(t.pane_us, -9223372036854775808),
	payload = t.payload
FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bytea[]) AS t (id_hash, version, pane_us, payload)
WHERE s.source_id = $1::integer AND s.id_hash = t.id_hash

-- name: seen_delete
DELETE FROM evenhand.seen WHERE source_id = $1::integer AND id_hash = ANY ($2::uuid[])

-- name: seen_forget
DELETE FROM evenhand.seen WHERE source_id = $1::integer

-- name: settle_set_aside
-- Rows that were counted after all, or are gone.
UPDATE evenhand.set_aside SET settled_commit = $2::bigint
WHERE source_id = $1::integer AND row_id = ANY ($3::text[]) AND settled_commit IS NULL
