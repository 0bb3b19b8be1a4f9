-- Messages leave by several routes: a row for each, what waits is a short queue, and a heartbeat says that judge lives.
ALTER TABLE evenhand.outbox DROP CONSTRAINT outbox_route_check;
ALTER TABLE evenhand.outbox DROP CONSTRAINT outbox_dedup_key_key;
ALTER TABLE evenhand.outbox
	ADD COLUMN alert_id  text REFERENCES evenhand.alert,    -- what it tells of; NULL: not of an alert
	ADD COLUMN step_no   integer,
	ADD COLUMN source_id integer REFERENCES evenhand.source, -- NULL: of the store
	ADD CONSTRAINT outbox_once UNIQUE (route, dedup_key);    -- the key is the same on every route
CREATE INDEX outbox_alert ON evenhand.outbox (alert_id, step_no);

-- A try after which there is none more: the message is a dead letter until somebody asks for another round.
ALTER TABLE evenhand.outbox_attempt
	ADD COLUMN status integer,                     -- what was answered: of HTTP, of SMTP; NULL: nothing
	ADD COLUMN dead   boolean NOT NULL DEFAULT false;

-- What nobody has received yet.  A message is here from its first moment, and leaves when it is delivered or dead.
CREATE TABLE evenhand.outbox_waiting (
	outbox_id bigint PRIMARY KEY REFERENCES evenhand.outbox ON DELETE CASCADE,
	tries     integer NOT NULL DEFAULT 0, -- of this round
	next_at   timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE FUNCTION evenhand.outbox_begin() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
	INSERT INTO evenhand.outbox_waiting (outbox_id) VALUES (NEW.outbox_id);
	RETURN NULL;
END $$;
CREATE TRIGGER outbox_begin AFTER INSERT ON evenhand.outbox FOR EACH ROW EXECUTE FUNCTION evenhand.outbox_begin();
INSERT INTO evenhand.outbox_waiting (outbox_id, tries, next_at)
	SELECT o.outbox_id, 0, '-infinity' FROM evenhand.outbox o
	WHERE NOT EXISTS (SELECT FROM evenhand.outbox_attempt a WHERE a.outbox_id = o.outbox_id AND a.delivered);

-- Somebody asked for another round of tries of a dead letter.
CREATE TABLE evenhand.outbox_again (
	outbox_id bigint NOT NULL REFERENCES evenhand.outbox ON DELETE CASCADE,
	asked_at  timestamptz NOT NULL DEFAULT now(),
	os_user   text NOT NULL,
	PRIMARY KEY (outbox_id, asked_at)
);

-- The last time that a route which must be told again and again was told what is open.
CREATE TABLE evenhand.outbox_refresh (
	route        text PRIMARY KEY,
	refreshed_at timestamptz NOT NULL,
	alerts       integer NOT NULL,
	delivered    boolean NOT NULL,
	detail       text NOT NULL
);

CREATE TABLE evenhand.heartbeat (
	leaf_index bigint PRIMARY KEY,
	beat_at    timestamptz NOT NULL -- judge's wall clock
);

GRANT SELECT, INSERT, UPDATE, DELETE ON evenhand.outbox_waiting TO evenhand_writer;
GRANT SELECT, INSERT ON evenhand.outbox_again, evenhand.heartbeat TO evenhand_writer;
GRANT SELECT, INSERT, UPDATE ON evenhand.outbox_refresh TO evenhand_writer;
GRANT SELECT ON evenhand.outbox_waiting, evenhand.outbox_again, evenhand.outbox_refresh, evenhand.heartbeat TO evenhand_reader;
