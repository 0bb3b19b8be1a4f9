-- name: by_id_table
-- A table, the type of its id column, and whether its texts are of an encoding that the server checks.
SELECT c.oid::bigint, pg_catalog.format_type(a.atttypid, NULL), pg_catalog.current_setting('server_encoding') <> 'SQL_ASCII'
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = $3::text AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1::text AND c.relname = $2::text
