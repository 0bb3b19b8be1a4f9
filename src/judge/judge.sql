-- name: take_over
-- Whoever judged before can commit nothing more.  A commit of his that is under way is waited for.
UPDATE evenhand.judge_epoch SET epoch = epoch + 1, taken_at = now() RETURNING epoch

-- name: hold_epoch
-- Whether it is still this judge's turn; until the end of the transaction it stays so.
SELECT count(*) FROM (SELECT FROM evenhand.judge_epoch WHERE epoch = $1::bigint FOR SHARE) e

-- name: read_sources
-- Every source with the newest version of its map, and where gather stands.  history_us: T when history had been read.
SELECT s.source_id, s.name, m.map_text, t.phase, t.commit_no, t.clock_us,
       (SELECT max(b.last_commit) FROM evenhand.batch b WHERE b.source_id = s.source_id) AS covered,
       (SELECT b.clock_us FROM evenhand.batch b WHERE b.source_id = s.source_id ORDER BY b.first_commit DESC LIMIT 1) AS covered_us,
       (SELECT max(b.leaf_index) FROM evenhand.batch b WHERE b.source_id = s.source_id) AS included,
       (SELECT c.clock_us FROM evenhand.gather_commit c WHERE c.source_id = s.source_id AND c.clock_us IS NOT NULL
        ORDER BY c.commit_no LIMIT 1) AS history_us
FROM evenhand.source s
JOIN LATERAL (SELECT map_text FROM evenhand.source_map m WHERE m.source_id = s.source_id ORDER BY version DESC LIMIT 1) m ON true
JOIN evenhand.source_state t USING (source_id)
WHERE t.phase <> 'history'
ORDER BY s.source_id

-- name: read_unread
-- Sources whose history is being read: judge has to wait for them, but not for one that is followed no more.
SELECT count(*) FROM evenhand.source_state t WHERE t.phase = 'history'
	AND NOT EXISTS (SELECT FROM evenhand.source_removed r WHERE r.source_id = t.source_id)

-- name: read_first_pane
-- The oldest pane of a source.
SELECT least((SELECT min(pane_us) FROM evenhand.pane_delta WHERE source_id = $1::integer),
	(SELECT min(pane_us) FROM evenhand.pane_sealed WHERE source_id = $1::integer))

-- name: read_panes
-- Panes with deltas in a stretch, oldest first.
SELECT pane_us FROM evenhand.pane_delta WHERE source_id = $1::integer AND pane_us >= $2::bigint AND pane_us <= $3::bigint
UNION SELECT pane_us FROM evenhand.pane_sealed WHERE source_id = $1::integer AND pane_us >= $2::bigint AND pane_us <= $3::bigint
ORDER BY 1 LIMIT $4::integer

-- name: read_deltas
-- Covered deltas of a stretch of panes, joined or not, with the index of the leaf that covers each.
SELECT d.pane_us, b.leaf_index, d.block, d.taken FROM evenhand.pane_delta d
JOIN LATERAL (SELECT last_commit, leaf_index FROM evenhand.batch b WHERE b.source_id = d.source_id AND b.first_commit <= d.commit_no
              ORDER BY b.first_commit DESC LIMIT 1) b ON b.last_commit >= d.commit_no
WHERE d.source_id = $1::integer AND d.pane_us >= $2::bigint AND d.pane_us <= $3::bigint AND b.leaf_index <= $4::bigint
UNION ALL SELECT s.pane_us, s.leaf_index, s.block, s.taken FROM evenhand.pane_sealed s
WHERE s.source_id = $1::integer AND s.pane_us >= $2::bigint AND s.pane_us <= $3::bigint AND s.leaf_index <= $4::bigint
ORDER BY 1, 2

-- name: read_late
-- Deltas covered by leaves after one index up to another, in panes before a limit: what came late since the last close.
SELECT d.pane_us, b.leaf_index, d.block, d.taken FROM evenhand.batch b
JOIN evenhand.pane_delta d ON d.source_id = b.source_id AND d.commit_no BETWEEN b.first_commit AND b.last_commit
WHERE b.source_id = $1::integer AND b.leaf_index > $2::bigint AND b.leaf_index <= $3::bigint AND d.pane_us < $4::bigint
UNION ALL SELECT s.pane_us, s.leaf_index, s.block, s.taken FROM evenhand.pane_sealed s
WHERE s.source_id = $1::integer AND s.leaf_index > $2::bigint AND s.leaf_index <= $3::bigint AND s.pane_us < $4::bigint
ORDER BY 1, 2

