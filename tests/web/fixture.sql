-- fixture.sql - a store filled with invented numbers, for the tests of the dashboard.
--
-- Nothing here was measured or judged: the figures only look like judge's output, so
-- that every page has something of every kind to show.  Run it as the superuser (evenhand_admin)
-- on a fresh store.
SET client_min_messages = warning;
SET search_path = evenhand, public;
BEGIN;

CREATE FUNCTION pg_temp.iso(us bigint) RETURNS text LANGUAGE sql AS
$$ SELECT to_char(to_timestamp(us / 1000000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') $$;
CREATE FUNCTION pg_temp.us(day text) RETURNS bigint LANGUAGE sql AS
$$ SELECT (extract(epoch FROM day::timestamptz) * 1000000)::bigint $$;
-- the same wobble at every run
CREATE FUNCTION pg_temp.wobble(key text, day integer) RETURNS float8 LANGUAGE sql AS
$$ SELECT sin(day / 3.1 + ascii(right(key, 1))) * .4 + sin(day / 11.7 + length(key)) * .6 $$;
CREATE FUNCTION pg_temp.leaf(kind text, body jsonb) RETURNS bigint LANGUAGE sql AS
$$ SELECT evenhand.ledger_append(ARRAY[kind], ARRAY[body::text], ARRAY[sha256('\x00'::bytea || convert_to(body::text, 'UTF8'))]) $$;

INSERT INTO source (name) VALUES ('underwriting');
SELECT pg_temp.leaf('genesis', '{"type": "genesis", "schema": 8}');
SELECT pg_temp.leaf('source', '{"type": "source", "source": "underwriting", "map_sha256": "5f1d7a84db00d2fce00b31a7fc73224be5f1d7a84db00d2fce00b31a7fc73224"}');
INSERT INTO policy_version (sha256, canonical, effective_us, leaf_index)
SELECT sha256('{"budget":{"page":"0.5","review":"4"},"conditional":true,"detector":"shiryaev-roberts-2x2/1","lines":[{"gate":"0.85","tau":"0.9"},{"gate":"0.8","tau":"0.8"}],"minimum":{"n":30,"rarer":5},"outcomes":["favourable","adverse"],"policy":"built-in default","window_seconds":2592000}'), '{"budget":{"page":"0.5","review":"4"},"conditional":true,"detector":"shiryaev-roberts-2x2/1","lines":[{"gate":"0.85","tau":"0.9"},{"gate":"0.8","tau":"0.8"}],"minimum":{"n":30,"rarer":5},"outcomes":["favourable","adverse"],"policy":"built-in default","window_seconds":2592000}', NULL, pg_temp.leaf('policy', '{"type": "policy", "policy": "default"}');
INSERT INTO source_state (source_id, phase, commit_no, position, clock_us, progressed_at)
SELECT source_id, 'live', 812, '0/0', pg_temp.us('2025-11-20 17:05Z'), now() + interval '1 year' FROM source;
INSERT INTO scenario (source_id, start_us, rate) SELECT source_id, pg_temp.us('2025-10-01Z'), 86400 FROM source;
INSERT INTO set_aside (source_id, commit_no, row_id, reason)
SELECT source_id, 7, 'D-' || n, 'score is not a number' FROM source, generate_series(1, 14) n;

CREATE TEMP TABLE fixture_group (attribute text, grp text, reference text, per_month float8, tilt float8);
INSERT INTO fixture_group VALUES
	('sex', 'Female', 'Male', 8200, 1.01), ('age', 'Less than 25', '40-64', 1450, 1.04), ('age', '25-39', '40-64', 5100, .99),
	('age', '65 and over', '40-64', 2600, 1.02), ('race', 'Asian', 'White', 1180, .98), ('race', 'Black', 'White', 2480, 1.01),
	('race', 'Hispanic', 'White', 2150, 1.02), ('race', 'Native', 'White', 18, 1.1);

-- one verdict and battery a day, group, outcome and way
CREATE TEMP TABLE fixture_point AS
WITH day AS (SELECT d, pg_temp.us('2025-01-31Z') + d * 86400000000::bigint AS pane_us FROM generate_series(0, 293) d),
cell AS (
	SELECT g.*, d.*, o.adverse, w.conditional, g.per_month * (1 + .06 * pg_temp.wobble(g.grp, d.d)) AS n,
	       11500 * (1 + .05 * pg_temp.wobble(g.reference, d.d)) AS n_reference,
	       g.tilt + .035 * pg_temp.wobble(g.grp || w.conditional, d.d)
	         + CASE WHEN g.grp = 'Black' THEN .55 * least(greatest(d.d - 264, 0) / 28.0, 1) ELSE 0 END
	         + CASE WHEN g.grp = 'Less than 25' AND NOT w.conditional THEN .05 * least(greatest(d.d - 200, 0) / 30.0, 1) ELSE 0 END AS ratio
	FROM fixture_group g, day d, (VALUES (true), (false)) o (adverse), (VALUES (true), (false)) w (conditional)),
cell2 AS (
	SELECT *, CASE WHEN adverse THEN .081 ELSE .919 END AS p_reference,
	       CASE WHEN adverse THEN .081 * ratio ELSE 1 - .081 * ratio END AS p FROM cell),
cell3 AS (
	SELECT *, round(n)::bigint AS n_p, round(n_reference)::bigint AS n_r, round(n * p)::bigint AS k_p,
	       round(n_reference * p_reference)::bigint AS k_r, p / p_reference AS air,
	       1.96 * sqrt((1 - p) / (n * p) + (1 - p_reference) / (n_reference * p_reference)) AS half,
	       CASE WHEN grp = 'Black' AND adverse THEN -2.2 + .3 * pg_temp.wobble(grp, d) + greatest(d - 266, 0) * .19
	            ELSE -2.6 + .6 * pg_temp.wobble(grp || adverse || conditional, d) END AS years,
	       CASE WHEN grp = 'Native' THEN 'not_enough_data'
	            WHEN grp = 'Black' AND adverse AND d > 280 THEN 'crossed' 
	            WHEN grp = 'Less than 25' AND adverse AND NOT conditional AND d > 285 THEN 'crossed' ELSE 'not_crossed' END AS verdict
	FROM cell2)
SELECT 'underwriting/' || attribute || '/' || grp || '/' || CASE WHEN adverse THEN 'adverse' ELSE 'favourable' END || '/'
         || CASE WHEN conditional THEN 'conditional' ELSE 'raw' END AS monitor, pane_us, d,
       jsonb_build_object('type', 'verdict', 'source', 'underwriting', 'attribute', attribute, 'group', grp, 'reference', reference,
         'outcome', CASE WHEN adverse THEN 'adverse' ELSE 'favourable' END,
         'strata', CASE WHEN conditional THEN '["tier"]'::jsonb ELSE 'null' END,
         'window_start', pg_temp.iso(pane_us - 30 * 86400000000), 'pane_start', pg_temp.iso(pane_us), 'pane_end', pg_temp.iso(pane_us + 3600000000),
         'n_protected', n_p, 'n_reference', n_r, 'k_protected', k_p, 'k_reference', k_r,
         'air', air, 'air_lo', air * exp(-half), 'air_hi', air * exp(half),
         'lines', jsonb_build_array(
            jsonb_build_object('tau', .9, 'log10_e', years + 1, 'verdict', verdict),
            jsonb_build_object('tau', .8, 'log10_e', years, 'verdict', CASE WHEN verdict = 'crossed' AND grp = 'Less than 25' THEN 'not_crossed' ELSE verdict END)),
         'onset', CASE WHEN verdict = 'crossed' THEN '"2025-10-22T00:00:00Z"'::jsonb ELSE 'null' END, 'verdict', verdict) AS verdict,
       jsonb_build_object(
         'rate_protected', jsonb_build_object('est', p, 'lo', p * (1 - half), 'hi', least(p * (1 + half), 1)),
         'rate_reference', jsonb_build_object('est', p_reference, 'lo', p_reference * .98, 'hi', least(p_reference * 1.02, 1)),
         'risk_difference', jsonb_build_object('est', p - p_reference, 'lo', p - p_reference - .012, 'hi', p - p_reference + .012),
         'fisher_p', CASE WHEN verdict = 'crossed' THEN .000004 ELSE .31 END,
         'cmh', CASE WHEN conditional THEN '{"p": 0.0002, "or_mh": 1.58, "lo": 1.31, "hi": 1.9, "strata": 4, "informative": 4}'::jsonb ELSE 'null' END,
         'score', '{"smd": 0.11, "auc": 0.531, "auc_lo": 0.514, "auc_hi": 0.548, "mean_protected": 0.42, "mean_reference": 0.40, "n_protected": 2480, "n_reference": 11500, "mann_whitney_p": 0.0008}'::jsonb,
         'point_biserial', '{"r": 0.061, "lo": 0.043, "hi": 0.079, "p": 0.0001}'::jsonb, 'cramers_v', .058, 'detectable_air', CASE WHEN grp = 'Native' THEN .31 ELSE .89 END,
         'years', jsonb_build_array(
            jsonb_build_object('tau', .9, 'log10_years', years, 'page_line_years', 128, 'review_line_years', 16),
            jsonb_build_object('tau', .8, 'log10_years', years - .8, 'page_line_years', 128, 'review_line_years', 16)),
         'bounds', CASE WHEN attribute = 'race' THEN jsonb_build_object('est', air, 'lo', air * .7, 'hi', CASE WHEN grp = 'Black' THEN air * 1.6 END, 'missing', 1556) END,
         'blocks', 4120, 'shortfall', CASE WHEN grp = 'Black' THEN 96 END) AS battery
FROM cell3;

INSERT INTO monitor_point (source_id, monitor, pane_us, leaf_index, verdict, battery)
SELECT source_id, monitor, pane_us, d, verdict, battery FROM fixture_point, source;
INSERT INTO monitor_latest (source_id, monitor, pane_us, leaf_index, verdict, battery)
SELECT source_id, monitor, pane_us, d, verdict, battery FROM fixture_point, source WHERE d = 293;

INSERT INTO source_latest (source_id, pane_us, leaf_index, figures)
SELECT source_id, pg_temp.us('2025-11-20Z'), 293, jsonb_build_object(
	'window_start', '2025-10-21T17:00:00Z', 'pane_end', '2025-11-20T17:00:00Z', 'n', 17290,
	'missing', '[{"attribute": "sex", "n_missing": 71, "share": 0.0041, "share_before": 0.0038, "sentence": null},
	  {"attribute": "age", "n_missing": 12, "share": 0.0007, "share_before": 0.0009, "sentence": null},
	  {"attribute": "race", "n_missing": 1556, "share": 0.09, "share_before": 0.004, "sentence": "The attribute race is missing in 9.0 % of decisions, up from 0.4 %: since 12 November the feed household-panel sends it empty."}]'::jsonb,
	'proxies', '[{"feature": "zip3", "kind": "categorical", "attribute": "race", "measure": "cramers_v", "value": 0.41, "n": 17290},
	  {"feature": "dti", "kind": "numeric", "attribute": "age", "measure": "eta", "value": 0.12, "n": 17290},
	  {"feature": "dti", "kind": "numeric", "attribute": "sex", "measure": "eta", "value": 0.03, "n": 17290}]'::jsonb,
	'association', '[{"attribute": "sex", "cramers_v": 0.004}, {"attribute": "age", "cramers_v": 0.021}, {"attribute": "race", "cramers_v": 0.058}]'::jsonb,
	'naive_alerts', 143, 'naive_since', '2025-01-01T00:00:00Z', 'groups', '[]'::jsonb, 'daily', '[]'::jsonb,
	'monitors', '{"total": 32, "crossed": 3, "not_enough_data": 4, "not_crossed": 25}'::jsonb, 'found_through', '2025-11-20T17:00:00Z')
