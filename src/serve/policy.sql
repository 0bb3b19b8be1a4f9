-- name: put_policy_request
-- what is asked of the policy; the author is the session, and what is written beside it is a claim that judge compares
INSERT INTO evenhand.request (token_sha256, user_name, verb, body) VALUES ($1::bytea, $2::text, $3::text, $4::jsonb)
-- name: policy_requests
-- what was asked of the policy and refused, or waits for judge: $1 by one user, null by anybody; newest first
SELECT r.request_id, r.user_name, r.verb, r.requested_at, o.message
FROM evenhand.request r LEFT JOIN evenhand.request_outcome o USING (request_id)
WHERE r.verb IN ('policy-propose', 'policy-approve', 'policy-reject') AND o.done IS NOT TRUE
	AND ($1::text IS NULL OR r.user_name = $1::text)
ORDER BY r.request_id DESC LIMIT 10
-- name: policy_alerts
-- governance alerts that are not over
SELECT alert_id, attribute || ': ' || grp AS about, body ->> 'sentence' AS sentence FROM evenhand.alert_now
WHERE kind = 'governance' AND state NOT IN ('closed-fixed', 'closed-not-confirmed') ORDER BY leaf_index DESC LIMIT 20
