-- name: read_counsel
-- 1 where the user may keep notes of counsel.
SELECT count(*) FROM evenhand.app_user WHERE user_name = $1::text AND role = 'counsel' AND disabled_at IS NULL

-- name: write_note
-- The note, and the request that puts its salted digest on the record: both or neither.
WITH kept AS (
	INSERT INTO evenhand_privileged.note (alert_id, author, salt, body, sha256)
	SELECT a.alert_id, $2::text, $3::bytea, $4::text, sha256($3::bytea || convert_to($4::text, 'UTF8'))
	FROM evenhand.alert a WHERE a.alert_id = $1::text RETURNING sha256)
INSERT INTO evenhand.request (os_user, user_name, verb, alert_id, body)
SELECT $5::text, $2::text, 'counsel-note', $1::text, jsonb_build_object('sha256', encode(sha256, 'hex')) FROM kept RETURNING request_id

-- name: read_notes
SELECT author, claim, body, encode(sha256, 'hex'), (extract(epoch FROM written_at) * 1000000)::bigint
FROM evenhand_privileged.note WHERE alert_id = $1::text ORDER BY note_id
