-- A pane delta may also take off: deleted rows, and the old rows of corrections, as a block of their own beside what it adds.
ALTER TABLE evenhand.pane_delta
	ADD COLUMN taken bytea CHECK (taken <> ''), -- NULL: nothing was taken off; else a packed block like `block`
	ADD COLUMN n_taken bigint NOT NULL DEFAULT 0,
	ADD CHECK ((taken IS NULL) = (n_taken = 0));

-- Beside the four fates of a row that is added: what else a commit met.
ALTER TABLE evenhand.gather_commit
	ADD COLUMN n_repeated bigint NOT NULL DEFAULT 0, -- the same row again: not counted
	ADD COLUMN n_corrected bigint NOT NULL DEFAULT 0, -- old rows taken off because a newer version was added
	ADD COLUMN n_taken bigint NOT NULL DEFAULT 0; -- rows taken off for good: deleted, or counted again from the start

DO $$
BEGIN
	ALTER TABLE evenhand.pane_delta ALTER COLUMN taken SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
	RAISE NOTICE 'this server was built without lz4: blocks are compressed by its default';
END
$$;
