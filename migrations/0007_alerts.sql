-- Alerts and their steps.  The table of permitted steps is data, filled from the program's one table and checked here as well.
CREATE TABLE evenhand.alert_rule (
	from_state  text NOT NULL, -- '' before the alert exists
	event       text NOT NULL,
	to_state    text NOT NULL,
	two_people  boolean NOT NULL,
	PRIMARY KEY (from_state, event)
);

CREATE TABLE evenhand.evidence (
	sha256 bytea PRIMARY KEY CHECK (length(sha256) = 32),
	body   text NOT NULL -- canonical JSON
);

CREATE TABLE evenhand.alert (
	alert_id  text PRIMARY KEY, -- A- and the first 12 digits of the digest of what names it
	source_id integer NOT NULL REFERENCES evenhand.source,
	kind      text NOT NULL CHECK (kind IN ('bias', 'data', 'governance')),
	attribute text NOT NULL,
	grp       text NOT NULL,
	found_in  text NOT NULL CHECK (found_in IN ('live', 'history'))
);

CREATE TABLE evenhand.alert_step (
	alert_id        text NOT NULL REFERENCES evenhand.alert,
	step_no         integer NOT NULL CHECK (step_no > 0),
	event           text NOT NULL,
	from_state      text NOT NULL,
	to_state        text NOT NULL,
	severity        text NOT NULL CHECK (severity IN ('review', 'page')),
	at_us           bigint NOT NULL,  -- the clock T of the step
	pane_end_us     bigint,
	onset_us        bigint,
	actor           text,             -- NULL: judge itself
	second_actor    text,
	reason          text,
	evidence_sha256 bytea REFERENCES evenhand.evidence,
	policy_sha256   bytea,
	body            jsonb NOT NULL,   -- sentence, lineage, examples, what the page shows
	leaf_index      bigint NOT NULL,
	PRIMARY KEY (alert_id, step_no)
);

CREATE FUNCTION evenhand.alert_step_check() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
	rule evenhand.alert_rule;
	last evenhand.alert_step;
BEGIN
	SELECT * INTO last FROM evenhand.alert_step WHERE alert_id = NEW.alert_id ORDER BY step_no DESC LIMIT 1;
	IF NEW.step_no <> coalesce(last.step_no, 0) + 1 OR NEW.from_state <> coalesce(last.to_state, '') THEN
		RAISE EXCEPTION 'alert %: step % from "%" does not follow its last step', NEW.alert_id, NEW.step_no, NEW.from_state;
	END IF;
	SELECT * INTO rule FROM evenhand.alert_rule r WHERE r.from_state = NEW.from_state AND r.event = NEW.event;
	IF rule IS NULL OR rule.to_state <> NEW.to_state THEN
		RAISE EXCEPTION 'alert %: no rule lets "%" lead from "%" to "%"', NEW.alert_id, NEW.event, NEW.from_state, NEW.to_state;
	END IF;
	IF rule.two_people AND (NEW.actor IS NULL OR NEW.second_actor IS NULL OR NEW.actor = NEW.second_actor) THEN
		RAISE EXCEPTION 'alert %: "%" needs two distinct people', NEW.alert_id, NEW.event;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER alert_step_check BEFORE INSERT ON evenhand.alert_step FOR EACH ROW EXECUTE FUNCTION evenhand.alert_step_check();

CREATE VIEW evenhand.alert_now AS
	SELECT DISTINCT ON (a.alert_id) a.alert_id, s.name AS source, a.source_id, a.kind, a.attribute, a.grp, a.found_in,
	       t.step_no, t.event, t.to_state AS state, t.severity, t.at_us, t.pane_end_us, t.onset_us, t.actor, t.reason,
	       t.evidence_sha256, t.policy_sha256, t.body, t.leaf_index
	FROM evenhand.alert a JOIN evenhand.source s USING (source_id) JOIN evenhand.alert_step t USING (alert_id)
	ORDER BY a.alert_id, t.step_no DESC;

-- What must be sent, written with the step it tells of; and every try to send it.
CREATE TABLE evenhand.outbox (
	outbox_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	route       text NOT NULL CHECK (route IN ('webhook')),
	dedup_key   text NOT NULL UNIQUE, -- the idempotency key the receiver sees
	body        text NOT NULL,
	created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE evenhand.outbox_attempt (
	outbox_id    bigint NOT NULL REFERENCES evenhand.outbox,
	attempt_no   integer NOT NULL,
	attempted_at timestamptz NOT NULL DEFAULT now(),
	delivered    boolean NOT NULL,
	detail       text NOT NULL,
	PRIMARY KEY (outbox_id, attempt_no)
);

GRANT SELECT, INSERT ON evenhand.alert_rule, evenhand.evidence, evenhand.alert, evenhand.alert_step, evenhand.outbox,
	evenhand.outbox_attempt TO evenhand_writer;
GRANT SELECT ON evenhand.alert_now TO evenhand_writer;
GRANT SELECT ON evenhand.alert_rule, evenhand.evidence, evenhand.alert, evenhand.alert_step, evenhand.alert_now,
	evenhand.outbox, evenhand.outbox_attempt TO evenhand_reader;

CREATE VIEW evenhand_regulator.alert AS
	SELECT alert_id, source, kind, attribute, grp, state, severity, at_us, onset_us, evidence_sha256, policy_sha256
	FROM evenhand.alert_now;
GRANT SELECT ON evenhand_regulator.alert TO evenhand_regulator;
