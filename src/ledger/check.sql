-- name: check_leaves
-- The whole log, in order.
SELECT leaf_index, kind, body, hash FROM evenhand.ledger_leaf ORDER BY leaf_index

-- name: check_commits
-- Every gather commit with every delta of it; either may stand without the other.
SELECT coalesce(c.source_id, d.source_id), coalesce(c.commit_no, d.commit_no), c.digest, d.pane_us, d.n, d.block,
	c.n_on_time + c.n_early + c.n_late, d.n_taken, d.taken, c.n_corrected + c.n_taken,
	coalesce(c.commit_no, d.commit_no) <= (SELECT max(s.last_commit) FROM evenhand.seal s
		WHERE s.source_id = coalesce(c.source_id, d.source_id))
FROM evenhand.gather_commit c FULL JOIN evenhand.pane_delta d ON d.source_id = c.source_id AND d.commit_no = c.commit_no
ORDER BY 1, 2, d.pane_us

-- name: check_batches
-- Every batch with its leaf and every commit that it covers; batch or leaf may stand alone.
SELECT coalesce(l.leaf_index, b.leaf_index), l.body, b.source_id, s.name, b.first_commit, b.last_commit, b.clock_us,
	c.commit_no, c.position, c.n_on_time, c.n_early, c.n_late, c.n_set_aside, c.digest, c.clock_us,
	c.n_repeated, c.n_corrected, c.n_taken
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind = 'batch') l
FULL JOIN evenhand.batch b ON b.leaf_index = l.leaf_index
LEFT JOIN evenhand.source s ON s.source_id = b.source_id
LEFT JOIN evenhand.gather_commit c ON c.source_id = b.source_id AND c.commit_no BETWEEN b.first_commit AND b.last_commit
ORDER BY b.source_id, b.first_commit, 1, c.commit_no

-- name: check_uncovered
-- Commits after the last batch of their source: gather covers them within a second.
SELECT count(*) FROM evenhand.gather_commit c
WHERE c.commit_no > coalesce((SELECT max(b.last_commit) FROM evenhand.batch b WHERE b.source_id = c.source_id), 0)

-- name: check_states
-- Sources whose state does not stand at their last commit.
SELECT s.source_id, s.name, t.commit_no, coalesce(c.last, 0)
FROM evenhand.source s JOIN evenhand.source_state t ON t.source_id = s.source_id
LEFT JOIN (SELECT source_id, max(commit_no) AS last FROM evenhand.gather_commit GROUP BY source_id) c ON c.source_id = s.source_id
WHERE t.commit_no <> coalesce(c.last, 0) ORDER BY s.source_id

-- name: check_place
-- The source of a commit and the batch that covers it.
SELECT s.name, b.leaf_index, b.first_commit, b.last_commit
FROM evenhand.source s LEFT JOIN evenhand.batch b ON b.source_id = s.source_id AND $2::bigint BETWEEN b.first_commit AND b.last_commit
WHERE s.source_id = $1::bigint ORDER BY b.leaf_index LIMIT 1

-- name: check_closes
SELECT coalesce(l.leaf_index, p.leaf_index), l.body, s.name, p.first_pane_us, p.last_pane_us, p.clock_us, p.included_index, p.n,
	p.evidence_sha256, p.history
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind = 'pane') l
FULL JOIN evenhand.pane_close p ON p.leaf_index = l.leaf_index
LEFT JOIN evenhand.source s ON s.source_id = p.source_id
ORDER BY 1

-- name: check_steps
SELECT coalesce(l.leaf_index, t.leaf_index), l.body, t.alert_id, t.step_no, t.event, t.from_state, t.to_state, t.severity,
	s.name, a.attribute, a.grp, t.at_us, t.pane_end_us, t.onset_us, t.evidence_sha256, t.policy_sha256, t.actor,
	t.second_actor, t.body::text, t.reason
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind = 'alert') l
FULL JOIN evenhand.alert_step t ON t.leaf_index = l.leaf_index
LEFT JOIN evenhand.alert a ON a.alert_id = t.alert_id LEFT JOIN evenhand.source s ON s.source_id = a.source_id
ORDER BY 1

-- name: check_evidence
-- Evidence and the first step that rests on it; either may stand without the other.
SELECT coalesce(e.sha256, t.evidence_sha256), e.body, t.alert_id, t.step_no, t.leaf_index
FROM evenhand.evidence e FULL JOIN (SELECT DISTINCT ON (evidence_sha256) evidence_sha256, alert_id, step_no, leaf_index
	FROM evenhand.alert_step WHERE evidence_sha256 IS NOT NULL ORDER BY evidence_sha256, leaf_index) t
	ON t.evidence_sha256 = e.sha256
ORDER BY t.leaf_index, 1

-- name: check_naming_leaves
-- The leaves of sources and of scenario clocks, which name their row instead of being named by it.
SELECT leaf_index, kind, body FROM evenhand.ledger_leaf WHERE kind IN ('source', 'scenario') ORDER BY leaf_index

-- name: check_maps
SELECT s.name, m.version, m.canonical, m.map_text, m.sha256
FROM evenhand.source s LEFT JOIN evenhand.source_map m ON m.source_id = s.source_id ORDER BY s.source_id, m.version