FROM source;
INSERT INTO live_pane (source_id, pane_us, clock_us, figures)
SELECT source_id, pg_temp.us('2025-11-20 17:00Z'), pg_temp.us('2025-11-20 17:05Z'), '{"pane_start": "2025-11-20T17:00:00Z", "n": 41, "groups": []}' FROM source;

-- batches and panes in the log
SELECT count(*) FROM (SELECT pg_temp.leaf(CASE WHEN n % 3 = 0 THEN 'batch' ELSE 'pane' END,
	CASE WHEN n % 3 = 0 THEN jsonb_build_object('type', 'batch', 'source', 'underwriting', 'first', n * 20, 'last', n * 20 + 19, 'on_time', 602, 'late', n % 4, 'set_aside', 0, 'digest', encode(sha256(n::text::bytea), 'hex'))
	ELSE jsonb_build_object('type', 'pane', 'source', 'underwriting', 'pane', pg_temp.iso(pg_temp.us('2025-11-10Z') + n * 3600000000::bigint), 'n', 24 + n % 9, 'evidence', encode(sha256(('e' || n)::bytea), 'hex')) END)
	FROM generate_series(1, 180) n) q;

-- alerts: one open and paged, one in review, one over
INSERT INTO evidence (sha256, body) VALUES (sha256('evidence'), '{"invented":true}');
INSERT INTO alert (alert_id, source_id, kind, attribute, grp, found_in)
SELECT v.id, source_id, 'bias', v.attribute, v.grp, v.found FROM source,
	(VALUES ('A-3f9c1b7d2e44', 'race', 'Black', 'live'), ('A-77aa01c9de10', 'age', 'Less than 25', 'live'), ('A-0c5d9912ab34', 'sex', 'Female', 'history')) v (id, attribute, grp, found);

