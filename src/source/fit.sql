-- name: fit_server
-- The server and who asks: what decides in which mode a table may be read.
SELECT current_setting('server_version_num')::integer, pg_catalog.pg_is_in_recovery(), current_setting('wal_level'),
	current_setting('max_replication_slots')::integer, (SELECT count(*) FROM pg_catalog.pg_replication_slots),
	current_setting('max_wal_senders')::integer,
	(SELECT count(*) FROM pg_catalog.pg_stat_activity a WHERE a.backend_type = 'walsender'),
	coalesce((SELECT pg_catalog.pg_size_bytes(s.setting || s.unit) FROM pg_catalog.pg_settings s
		WHERE s.name = 'max_slot_wal_keep_size' AND s.setting <> '-1'), -1),
	current_database(), current_user, r.rolsuper, r.rolreplication, r.rolbypassrls,
	pg_catalog.has_function_privilege('pg_catalog.pg_logical_emit_message(boolean, text, text)', 'EXECUTE')
		AND NOT pg_catalog.pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off',
	EXISTS (SELECT FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = $1::text),
	coalesce((SELECT s.wal_status FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = $1::text), 'reserved')
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user

-- name: fit_store_roles
-- The roles of a store that the one who reads may take on; a superuser may take on any.
SELECT coalesce(string_agg(r.rolname, ', ' ORDER BY r.rolname), '') FROM pg_catalog.pg_roles r
WHERE r.rolname IN ('evenhand_owner', 'evenhand_writer', 'evenhand_reader', 'evenhand_regulator')
	AND pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER')

-- name: fit_table
-- A table: its kind, who owns it, and what its reader may do with it.
SELECT c.oid::bigint, c.relkind::text, c.relpersistence::text, pg_catalog.pg_get_userbyid(c.relowner),
	pg_catalog.has_table_privilege(c.oid, 'SELECT'), pg_catalog.has_schema_privilege(n.oid, 'USAGE'), c.relrowsecurity
	AND NOT pg_catalog.pg_has_role(current_user, c.relowner, 'USAGE') OR c.relforcerowsecurity,
	pg_catalog.has_database_privilege(c.relowner, current_database(), 'CREATE'),
	EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) AND c.relkind <> 'p',
	pg_catalog.pg_has_role(current_user, c.relowner, 'MEMBER'), c.relreplident::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1::text AND c.relname = $2::text

-- name: fit_notifies
-- Whether an enabled trigger on the table's INSERT (and UPDATE, where $3) already notifies the channel $2: it is named in
-- the trigger's arguments (each ends with a zero byte), as by import, or in its function's text, as in what --sql prints.
-- The bits are TRIGGER_TYPE_INSERT and TRIGGER_TYPE_UPDATE.
SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
	WHERE t.tgrelid = $1::bigint::oid AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & 4 <> 0
	AND (t.tgtype & 16 <> 0 OR NOT $3::boolean) AND p.prosrc LIKE '%pg_notify(%'
	AND (position(z.o || convert_to($2::text, 'UTF8') || z.o IN z.o || t.tgargs) > 0 OR strpos(p.prosrc, quote_literal($2::text)) > 0))
FROM (SELECT decode('00', 'hex') AS o) z

-- name: fit_missing_columns
-- Columns of the map that the table has not.
SELECT coalesce(string_agg(m.name, ', ' ORDER BY m.name), '') FROM unnest($2::text[]) AS m (name)
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
	WHERE a.attrelid = $1::bigint::oid AND a.attname = m.name AND a.attnum > 0 AND NOT a.attisdropped)

