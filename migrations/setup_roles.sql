-- The six roles of Evenhand and the schema they meet in: run once in the store's database by a superuser.
-- In the private cluster Evenhand runs it by itself; for any other database a DBA does, and then grants to
-- the login that Evenhand connects as the roles it may take on, as `evenhand doctor` says. Running it again
-- changes nothing.
DO $$
DECLARE
	role_name text;
BEGIN
	FOREACH role_name IN ARRAY ARRAY['evenhand_owner', 'evenhand_writer', 'evenhand_reader', 'evenhand_regulator',
					 'evenhand_source', 'evenhand_counsel'] LOOP
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT '
				       'NOREPLICATION', role_name);
		END IF;
	END LOOP;
	EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO evenhand_owner', current_database());
END
$$;

CREATE SCHEMA IF NOT EXISTS evenhand AUTHORIZATION evenhand_owner;
