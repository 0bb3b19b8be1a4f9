-- The private cluster only: the roles log in themselves (peer), nobody else enters the database, and
-- evenhand_source may keep the decision logs that are imported into it.
ALTER ROLE evenhand_owner LOGIN;
ALTER ROLE evenhand_writer LOGIN;
ALTER ROLE evenhand_reader LOGIN;
ALTER ROLE evenhand_regulator LOGIN;
ALTER ROLE evenhand_counsel LOGIN;
ALTER ROLE evenhand_source LOGIN REPLICATION; -- so that an imported log can be followed by `mode: stream`

REVOKE ALL ON DATABASE evenhand FROM PUBLIC;
GRANT CONNECT ON DATABASE evenhand
	TO evenhand_owner, evenhand_writer, evenhand_reader, evenhand_regulator, evenhand_source, evenhand_counsel;
GRANT CREATE, TEMPORARY ON DATABASE evenhand TO evenhand_source;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO evenhand_source;
