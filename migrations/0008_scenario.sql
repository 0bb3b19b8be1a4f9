-- The demo's and the tests' clock: a source that is generated takes T from here, and every page says so.
CREATE TABLE evenhand.scenario (
	source_id   integer PRIMARY KEY REFERENCES evenhand.source,
	start_us    bigint NOT NULL,            -- scenario time at the anchor
	rate        integer NOT NULL CHECK (rate > 0), -- scenario seconds a wall second
	anchor_at   timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT ON evenhand.scenario TO evenhand_writer;
GRANT SELECT ON evenhand.scenario TO evenhand_reader;
