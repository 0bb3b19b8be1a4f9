-- name: list_packs
-- Results of packs, the newest period first.
SELECT s.name, r.body, r.leaf_index, r.clock_us FROM evenhand.pack_result r JOIN evenhand.source s USING (source_id)
WHERE ($1::text IS NULL OR r.pack = $1::text)
ORDER BY r.period_us DESC, s.name, r.pack LIMIT $2::integer OFFSET $3::integer

-- name: list_pack_names
-- Packs that have results.
SELECT DISTINCT pack FROM evenhand.pack_result ORDER BY pack

-- name: list_changes
-- The newest tests of components that were new.
SELECT s.name, r.body, r.leaf_index FROM evenhand.change_result r JOIN evenhand.source s USING (source_id)
ORDER BY r.first_us DESC, s.name, r.role, r.component LIMIT 20
