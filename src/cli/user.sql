-- name: add_user
INSERT INTO evenhand.app_user (user_name, role, password_hash) VALUES ($1::text, $2::text, $3::text)
ON CONFLICT DO NOTHING
-- name: set_password
UPDATE evenhand.app_user SET password_hash = $2::text WHERE user_name = $1::text
-- name: disable_user
UPDATE evenhand.app_user SET disabled_at = now() WHERE user_name = $1::text AND disabled_at IS NULL
-- name: list_users
SELECT user_name, role, created_at, disabled_at FROM evenhand.app_user ORDER BY user_name
