-- What serve may insert: who asks and for what, and nothing of where it came from or when; those columns are the store's.
-- A grant on the whole table let its role write os_user, which judge takes for the shell, and set the clock of a session.
REVOKE INSERT ON evenhand.request, evenhand.session, evenhand.session_end, evenhand.session_seen, evenhand.access
	FROM evenhand_reader;
GRANT INSERT (token_sha256, user_name, verb, alert_id, body) ON evenhand.request TO evenhand_reader;
GRANT INSERT (token_sha256, user_name) ON evenhand.session TO evenhand_reader;
GRANT INSERT (token_sha256) ON evenhand.session_end TO evenhand_reader;
GRANT INSERT (token_sha256) ON evenhand.session_seen TO evenhand_reader;
GRANT INSERT (user_name, resource) ON evenhand.access TO evenhand_reader;
