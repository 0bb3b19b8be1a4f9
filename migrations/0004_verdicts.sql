-- What judge found: the latest verdict of every monitor, and one point a day for the charts.
CREATE TABLE evenhand.monitor_point (
	source_id integer NOT NULL REFERENCES evenhand.source,
	monitor   text NOT NULL, -- source/attribute/group/outcome/raw|conditional
	pane_us   bigint NOT NULL, -- the last pane of its day that closed with a verdict
	leaf_index bigint NOT NULL, -- the pane close that this point belongs to
	verdict   jsonb NOT NULL, -- as a replay line
	battery   jsonb NOT NULL, -- the descriptive figures: rates, risk difference, Fisher, CMH, scores, association
	PRIMARY KEY (source_id, monitor, pane_us)
);

-- The provisional pane that is still open: descriptive, never latched, raises nothing.
CREATE TABLE evenhand.live_pane (
	source_id  integer PRIMARY KEY REFERENCES evenhand.source,
	pane_us    bigint NOT NULL,
	clock_us   bigint NOT NULL,
	figures    jsonb NOT NULL,
	updated_at timestamptz NOT NULL DEFAULT now()
);

-- The verdicts of the last pane that closed, one row a monitor.
CREATE TABLE evenhand.monitor_latest (
	source_id  integer NOT NULL REFERENCES evenhand.source,
	monitor    text NOT NULL,
	pane_us    bigint NOT NULL,
	leaf_index bigint NOT NULL,
	verdict    jsonb NOT NULL,
	battery    jsonb NOT NULL,
	PRIMARY KEY (source_id, monitor)
);

-- Figures of the source as a whole at the last close: missing labels, proxies, naive rule count.
CREATE TABLE evenhand.source_latest (
	source_id  integer PRIMARY KEY REFERENCES evenhand.source,
	pane_us    bigint NOT NULL,
	leaf_index bigint NOT NULL,
	figures    jsonb NOT NULL
);

-- Calendar months for the regulator, already suppressed when they are written: a hidden cell is NULL.
CREATE TABLE evenhand.regulator_month (
	source_id  integer NOT NULL REFERENCES evenhand.source,
	month      date NOT NULL,
	attribute  text NOT NULL,
	grp        text NOT NULL,
	n          bigint,
	adverse    bigint,
	suppressed boolean NOT NULL,
	leaf_index bigint NOT NULL,
	PRIMARY KEY (source_id, month, attribute, grp)
);

GRANT SELECT, INSERT, UPDATE ON evenhand.monitor_point, evenhand.live_pane, evenhand.monitor_latest,
	evenhand.source_latest, evenhand.regulator_month TO evenhand_writer;
GRANT SELECT ON evenhand.monitor_point, evenhand.live_pane, evenhand.monitor_latest, evenhand.source_latest TO evenhand_reader;

CREATE SCHEMA IF NOT EXISTS evenhand_regulator;
GRANT USAGE ON SCHEMA evenhand_regulator TO evenhand_regulator;

CREATE VIEW evenhand_regulator.month AS
	SELECT s.name AS source, m.month, m.attribute, m.grp, m.n, m.adverse, m.suppressed
	FROM evenhand.regulator_month m JOIN evenhand.source s USING (source_id);
GRANT SELECT ON evenhand_regulator.month TO evenhand_regulator;
