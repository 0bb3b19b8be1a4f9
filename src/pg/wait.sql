-- name: try_lock
-- Takes a session-level advisory lock where it is free.
SELECT pg_try_advisory_lock($1::bigint)

-- name: lock
-- Waits for a session-level advisory lock.
SELECT pg_advisory_lock($1::bigint)

-- name: unlock
-- Gives a session-level advisory lock back.
SELECT pg_advisory_unlock($1::bigint)
