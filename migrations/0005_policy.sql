-- The versions of the policy, each the canonical JSON whose SHA-256 is its name; the built-in default is the genesis leaf.
CREATE TABLE evenhand.policy_version (
	sha256         bytea PRIMARY KEY CHECK (length(sha256) = 32),
	canonical      text NOT NULL,
	effective_us   bigint,  -- NULL: from the beginning of time (the built-in default)
	leaf_index     bigint NOT NULL UNIQUE
);
GRANT SELECT, INSERT ON evenhand.policy_version TO evenhand_writer;
GRANT SELECT ON evenhand.policy_version TO evenhand_reader;
