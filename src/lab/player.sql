-- name: player_others
-- Sources that are not generated, besides the one named.
SELECT count(*) FROM evenhand.source s
WHERE s.name <> $1::text AND NOT EXISTS (SELECT FROM evenhand.scenario c WHERE c.source_id = s.source_id)

-- name: player_register
INSERT INTO evenhand.scenario (source_id, start_us, rate, anchor_at)
SELECT source_id, $2::bigint, $3::integer, $4::timestamptz FROM evenhand.source WHERE name = $1::text
