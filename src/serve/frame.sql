-- name: frame_sources
-- how far each source is, and whether it is generated
SELECT s.name, t.phase, t.clock_us, extract(epoch FROM now() - t.progressed_at)::bigint AS quiet_s,
       c.rate, s.source_id
FROM evenhand.source s
LEFT JOIN evenhand.source_state t USING (source_id)
LEFT JOIN evenhand.scenario c USING (source_id)
ORDER BY s.name LIMIT 200
-- name: frame_store
-- rows set aside (counted to 10,000), the ledger's length, the policy in force
SELECT (SELECT count(*) FROM (SELECT FROM evenhand.set_aside WHERE settled_commit IS NULL LIMIT 10001) q) AS set_aside,
       (SELECT size FROM evenhand.ledger_head) AS leaves,
       (SELECT encode(sha256, 'hex') FROM evenhand.policy_version
        WHERE layer = 'house' AND (effective_us IS NULL OR effective_us <= (SELECT max(clock_us) FROM evenhand.source_state))
        ORDER BY effective_us DESC NULLS LAST, leaf_index DESC LIMIT 1) AS policy
