-- The ledger is an append-only list of canonical JSON leaves; its index order is commit order.
CREATE TABLE evenhand.ledger_head (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	size     bigint NOT NULL CHECK (size >= 0)
);
INSERT INTO evenhand.ledger_head (size) VALUES (0);

CREATE TABLE evenhand.ledger_leaf (
	leaf_index bigint PRIMARY KEY,
	kind       text NOT NULL,
	body       text NOT NULL CHECK (octet_length(body) <= 65535), -- canonical JSON, without its own index
	hash       bytea NOT NULL CHECK (length(hash) = 32)           -- RFC 6962 leaf hash of body
);

-- The last statement before COMMIT: raising the head row serializes writers, so index order is commit order.
CREATE FUNCTION evenhand.ledger_append(kinds text[], bodies text[], hashes bytea[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
	first_index bigint;
BEGIN
	UPDATE evenhand.ledger_head SET size = size + cardinality(bodies) RETURNING size - cardinality(bodies) INTO STRICT first_index;
	INSERT INTO evenhand.ledger_leaf (leaf_index, kind, body, hash)
	SELECT first_index + t.ord - 1, t.kind, t.body, t.hash
	FROM unnest(kinds, bodies, hashes) WITH ORDINALITY AS t (kind, body, hash, ord);
	RETURN first_index;
END $$;

-- The batch leaf that covers a run of gather commits; a delta belongs to the index of the leaf that covers it.
CREATE TABLE evenhand.batch (
	source_id    integer NOT NULL REFERENCES evenhand.source,
	first_commit bigint NOT NULL,
	last_commit  bigint NOT NULL CHECK (last_commit >= first_commit),
	leaf_index   bigint NOT NULL UNIQUE,
	clock_us     bigint,
	PRIMARY KEY (source_id, first_commit)
);

-- The close of a pane, or of a run of empty panes.
CREATE TABLE evenhand.pane_close (
	source_id       integer NOT NULL REFERENCES evenhand.source,
	first_pane_us   bigint NOT NULL,
	last_pane_us    bigint NOT NULL CHECK (last_pane_us >= first_pane_us), -- start of the last pane of the run
	clock_us        bigint NOT NULL,
	included_index  bigint NOT NULL, -- deltas of leaves up to this index were folded
	leaf_index      bigint NOT NULL UNIQUE,
	n               bigint NOT NULL, -- decisions in the pane; 0 for an empty run
	evidence_sha256 bytea NOT NULL CHECK (length(evidence_sha256) = 32),
	history         boolean NOT NULL, -- closed while history was replayed
	PRIMARY KEY (source_id, first_pane_us)
);

REVOKE ALL ON FUNCTION evenhand.ledger_append(text[], text[], bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evenhand.ledger_append(text[], text[], bytea[]) TO evenhand_writer;
GRANT SELECT, UPDATE ON evenhand.ledger_head TO evenhand_writer;
GRANT SELECT, INSERT ON evenhand.ledger_leaf, evenhand.batch, evenhand.pane_close TO evenhand_writer;
GRANT SELECT ON evenhand.ledger_head, evenhand.ledger_leaf, evenhand.batch, evenhand.pane_close TO evenhand_reader;
