-- name: list_alerts
-- By what is due next.  $1 which: open, closed or all; $2 how many to pass over.  One more than a page, to know whether there is a next.
SELECT a.alert_id, a.source, a.attribute, a.grp, a.kind, a.state, a.severity, a.body ->> 'sentence' AS sentence,
       (SELECT min(t.at_us) FROM evenhand.alert_step t WHERE t.alert_id = a.alert_id) AS raised_us, c.clock_us,
       a.found_in, a.onset_us, a.body ->> 'owner' AS owner, coalesce(a.body ->> 'title', a.attribute || ': ' || a.grp) AS heading,
       a.body -> 'life' AS life
FROM evenhand.alert_now a LEFT JOIN evenhand.source_state c USING (source_id)
WHERE $1::text = 'all'
   OR ($1::text = 'closed') = (a.state IN ('closed-fixed', 'closed-not-confirmed', 'accepted-risk'))
ORDER BY (a.body -> 'life' ->> 'due')::timestamptz NULLS LAST, raised_us DESC, a.alert_id LIMIT 26 OFFSET $2::bigint
-- name: alert_by_id
SELECT a.alert_id, a.source, a.kind, a.attribute, a.grp, a.found_in, a.state, a.severity, a.onset_us, a.body,
       encode(a.evidence_sha256, 'hex') AS evidence, encode(a.policy_sha256, 'hex') AS policy, a.leaf_index, c.clock_us,
       (SELECT min(t.at_us) FROM evenhand.alert_step t WHERE t.alert_id = a.alert_id) AS raised_us
FROM evenhand.alert_now a LEFT JOIN evenhand.source_state c USING (source_id)
WHERE a.alert_id = $1::text
-- name: alert_steps
SELECT step_no, event, from_state, to_state, severity, at_us, actor, second_actor, reason, leaf_index,
       encode(evidence_sha256, 'hex') AS evidence, body -> 'fields' AS fields
FROM evenhand.alert_step WHERE alert_id = $1::text ORDER BY step_no DESC LIMIT 200
-- name: alert_requests
-- what people asked for, newest first, with what judge made of it
SELECT r.request_id, r.user_name, r.verb, r.body ->> 'event' AS event, r.body ->> 'reason' AS reason, r.requested_at,
       o.done, o.message, r.body ->> 'request_id' AS approves,
       EXISTS (SELECT FROM evenhand.request p JOIN evenhand.request_outcome q USING (request_id)
               WHERE p.alert_id = r.alert_id AND p.verb = 'approve' AND q.done
                 AND CASE WHEN p.body ->> 'request_id' ~ '^[0-9]{1,18}$' THEN (p.body ->> 'request_id')::bigint END = r.request_id) AS approved
FROM evenhand.request r LEFT JOIN evenhand.request_outcome o USING (request_id)
WHERE r.alert_id = $1::text AND r.verb <> 'counsel-note' ORDER BY r.request_id DESC LIMIT 50
-- name: put_request
-- the author is the session; what is written beside it is a claim that judge compares
INSERT INTO evenhand.request (token_sha256, user_name, verb, alert_id, body)
SELECT $1::bytea, $2::text, $3::text, a.alert_id, $5::jsonb FROM evenhand.alert a WHERE a.alert_id = $4::text
-- name: alert_told
-- Who was told of which step, newest first, with the last try.
SELECT o.route, o.step_no, w.outbox_id IS NOT NULL AS waiting, a.attempt_no, a.attempted_at, a.delivered, a.detail
FROM evenhand.outbox o LEFT JOIN evenhand.outbox_waiting w USING (outbox_id)
LEFT JOIN LATERAL (SELECT * FROM evenhand.outbox_attempt t WHERE t.outbox_id = o.outbox_id ORDER BY t.attempt_no DESC LIMIT 1) a ON true
WHERE o.alert_id = $1::text ORDER BY o.outbox_id DESC LIMIT 100
