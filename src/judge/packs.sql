-- name: read_pack_settings
-- What people decided last about each pack.
SELECT DISTINCT ON (s.pack) s.pack, s.enabled, v.canonical FROM evenhand.pack_setting s
JOIN evenhand.pack_version v ON v.sha256 = s.sha256 ORDER BY s.pack, s.leaf_index DESC

-- name: write_pack_version
INSERT INTO evenhand.pack_version (sha256, pack, canonical) VALUES ($1::bytea, $2::text, $3::text) ON CONFLICT (sha256) DO NOTHING

-- name: write_pack_setting
INSERT INTO evenhand.pack_setting (leaf_index, pack, sha256, enabled, actor, second_actor, reason)
VALUES ($1::bigint, $2::text, $3::bytea, $4::boolean, $5::text, $6::text, $7::text)

-- name: write_pack_result
INSERT INTO evenhand.pack_result (source_id, pack, period_us, to_us, pack_sha256, clock_us, included_index, n, result_sha256, body, leaf_index)
VALUES ($1::integer, $2::text, $3::bigint, $4::bigint, $5::bytea, $6::bigint, $7::bigint, $8::bigint, $9::bytea, $10::text, $11::bigint)

-- name: read_pack_ask
-- A proposal about a pack, with its author; whether it was carried out, was approved already, and its author may still propose it.
SELECT r.user_name, r.verb = 'pack-enable', r.body->>'pack', r.body->>'reason', r.body->>'text', o.done,
       EXISTS (SELECT 1 FROM evenhand.request q JOIN evenhand.request_outcome qo USING (request_id)
               WHERE q.verb = 'pack-approve' AND qo.done
                 AND CASE WHEN q.body->>'request_id' ~ '^[0-9]{1,18}$' THEN (q.body->>'request_id')::bigint END = r.request_id),
       EXISTS (SELECT FROM evenhand.app_user u WHERE u.user_name = r.user_name AND u.role = 'insurer' AND u.disabled_at IS NULL)
FROM evenhand.request r JOIN evenhand.request_outcome o USING (request_id)
WHERE r.request_id = $1::bigint AND r.verb IN ('pack-enable', 'pack-disable')

-- name: read_components
-- Every component of a source that was met, and whether its test was made.
SELECT c.role, c.component, c.first_us, c.standing = 'new' AND r.leaf_index IS NULL
FROM evenhand.component_first c LEFT JOIN evenhand.change_result r USING (source_id, role, component)
WHERE c.source_id = $1::integer ORDER BY c.first_us, c.role, c.component

-- name: write_component
INSERT INTO evenhand.component_first (source_id, role, component, first_us, standing)
VALUES ($1::integer, $2::text, $3::text, $4::bigint, $5::text)

-- name: write_change
INSERT INTO evenhand.change_result (source_id, role, component, from_us, first_us, to_us, clock_us, included_index, result_sha256, body, leaf_index)
VALUES ($1::integer, $2::text, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bytea, $10::text, $11::bigint)
