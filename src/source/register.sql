-- name: register_find
-- A source and the newest version of its map.
SELECT s.source_id, m.version, m.canonical, m.map_text, m.sha256,
	EXISTS (SELECT FROM evenhand.gather_commit c WHERE c.source_id = s.source_id),
	EXISTS (SELECT FROM evenhand.source_removed r WHERE r.source_id = s.source_id)
FROM evenhand.source s JOIN LATERAL (SELECT * FROM evenhand.source_map m WHERE m.source_id = s.source_id
	ORDER BY m.version DESC LIMIT 1) m ON true
WHERE s.name = $1::text

-- name: register_list
SELECT name FROM evenhand.source ORDER BY name

-- name: register_source
INSERT INTO evenhand.source (name) VALUES ($1::text) RETURNING source_id

-- name: register_map
INSERT INTO evenhand.source_map (source_id, version, canonical, map_text, sha256)
VALUES ($1::integer, $2::integer, $3::text, $4::text, $5::bytea)