-- name: fit_leaves
-- The tables that hold the rows: the partitions, or the table itself; and each one's replica identity, whose index the
-- server takes only where it is valid and not deferrable.  Last: whether the replica identity holds the id column.
SELECT l.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpersistence::text, c.relreplident::text, x.indexrelid IS NOT NULL,
	x.indexrelid IS NOT NULL AND EXISTS (SELECT FROM pg_catalog.pg_attribute a
		WHERE a.attrelid = l.oid AND a.attname = $2::text AND a.attnum = ANY (x.indkey)),
	(SELECT string_agg(a.attname, E'\n' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
		WHERE a.attrelid = l.oid AND a.attnum = ANY (x.indkey))
FROM (SELECT t.relid AS oid FROM pg_catalog.pg_partition_tree($1::bigint::oid) t WHERE t.isleaf
	UNION SELECT $1::bigint::oid WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_partition_tree($1::bigint::oid) t
		WHERE t.relid = $1::bigint::oid AND NOT t.isleaf)) l
JOIN pg_catalog.pg_class c ON c.oid = l.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index x ON x.indrelid = l.oid AND x.indisvalid AND x.indimmediate
	AND (c.relreplident = 'd' AND x.indisprimary OR c.relreplident = 'i' AND x.indisreplident)
ORDER BY n.nspname, c.relname

-- name: fit_publications
-- Every publication that publishes a leaf, by itself, by one of its ancestors, by its schema or as one of all tables; and
-- what its column list and row filter are beside the leaf's replica identity.  A filter's columns are read from its stored form.
WITH leaf AS (
	SELECT c.oid, c.relreplident, x.indkey::int2[] AS identity,
		ARRAY[c.oid::bigint] || ARRAY(SELECT a.relid::bigint FROM pg_catalog.pg_partition_ancestors(c.oid) WITH ORDINALITY AS a (relid, nr)
			WHERE a.relid <> c.oid ORDER BY a.nr) AS line
	FROM pg_catalog.pg_class c
	LEFT JOIN pg_catalog.pg_index x ON x.indrelid = c.oid AND x.indisvalid AND x.indimmediate
		AND (c.relreplident = 'd' AND x.indisprimary OR c.relreplident = 'i' AND x.indisreplident)
	WHERE c.oid = ANY ($1::bigint[]::oid[])
), published AS (
	SELECT l.*, p.*, p.oid AS pub,
		(SELECT s.relid FROM unnest(l.line) WITH ORDINALITY AS s (relid, nr)
			WHERE (p.pubviaroot OR s.nr = 1) AND (p.puballtables
				OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = s.relid::oid)
				OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace m JOIN pg_catalog.pg_class c ON c.relnamespace = m.pnnspid
					WHERE m.pnpubid = p.oid AND c.oid = s.relid::oid))
			ORDER BY s.nr DESC LIMIT 1) AS published_as
	FROM leaf l CROSS JOIN pg_catalog.pg_publication p
	WHERE p.puballtables OR EXISTS (SELECT FROM unnest(l.line) AS s (relid)
		WHERE EXISTS (SELECT FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = s.relid::oid)
		OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace m JOIN pg_catalog.pg_class c ON c.relnamespace = m.pnnspid
			WHERE m.pnpubid = p.oid AND c.oid = s.relid::oid))
), named AS (
	SELECT b.line[1] AS leaf, b.pubname, b.pubinsert, b.pubupdate, b.pubdelete, b.pubtruncate, b.pubviaroot,
		r.prattrs IS NOT NULL AS has_list, r.prqual IS NOT NULL AS has_filter,
		ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) AS listed,
		ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum IN
			(SELECT v[1]::int FROM regexp_matches(r.prqual::text, ':varattno ([0-9]+)', 'g') AS v)) AS filtered,
		ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
			WHERE a.attrelid = b.line[1]::oid AND a.attnum = ANY (b.identity)) AS identity
	FROM published b LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = b.pub AND r.prrelid = b.published_as::oid
		AND NOT b.puballtables
)
SELECT leaf, pubname, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot, has_list, has_filter, identity <@ listed,
	filtered <@ identity,
	(SELECT coalesce(string_agg(m.name, ', ' ORDER BY m.name), '') FROM unnest($2::text[]) AS m (name) WHERE m.name <> ALL (listed))
FROM named ORDER BY pubname, leaf
