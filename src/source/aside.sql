-- name: aside_gather
-- The last rows that gather set aside for a source.
SELECT a.row_id, a.reason, c.committed_at
FROM evenhand.set_aside a JOIN evenhand.gather_commit c USING (source_id, commit_no)
WHERE a.source_id = $1::integer ORDER BY a.set_aside_id DESC LIMIT $2::bigint