CREATE FUNCTION pg_temp.body(id text, attribute text, grp text, reference text, outcome text) RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('alert', id, 'kind', 'bias', 'source', 'underwriting', 'attribute', attribute, 'group', grp, 'reference', reference,
	'outcome', outcome, 'direction_sentence', 'Both directions are folded in this alert; the adverse one has the most evidence.',
	'sentence', 'Adverse decisions about ' || grp || ' were 1.56 times as frequent as about ' || reference || ' in the 30 days to 20 November 2025 (95 % interval 1.41 to 1.72); the indicator crossed the drift line 0.90 of the policy.',
	'detail', 'With nothing wrong, evidence this strong would come up about once in 740 years. The ratio within the same tier is 1.54, so the mix of tiers does not explain it.',
	'strata', null, 'window', '{"start": "2025-10-21T17:00:00Z", "end": "2025-11-20T17:00:00Z"}'::jsonb,
	'since_onset', '{"start": "2025-10-22T00:00:00Z", "end": "2025-11-20T17:00:00Z", "n_protected": 2390, "n_reference": 11120, "k_protected": 311, "k_reference": 901, "ratio": 1.61, "lo": 1.43, "hi": 1.81}'::jsonb,
	'fixed_window', '{"start": "2025-10-21T17:00:00Z", "end": "2025-11-20T17:00:00Z", "n_protected": 2480, "n_reference": 11500, "k_protected": 313, "k_reference": 932, "ratio": 1.56, "lo": 1.41, "hi": 1.72}'::jsonb,
	'risk_difference', '{"est": 0.0452, "lo": 0.0312, "hi": 0.0601}'::jsonb, 'fisher_p', .0000004, 'log10_e', 4.1, 'years', 740, 'peak_log10_e', 4.2,
	'onset', '2025-10-22T00:00:00Z', 'onset_set', '{"first": "2025-10-19T00:00:00Z", "last": "2025-10-25T00:00:00Z"}'::jsonb,
	'monitors', jsonb_build_array(
	  jsonb_build_object('monitor', 'underwriting/' || attribute || '/' || grp || '/adverse/raw', 'tau', .9, 'log10_e', 4.1, 'years', 740, 'gate_ratio', 1.61),
	  jsonb_build_object('monitor', 'underwriting/' || attribute || '/' || grp || '/adverse/conditional', 'tau', .9, 'log10_e', 3.8, 'years', 410, 'gate_ratio', 1.58)),
	'lineage', jsonb_build_array(
	  jsonb_build_object('role', 'model', 'component', 'uw-risk-4.3', 'version', 'uw-risk-4.3', 'vendor', 'Northlake Analytics', 'n', 5200, 'k_by_group', jsonb_build_object(grp, 214, reference, 360), 'n_by_group', jsonb_build_object(grp, 1190, reference, 4010), 'changed_since_onset', true, 'first_seen', '2025-10-22T06:10:00Z',
	    'answers', '{"accountable": "Northlake Analytics, Inc.", "contact": "model-owner@northlake.example.org", "deputy": "model-desk@northlake.example.org"}'::jsonb),
	  jsonb_build_object('role', 'model', 'component', 'uw-risk-4.2', 'version', 'uw-risk-4.2', 'vendor', 'Northlake Analytics', 'n', 6400, 'k_by_group', jsonb_build_object(grp, 84, reference, 442), 'n_by_group', jsonb_build_object(grp, 990, reference, 5400), 'changed_since_onset', false, 'first_seen', '2025-05-12T09:00:00Z',
	    'answers', '{"accountable": "Northlake Analytics, Inc.", "contact": "model-owner@northlake.example.org", "deputy": "model-desk@northlake.example.org"}'::jsonb),
	  jsonb_build_object('role', 'model', 'component', 'castellan-rules-1.8', 'version', 'castellan-rules-1.8', 'vendor', 'Castellan Risk', 'n', 1910, 'k_by_group', jsonb_build_object(grp, 13, reference, 99), 'n_by_group', jsonb_build_object(grp, 210, reference, 1710), 'changed_since_onset', false, 'first_seen', '2025-01-02T08:00:00Z',
	    'answers', '{"accountable": "Castellan Risk, LLC", "contact": "rules@castellan.example.org", "deputy": "service@castellan.example.org"}'::jsonb),
	  jsonb_build_object('role', 'channel', 'component', 'broker', 'version', 'broker', 'vendor', null, 'n', 7700, 'k_by_group', jsonb_build_object(grp, 220, reference, 520), 'n_by_group', jsonb_build_object(grp, 1380, reference, 6300), 'changed_since_onset', false, 'first_seen', '2025-01-01T00:10:00Z',
	    'answers', '{"accountable": "Harborline Mutual, broker relations", "contact": "brokers@harborline.example.org", "deputy": "distribution@harborline.example.org"}'::jsonb),
	  jsonb_build_object('role', 'channel', 'component', 'direct', 'version', 'direct', 'vendor', null, 'n', 5810, 'k_by_group', jsonb_build_object(grp, 91, reference, 381), 'n_by_group', jsonb_build_object(grp, 1010, reference, 4820), 'changed_since_onset', false, 'first_seen', '2025-01-01T00:02:00Z', 'answers', null),
	  jsonb_build_object('role', 'retrieval', 'component', 'guide-7', 'version', 'guide-7', 'vendor', null, 'n', 300, 'k_by_group', jsonb_build_object(grp, 2, reference, 9), 'n_by_group', jsonb_build_object(grp, 21, reference, 110), 'changed_since_onset', true, 'first_seen', '2025-11-03T00:02:00Z', 'answers', null)),
	'changed', '["model uw-risk-4.3 (vendor Northlake Analytics) was first seen on 22 October 2025", "retrieval document guide-7 was first seen on 3 November 2025"]'::jsonb,
	'examples', (SELECT jsonb_agg('D-' || lpad((n * 7919 % 900000)::text, 6, '0')) FROM generate_series(1, 50) n),
	'policy_sha256', encode(sha256('policy'), 'hex'), 'evidence_sha256', encode(sha256('evidence'), 'hex'), 'naive_alerts', 131, 'recovery', null, 'owner', null,
	'late', '{"blocks": 2, "n_protected": 31, "n_reference": 77, "k_protected": 5, "k_reference": 6, "log10_e_without": 3.9, "years_without": 512, "since_onset_without": {"n_protected": 2359, "n_reference": 11043, "k_protected": 306, "k_reference": 895, "ratio": 1.6, "lo": 1.42, "hi": 1.8}}'::jsonb) $$;

