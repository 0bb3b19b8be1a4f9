-- name: push_table
-- The table, foreign table or view behind a name, and the server that it is read from.
SELECT c.oid::bigint, c.relkind::text, pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('server_encoding'),
	EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1::text AND c.relname = $2::text AND c.relkind IN ('r', 'p', 'f', 'v', 'm')

-- name: push_leaves
-- The tables that hold a table's rows: itself, or its partitions, ascending by oid.
WITH RECURSIVE tree(oid) AS (
	SELECT $1::bigint::oid UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree t ON i.inhparent = t.oid)
SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind = 'f', coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)::bigint
FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind <> 'p' ORDER BY c.oid::bigint

-- name: push_column
-- Whether a column's type is an enum, whether it may not be null, how many characters a varchar may have (0: any
-- number), whether equal texts have equal bytes.
SELECT t.typtype = 'e', a.attnotnull, CASE WHEN t.typname = 'varchar' AND a.atttypmod > 4 THEN a.atttypmod - 4 ELSE 0 END,
	coalesce(c.collisdeterministic, true)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
	LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation
WHERE a.attrelid = $1::bigint::oid AND a.attname = $2::text AND a.attnum > 0 AND NOT a.attisdropped
