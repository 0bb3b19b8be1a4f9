-- name: standing_read
-- Where every source stands, in one look: what gather wrote last, what its server keeps, and what keeps it from being read.
SELECT s.source_id, s.name, CASE WHEN t.source_id IS NULL OR t.commit_no = 0 AND t.position IS NULL THEN 'registered' ELSE t.phase END,
	coalesce(t.commit_no, 0), t.position, t.clock_us, t.progressed_at,
	(SELECT c.committed_at FROM evenhand.gather_commit c WHERE c.source_id = s.source_id AND c.commit_no = t.commit_no),
	clock_timestamp(), EXISTS (SELECT FROM evenhand.scenario n WHERE n.source_id = s.source_id),
	EXISTS (SELECT FROM evenhand.source_removed r WHERE r.source_id = s.source_id),
	p.lag_bytes, p.retained_bytes, p.wal_status, p.n_skipped, p.n_lost,
	g.gap_no, g.reason, g.accepted_by, (SELECT count(*) FROM evenhand.source_gap a WHERE a.source_id = s.source_id),
	w.kind, w.message, w.hint, w.tries, w.since,
	(SELECT sum(c.n_on_time + c.n_early + c.n_late + c.n_set_aside + c.n_repeated) FROM (SELECT * FROM evenhand.gather_commit
		WHERE source_id = s.source_id ORDER BY commit_no DESC LIMIT 1000) c
		WHERE c.committed_at > clock_timestamp() - interval '1 minute')::bigint,
	(SELECT max(c.last_pane_us) FROM evenhand.pane_close c WHERE c.source_id = s.source_id),
	(SELECT count(a.accepted_at) FROM evenhand.source_gap a WHERE a.source_id = s.source_id), y.accepted_by, y.accepted_at, y.accept_reason
FROM evenhand.source s LEFT JOIN evenhand.source_state t USING (source_id) LEFT JOIN evenhand.source_slot p USING (source_id)
LEFT JOIN evenhand.source_gap g ON g.source_id = s.source_id AND g.resumed_at IS NULL
LEFT JOIN evenhand.source_trouble w ON w.source_id = s.source_id
LEFT JOIN LATERAL (SELECT a.* FROM evenhand.source_gap a WHERE a.source_id = s.source_id AND a.accepted_at IS NOT NULL
	ORDER BY a.gap_no DESC LIMIT 1) y ON true
ORDER BY s.name COLLATE "C"

-- name: standing_counts
-- What the commits after $2 up to $3 met: rows by fate, and what else.
SELECT coalesce(sum(n_on_time), 0)::bigint, coalesce(sum(n_early), 0)::bigint, coalesce(sum(n_late), 0)::bigint,
	coalesce(sum(n_set_aside), 0)::bigint, coalesce(sum(n_repeated), 0)::bigint, coalesce(sum(n_corrected), 0)::bigint,
	coalesce(sum(n_taken), 0)::bigint
FROM evenhand.gather_commit WHERE source_id = $1::integer AND commit_no > $2::bigint AND commit_no <= $3::bigint