CREATE FUNCTION pg_temp.step(id text, no integer, event text, from_state text, to_state text, severity text, at text, actor text, second text, reason text, body jsonb)
RETURNS void LANGUAGE sql AS $$
INSERT INTO evenhand.alert_step (alert_id, step_no, event, from_state, to_state, severity, at_us, pane_end_us, onset_us, actor, second_actor, reason, evidence_sha256, policy_sha256, body, leaf_index)
VALUES (id, no, event, from_state, to_state, severity, pg_temp.us(at), pg_temp.us(at), pg_temp.us('2025-10-22Z'), actor, second, reason, sha256('evidence'), sha256('policy'), body,
	pg_temp.leaf('alert', jsonb_build_object('type', 'alert', 'alert', id, 'event', event, 'evidence_sha256', encode(sha256('evidence'), 'hex')))) $$;
CREATE FUNCTION pg_temp.life(duty text, due text, span text, tier integer, level integer, more jsonb) RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('life', jsonb_build_object('tier', tier, 'level', level, 'episodes', 2) || CASE WHEN due IS NULL THEN '{}'::jsonb
	ELSE jsonb_build_object('duty', duty, 'span', span, 'duty_due', due, 'due', due, 'due_what', duty) END || more) $$;
SELECT pg_temp.step('A-3f9c1b7d2e44', 1, 'raised', '', 'raised', 'review', '2025-11-09 08:10Z', NULL, NULL, NULL, pg_temp.body('A-3f9c1b7d2e44', 'race', 'Black', 'White', 'adverse'));
SELECT pg_temp.step('A-3f9c1b7d2e44', 2, 'escalated', 'raised', 'raised', 'page', '2025-11-12 14:10Z', NULL, NULL, NULL, pg_temp.body('A-3f9c1b7d2e44', 'race', 'Black', 'White', 'adverse'));
SELECT pg_temp.step('A-3f9c1b7d2e44', 3, 'acknowledge', 'raised', 'acknowledged', 'page', '2025-11-12 15:32Z', 'olga', NULL, 'I take this up; the vendor is asked for the release notes of 4.3.', pg_temp.body('A-3f9c1b7d2e44', 'race', 'Black', 'White', 'adverse') || '{"owner": "olga", "fields": {"aware_at": "2025-11-12T15:30:00Z"}}');
SELECT pg_temp.step('A-3f9c1b7d2e44', 4, 'folded', 'acknowledged', 'acknowledged', 'page', '2025-11-15 09:10Z', NULL, NULL, NULL, pg_temp.body('A-3f9c1b7d2e44', 'race', 'Black', 'White', 'adverse') || '{"owner": "olga"}' ||
	pg_temp.life('investigate', '2025-11-24T17:00:00Z', '2bd', 1, 0, '{"aware_at": "2025-11-12T15:30:00Z", "aware_by": "olga", "clock": "EU15", "statutory": [{"name": "EU AI Act Art. 73: report, 15 days after awareness at the latest", "due": "2025-11-27T15:30:00Z"}]}'));
