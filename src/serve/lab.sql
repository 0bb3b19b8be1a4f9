-- name: put_lab_request
-- the author is the session; what is written beside it is a claim that judge compares
INSERT INTO evenhand.request (token_sha256, user_name, verb, body) VALUES ($1::bytea, $2::text, $3::text, $4::jsonb)

-- name: kept_labs
-- results of the lab that are kept, newest first, with what was proposed on them
SELECT encode(r.sha256, 'hex'), r.canonical::json -> 'draft' ->> 'name' AS name, r.kept_by, r.kept_at,
       (SELECT count(*) FROM evenhand.policy_proposal p WHERE p.lab_sha256 = r.sha256) AS proposals
FROM evenhand.lab_result r ORDER BY r.leaf_index DESC LIMIT 20

-- name: kept_lab
-- one of them
SELECT canonical FROM evenhand.lab_result WHERE encode(sha256, 'hex') = $1::text

-- name: lab_requests
-- what people asked for of the lab and the policy, newest first, with what judge made of it
SELECT r.user_name, r.verb, r.requested_at, r.body ->> 'reason' AS reason, o.done, o.message
FROM evenhand.request r LEFT JOIN evenhand.request_outcome o USING (request_id)
WHERE r.verb IN ('lab-keep', 'policy-propose') ORDER BY r.request_id DESC LIMIT 10
