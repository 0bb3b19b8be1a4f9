-- name: read_watch
-- Where each source stands that is not played: phase, T, when gather wrote last, by the store's clock; names near their caps; whether it is followed no more, its name and map.
SELECT s.source_id, coalesce(t.phase, 'history'), t.clock_us, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now_us,
       (extract(epoch FROM coalesce(t.progressed_at, s.registered_at)) * 1000000)::bigint AS progressed_us,
       (SELECT string_agg(d.kind, ', ' ORDER BY d.kind) FROM (SELECT kind, max(ordinal) + 1 AS n FROM evenhand.dictionary
            WHERE source_id = s.source_id GROUP BY kind) d
        WHERE d.n >= CASE WHEN d.kind = 'stratum' THEN $1::bigint WHEN d.kind LIKE 'attribute:%' THEN $2::bigint ELSE $3::bigint END) AS capped,
       EXISTS (SELECT FROM evenhand.source_removed r WHERE r.source_id = s.source_id) AS removed, s.name, m.map_text,
       t.source_id IS NOT NULL AS begun
FROM evenhand.source s LEFT JOIN evenhand.source_state t USING (source_id)
JOIN LATERAL (SELECT map_text FROM evenhand.source_map m WHERE m.source_id = s.source_id ORDER BY version DESC LIMIT 1) m ON true
WHERE NOT EXISTS (SELECT FROM evenhand.scenario c WHERE c.source_id = s.source_id)
ORDER BY s.source_id

-- name: read_watch_stream
-- What the server of a stream keeps for us, and the gap that nobody has accepted yet.
SELECT s.source_id, p.retained_bytes, p.wal_status, g.gap_no, g.reason, g.position,
       (extract(epoch FROM g.found_at) * 1000000)::bigint AS found_us
FROM evenhand.source s LEFT JOIN evenhand.source_slot p USING (source_id)
LEFT JOIN evenhand.source_gap g ON g.source_id = s.source_id AND g.resumed_at IS NULL AND g.accepted_at IS NULL
WHERE p.source_id IS NOT NULL OR g.source_id IS NOT NULL
ORDER BY s.source_id

-- name: read_watch_from
-- The commit before those of a stretch of time: the newest that is older.
SELECT coalesce((SELECT commit_no FROM evenhand.gather_commit
                 WHERE source_id = $1::integer AND committed_at < to_timestamp($2::bigint / 1000000.0)
                 ORDER BY commit_no DESC LIMIT 1), 0)

-- name: read_watch_counts
-- Rows of the commits after one, by hour: delivered, delivered again, set aside.  The last commit stands in each row.
SELECT extract(epoch FROM date_trunc('hour', committed_at))::bigint * 1000000 AS hour_us,
       sum(n_on_time + n_early + n_late + n_set_aside + n_repeated)::bigint, sum(n_repeated)::bigint, sum(n_set_aside)::bigint,
       max(commit_no)
FROM evenhand.gather_commit WHERE source_id = $1::integer AND commit_no > $2::bigint GROUP BY 1 ORDER BY 1

-- name: read_faults
-- The newest alert of each fault of each source, with what judge said of it last.
SELECT DISTINCT ON (n.source_id, n.body ->> 'fault') n.source_id, n.body ->> 'fault' AS fault, n.alert_id, n.state,
       (SELECT t.event FROM evenhand.alert_step t WHERE t.alert_id = n.alert_id AND t.actor IS NULL
        AND t.event NOT IN ('deadline-missed', 'expired')
        ORDER BY t.step_no DESC LIMIT 1) AS said, f.at_us
FROM evenhand.alert_now n JOIN evenhand.alert_step f ON f.alert_id = n.alert_id AND f.step_no = 1
WHERE n.kind = 'data'
ORDER BY n.source_id, n.body ->> 'fault', f.leaf_index DESC

-- name: write_source_counts
-- Brings the sums of a source up to its last commit.
INSERT INTO evenhand.source_counts (source_id, last_commit, n_on_time, n_early, n_late, n_set_aside, n_repeated, n_corrected, n_taken)
SELECT f.source_id, $2::bigint, n_on_time, n_early, n_late, n_set_aside, n_repeated, n_corrected, n_taken
FROM evenhand.source_fates f
WHERE f.source_id = $1::integer AND f.counted_to < $2::bigint
  AND $2::bigint = (SELECT max(commit_no) FROM evenhand.gather_commit WHERE source_id = $1::integer)
ON CONFLICT (source_id) DO UPDATE SET last_commit = excluded.last_commit, n_on_time = excluded.n_on_time, n_early = excluded.n_early,
	n_late = excluded.n_late, n_set_aside = excluded.n_set_aside, n_repeated = excluded.n_repeated,
	n_corrected = excluded.n_corrected, n_taken = excluded.n_taken