SELECT pg_temp.step('A-77aa01c9de10', 1, 'raised', '', 'raised', 'review', '2025-11-18 10:10Z', NULL, NULL, NULL, pg_temp.body('A-77aa01c9de10', 'age', 'Less than 25', '40-64', 'adverse') ||
	pg_temp.life('acknowledge', '2025-11-20T17:00:00Z', '1bd', 2, 1, '{"overdue_since": "2025-11-19T17:00:00Z"}'));
SELECT pg_temp.step('A-0c5d9912ab34', 1, 'raised', '', 'raised', 'review', '2025-03-02 10:10Z', NULL, NULL, NULL, pg_temp.body('A-0c5d9912ab34', 'sex', 'Female', 'Male', 'adverse'));
SELECT pg_temp.step('A-0c5d9912ab34', 2, 'acknowledge', 'raised', 'acknowledged', 'review', '2025-03-03 10:10Z', 'olga', NULL, 'Looked at.', pg_temp.body('A-0c5d9912ab34', 'sex', 'Female', 'Male', 'adverse') || '{"fields": {"aware_at": "2025-03-03T09:00:00Z"}}');
SELECT pg_temp.step('A-0c5d9912ab34', 3, 'investigate', 'acknowledged', 'investigating', 'review', '2025-03-04 10:10Z', 'olga', NULL, 'One broker stands out.', pg_temp.body('A-0c5d9912ab34', 'sex', 'Female', 'Male', 'adverse') || '{"fields": {"hypotheses": ["a broker delivers twice", "a campaign"], "legal_hold": "no", "clock": "none"}}');
SELECT pg_temp.step('A-0c5d9912ab34', 4, 'close-not-confirmed', 'investigating', 'closed-not-confirmed', 'review', '2025-03-20 10:10Z', 'olga', 'peter', 'A double delivery of one broker; corrected at the source.', pg_temp.body('A-0c5d9912ab34', 'sex', 'Female', 'Male', 'adverse') || '{"fields": {"why": "data-fault", "evidence_link": "ticket 4711", "episodes": 1}}');

