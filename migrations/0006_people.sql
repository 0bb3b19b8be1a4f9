-- People, sessions and what they ask for.  serve may only insert here; judge believes nothing a request says of its author.
CREATE TABLE evenhand.app_user (
	user_name     text PRIMARY KEY CHECK (user_name ~ '^[a-z][a-z0-9._-]{0,62}$'),
	role          text NOT NULL CHECK (role IN ('insurer', 'analyst', 'approver', 'regulator', 'admin', 'machine')),
	password_hash text NOT NULL, -- argon2id, libsodium's text form
	created_at    timestamptz NOT NULL DEFAULT now(),
	disabled_at   timestamptz
);

CREATE TABLE evenhand.session (
	token_sha256 bytea PRIMARY KEY CHECK (length(token_sha256) = 32),
	user_name    text NOT NULL REFERENCES evenhand.app_user,
	created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE evenhand.session_seen (
	token_sha256 bytea NOT NULL REFERENCES evenhand.session,
	seen_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_seen_token ON evenhand.session_seen (token_sha256, seen_at DESC);
CREATE TABLE evenhand.session_end (
	token_sha256 bytea PRIMARY KEY REFERENCES evenhand.session,
	ended_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE evenhand.request (
	request_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token_sha256 bytea REFERENCES evenhand.session, -- NULL: from the shell of an operating-system user
	os_user      text,
	user_name    text NOT NULL REFERENCES evenhand.app_user, -- a claim; judge compares it with the session
	verb         text NOT NULL,
	alert_id     text,
	body         jsonb NOT NULL,
	requested_at timestamptz NOT NULL DEFAULT now(),
	CHECK ((token_sha256 IS NULL) <> (os_user IS NULL))
);
CREATE TABLE evenhand.request_outcome (
	request_id bigint PRIMARY KEY REFERENCES evenhand.request,
	done       boolean NOT NULL,
	message    text NOT NULL,
	leaf_index bigint,
	decided_at timestamptz NOT NULL DEFAULT now()
);

-- What the regulator looked at, visible to both sides.
CREATE TABLE evenhand.access (
	access_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	user_name  text NOT NULL,
	resource   text NOT NULL,
	viewed_at  timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT ON evenhand.app_user, evenhand.session, evenhand.session_seen, evenhand.session_end, evenhand.request,
	evenhand.request_outcome, evenhand.access TO evenhand_reader, evenhand_writer;
GRANT INSERT ON evenhand.session, evenhand.session_seen, evenhand.session_end, evenhand.request, evenhand.access TO evenhand_reader;
GRANT INSERT ON evenhand.request_outcome TO evenhand_writer;
GRANT INSERT (token_sha256, os_user, user_name, verb, alert_id, body) ON evenhand.request TO evenhand_writer;
GRANT INSERT, UPDATE ON evenhand.app_user TO evenhand_writer;
