-- name: seal_range
-- Commits of a source that were covered when T stood at $2 and when the last pane before that closed, and are not sealed yet.
SELECT s.last + 1, (SELECT max(b.last_commit) FROM evenhand.batch b WHERE b.source_id = $1::integer AND b.leaf_index <= c.leaf
	AND (b.clock_us IS NULL OR b.clock_us <= $2::bigint))
FROM (SELECT coalesce(max(last_commit), 0) AS last FROM evenhand.seal WHERE source_id = $1::integer) s,
	(SELECT max(included_index) AS leaf FROM evenhand.pane_close WHERE source_id = $1::integer AND clock_us <= $2::bigint) c

-- name: seal_commits
-- The digests of a run of commits as one text of bytes, and how many of them have deltas that do not have their digest.
SELECT string_agg(c.digest, ''::bytea ORDER BY c.commit_no), count(*), count(*) FILTER (WHERE c.digest IS DISTINCT FROM d.digest)
FROM evenhand.gather_commit c CROSS JOIN LATERAL (SELECT sha256(coalesce(string_agg(int8send(d.pane_us) || CASE WHEN d.taken IS NULL
		THEN sha256(d.block) ELSE sha256('taken'::bytea || sha256(d.block) || sha256(d.taken)) END, ''::bytea ORDER BY d.pane_us),
		''::bytea)) AS digest
	FROM evenhand.pane_delta d WHERE d.source_id = c.source_id AND d.commit_no = c.commit_no) d
WHERE c.source_id = $1::integer AND c.commit_no BETWEEN $2::bigint AND $3::bigint

-- name: seal_panes
-- The panes that a run of commits counted into.
SELECT DISTINCT pane_us FROM evenhand.pane_delta
WHERE source_id = $1::integer AND commit_no BETWEEN $2::bigint AND $3::bigint ORDER BY pane_us

-- name: seal_deltas
-- The deltas of a pane in a run of commits, apart by the close that folded them, or will: -1 is that of the pane itself;
-- what came late has the included_index of the first close that covers it.  `first`: no earlier seal has any of the pane.
SELECT d.pane_us, b.leaf_index, d.block, d.taken, d.examples,
	CASE WHEN d.pane_us > c.last_us OR b.leaf_index <= own.included_index THEN -1
	ELSE (SELECT min(p.included_index) FROM evenhand.pane_close p WHERE p.source_id = d.source_id AND p.included_index >= b.leaf_index)
	END AS folded,
	NOT EXISTS (SELECT FROM evenhand.pane_sealed s WHERE s.source_id = $1::integer AND s.pane_us = $2::bigint) AS first
FROM (SELECT max(last_pane_us) AS last_us FROM evenhand.pane_close WHERE source_id = $1::integer) c
LEFT JOIN LATERAL (SELECT p.included_index FROM evenhand.pane_close p
	WHERE p.source_id = $1::integer AND p.first_pane_us <= $2::bigint AND p.last_pane_us >= $2::bigint
	ORDER BY p.first_pane_us DESC LIMIT 1) own ON true
JOIN evenhand.pane_delta d ON d.source_id = $1::integer AND d.pane_us = $2::bigint
JOIN LATERAL (SELECT leaf_index FROM evenhand.batch b WHERE b.source_id = d.source_id AND b.first_commit <= d.commit_no
	ORDER BY b.first_commit DESC LIMIT 1) b ON true
WHERE d.commit_no BETWEEN $3::bigint AND $4::bigint
ORDER BY folded, d.commit_no

-- name: seal_write
-- `taken` comes as no bytes where nothing was taken off.
INSERT INTO evenhand.pane_sealed (source_id, pane_us, leaf_index, n, block, examples, n_taken, taken)
VALUES ($1::integer, $2::bigint, $3::bigint, $4::bigint, $5::bytea, $6::bytea, $7::bigint, nullif($8::bytea, ''))

-- name: seal_begin
INSERT INTO evenhand.seal (source_id, first_commit, last_commit) VALUES ($1::integer, $2::bigint, $3::bigint)

-- name: seal_drop
SELECT evenhand.drop_sealed($1::integer, $2::bigint)

-- name: seal_end
UPDATE evenhand.seal SET leaf_index = $3::bigint WHERE source_id = $1::integer AND first_commit = $2::bigint

-- name: forget_set_aside
-- How many rows of a source were dropped, and the last commit whose rows they were.
SELECT dropped, last_commit FROM evenhand.drop_set_aside($1::integer, $2::bigint)
