-- Versions of the policy for the fixture's people: one to come, one that waits, a floor, one that was rejected, and an alert about a
-- line that was loosened.
SET search_path = evenhand;
INSERT INTO session (token_sha256, user_name) SELECT sha256(user_name::bytea), user_name FROM app_user;
CREATE FUNCTION pg_temp.us(text) RETURNS bigint LANGUAGE sql AS $$ SELECT (extract(epoch FROM $1::timestamptz) * 1000000)::bigint $$;
CREATE FUNCTION pg_temp.leaf(kind text, body jsonb) RETURNS bigint LANGUAGE sql AS
$$ SELECT evenhand.ledger_append(ARRAY[kind], ARRAY[body::text], ARRAY[sha256('\x00'::bytea || convert_to(body::text, 'UTF8'))]) $$;

-- The default with other words in it.
CREATE FUNCTION pg_temp.version(VARIADIC changes text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	made text := (SELECT canonical FROM evenhand.policy_version ORDER BY leaf_index LIMIT 1);
BEGIN
	FOR i IN 1 .. cardinality(changes) / 2 LOOP
		made := replace(made, changes[2 * i - 1], changes[2 * i]);
	END LOOP;
	RETURN made;
END $$;
CREATE FUNCTION pg_temp.propose(who text, layer text, version text, effective text, reason text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	id bigint;
BEGIN
	INSERT INTO evenhand.request (token_sha256, user_name, verb, body) VALUES (sha256(who::bytea), who, 'policy-propose', '{}') RETURNING request_id INTO id;
	INSERT INTO evenhand.request_outcome (request_id, done, message, leaf_index) VALUES (id, true, 'it waits', pg_temp.leaf('request', '{"type": "request", "verb": "policy"}'));
	INSERT INTO evenhand.policy_proposal (proposal_id, layer, sha256, canonical, effective_us, proposer, reason, leaf_index)
	VALUES (id, layer, sha256(version::bytea), version, pg_temp.us(effective), who, reason, pg_temp.leaf('request', '{"type": "request", "verb": "policy"}'));
	RETURN id;
END $$;
CREATE FUNCTION pg_temp.decide(id bigint, who text, yes boolean, why text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO evenhand.policy_decision (proposal_id, approved, decided_by, reason, leaf_index)
	VALUES (id, yes, who, why, pg_temp.leaf('request', '{"type": "request", "verb": "policy"}'));
	IF yes THEN
		INSERT INTO evenhand.policy_version (layer, sha256, canonical, effective_us, leaf_index, proposal_id, proposer, approver)
		SELECT layer, sha256, canonical, effective_us, pg_temp.leaf('policy', '{"type": "policy", "layer": "house"}'), proposal_id, proposer, who
		FROM evenhand.policy_proposal WHERE proposal_id = id;
	END IF;
END $$;

SELECT pg_temp.decide(pg_temp.propose('ada', 'house', pg_temp.version('built-in default', 'underwriting, one line', '{"gate":"0.85","tau":"0.9"},', ''),
	'2025-09-01Z', 'One line is enough for a start.'), 'peter', false, 'The drift line is the one that finds it early.');
SELECT pg_temp.decide(pg_temp.propose('rita', 'floor', pg_temp.version('built-in default', 'state floor', '{"gate":"0.85","tau":"0.9"},', ''),
	'2025-10-01Z', 'The line that every insurer of the state is held to.'), 'rolf', true, 'Agreed.');
SELECT pg_temp.decide(pg_temp.propose('ada', 'house', pg_temp.version('built-in default', 'weekly figures', '2592000', '604800'),
	'2025-12-01Z', 'The committee meets every week.'), 'peter', true, 'As the committee asked.');
SELECT pg_temp.propose('olga', 'house', pg_temp.version('built-in default', 'more room for reviews', '"review":"4"', '"review":"12"', '604800', '2592000'),
	'2026-01-01Z', 'We have two more reviewers.');
INSERT INTO request (token_sha256, user_name, verb, body) VALUES (sha256('ada'), 'ada', 'policy-propose', '{}');
INSERT INTO request_outcome (request_id, done, message) SELECT max(request_id), false, 'that version is in force at 2026-02-01T00:00:00Z in any case' FROM request;

INSERT INTO alert (alert_id, source_id, kind, attribute, grp, found_in) SELECT 'A-90e700000001', source_id, 'governance', 'race', 'Black', 'live' FROM source WHERE name = 'underwriting';
INSERT INTO alert_step (alert_id, step_no, event, from_state, to_state, severity, at_us, evidence_sha256, policy_sha256, body, leaf_index)
SELECT 'A-90e700000001', 1, 'raised', '', 'raised', 'page', pg_temp.us('2025-11-20 17:05Z'), sha256('evidence'), sha256('policy'), jsonb_build_object(
	'alert', 'A-90e700000001', 'kind', 'governance', 'title', 'A rule was loosened under an open alert', 'source', 'underwriting', 'attribute', 'race', 'group', 'Black',
	'sentence', 'Version "weekly figures" of the house policy loosens what the open alert A-3f9c1b7d2e44 stands on. The window shrinks from 30d to 7d.',
	'detail', 'This is about the rules, not about people: the alert it names stays open, with the evidence and the lines that it was raised by.',
	'unknown', 'Why the rule was changed. Those who proposed and approved it gave a reason, which stands on the record.',
	'todo', 'Read the diff on the page of the policy and the reason given with it.', 'reference', null, 'outcome', null,
	'facts', '{"about": "A-3f9c1b7d2e44", "looser": [{"what": "The window shrinks from 30d to 7d.", "rule": "house", "name": "weekly figures", "from": "2025-12-01T00:00:00Z"}]}'::jsonb,
	'lineage', '[]'::jsonb, 'changed', '[]'::jsonb, 'examples', '[]'::jsonb, 'told', '["policy 5"]'::jsonb, 'owner', null, 'recovery', null),
	pg_temp.leaf('alert', '{"type": "alert", "alert": "A-90e700000001"}');
