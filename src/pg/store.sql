-- name: has_database
-- Whether the private cluster's database is there.
SELECT count(*) FROM pg_catalog.pg_database WHERE datname = 'evenhand'

-- name: has_role
-- 1: the login may SET ROLE to $1; 0: it may not; null: there is no such role.
SELECT (SELECT pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')::int
	FROM pg_catalog.pg_roles r WHERE r.rolname = $1::text)

-- name: has_migrations
-- Whether the list of migrations is there; asked of the catalogs, which any role may read.
SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'evenhand' AND c.relname = 'migration'

-- name: migrations
-- What was applied, oldest first.
SELECT n, name, sha256 FROM evenhand.migration ORDER BY n

-- name: add_migration
-- Enters a migration that was just applied, in its transaction.
INSERT INTO evenhand.migration (n, name, sha256) VALUES ($1::integer, $2::text, $3::bytea)
