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
-- The rows; an outcome that a table of its own gave stays known, as that table is not read again.  What is behind the
-- head of a payload whose state is none is not looked at.
UPDATE evenhand.seen SET version = NULL, pane_us = NULL, payload = set_byte(payload, 0, get_byte(payload, 0) & 252)
WHERE source_id = $1::integer AND get_byte(payload, 0) & 12 <> 0

-- name: seen_forget_rest
DELETE FROM evenhand.seen WHERE source_id = $1::integer AND get_byte(payload, 0) & 12 = 0

-- name: settle_set_aside
-- Rows that were counted after all, or are gone.
UPDATE evenhand.set_aside SET settled_commit = $2::bigint
WHERE source_id = $1::integer AND row_id = ANY ($3::text[]) AND settled_commit IS NULL