-- name: read_closes
-- Closes in ledger order, from an index on.
SELECT source_id, first_pane_us, last_pane_us, clock_us, included_index, leaf_index, history, n, evidence_sha256
FROM evenhand.pane_close WHERE leaf_index > $1::bigint ORDER BY leaf_index LIMIT 5000

-- name: read_closings
-- Alerts that people closed or opened again, in ledger order: the evidence of their pair restarts there.
SELECT t.alert_id, t.leaf_index, t.to_state = 'reopened' FROM evenhand.alert_step t
WHERE t.leaf_index > $1::bigint AND t.to_state IN ('closed-fixed', 'closed-not-confirmed', 'reopened') AND t.from_state <> t.to_state
ORDER BY t.leaf_index

-- name: read_examples
-- Example ids of a stretch of panes.
SELECT examples FROM evenhand.pane_delta WHERE source_id = $1::integer AND pane_us >= $2::bigint AND pane_us <= $3::bigint
UNION ALL SELECT examples FROM evenhand.pane_sealed WHERE source_id = $1::integer AND pane_us >= $2::bigint AND pane_us <= $3::bigint

-- name: read_open_pane
-- The deltas at or after a pane, covered or not: what is shown as provisional.
SELECT block, taken FROM evenhand.pane_delta WHERE source_id = $1::integer AND pane_us >= $2::bigint AND pane_us <= $3::bigint
UNION ALL
SELECT block, taken FROM evenhand.pane_sealed WHERE source_id = $1::integer AND pane_us >= $2::bigint AND pane_us <= $3::bigint

-- name: write_close
INSERT INTO evenhand.pane_close (source_id, first_pane_us, last_pane_us, clock_us, included_index, leaf_index, n, evidence_sha256, history)
SELECT source_id, first_us, last_us, clock_us, included, leaf, n, digest, history <> 0
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[], $9::bigint[])
     AS t (source_id, first_us, last_us, clock_us, included, leaf, n, digest, history)

-- name: write_points
INSERT INTO evenhand.monitor_point (source_id, monitor, pane_us, leaf_index, verdict, battery)
SELECT source_id, monitor, pane_us, leaf, verdict::jsonb, battery::jsonb
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
     AS t (source_id, monitor, pane_us, leaf, verdict, battery)
ON CONFLICT (source_id, monitor, pane_us) DO NOTHING

-- name: write_latest
INSERT INTO evenhand.monitor_latest (source_id, monitor, pane_us, leaf_index, verdict, battery)
SELECT source_id, monitor, pane_us, leaf, verdict::jsonb, battery::jsonb
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
     AS t (source_id, monitor, pane_us, leaf, verdict, battery)
ON CONFLICT (source_id, monitor) DO UPDATE SET pane_us = excluded.pane_us, leaf_index = excluded.leaf_index,
	verdict = excluded.verdict, battery = excluded.battery

-- name: write_source_latest
INSERT INTO evenhand.source_latest (source_id, pane_us, leaf_index, figures)
VALUES ($1::integer, $2::bigint, $3::bigint, $4::jsonb)
ON CONFLICT (source_id) DO UPDATE SET pane_us = excluded.pane_us, leaf_index = excluded.leaf_index, figures = excluded.figures

-- name: write_outcomes
-- What became of decisions, beside the figures of the last close.
UPDATE evenhand.source_latest SET figures = figures || jsonb_build_object('outcomes', $2::jsonb) WHERE source_id = $1::integer

-- name: count_decisions
-- Decisions of a stretch of panes, as they are counted now.
SELECT coalesce(sum(n - n_taken), 0)::bigint FROM (
	SELECT n, n_taken FROM evenhand.pane_delta WHERE source_id = $1::integer AND pane_us >= $2::bigint AND pane_us < $3::bigint
	UNION ALL SELECT n, n_taken FROM evenhand.pane_sealed
	WHERE source_id = $1::integer AND pane_us >= $2::bigint AND pane_us < $3::bigint) d

-- name: write_live_pane
INSERT INTO evenhand.live_pane (source_id, pane_us, clock_us, figures)
SELECT $1::integer, $2::bigint, $3::bigint, $4::jsonb FROM evenhand.judge_epoch WHERE epoch = $5::bigint
ON CONFLICT (source_id) DO UPDATE SET pane_us = excluded.pane_us, clock_us = excluded.clock_us, figures = excluded.figures, updated_at = now()

-- name: write_evidence
INSERT INTO evenhand.evidence (sha256, body) VALUES ($1::bytea, $2::text) ON CONFLICT (sha256) DO NOTHING

-- name: write_alert
INSERT INTO evenhand.alert (alert_id, source_id, kind, attribute, grp, found_in)
VALUES ($1::text, $2::integer, $3::text, $4::text, $5::text, $6::text)

