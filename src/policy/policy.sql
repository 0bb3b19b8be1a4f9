-- name: read_history
-- Every version and every proposal of the policy, in the order they came on the record.
SELECT v.leaf_index, coalesce(v.layer, p.layer), coalesce(v.canonical, p.canonical), coalesce(v.effective_us, p.effective_us),
       p.proposal_id, p.proposer, d.decided_by, d.approved, p.reason, d.reason, encode(p.lab_sha256, 'hex')
FROM evenhand.policy_version v FULL JOIN evenhand.policy_proposal p ON p.proposal_id = v.proposal_id
LEFT JOIN evenhand.policy_decision d ON d.proposal_id = p.proposal_id
ORDER BY coalesce(p.leaf_index, v.leaf_index)

-- name: read_history_for_regulator
-- The same through the regulator's views, which name people of the regulator's side alone.
SELECT v.leaf_index, coalesce(v.layer, p.layer), coalesce(v.canonical, p.canonical), coalesce(v.effective_us, p.effective_us),
       p.proposal_id, p.proposer, p.decided_by, p.approved, p.reason, p.decided_why, encode(p.lab_sha256, 'hex')
FROM evenhand_regulator.policy v FULL JOIN evenhand_regulator.policy_proposal p ON p.proposal_id = v.proposal_id
ORDER BY coalesce(p.proposal_id, 0), v.leaf_index

-- name: read_clock
-- The newest T of any source; null where there is none.
SELECT max(clock_us) FROM evenhand.source_state
