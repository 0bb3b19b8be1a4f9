-- Old pane deltas are joined: what many commits counted into a pane becomes one row for each close that folded it.
CREATE TABLE evenhand.seal (
	source_id    integer NOT NULL REFERENCES evenhand.source,
	first_commit bigint NOT NULL,
	last_commit  bigint NOT NULL CHECK (last_commit >= first_commit),
	leaf_index   bigint UNIQUE, -- of its `seal` leaf; set before the transaction ends
	PRIMARY KEY (source_id, first_commit)
);

-- As a pane delta; in place of its commit the newest batch leaf that covers what was joined.
CREATE TABLE evenhand.pane_sealed (
	source_id  integer NOT NULL REFERENCES evenhand.source,
	pane_us    bigint NOT NULL,
	leaf_index bigint NOT NULL,
	n          bigint NOT NULL,
	block      bytea NOT NULL,
	examples   bytea NOT NULL,
	n_taken    bigint NOT NULL,
	taken      bytea CHECK (taken <> ''),
	PRIMARY KEY (source_id, pane_us, leaf_index),
	CHECK ((taken IS NULL) = (n_taken = 0))
);
CREATE INDEX pane_sealed_leaf ON evenhand.pane_sealed (source_id, leaf_index);
CREATE INDEX pane_close_included ON evenhand.pane_close (source_id, included_index);

-- Deltas stay append-only for the role that writes: it can remove those only that a seal of this transaction covers.
CREATE FUNCTION evenhand.drop_sealed(of_source integer, from_commit bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	dropped bigint;
BEGIN
	DELETE FROM evenhand.pane_delta d USING evenhand.seal s
	WHERE s.source_id = of_source AND s.first_commit = from_commit AND s.leaf_index IS NULL
		AND d.source_id = s.source_id AND d.commit_no BETWEEN s.first_commit AND s.last_commit;
	GET DIAGNOSTICS dropped = ROW_COUNT;
	RETURN dropped;
END $$;

REVOKE ALL ON FUNCTION evenhand.drop_sealed(integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evenhand.drop_sealed(integer, bigint) TO evenhand_writer;
GRANT SELECT, INSERT ON evenhand.seal, evenhand.pane_sealed TO evenhand_writer;
GRANT UPDATE (leaf_index) ON evenhand.seal TO evenhand_writer;
GRANT SELECT ON evenhand.seal, evenhand.pane_sealed TO evenhand_reader;

DO $$
BEGIN
	ALTER TABLE evenhand.pane_sealed ALTER COLUMN block SET COMPRESSION lz4, ALTER COLUMN examples SET COMPRESSION lz4,
		ALTER COLUMN taken SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
	RAISE NOTICE 'this server was built without lz4: blocks are compressed by its default';
END
$$;