-- whole months, small cells hidden
INSERT INTO regulator_month (source_id, month, attribute, grp, n, adverse, suppressed, leaf_index)
SELECT s.source_id, m.month::date, g.attribute, g.grp,
       CASE WHEN g.grp IN ('Native') OR (g.grp = 'Asian' AND extract(month FROM m.month) IN (3, 8)) THEN NULL ELSE round(g.per_month * (1 + .05 * sin(extract(month FROM m.month))))::bigint END,
       CASE WHEN g.grp IN ('Native') OR (g.grp = 'Asian' AND extract(month FROM m.month) IN (3, 8)) THEN NULL
            ELSE round(g.per_month * .081 * CASE WHEN g.grp = 'Black' AND m.month >= '2025-10-01' THEN 1.2 ELSE 1 END)::bigint END,
       g.grp IN ('Native') OR (g.grp = 'Asian' AND extract(month FROM m.month) IN (3, 8)), 100
FROM source s, generate_series('2025-01-01'::date, '2025-10-01', interval '1 month') m (month),
	(SELECT attribute, grp, per_month FROM fixture_group UNION ALL VALUES ('sex', 'Male', 8900), ('age', '40-64', 8100), ('race', 'White', 11500)) g;

-- what the page of sources shows: a polled source with rows set aside, an unknown value and outcomes
INSERT INTO source_map (source_id, version, canonical, map_text, sha256)
SELECT source_id, 2, '{}', $map$source: underwriting
table: public.decision
mode: poll
identity: tracked
pane: 1h
columns: {id: decision_id, decided_at: decided_at, decision: decision, outcome: defaulted}
favourable: [approve]
outcome: {adverse: ["1"]}
protected:
  - {name: sex, column: sex, reference: Male, groups: {M: Male, F: Female}}
  - {name: age, column: age, reference: 40-64}
  - {name: race, column: race, reference: White}
$map$, sha256('map') FROM source;
INSERT INTO gather_commit (source_id, commit_no, position, clock_us, n_on_time, n_early, n_late, n_set_aside, n_repeated, n_corrected, digest)
SELECT source_id, n, 'poll', pg_temp.us('2025-11-20 17:05Z'), 251, n % 3, n % 5, 0, n % 2, n % 4, sha256('c') FROM source, generate_series(1, 812) n;
INSERT INTO set_aside (source_id, commit_no, row_id, reason)
SELECT source_id, 9, 'D-<' || n || '>', 'decided_at is no time' FROM source, generate_series(1, 3) n;
UPDATE source_latest SET figures = figures || '{"unmapped": [{"attribute": "sex", "value": "X<i>", "n": 212, "since": "2025-11-14T09:00:00Z"}],
  "outcomes": {"observable": true, "reason": null, "maturity_days": 180, "window_start": "2025-02-23T00:00:00Z", "window_end": "2025-05-24T00:00:00Z", "n": 51210, "immature": 101377, "groups": [
   {"attribute": "sex", "group": "Female", "reference": false, "n": 24010, "known": 23520, "missing": 490, "tpr": {"est": 0.412, "lo": 0.381, "hi": 0.444, "x": 381, "n": 925}, "fpr": {"est": 0.071, "lo": 0.068, "hi": 0.074, "x": 1604, "n": 22595}, "fnr": {"est": 0.588, "lo": 0.556, "hi": 0.619, "x": 544, "n": 925}, "ppv": {"est": 0.192, "lo": 0.175, "hi": 0.21, "x": 381, "n": 1985}, "tpr_difference": null, "fpr_difference": null},
   {"attribute": "sex", "group": "Male", "reference": true, "n": 27200, "known": 26690, "missing": 510, "tpr": {"est": 0.43, "lo": 0.4, "hi": 0.461, "x": 430, "n": 1000}, "fpr": {"est": 0.066, "lo": 0.063, "hi": 0.069, "x": 1696, "n": 25690}, "fnr": {"est": 0.57, "lo": 0.539, "hi": 0.6, "x": 570, "n": 1000}, "ppv": {"est": 0.202, "lo": 0.186, "hi": 0.22, "x": 430, "n": 2126}, "tpr_difference": null, "fpr_difference": null},
   {"attribute": "race", "group": "Black", "reference": false, "n": 2100, "known": 2000, "missing": 100, "tpr": {"est": 0.5, "lo": 0.4, "hi": 0.6, "x": 50, "n": 100}, "fpr": {"est": 0.1, "lo": 0.087, "hi": 0.114, "x": 190, "n": 1900}, "fnr": {"est": 0.5, "lo": 0.4, "hi": 0.6, "x": 50, "n": 100}, "ppv": {"est": 0.208, "lo": 0.161, "hi": 0.264, "x": 50, "n": 240}, "tpr_difference": null, "fpr_difference": null},
   {"attribute": "race", "group": "Native", "reference": false, "n": 12, "known": 0, "missing": 12, "tpr": {"est": null, "lo": null, "hi": null, "x": 0, "n": 0}, "fpr": {"est": null, "lo": null, "hi": null, "x": 0, "n": 0}, "fnr": {"est": null, "lo": null, "hi": null, "x": 0, "n": 0}, "ppv": {"est": null, "lo": null, "hi": null, "x": 0, "n": 0}, "tpr_difference": null, "fpr_difference": null}]}}';

