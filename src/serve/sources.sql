-- name: read_sources
-- Where each source stands, what became of its rows, what its server keeps, and why it waits.
SELECT s.source_id, s.name, m.map_text, t.phase, t.clock_us, t.commit_no,
       extract(epoch FROM now() - t.progressed_at)::bigint AS quiet_s, (extract(epoch FROM now()) * 1000000)::bigint AS now_us,
       (extract(epoch FROM t.progressed_at) * 1000000)::bigint AS progressed_us,
       f.n_on_time, f.n_early, f.n_late, f.n_set_aside, f.n_repeated, f.n_corrected, f.n_taken,
       p.slot, p.retained_bytes, p.lag_bytes, p.wal_status,
       g.gap_no, g.reason AS gap_reason, g.position AS gap_position, (extract(epoch FROM g.found_at) * 1000000)::bigint AS gap_us,
       g.accepted_by, w.kind AS trouble, w.message, w.hint, r.reason AS removed, l.figures, c.rate IS NOT NULL AS played,
       (SELECT count(*) FROM evenhand.source_gap o WHERE o.source_id = s.source_id AND o.resumed_at IS NOT NULL
        AND o.accepted_at IS NOT NULL) AS holes, m.version
FROM evenhand.source s
JOIN LATERAL (SELECT map_text, version FROM evenhand.source_map m WHERE m.source_id = s.source_id ORDER BY version DESC LIMIT 1) m ON true
JOIN evenhand.source_fates f USING (source_id)
LEFT JOIN evenhand.source_state t USING (source_id)
LEFT JOIN evenhand.source_slot p USING (source_id)
LEFT JOIN evenhand.source_gap g ON g.source_id = s.source_id AND g.resumed_at IS NULL
LEFT JOIN evenhand.source_trouble w ON w.source_id = s.source_id
LEFT JOIN evenhand.source_removed r ON r.source_id = s.source_id
LEFT JOIN evenhand.source_latest l ON l.source_id = s.source_id
LEFT JOIN evenhand.scenario c ON c.source_id = s.source_id
ORDER BY s.name COLLATE "C" LIMIT 50
-- name: read_rates
-- Rows of the last hour, by the newest 20 000 commits; more: the hour had more commits than that.
SELECT source_id, sum(n) FILTER (WHERE committed_at > now() - interval '1 hour')::bigint AS hour,
       count(*) FILTER (WHERE committed_at > now() - interval '1 hour') >= 20000 AS more
FROM evenhand.source s, LATERAL (SELECT n_on_time + n_early + n_late + n_set_aside + n_repeated AS n, committed_at
	FROM evenhand.gather_commit c WHERE c.source_id = s.source_id ORDER BY commit_no DESC LIMIT 20000) c
GROUP BY source_id
-- name: read_asides
-- Rows that wait for their map to be mended, by reason, of the newest 10 000, with the newest ids.
SELECT source_id, reason, count(*) AS n, to_json((array_agg(left(row_id, 60) ORDER BY set_aside_id DESC) FILTER (WHERE row_id IS NOT NULL))[1:5])::text AS ids
FROM evenhand.source s, LATERAL (SELECT set_aside_id, row_id, reason FROM evenhand.set_aside a
	WHERE a.source_id = s.source_id AND a.settled_commit IS NULL ORDER BY set_aside_id DESC LIMIT 10000) a
GROUP BY source_id, reason ORDER BY source_id, n DESC, reason COLLATE "C"
-- name: read_source_alerts
SELECT a.alert_id, a.source, a.severity, a.body ->> 'title' AS title, a.body ->> 'sentence' AS sentence,
       a.event = 'recovered' AS recovered
FROM evenhand.alert_now a
WHERE a.kind = 'data' AND a.state NOT IN ('closed-fixed', 'closed-not-confirmed', 'accepted-risk')
ORDER BY a.severity, a.alert_id LIMIT 200
