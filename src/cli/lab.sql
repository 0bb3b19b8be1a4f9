-- name: read_lab_result
-- A kept run of the lab, by the first digits of its digest; more than one row where they are too few.
SELECT encode(sha256, 'hex'), canonical, kept_by, kept_at FROM evenhand.lab_result
WHERE encode(sha256, 'hex') LIKE $1::text || '%' ORDER BY sha256 LIMIT 2

-- name: list_lab_results
-- Kept runs of the lab, newest first.
SELECT encode(sha256, 'hex'), encode(draft, 'hex'), kept_by, kept_at FROM evenhand.lab_result ORDER BY leaf_index DESC LIMIT 200