-- name: write_step
INSERT INTO evenhand.alert_step (alert_id, step_no, event, from_state, to_state, severity, at_us, pane_end_us, onset_us, actor, second_actor,
	reason, evidence_sha256, policy_sha256, body, leaf_index)
VALUES ($1::text, $2::integer, $3::text, $4::text, $5::text, $6::text, $7::bigint, $8::bigint, $9::bigint, $10::text, $11::text,
	$12::text, $13::bytea, $14::bytea, $15::jsonb, $16::bigint)

-- name: read_alert
-- Where an alert stands.
SELECT step_no, state, severity, at_us, pane_end_us, onset_us, evidence_sha256, policy_sha256, body, source, attribute, grp, source_id, kind,
       (SELECT count(*) FROM evenhand.alert_step t WHERE t.alert_id = $1::text AND t.event IN ('raised', 'folded', 'returned')) AS episodes
FROM evenhand.alert_now WHERE alert_id = $1::text

-- name: read_month
-- Whether the regulator's table has a month of a source: it is written once and not again.
SELECT count(*) FROM evenhand.regulator_month WHERE source_id = $1::integer AND month = $2::text::date

-- name: write_month
INSERT INTO evenhand.regulator_month (source_id, month, attribute, grp, n, adverse, suppressed, leaf_index)
VALUES ($1::integer, $2::text::date, $3::text, $4::text, $5::bigint, $6::bigint, $7::boolean, $8::bigint)
ON CONFLICT (source_id, month, attribute, grp) DO NOTHING

-- name: read_policies
-- Every version of the policy; effective_us is NULL for the genesis.
SELECT sha256, canonical, layer, effective_us, leaf_index FROM evenhand.policy_version ORDER BY leaf_index

-- name: write_policy
INSERT INTO evenhand.policy_version (sha256, canonical, effective_us, leaf_index) VALUES ($1::bytea, $2::text, NULL, $3::bigint)

-- name: read_open_bias
-- Alerts about groups of people that people still have to do with, an accepted risk among them, with the leaf that raised them and when.
SELECT n.alert_id, n.source_id, n.source, n.attribute, n.grp, n.severity, n.at_us, f.leaf_index, n.policy_sha256, f.at_us,
       n.found_in = 'live'
FROM evenhand.alert_now n JOIN evenhand.alert_step f ON f.alert_id = n.alert_id AND f.step_no = 1
WHERE n.kind = 'bias' AND n.state NOT IN ('closed-fixed', 'closed-not-confirmed')
ORDER BY f.leaf_index

-- name: read_rule_leaves
-- Maps that were registered and sources that were removed or put back, after a leaf up to another.
SELECT leaf_index, kind, body FROM evenhand.ledger_leaf
WHERE leaf_index > $1::bigint AND leaf_index <= $2::bigint AND kind IN ('source', 'follow') ORDER BY leaf_index

-- name: read_newest_leaf
SELECT size - 1 FROM evenhand.ledger_head

-- name: read_map_version
SELECT m.map_text FROM evenhand.source_map m JOIN evenhand.source s USING (source_id)
WHERE s.name = $1::text AND m.version = $2::integer

-- name: read_open_governance
SELECT alert_id FROM evenhand.alert_now
WHERE kind = 'governance' AND source_id = $1::integer AND attribute = $2::text AND grp = $3::text
	AND state NOT IN ('closed-fixed', 'closed-not-confirmed')
ORDER BY leaf_index DESC LIMIT 1

-- name: read_told
-- How many governance alerts of a group, open or not, have told of a cause.
SELECT count(*) FROM evenhand.alert_now
WHERE kind = 'governance' AND source_id = $1::integer AND attribute = $2::text AND grp = $3::text
	AND body->'told' @> to_jsonb($4::text)

-- name: read_newest_clock
-- The newest T of any source, and how many sources are not generated ones.
SELECT coalesce(max(t.clock_us), -9223372036854775808)::bigint, count(*) FILTER (WHERE c.source_id IS NULL), count(*)
FROM evenhand.source_state t LEFT JOIN evenhand.scenario c USING (source_id)

-- name: read_policy_proposal
-- What was proposed, and how it was decided, if it was; the role that its author has now, '' for one who is not active.
SELECT p.layer, p.sha256, p.canonical, p.effective_us, p.proposer, p.lab_sha256, p.reason, d.approved,
       CASE WHEN u.disabled_at IS NULL THEN coalesce(u.role, '') ELSE '' END
FROM evenhand.policy_proposal p LEFT JOIN evenhand.policy_decision d USING (proposal_id)
LEFT JOIN evenhand.app_user u ON u.user_name = p.proposer
WHERE p.proposal_id = $1::bigint

