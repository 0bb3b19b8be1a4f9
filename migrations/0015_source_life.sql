-- A source's life: who may write it, whether it is still followed, and why it waits.
-- Whoever takes a source over raises its epoch; a predecessor that wakes up later finds another epoch, and its commit touches
-- no row.  The advisory lock keeps two from starting; the epoch keeps one that lost its lock from writing.
ALTER TABLE evenhand.source_state ADD COLUMN epoch bigint NOT NULL DEFAULT 0;

-- The same for judge.
CREATE TABLE evenhand.judge_epoch (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	epoch    bigint NOT NULL,
	taken_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO evenhand.judge_epoch (epoch) VALUES (0);

-- Sources that were taken out of the list of those followed, or put back: the last row of a source counts.
-- What was counted stays, and so does every page about it.
CREATE TABLE evenhand.source_follow (
	source_id  integer NOT NULL REFERENCES evenhand.source,
	nr         bigint GENERATED ALWAYS AS IDENTITY,
	followed   boolean NOT NULL,
	actor      text NOT NULL,
	reason     text NOT NULL,
	changed_at timestamptz NOT NULL DEFAULT now(),
	leaf_index bigint NOT NULL UNIQUE,
	PRIMARY KEY (source_id, nr)
);

CREATE VIEW evenhand.source_removed AS
	SELECT f.source_id, f.actor, f.reason, f.changed_at, f.leaf_index
	FROM (SELECT DISTINCT ON (source_id) * FROM evenhand.source_follow ORDER BY source_id, nr DESC) f
	WHERE NOT f.followed;

-- Why a source is not read at the moment; gone with the first commit that succeeds.
CREATE TABLE evenhand.source_trouble (
	source_id integer PRIMARY KEY REFERENCES evenhand.source,
	kind      text NOT NULL CHECK (kind IN ('away', 'refused')), -- tried again by itself; waits for a person
	message   text NOT NULL,
	hint      text NOT NULL,
	tries     bigint NOT NULL DEFAULT 1,
	since     timestamptz NOT NULL DEFAULT now(),
	last_at   timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, UPDATE ON evenhand.judge_epoch TO evenhand_writer;
GRANT SELECT, INSERT ON evenhand.source_follow TO evenhand_writer;
GRANT SELECT ON evenhand.source_removed TO evenhand_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON evenhand.source_trouble TO evenhand_writer;
GRANT SELECT ON evenhand.judge_epoch, evenhand.source_follow, evenhand.source_removed, evenhand.source_trouble TO evenhand_reader;
