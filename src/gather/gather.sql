-- name: read_state
SELECT phase, commit_no, position, clock_us FROM evenhand.source_state WHERE source_id = $1::integer

-- name: take_over
-- Whoever had the source before can commit nothing more.  A commit of his that is under way is waited for.
INSERT INTO evenhand.source_state (source_id, phase, commit_no, epoch) VALUES ($1::integer, 'history', 0, 1)
ON CONFLICT (source_id) DO UPDATE SET epoch = source_state.epoch + 1 RETURNING epoch

-- name: clear_trouble
DELETE FROM evenhand.source_trouble WHERE source_id = $1::integer

-- name: note_trouble
-- Why a source is not read, of a source that is registered.
INSERT INTO evenhand.source_trouble (source_id, kind, message, hint)
SELECT s.source_id, $2::text, $3::text, $4::text FROM evenhand.source s WHERE s.name = $1::text
	AND NOT EXISTS (SELECT FROM evenhand.source_removed r WHERE r.source_id = s.source_id)
ON CONFLICT (source_id) DO UPDATE SET kind = excluded.kind, message = excluded.message, hint = excluded.hint,
	tries = source_trouble.tries + 1, last_at = now()

-- name: update_state
-- Moves the state on from the commit that this gather knows; a gather that took the source over makes it touch no row.
UPDATE evenhand.source_state SET phase = $2::text, commit_no = $3::bigint, position = $4::text, clock_us = $5::bigint,
	progressed_at = now()
WHERE source_id = $1::integer AND commit_no = $6::bigint AND epoch = $7::bigint

-- name: count_removed
-- 1 where the source was removed and not put back.
SELECT count(*) FROM evenhand.source_removed WHERE source_id = $1::integer

-- name: write_commit
INSERT INTO evenhand.gather_commit (source_id, commit_no, position, clock_us, n_on_time, n_early, n_late, n_set_aside, digest,
	n_repeated, n_corrected, n_taken)
VALUES ($1::integer, $2::bigint, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bytea,
	$10::bigint, $11::bigint, $12::bigint)

-- name: write_deltas
-- `taken` comes as no bytes where nothing was taken off.
INSERT INTO evenhand.pane_delta (source_id, pane_us, commit_no, n, block, examples, n_taken, taken)
SELECT $1::integer, t.pane_us, $2::bigint, t.n, t.block, t.examples, t.n_taken, nullif(t.taken, '')
FROM unnest($3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bigint[], $8::bytea[])
	AS t (pane_us, n, block, examples, n_taken, taken)

-- name: write_dictionary
INSERT INTO evenhand.dictionary (source_id, kind, ordinal, value)
SELECT $1::integer, t.kind, t.ordinal, t.value FROM unnest($2::text[], $3::bigint[], $4::text[]) AS t (kind, ordinal, value)

-- name: write_set_aside
INSERT INTO evenhand.set_aside (source_id, commit_no, row_id, reason)
SELECT $1::integer, $2::bigint, t.row_id, t.reason FROM unnest($3::text[], $4::text[]) AS t (row_id, reason)

-- name: read_uncovered
-- Commits that no batch leaf covers yet, in order.
SELECT c.commit_no, c.position, c.n_on_time, c.n_early, c.n_late, c.n_set_aside, c.digest,
	c.n_repeated, c.n_corrected, c.n_taken FROM evenhand.gather_commit c
WHERE c.source_id = $1::integer AND c.commit_no > coalesce((SELECT max(b.last_commit) FROM evenhand.batch b
	WHERE b.source_id = $1::integer), 0)
ORDER BY c.commit_no

-- name: write_batch
INSERT INTO evenhand.batch (source_id, first_commit, last_commit, leaf_index, clock_us)
VALUES ($1::integer, $2::bigint, $3::bigint, $4::bigint, $5::bigint)

-- name: read_clock
-- The store's clock, and the last pane of the source that was closed.
SELECT clock_timestamp(), (SELECT p.last_pane_us FROM evenhand.pane_close p WHERE p.source_id = $1::integer
	ORDER BY p.first_pane_us DESC LIMIT 1)

-- name: read_scenario
-- Whether this source is generated, and how many sources of the store are not.
SELECT EXISTS (SELECT FROM evenhand.scenario c WHERE c.source_id = $1::integer),
	(SELECT count(*) FROM evenhand.source s WHERE NOT EXISTS (SELECT FROM evenhand.scenario c WHERE c.source_id = s.source_id))

-- name: read_gap
-- The last stretch without decisions longer than $3 microseconds, up to T: where it begins and ends, and what lies after it.
SELECT g.pane_us, g.next_us, (SELECT sum(d.n - d.n_taken) FROM evenhand.pane_delta d
	WHERE d.source_id = $1::integer AND d.pane_us >= g.next_us AND d.pane_us <= $2::bigint)::bigint
FROM (SELECT pane_us, lead(pane_us) OVER (ORDER BY pane_us) AS next_us FROM evenhand.pane_delta
	WHERE source_id = $1::integer AND pane_us <= $2::bigint) g
