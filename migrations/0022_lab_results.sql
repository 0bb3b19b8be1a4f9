-- What runs of the lab found, each the canonical JSON whose SHA-256 is its name: what a proposal of a policy rests on.
CREATE TABLE evenhand.lab_result (
	sha256       bytea PRIMARY KEY CHECK (length(sha256) = 32),
	canonical    text NOT NULL,
	draft        bytea NOT NULL CHECK (length(draft) = 32),    -- version of the policy that was tried
	in_force     bytea NOT NULL CHECK (length(in_force) = 32), -- and of the one beside it
	from_us      bigint, -- panes from here on; NULL: from the first
	to_us        bigint, -- and before this; NULL: to the last
	seed         bigint NOT NULL,
	runs         integer NOT NULL,
	leaves_below bigint NOT NULL, -- closes with a leaf below this were replayed
	kept_by      text NOT NULL,
	kept_at      timestamptz NOT NULL DEFAULT now(),
	leaf_index   bigint NOT NULL UNIQUE
);
GRANT SELECT, INSERT ON evenhand.lab_result TO evenhand_writer;
GRANT SELECT ON evenhand.lab_result TO evenhand_reader;

-- The leaf that answers a request to keep a result holds its digest alone, so its body may be longer.
ALTER TABLE evenhand.request DROP CONSTRAINT request_bounds;
ALTER TABLE evenhand.request
	ADD CONSTRAINT request_bounds CHECK (octet_length(user_name) <= 63 AND octet_length(verb) <= 40
		AND (alert_id IS NULL OR octet_length(alert_id) <= 40)
		AND octet_length(body::text) <= CASE WHEN verb = 'lab-keep' THEN 1048576 ELSE 65536 END) NOT VALID;
