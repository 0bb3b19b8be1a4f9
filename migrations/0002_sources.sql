-- A source is one decision log; its map says what the columns mean, and every version of the map is kept.
CREATE TABLE evenhand.source (
	source_id     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name          text NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
	registered_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE evenhand.source_map (
	source_id     integer NOT NULL REFERENCES evenhand.source,
	version       integer NOT NULL CHECK (version > 0),
	canonical     text NOT NULL, -- canonical JSON; its SHA-256 is the version's name
	map_text      text NOT NULL, -- the file as its author wrote it, without a password
	sha256        bytea NOT NULL CHECK (length(sha256) = 32),
	registered_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (source_id, version)
);

-- Where gather stands.  The one row of a source is written in the transaction of the pane deltas it covers (law 2).
CREATE TABLE evenhand.source_state (
	source_id    integer PRIMARY KEY REFERENCES evenhand.source,
	phase        text NOT NULL CHECK (phase IN ('history', 'live', 'ended')),
	commit_no    bigint NOT NULL,  -- the last gather commit
	position     text,             -- poll: the whole pg_snapshot that was read last; NULL before the first
	clock_us     bigint,           -- T; NULL until history is read; never goes back
	progressed_at timestamptz NOT NULL DEFAULT now() -- wall time, for display and stall detection
);

-- One row a gather commit: what was read and what became of it.
CREATE TABLE evenhand.gather_commit (
	source_id    integer NOT NULL REFERENCES evenhand.source,
	commit_no    bigint NOT NULL,
	position     text NOT NULL,
	clock_us     bigint,            -- T after this commit; NULL in history
	n_on_time    bigint NOT NULL,
	n_early      bigint NOT NULL,
	n_late       bigint NOT NULL,
	n_set_aside  bigint NOT NULL,
	digest       bytea NOT NULL CHECK (length(digest) = 32), -- SHA-256 over its pane deltas
	committed_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (source_id, commit_no)
);

-- What one gather commit adds to one pane: a canonical packed block (src/cube/block.c).  Append-only.
CREATE TABLE evenhand.pane_delta (
	source_id integer NOT NULL REFERENCES evenhand.source,
	pane_us   bigint NOT NULL, -- start of the pane, microseconds since 1970
	commit_no bigint NOT NULL,
	n         bigint NOT NULL,
	block     bytea NOT NULL,
	examples  bytea NOT NULL,  -- ids for display, chosen by keyed hash; not part of any digest
	PRIMARY KEY (source_id, pane_us, commit_no)
);
CREATE INDEX pane_delta_commit ON evenhand.pane_delta (source_id, commit_no);

-- Which names keep their own place where a kind is capped (strata 4,096 tuples, a feature 256 levels); in commit order.
CREATE TABLE evenhand.dictionary (
	source_id integer NOT NULL REFERENCES evenhand.source,
	kind      text NOT NULL, -- 'stratum', or 'feature:NAME', or 'retrieval:ROLE'
	ordinal   integer NOT NULL,
	value     text NOT NULL,
	PRIMARY KEY (source_id, kind, ordinal),
	UNIQUE (source_id, kind, value)
);

-- Rows that gather could not use, with the reason.  The id is kept so that the row can be mended in the source.
CREATE TABLE evenhand.set_aside (
	source_id    integer NOT NULL REFERENCES evenhand.source,
	set_aside_id bigint GENERATED ALWAYS AS IDENTITY,
	commit_no    bigint NOT NULL,
	row_id       text,
	reason       text NOT NULL,
	PRIMARY KEY (source_id, set_aside_id)
);

GRANT SELECT, INSERT ON evenhand.source, evenhand.source_map, evenhand.gather_commit, evenhand.pane_delta,
	evenhand.dictionary, evenhand.set_aside TO evenhand_writer;
GRANT SELECT, INSERT, UPDATE ON evenhand.source_state TO evenhand_writer;
GRANT SELECT ON evenhand.source, evenhand.source_map, evenhand.source_state, evenhand.gather_commit,
	evenhand.pane_delta, evenhand.dictionary, evenhand.set_aside TO evenhand_reader;
