-- Each role finds the schema, and the schema keeps the list of its migrations.
-- What a role may do with a table is said by explicit GRANTs in the migration that makes the table;
-- a function may be called by nobody until such a GRANT says who.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

GRANT USAGE ON SCHEMA evenhand TO evenhand_writer, evenhand_reader, evenhand_regulator;

CREATE TABLE evenhand.migration (
	n integer PRIMARY KEY CHECK (n > 0),
	name text NOT NULL,
	sha256 bytea NOT NULL CHECK (length(sha256) = 32),
	applied_at timestamptz NOT NULL DEFAULT now(),
	applied_by text NOT NULL DEFAULT session_user
);

GRANT SELECT ON evenhand.migration TO evenhand_writer, evenhand_reader, evenhand_regulator;
