-- name: poll_table
-- The table behind a name: its kind, file and whether the server may be read from.
SELECT c.oid::bigint, c.relkind::text, coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)::bigint,
	pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('server_encoding')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1::text AND c.relname = $2::text

-- name: poll_column
-- One column's type; `array` where its elements are listed.
SELECT CASE WHEN t.typcategory = 'A' THEN 'array' ELSE t.typname::text END
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = $1::bigint::oid AND a.attname = $2::text AND a.attnum > 0 AND NOT a.attisdropped

-- name: poll_xid_columns
-- The columns that may hold the inserting transaction: evenhand_xid before any other, indexed before not.
SELECT a.attname::text, a.attnotnull, x.leads, a.attname = 'evenhand_xid'
FROM pg_catalog.pg_attribute a CROSS JOIN LATERAL (
	SELECT EXISTS (SELECT FROM pg_catalog.pg_index i
		WHERE i.indrelid = a.attrelid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum) AS leads) x
WHERE a.attrelid = $1::bigint::oid AND a.atttypid = 'pg_catalog.xid8'::regtype AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attname = 'evenhand_xid' DESC, x.leads DESC, a.attnum

-- name: poll_unique_id
-- Whether a unique index holds the id column alone.
SELECT EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
	WHERE i.indrelid = $1::bigint::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1
	AND a.attname = $2::text)

-- name: poll_look
-- One snapshot of the source.  now() is when its transaction began, so before the snapshot was taken: whatever was
-- committed before that instant is in the snapshot.  The fourth column changes
-- with the table's file and with its columns; then the name that the table has now.
SELECT pg_catalog.pg_current_snapshot()::text, now(), coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)::bigint,
	pg_catalog.hashtextextended(coalesce(pg_catalog.pg_relation_filenode(c.oid), 0) || ' ' || (SELECT string_agg(a.attnum || ' ' || a.attname || ' ' ||
	a.atttypid, ',' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), 0),
	(SELECT n.nspname::text FROM pg_catalog.pg_namespace n WHERE n.oid = c.relnamespace), c.relname::text
FROM pg_catalog.pg_class c WHERE c.oid = $1::bigint::oid

-- name: poll_look_horizon
-- The same where the snapshot cannot name open transactions, or rows cannot be held against their names: every
-- transaction below xmin has ended.  The last column is the transaction id that comes next.
SELECT h.xmin || ':' || h.xmin || ':', now(), coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)::bigint,
	pg_catalog.hashtextextended(coalesce(pg_catalog.pg_relation_filenode(c.oid), 0) || ' ' || (SELECT string_agg(a.attnum || ' ' || a.attname || ' ' ||
	a.atttypid, ',' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), 0),
	(SELECT n.nspname::text FROM pg_catalog.pg_namespace n WHERE n.oid = c.relnamespace), c.relname::text, h.next
FROM pg_catalog.pg_class c, (SELECT pg_catalog.pg_snapshot_xmin(s)::text::bigint AS xmin, pg_catalog.pg_snapshot_xmax(s)::text::bigint
	AS next FROM pg_catalog.pg_current_snapshot() s) h
WHERE c.oid = $1::bigint::oid

-- name: poll_standby_clock
-- The primary's clock, up to which a standby has replayed: of the last transaction, or of the primary's last word where
-- everything up to it is here.  NULL: nothing is known.  Asked before the snapshot is taken.
SELECT greatest(pg_catalog.pg_last_xact_replay_timestamp(), (SELECT CASE WHEN pg_catalog.pg_last_wal_replay_lsn() >= r.latest_end_lsn
	THEN r.last_msg_send_time END FROM pg_catalog.pg_stat_wal_receiver r))

-- name: poll_blocks
SELECT pg_catalog.pg_relation_size($1::bigint::oid, 'main') / current_setting('block_size')::bigint

-- name: poll_export
-- A name by which other sessions can see what this one sees.
SELECT pg_catalog.pg_export_snapshot()
