-- name: read_pack_results
-- Results of packs, the newest period last; of one pack and one source where they are named.
SELECT s.name, r.pack, r.leaf_index, r.body, r.clock_us, r.included_index
FROM evenhand.pack_result r JOIN evenhand.source s USING (source_id)
WHERE ($1::text IS NULL OR r.pack = $1::text) AND ($2::text IS NULL OR s.name = $2::text)
ORDER BY r.period_us, s.name, r.pack

-- name: read_change_results
-- Tests of new components, in the order of the log.
SELECT s.name, r.leaf_index, r.body FROM evenhand.change_result r JOIN evenhand.source s USING (source_id)
WHERE ($1::text IS NULL OR s.name = $1::text) ORDER BY r.leaf_index
