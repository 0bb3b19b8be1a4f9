-- name: follow_write
INSERT INTO evenhand.source_follow (source_id, followed, actor, reason, leaf_index)
VALUES ($1::integer, $2::boolean, $3::text, $4::text, $5::bigint)

-- name: follow_end
-- Whoever reads the source can commit nothing more.
UPDATE evenhand.source_state SET epoch = epoch + 1 WHERE source_id = $1::integer

-- name: follow_person
SELECT count(*) FROM evenhand.app_user WHERE user_name = $1::text AND disabled_at IS NULL

-- name: follow_gap
-- The open gap of a source.
SELECT gap_no, reason, position, accepted_by FROM evenhand.source_gap
WHERE source_id = $1::integer AND resumed_at IS NULL FOR UPDATE

-- name: follow_accept
UPDATE evenhand.source_gap SET accepted_at = now(), accepted_by = $3::text, accept_reason = $4::text, leaf_index = $5::bigint
WHERE source_id = $1::integer AND gap_no = $2::integer
