-- Regulatory packs: what was run once on a calendar period, which are on, and what came with a new component.
CREATE TABLE evenhand.pack_version (
	sha256    bytea PRIMARY KEY CHECK (length(sha256) = 32),
	pack      text NOT NULL,
	canonical text NOT NULL -- reads back as a pack file
);

-- Two people's decision that a pack is run from now on, or no more; without one its own `enabled` holds.
CREATE TABLE evenhand.pack_setting (
	leaf_index   bigint PRIMARY KEY,
	pack         text NOT NULL,
	sha256       bytea NOT NULL REFERENCES evenhand.pack_version,
	enabled      boolean NOT NULL,
	actor        text NOT NULL,
	second_actor text NOT NULL CHECK (second_actor <> actor),
	reason       text NOT NULL
);

-- Written once when a period's last pane has closed; rows that come later do not alter it.
CREATE TABLE evenhand.pack_result (
	source_id      integer NOT NULL REFERENCES evenhand.source,
	pack           text NOT NULL,
	period_us      bigint NOT NULL, -- its start; to_us its end
	to_us          bigint NOT NULL CHECK (to_us > period_us),
	pack_sha256    bytea NOT NULL REFERENCES evenhand.pack_version,
	clock_us       bigint NOT NULL,
	included_index bigint NOT NULL,
	n              bigint NOT NULL,
	result_sha256  bytea NOT NULL CHECK (length(result_sha256) = 32),
	body           text NOT NULL, -- canonical JSON
	leaf_index     bigint NOT NULL UNIQUE,
	PRIMARY KEY (source_id, pack, period_us)
);

-- Where each value of a role was first met: what has no time before it is compared with nothing.
CREATE TABLE evenhand.component_first (
	source_id integer NOT NULL REFERENCES evenhand.source,
	role      text NOT NULL,
	component text NOT NULL,
	first_us  bigint NOT NULL, -- its pane
	standing  text NOT NULL CHECK (standing IN ('initial', 'new', 'too-many')),
	PRIMARY KEY (source_id, role, component)
);

-- The same book for 28 days before and 28 days after a component was first met.
CREATE TABLE evenhand.change_result (
	source_id      integer NOT NULL,
	role           text NOT NULL,
	component      text NOT NULL,
	from_us        bigint NOT NULL,
	first_us       bigint NOT NULL,
	to_us          bigint NOT NULL CHECK (from_us < first_us AND first_us < to_us),
	clock_us       bigint NOT NULL,
	included_index bigint NOT NULL,
	result_sha256  bytea NOT NULL CHECK (length(result_sha256) = 32),
	body           text NOT NULL,
	leaf_index     bigint NOT NULL UNIQUE,
	PRIMARY KEY (source_id, role, component),
	FOREIGN KEY (source_id, role, component) REFERENCES evenhand.component_first
);

GRANT SELECT, INSERT ON evenhand.pack_version, evenhand.pack_setting, evenhand.pack_result, evenhand.component_first,
	evenhand.change_result TO evenhand_writer;
GRANT SELECT ON evenhand.pack_version, evenhand.pack_setting, evenhand.pack_result, evenhand.component_first,
	evenhand.change_result TO evenhand_reader;
