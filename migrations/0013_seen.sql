-- What each id of a source with identity: tracked was counted as, so that it counts once; written with the tallies.
-- Millions of rows are added by COPY: no foreign key, which would cost a look-up a row, and no index but the key.
CREATE TABLE evenhand.seen (
	id_hash   uuid NOT NULL,    -- the first 16 bytes of the id's SHA-256
	version   bigint,           -- columns.version of the row that counts; NULL: none
	pane_us   bigint,           -- the pane it is counted in; NULL: set aside, or an outcome that waits for its decision
	source_id integer NOT NULL, -- evenhand.source
	payload   bytea NOT NULL,   -- what it was counted as: src/gather/tracked_store.c
	PRIMARY KEY (source_id, id_hash)
) WITH (fillfactor = 95);
ALTER TABLE evenhand.seen ALTER COLUMN payload SET STORAGE MAIN; -- some ten bytes, not worth a try at compression

-- A row that was set aside may be counted later: corrected in its source, or read again under a mended map.
ALTER TABLE evenhand.set_aside ADD COLUMN settled_commit bigint; -- the commit that counted it, or saw it gone; NULL: none yet
CREATE INDEX set_aside_open ON evenhand.set_aside (source_id, row_id) WHERE settled_commit IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON evenhand.seen TO evenhand_writer;
GRANT SELECT ON evenhand.seen TO evenhand_reader;
GRANT UPDATE (settled_commit) ON evenhand.set_aside TO evenhand_writer;