-- name: write_policy_proposal
INSERT INTO evenhand.policy_proposal (proposal_id, layer, sha256, canonical, effective_us, proposer, reason, lab_sha256, leaf_index)
VALUES ($1::bigint, $2::text, $3::bytea, $4::text, $5::bigint, $6::text, $7::text, $8::bytea, $9::bigint)

-- name: write_policy_decision
INSERT INTO evenhand.policy_decision (proposal_id, approved, decided_by, reason, leaf_index)
VALUES ($1::bigint, $2::boolean, $3::text, $4::text, $5::bigint)

-- name: write_policy_version
INSERT INTO evenhand.policy_version (layer, sha256, canonical, effective_us, leaf_index, proposal_id, proposer, approver, lab_sha256)
VALUES ($1::text, $2::bytea, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::text, $8::text, $9::bytea)

-- name: read_due
-- Alerts whose next deadline, or the end of whose acceptance, has come by T of their source.
SELECT d.alert_id, a.kind, d.state, d.due_what FROM evenhand.alert_due d JOIN evenhand.alert a USING (alert_id)
JOIN unnest($1::bigint[], $2::bigint[]) AS t (source_id, clock_us) ON t.source_id = d.source_id
WHERE d.due_at <= 'epoch'::timestamptz + t.clock_us * interval '1 microsecond'
ORDER BY d.due_at, d.alert_id

-- name: read_requests
-- What people asked for and nobody has answered, with what the session says of its author.
SELECT r.request_id, r.user_name, r.verb, r.alert_id, r.body::text, r.os_user,
       s.user_name AS session_user_name, u.role, u.disabled_at IS NOT NULL AS disabled,
       s.token_sha256 IS NOT NULL AND (e.token_sha256 IS NOT NULL AND e.ended_at <= r.requested_at
           OR r.requested_at > s.created_at + $1::bigint * interval '1 millisecond') AS session_over
FROM evenhand.request r
LEFT JOIN evenhand.request_outcome o USING (request_id)
LEFT JOIN evenhand.session s USING (token_sha256)
LEFT JOIN evenhand.session_end e USING (token_sha256)
LEFT JOIN evenhand.app_user u ON u.user_name = r.user_name
WHERE o.request_id IS NULL ORDER BY r.request_id LIMIT 50

-- name: read_proposal
-- A proposal that was carried out, with its author and what it proposed; whether it was approved, and whether the alert moved on since.
SELECT r.user_name, r.alert_id, r.body->>'event', r.body::text, o.done,
       EXISTS (SELECT 1 FROM evenhand.request q JOIN evenhand.request_outcome qo USING (request_id)
               WHERE q.verb = 'approve' AND qo.done
                 AND CASE WHEN q.body->>'request_id' ~ '^[0-9]{1,18}$' THEN (q.body->>'request_id')::bigint END = r.request_id),
       EXISTS (SELECT 1 FROM evenhand.alert_step t
               WHERE t.alert_id = r.alert_id AND t.leaf_index > o.leaf_index AND t.from_state <> t.to_state), coalesce(u.role, ''), u.disabled_at IS NOT NULL
FROM evenhand.request r JOIN evenhand.request_outcome o USING (request_id) LEFT JOIN evenhand.app_user u ON u.user_name = r.user_name
WHERE r.request_id = $1::bigint AND r.verb = 'propose'

-- name: write_outcome
INSERT INTO evenhand.request_outcome (request_id, done, message, leaf_index) VALUES ($1::bigint, $2::boolean, $3::text, $4::bigint)

-- name: read_is_scenario
SELECT count(*) FROM evenhand.scenario WHERE source_id = $1::integer

-- name: read_summary
-- What history held of a source, unless somebody was told already.
SELECT s.name, a.alert_id, a.kind, n.severity FROM evenhand.source s JOIN evenhand.alert a USING (source_id)
JOIN evenhand.alert_now n USING (alert_id)
WHERE s.source_id = $1::integer AND a.found_in = 'history'
	AND NOT EXISTS (SELECT FROM evenhand.outbox o WHERE o.dedup_key = 'history/' || s.name)
ORDER BY a.alert_id

-- name: read_lab_draft
-- The version that a kept run of the lab tried.
SELECT draft FROM evenhand.lab_result WHERE sha256 = $1::bytea

-- name: write_lab_result
-- A run of the lab that somebody wants kept.
INSERT INTO evenhand.lab_result (sha256, canonical, draft, in_force, from_us, to_us, seed, runs, leaves_below, kept_by, leaf_index)
VALUES ($1::bytea, $2::text, $3::bytea, $4::bytea, $5::bigint, $6::bigint, $7::bigint, $8::integer, $9::bigint, $10::text, $11::bigint)
