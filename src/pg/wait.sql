-- name: try_lock
-- Takes a session-level advisory lock where it is free.
SELECT pg_try_advisory_lock($1::bigint)

-- name: lock
-- Waits for a session-level advisory lock.
SELECT pg_advisory_lock($1::bigint)

-- name: unlock
-- Gives a session-level advisory lock back.
SELECT pg_advisory_unlock($1::bigint)

-- name: session_works
-- Whether a session works on a statement: true too where we may not know, false where it waits for its client.
SELECT coalesce(state IN ('active', 'fastpath function call') AND (wait_event_type, wait_event) IS DISTINCT FROM ('Client', 'ClientRead')
	AND (wait_event_type, wait_event) IS DISTINCT FROM ('Client', 'ClientWrite'), true)
FROM pg_catalog.pg_stat_activity WHERE pid = $1::integer