-- name: check_scenarios
SELECT s.name, c.start_us, c.rate, c.anchor_at FROM evenhand.scenario c JOIN evenhand.source s ON s.source_id = c.source_id
ORDER BY s.source_id

-- name: check_policies
SELECT coalesce(l.leaf_index, p.leaf_index), l.body, p.sha256, p.canonical, p.effective_us, p.layer, p.proposal_id, p.proposer,
	p.approver, p.lab_sha256
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind IN ('genesis', 'policy')) l
FULL JOIN evenhand.policy_version p ON p.leaf_index = l.leaf_index
ORDER BY 1

-- name: check_requests
SELECT coalesce(l.leaf_index, o.leaf_index), l.body, o.request_id, r.user_name, r.verb, r.alert_id, o.done, o.message
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind = 'request') l
FULL JOIN evenhand.request_outcome o ON o.leaf_index = l.leaf_index
LEFT JOIN evenhand.request r ON r.request_id = o.request_id
ORDER BY 1

-- name: check_seals
-- Every seal with its leaf and what its commits say; seal or leaf may stand alone.
SELECT coalesce(l.leaf_index, s.leaf_index), l.body, s.source_id, n.name, s.first_commit, s.last_commit, c.digests, c.commits, c.n
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind = 'seal') l
FULL JOIN evenhand.seal s ON s.leaf_index = l.leaf_index
LEFT JOIN evenhand.source n ON n.source_id = s.source_id
LEFT JOIN LATERAL (SELECT string_agg(digest, ''::bytea ORDER BY commit_no) AS digests, count(*) AS commits,
		sum(n_on_time + n_early + n_late - n_corrected - n_taken)::bigint AS n
	FROM evenhand.gather_commit c WHERE c.source_id = s.source_id AND c.commit_no BETWEEN s.first_commit AND s.last_commit) c ON true
ORDER BY s.source_id, s.first_commit, 1

-- name: check_sealed
-- Every joined row with the seal that it belongs to, in the order of the seal's digest.
SELECT s.leaf_index, p.pane_us, p.leaf_index, p.n, p.block, p.n_taken, p.taken, p.source_id
FROM evenhand.pane_sealed p LEFT JOIN evenhand.batch b ON b.leaf_index = p.leaf_index AND b.source_id = p.source_id
LEFT JOIN evenhand.seal s ON s.source_id = p.source_id AND b.last_commit BETWEEN s.first_commit AND s.last_commit
ORDER BY s.source_id, s.first_commit, p.pane_us, p.leaf_index

-- name: check_follows
-- Decisions about sources beside their leaves.
SELECT coalesce(l.leaf_index, f.leaf_index), l.body, s.name, f.followed, f.actor, f.reason
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind = 'follow') l
FULL JOIN evenhand.source_follow f ON f.leaf_index = l.leaf_index
LEFT JOIN evenhand.source s ON s.source_id = f.source_id
ORDER BY 1

-- name: check_gaps
-- Gaps that were accepted beside their leaves; either may stand without the other.
SELECT coalesce(l.leaf_index, g.leaf_index), l.body, s.name, g.gap_no, g.reason, g.position, g.accepted_by, g.accept_reason
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind = 'gap') l
FULL JOIN (SELECT * FROM evenhand.source_gap WHERE leaf_index IS NOT NULL OR accepted_at IS NOT NULL) g ON g.leaf_index = l.leaf_index
LEFT JOIN evenhand.source s ON s.source_id = g.source_id
ORDER BY 1

-- name: check_packs
-- Results of packs beside their leaves; either may stand without the other.
SELECT coalesce(l.leaf_index, p.leaf_index), l.body, s.name, p.pack, p.pack_sha256, p.period_us, p.to_us, p.clock_us, p.included_index,
	p.n, p.result_sha256, p.body, v.canonical
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind = 'pack') l
FULL JOIN evenhand.pack_result p ON p.leaf_index = l.leaf_index
LEFT JOIN evenhand.source s ON s.source_id = p.source_id LEFT JOIN evenhand.pack_version v ON v.sha256 = p.pack_sha256
ORDER BY 1

-- name: check_changes
-- Tests of new components beside their leaves.
SELECT coalesce(l.leaf_index, r.leaf_index), l.body, s.name, r.role, r.component, r.from_us, r.first_us, r.to_us, r.clock_us,
	r.included_index, r.result_sha256, r.body
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind = 'change') l
FULL JOIN evenhand.change_result r ON r.leaf_index = l.leaf_index
LEFT JOIN evenhand.source s ON s.source_id = r.source_id
ORDER BY 1

-- name: check_pack_settings
-- Decisions about packs beside their leaves.
SELECT coalesce(l.leaf_index, p.leaf_index), l.body, p.pack, p.sha256, p.enabled, p.actor, p.second_actor, p.reason, v.canonical
FROM (SELECT leaf_index, body FROM evenhand.ledger_leaf WHERE kind = 'pack-setting') l
FULL JOIN evenhand.pack_setting p ON p.leaf_index = l.leaf_index LEFT JOIN evenhand.pack_version v ON v.sha256 = p.sha256
ORDER BY 1
