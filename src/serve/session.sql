-- name: find_session
-- $1 SHA-256 of the token, $2 idle limit ms, $3 length limit ms; nothing where the session is over
SELECT u.user_name, u.role, s.created_at,
       now() - greatest(s.created_at, l.seen_at) > interval '1 minute' AS quiet
FROM evenhand.session s
JOIN evenhand.app_user u USING (user_name)
LEFT JOIN LATERAL (SELECT seen_at FROM evenhand.session_seen v WHERE v.token_sha256 = s.token_sha256
                   ORDER BY seen_at DESC LIMIT 1) l ON true
WHERE s.token_sha256 = $1::bytea AND u.disabled_at IS NULL AND u.role <> 'machine'
  AND NOT EXISTS (SELECT FROM evenhand.session_end e WHERE e.token_sha256 = s.token_sha256)
  AND greatest(s.created_at, l.seen_at) > now() - $2::bigint * interval '1 millisecond'
  AND s.created_at > now() - $3::bigint * interval '1 millisecond'
-- name: see_session
INSERT INTO evenhand.session_seen (token_sha256) VALUES ($1::bytea)
-- name: find_user
-- a machine signs nobody in: it has tokens
SELECT role, password_hash FROM evenhand.app_user WHERE user_name = $1::text AND disabled_at IS NULL AND role <> 'machine'
-- name: begin_session
INSERT INTO evenhand.session (token_sha256, user_name) VALUES ($1::bytea, $2::text)
-- name: end_session
INSERT INTO evenhand.session_end (token_sha256) VALUES ($1::bytea) ON CONFLICT DO NOTHING
-- name: end_other_sessions
INSERT INTO evenhand.session_end (token_sha256)
SELECT token_sha256 FROM evenhand.session WHERE user_name = $1::text AND token_sha256 <> $2::bytea
ON CONFLICT DO NOTHING
-- name: list_sessions
-- $1 user, $2 idle ms, $3 length ms, $4 this session
SELECT s.created_at, greatest(s.created_at, l.seen_at) AS seen_at, s.token_sha256 = $4::bytea AS this_one
FROM evenhand.session s
LEFT JOIN LATERAL (SELECT seen_at FROM evenhand.session_seen v WHERE v.token_sha256 = s.token_sha256
                   ORDER BY seen_at DESC LIMIT 1) l ON true
WHERE s.user_name = $1::text
  AND NOT EXISTS (SELECT FROM evenhand.session_end e WHERE e.token_sha256 = s.token_sha256)
  AND greatest(s.created_at, l.seen_at) > now() - $2::bigint * interval '1 millisecond'
  AND s.created_at > now() - $3::bigint * interval '1 millisecond'
ORDER BY seen_at DESC LIMIT 50
-- name: limit_time
-- A page that cannot be made in ten seconds is an error, not a queue.
SELECT set_config('statement_timeout', '10s', false)