-- Who was told of it: one took the message, one is tried again, one is tried no more.
INSERT INTO outbox (route, dedup_key, body, alert_id, step_no) VALUES
	('compliance', 'A-3f9c1b7d2e44/1', '{}', 'A-3f9c1b7d2e44', 1), ('tickets', 'A-3f9c1b7d2e44/1', '{}', 'A-3f9c1b7d2e44', 1),
	('oncall', 'A-3f9c1b7d2e44/2', '{}', 'A-3f9c1b7d2e44', 2);
INSERT INTO outbox_attempt (outbox_id, attempt_no, attempted_at, delivered, status, detail, dead)
SELECT outbox_id, n, '2025-11-12 14:11Z'::timestamptz + n * interval '5 s', route = 'compliance', CASE route WHEN 'compliance' THEN 250 END,
	CASE route WHEN 'compliance' THEN 'SMTP 250' WHEN 'tickets' THEN 'HTTP 503' ELSE 'Could not resolve host: <events>' END, route = 'oncall' AND n = 3
FROM outbox, generate_series(1, CASE route WHEN 'oncall' THEN 3 ELSE 1 END) n;
DELETE FROM outbox_waiting WHERE outbox_id IN (SELECT outbox_id FROM outbox WHERE route <> 'tickets');
CREATE FUNCTION pg_temp.fault(id text, source text, fault text, title text, sentence text, todo text, facts jsonb) RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('alert', id, 'kind', 'data', 'fault', fault, 'title', title, 'source', source, 'attribute', null, 'group', null,
	'reference', null, 'outcome', null, 'sentence', sentence, 'todo', todo, 'facts', facts, 'lineage', '[]'::jsonb, 'changed', '[]'::jsonb, 'examples', '[]'::jsonb,
	'detail', 'This is about the data, not about people: it says that what the monitors of this source see may be incomplete or other than it was.',
	'owner', null, 'recovery', null) $$;
INSERT INTO alert (alert_id, source_id, kind, attribute, grp, found_in) SELECT 'A-da7a00000001', source_id, 'data', '', '', 'live' FROM source;
SELECT pg_temp.step('A-da7a00000001', 1, 'raised', '', 'raised', 'review', '2025-11-14 10:00Z', NULL, NULL, NULL,
	pg_temp.fault('A-da7a00000001', 'underwriting', 'unmapped', 'Values that the map does not know',
	'sex holds the value "X<i>", which the map gives no group (212 decisions in the window). Each is watched as a group of its own until it is mapped.',
	'Give the value its group under `groups` in the source map, and register the map again.',
	'{"values": [{"attribute": "sex", "value": "X<i>", "n": 212, "since": "2025-11-14T09:00:00Z"}]}'));

-- a stream with a gap, of which nothing is judged yet
INSERT INTO source (name) VALUES ('claims');
INSERT INTO source_map (source_id, version, canonical, map_text, sha256)
SELECT source_id, 1, '{}', $map$source: claims
conninfo: service=claims
table: public.claim
mode: stream
columns: {id: id, decided_at: at, decision: decision}
favourable: [paid]
protected: [{name: sex, column: sex, reference: M}]
$map$, sha256('map') FROM source WHERE name = 'claims';
INSERT INTO source_state (source_id, phase, commit_no, position, clock_us, progressed_at)
SELECT source_id, 'live', 2, 'stream', pg_temp.us('2025-11-20 16:05Z'), now() - interval '40 minutes' FROM source WHERE name = 'claims';
INSERT INTO source_slot SELECT source_id, 'evenhand_claims', '7301', 1, '0/1', '0/1', '0/2', 5368709120, 1048576, 'extended', 0, 0 FROM source WHERE name = 'claims';
INSERT INTO source_gap (source_id, gap_no, reason, position) SELECT source_id, 1, 'the slot evenhand_claims is gone', 'stream 7301 1 evenhand_claims 0/16B3748' FROM source WHERE name = 'claims';
INSERT INTO source_trouble (source_id, kind, message, hint) SELECT source_id, 'refused', 'the slot evenhand_claims is gone', 'accept the gap by name, and reading goes on.' FROM source WHERE name = 'claims';
INSERT INTO alert (alert_id, source_id, kind, attribute, grp, found_in) SELECT 'A-da7a00000002', source_id, 'data', '', '', 'live' FROM source WHERE name = 'claims';
SELECT pg_temp.step('A-da7a00000002', 1, 'raised', '', 'raised', 'page', '2025-11-20 16:05Z', NULL, NULL, NULL,
	pg_temp.fault('A-da7a00000002', 'claims', 'gap', 'Rows may be lost',
	'Rows of the source may be lost: the slot evenhand_claims is gone. The source stands still until a named person accepts the gap.',
	'Find out what was lost between the two places. Then put it on the record: evenhand source accept-gap NAME --reason TEXT.',
	'{"gap": 1, "found_at": "2025-11-20T16:05:00Z", "position": "stream 7301 1 evenhand_claims 0/16B3748"}'));

