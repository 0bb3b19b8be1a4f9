-- name: aside_gather
-- The last rows that gather set aside for a source and that are not counted yet.
SELECT a.row_id, a.reason, c.committed_at
FROM evenhand.set_aside a JOIN evenhand.gather_commit c USING (source_id, commit_no)
WHERE a.source_id = $1::integer AND a.settled_commit IS NULL ORDER BY a.set_aside_id DESC LIMIT $2::bigint

-- name: aside_reasons
-- How many rows gather set aside for each reason, and how many of them are counted by now, or gone.
SELECT a.reason, count(*), count(a.settled_commit) FROM evenhand.set_aside a WHERE a.source_id = $1::integer
GROUP BY a.reason ORDER BY count(*) - count(a.settled_commit) DESC, a.reason
