-- Notes of counsel, for which privilege is claimed: a schema of their own that no other role of Evenhand may enter, and that no export reads.
CREATE SCHEMA evenhand_privileged;

CREATE TABLE evenhand_privileged.note (
	note_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	alert_id   text NOT NULL REFERENCES evenhand.alert,
	author     text NOT NULL REFERENCES evenhand.app_user,
	claim      text NOT NULL DEFAULT 'privilege claimed' CHECK (claim = 'privilege claimed'),
	salt       bytea NOT NULL CHECK (length(salt) = 32), -- so that nobody who has the digest can try short texts
	body       text NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 20000),
	sha256     bytea NOT NULL CHECK (sha256 = sha256(salt || convert_to(body, 'UTF8'))), -- what the ledger has of it
	written_at timestamptz NOT NULL DEFAULT now()
);
REVOKE ALL ON SCHEMA evenhand_privileged FROM PUBLIC;

-- Opens the store of notes to the role of counsel, and to no other.  A store that is older than the role is opened after
-- its database administrator made the role (migrations/setup_roles.sql).
CREATE FUNCTION evenhand_privileged.open_to_counsel() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evenhand_counsel') THEN
		GRANT USAGE ON SCHEMA evenhand, evenhand_privileged TO evenhand_counsel;
		GRANT SELECT ON evenhand_privileged.note TO evenhand_counsel;
		GRANT INSERT (alert_id, author, salt, body, sha256) ON evenhand_privileged.note TO evenhand_counsel;
		GRANT SELECT ON evenhand.migration, evenhand.request_outcome TO evenhand_counsel;
		GRANT SELECT (alert_id) ON evenhand.alert TO evenhand_counsel;
		GRANT SELECT (user_name, role, disabled_at) ON evenhand.app_user TO evenhand_counsel;
		GRANT SELECT (request_id), INSERT (token_sha256, os_user, user_name, verb, alert_id, body) ON evenhand.request TO evenhand_counsel;
	END IF;
END $$;
REVOKE ALL ON FUNCTION evenhand_privileged.open_to_counsel() FROM PUBLIC;
SELECT evenhand_privileged.open_to_counsel();
