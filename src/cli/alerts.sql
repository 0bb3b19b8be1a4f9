-- name: read_alerts
-- The present state of every alert, oldest first.
SELECT n.alert_id, n.kind, n.source, n.attribute, n.grp, n.event, n.state, n.severity, n.at_us, n.pane_end_us, n.onset_us,
       encode(n.evidence_sha256, 'hex'), encode(n.policy_sha256, 'hex'), n.found_in, n.body::text
FROM evenhand.alert_now n JOIN evenhand.alert_step f ON f.alert_id = n.alert_id AND f.step_no = 1
WHERE $1::text IS NULL OR n.alert_id = $1::text
ORDER BY f.leaf_index

-- name: read_steps
SELECT step_no, event, from_state, to_state, at_us, actor, second_actor, reason, leaf_index
FROM evenhand.alert_step WHERE alert_id = $1::text ORDER BY step_no

-- name: read_clock
-- T of the source of an alert; where gather has none yet, of its last step.
SELECT coalesce(c.clock_us, n.at_us) FROM evenhand.alert_now n LEFT JOIN evenhand.source_state c USING (source_id) WHERE n.alert_id = $1::text

-- name: write_request
INSERT INTO evenhand.request (os_user, user_name, verb, alert_id, body) VALUES ($1::text, $2::text, $3::text, $4::text, $5::jsonb)
RETURNING request_id

-- name: read_outcome
SELECT done, message FROM evenhand.request_outcome WHERE request_id = $1::bigint

-- name: read_user
SELECT count(*) FROM evenhand.app_user WHERE user_name = $1::text
