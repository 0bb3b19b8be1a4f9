-- name: stream_table
-- The table behind a name, and what logical decoding asks of it and of its server.
SELECT c.oid::bigint, c.relkind::text, c.relpersistence::text, c.relreplident::text, pg_catalog.pg_is_in_recovery(),
	pg_catalog.current_setting('server_encoding'), pg_catalog.current_setting('wal_level'),
	pg_catalog.pg_has_role(c.relowner, 'USAGE')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1::text AND c.relname = $2::text

-- name: stream_publication
-- How a publication publishes a table: by name, by its schema, with all tables, or through its partitioned parent.
SELECT p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot, t.rowfilter,
	EXISTS (SELECT FROM pg_catalog.pg_publication_tables t WHERE t.pubname = p.pubname AND t.schemaname = $2::text
		AND t.tablename = $3::text)
FROM pg_catalog.pg_publication p LEFT JOIN pg_catalog.pg_publication_tables t ON t.pubname = p.pubname
	AND t.schemaname = $2::text AND t.tablename = $3::text
WHERE p.pubname = $1::text

-- name: stream_unique_id
-- Whether a unique index holds the id column alone.
SELECT EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
	WHERE i.indrelid = $1::bigint::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1
	AND a.attname = $2::text)

-- name: stream_type
-- A type, or what lies under a domain: its name, kind and category, and the kind of what was asked for.
WITH RECURSIVE under (oid, typname, typtype, typcategory, typbasetype, asked) AS (
	SELECT t.oid, t.typname, t.typtype, t.typcategory, t.typbasetype, t.typtype
	FROM pg_catalog.pg_type t WHERE t.oid = $1::bigint::oid
	UNION ALL
	SELECT t.oid, t.typname, t.typtype, t.typcategory, t.typbasetype, u.asked
	FROM pg_catalog.pg_type t JOIN under u ON t.oid = u.typbasetype WHERE u.typtype = 'd')
SELECT typname::text, typtype::text, typcategory::text, asked::text FROM under WHERE typtype <> 'd'

-- name: stream_slot
-- A replication slot as it stands, and how far the log is written.
SELECT s.plugin::text, s.database::text, s.active, s.restart_lsn::text, s.confirmed_flush_lsn::text, s.wal_status,
	pg_catalog.pg_current_wal_insert_lsn()::text, s.temporary
FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = $1::text

-- name: stream_drop_slot
SELECT pg_catalog.pg_drop_replication_slot($1::text)

-- name: stream_clock
-- The source's clock, and then a place in its log: whoever has read the log up to there has read what was committed
-- before that instant.
SELECT clock_timestamp(), pg_catalog.pg_current_wal_insert_lsn()::text

-- name: stream_flushed
-- The clock, and how far the log is on disk: what was committed synchronously before that instant lies before that place.
SELECT clock_timestamp(), pg_catalog.pg_current_wal_flush_lsn()::text

-- name: stream_heartbeat
-- A message into the log, so that it moves on where nobody else writes.
SELECT pg_catalog.pg_logical_emit_message(true, 'evenhand', $1::text)
