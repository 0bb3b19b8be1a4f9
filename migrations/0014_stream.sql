-- A source that is read by logical replication keeps a slot in its server: how it stands, and what was lost of it.
-- Written every few seconds while the source is followed; for display and alerts, nothing is decided by it.
CREATE TABLE evenhand.source_slot (
	source_id      integer PRIMARY KEY REFERENCES evenhand.source,
	slot           text NOT NULL,
	system_id      text NOT NULL,    -- of the source's server, given at its initdb
	timeline       bigint NOT NULL,
	restart_lsn    pg_lsn NOT NULL,  -- the server keeps its log from here on, for this slot
	confirmed_lsn  pg_lsn NOT NULL,  -- acknowledged: the store holds everything before it
	head_lsn       pg_lsn NOT NULL,  -- where the server writes
	retained_bytes bigint NOT NULL,  -- head - restart
	lag_bytes      bigint NOT NULL,  -- head - what was read
	wal_status     text NOT NULL,    -- reserved, extended, unreserved, lost: as pg_replication_slots has it
	n_skipped      bigint NOT NULL,  -- changes that the server sent again since this gather began: they were not counted again
	n_lost         bigint NOT NULL,  -- changes passed over under a gap that was accepted, since this gather began
	looked_at      timestamptz NOT NULL DEFAULT now()
);

-- Changes of a source that can never be read: the slot that held them is gone, or they came without what is needed.
-- Gather writes found_at .. position and stops; who accepts it writes the next group; gather goes on and writes the last.
CREATE TABLE evenhand.source_gap (
	source_id        integer NOT NULL REFERENCES evenhand.source,
	gap_no           integer NOT NULL CHECK (gap_no > 0),
	found_at         timestamptz NOT NULL DEFAULT now(),
	reason           text NOT NULL,
	position         text NOT NULL, -- everything before it was counted
	accepted_at      timestamptz,
	accepted_by      text,
	accept_reason    text,
	leaf_index       bigint,        -- of the `gap` leaf
	resumed_at       timestamptz,
	resumed_position text,          -- where reading went on; where nobody accepted: the gap was none, nothing is lost
	PRIMARY KEY (source_id, gap_no),
	CHECK ((accepted_at IS NULL) = (accepted_by IS NULL) AND (accepted_at IS NULL) = (accept_reason IS NULL)),
	CHECK ((resumed_at IS NULL) = (resumed_position IS NULL))
);
CREATE UNIQUE INDEX source_gap_open ON evenhand.source_gap (source_id) WHERE resumed_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON evenhand.source_slot TO evenhand_writer;
GRANT SELECT, INSERT ON evenhand.source_gap TO evenhand_writer;
GRANT UPDATE (accepted_at, accepted_by, accept_reason, leaf_index, resumed_at, resumed_position) ON evenhand.source_gap
	TO evenhand_writer;
GRANT SELECT ON evenhand.source_slot, evenhand.source_gap TO evenhand_reader;
