-- name: list_users
SELECT u.user_name, u.role, u.created_at, u.disabled_at,
       (SELECT max(s.created_at) FROM evenhand.session s WHERE s.user_name = u.user_name) AS signed_in_at
FROM evenhand.app_user u ORDER BY u.user_name LIMIT 500