-- a month of the house's pack, and a model that was new
INSERT INTO pack_version (sha256, pack, canonical) VALUES (sha256('house'), 'house', '{}');
INSERT INTO pack_result (source_id, pack, period_us, to_us, pack_sha256, clock_us, included_index, n, result_sha256, body, leaf_index)
SELECT source_id, 'house', pg_temp.us('2025-10-01 00:00Z'), pg_temp.us('2025-11-01 00:00Z'), sha256('house'), pg_temp.us('2025-11-01 00:10Z'), 1, 51210, sha256('r'),
$body${"schema": "evenhand/pack-result/1", "pack": "house", "title": "Monthly figures of the house", "pack_sha256": "7b1f0000000000000000000000000000000000000000000000000000000000aa", "status": "house", "note": "to be confirmed by counsel", "source": "underwriting", "from": "2025-10-01T00:00:00Z", "to": "2025-11-01T00:00:00Z", "period": "2025-10", "n": 51210, "summary": {}, "lines": [
  {"line": "favourable-ratio", "metric": "adverse_impact_ratio", "threshold": "0.8", "test": "fisher", "level": "0.05", "citation": "no rule", "outcome": "favourable", "reference_rule": "named", "direction": "below", "minimum_n": 30, "minimum_rarer": 5, "threshold_origin": "house", "test_origin": "house", "status": "house", "note": null, "rows": [{"attribute": "race", "group": "Black", "reference": "White", "n_protected": 2100, "k_protected": 1380, "n_reference": 9400, "k_reference": 8084, "estimate": "0.764130", "lo": "0.738000", "hi": "0.790000", "interval": "koopman 95 %", "p": "0.000000", "log10_p": "-94.100000", "p_holm": "0.000000", "p_bh": "0.000000", "practical": true, "statistical": true, "verdict": "both", "reason": null, "detectable_ratio": "0.967000",
   "pooled": [{"kind": "stratum", "over": "tier<i>", "parts": 4, "parts_enough": 0, "n_protected": 2100, "n_reference": 9400, "estimate": "0.771000", "lo": "0.740000", "hi": "0.802000", "p": "0.000000", "log10_p": "-80.000000", "interval": "greenland-robins 95 %", "verdict": "both", "hidden_by_slicing": true}]},
   {"attribute": "race", "group": "Native", "reference": "White", "n_protected": 12, "k_protected": 10, "n_reference": 9400, "k_reference": 8084, "estimate": "0.969000", "lo": "0.700000", "hi": "1.100000", "p": "0.670000", "log10_p": "-0.170000", "practical": null, "statistical": null, "verdict": "not_enough_data", "reason": "fewer decisions than the line's minimum", "pooled": []}]},
  {"line": "drivers-of-disparity", "metric": "drivers_of_disparity", "threshold": null, "test": "none", "level": null, "citation": "no rule", "outcome": "favourable", "reference_rule": "named", "direction": "below", "minimum_n": 30, "minimum_rarer": 5, "threshold_origin": "house", "test_origin": "house", "status": "house", "note": null, "rows": [
   {"attribute": "sex", "group": "Female", "reference": "Male", "verdict": "shown", "drivers": [{"feature": "dti<b>", "kind": "numeric", "measure": "standardized_mean_difference", "value": "0.412000", "n": 51210}]}]},
  {"line": "false-adverse", "metric": "false_adverse_difference", "threshold": "0.05", "test": "fisher", "level": "0.05", "citation": "no rule", "outcome": "favourable", "reference_rule": "named", "direction": "below", "minimum_n": 30, "minimum_rarer": 5, "threshold_origin": "house", "test_origin": "house", "status": "house", "note": null, "rows": [
   {"attribute": null, "group": null, "verdict": "not_applicable", "reason": "outcomes of this period were not due when it closed"}]}]}$body$, 900 FROM source WHERE name = 'underwriting';
INSERT INTO component_first (source_id, role, component, first_us, standing)
SELECT source_id, 'model', 'uw-risk-4.3<b>', pg_temp.us('2025-10-08 00:00Z'), 'new' FROM source WHERE name = 'underwriting';
INSERT INTO change_result (source_id, role, component, from_us, first_us, to_us, clock_us, included_index, result_sha256, body, leaf_index)
SELECT source_id, 'model', 'uw-risk-4.3<b>', pg_temp.us('2025-09-10 00:00Z'), pg_temp.us('2025-10-08 00:00Z'), pg_temp.us('2025-11-05 00:00Z'), pg_temp.us('2025-11-05 00:10Z'), 1, sha256('c'),
$body${"schema": "evenhand/change-result/1", "source": "underwriting", "role": "model", "component": "uw-risk-4.3<b>", "from": "2025-09-10T00:00:00Z", "first_seen": "2025-10-08T00:00:00Z", "to": "2025-11-05T00:00:00Z", "n_before": 48000, "n_after": 47000, "n_component": 46000, "rows": [
  {"attribute": "race", "group": "Black", "reference": "White", "outcome": "favourable", "before": {"ratio": "0.950000", "n_protected": 2000, "k_protected": 1500, "n_reference": 9000, "k_reference": 7100}, "after": {"ratio": "0.780000", "n_protected": 2000, "k_protected": 1230, "n_reference": 9000, "k_reference": 7100}, "log_ratio_change": "-0.197000", "lo": "-0.230000", "hi": "-0.160000", "p": "0.000000", "log10_p": "-30.000000", "p_holm": "0.000000", "verdict": "both", "reason": null}]}$body$, 901 FROM source WHERE name = 'underwriting';
COMMIT;