WHERE g.next_us - g.pane_us > $3::bigint ORDER BY g.pane_us DESC LIMIT 1

-- name: read_touching
-- The batches whose commits counted into a pane; commits that no leaf covers come one by one, without an index; those
-- that were sealed come as their seal.
SELECT coalesce(b.first_commit, d.commit_no), coalesce(b.last_commit, d.commit_no), coalesce(b.leaf_index, -1), false
FROM evenhand.pane_delta d LEFT JOIN evenhand.batch b ON b.source_id = d.source_id
	AND d.commit_no BETWEEN b.first_commit AND b.last_commit
WHERE d.source_id = $1::integer AND d.pane_us = $2::bigint
UNION SELECT s.first_commit, s.last_commit, s.leaf_index, true
FROM evenhand.pane_sealed p JOIN evenhand.batch b ON b.leaf_index = p.leaf_index
JOIN evenhand.seal s ON s.source_id = p.source_id AND b.last_commit BETWEEN s.first_commit AND s.last_commit
WHERE p.source_id = $1::integer AND p.pane_us = $2::bigint
ORDER BY 1

-- name: count_panes
SELECT count(*) FROM (SELECT FROM (SELECT pane_us, n, n_taken FROM evenhand.pane_delta WHERE source_id = $1::integer
	UNION ALL SELECT pane_us, n, n_taken FROM evenhand.pane_sealed WHERE source_id = $1::integer) d
	GROUP BY pane_us HAVING sum(n) > sum(n_taken)) p

-- name: read_counted_panes
-- The next $3 panes after $2 in which rows are counted.
SELECT pane_us FROM (SELECT pane_us, n, n_taken FROM evenhand.pane_delta
	WHERE source_id = $1::integer AND pane_us > $2::bigint
	UNION ALL SELECT pane_us, n, n_taken FROM evenhand.pane_sealed
	WHERE source_id = $1::integer AND pane_us > $2::bigint) d
GROUP BY pane_us HAVING sum(n) > sum(n_taken) ORDER BY pane_us LIMIT $3::bigint

-- name: settle_all_set_aside
-- Rows that were set aside come again, or are gone.
UPDATE evenhand.set_aside SET settled_commit = $2::bigint WHERE source_id = $1::integer AND settled_commit IS NULL

-- name: find_gap
-- The open gap of a source, and whether somebody has accepted it.
SELECT accepted_at IS NOT NULL FROM evenhand.source_gap WHERE source_id = $1::integer AND resumed_at IS NULL

-- name: write_gap
INSERT INTO evenhand.source_gap (source_id, gap_no, reason, position)
SELECT $1::integer, coalesce(max(gap_no), 0) + 1, $2::text, $3::text FROM evenhand.source_gap WHERE source_id = $1::integer
ON CONFLICT (source_id) WHERE resumed_at IS NULL DO NOTHING

-- name: end_gap
UPDATE evenhand.source_gap SET resumed_at = now(), resumed_position = $2::text
WHERE source_id = $1::integer AND resumed_at IS NULL

-- name: write_slot
INSERT INTO evenhand.source_slot (source_id, slot, system_id, timeline, restart_lsn, confirmed_lsn, head_lsn, retained_bytes,
	lag_bytes, wal_status, n_skipped, n_lost, looked_at)
VALUES ($1::integer, $2::text, $3::text, $4::bigint, $5::text::pg_lsn, $6::text::pg_lsn, $7::text::pg_lsn, $8::bigint, $9::bigint,
	$10::text, $11::bigint, $12::bigint, now())
ON CONFLICT (source_id) DO UPDATE SET slot = excluded.slot, system_id = excluded.system_id, timeline = excluded.timeline,
	restart_lsn = excluded.restart_lsn, confirmed_lsn = excluded.confirmed_lsn, head_lsn = excluded.head_lsn,
	retained_bytes = excluded.retained_bytes, lag_bytes = excluded.lag_bytes, wal_status = excluded.wal_status,
	n_skipped = excluded.n_skipped, n_lost = excluded.n_lost, looked_at = excluded.looked_at

-- name: count_open_aside
-- Rows set aside that were not counted later and are not gone.
SELECT count(*) FROM evenhand.set_aside WHERE source_id = $1::integer AND settled_commit IS NULL

-- name: read_open_aside
-- The ids that stand on the list of rows set aside, after $2 in the order of their bytes.
SELECT DISTINCT row_id COLLATE "C" AS id FROM evenhand.set_aside
WHERE source_id = $1::integer AND settled_commit IS NULL AND row_id COLLATE "C" > $2::text ORDER BY id LIMIT $3::bigint

-- name: hold_state
-- The state that this gather knows, locked to the transaction's end; no row where another one took the source over.
SELECT epoch FROM evenhand.source_state WHERE source_id = $1::integer AND commit_no = $2::bigint AND epoch = $3::bigint FOR UPDATE
