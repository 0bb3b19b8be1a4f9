-- name: list_leaves
-- $1 below this index, $2 a kind or null for all: newest first, one more than a page
SELECT leaf_index, kind, body, encode(hash, 'hex') AS hash FROM evenhand.ledger_leaf
WHERE leaf_index < $1::bigint AND ($2::text IS NULL OR kind = $2::text)
ORDER BY leaf_index DESC LIMIT 51
-- name: leaf_hashes
-- $1 from: what the tree still lacks, in order
SELECT hash FROM evenhand.ledger_leaf WHERE leaf_index >= $1::bigint ORDER BY leaf_index LIMIT 50000
-- name: put_access
INSERT INTO evenhand.access (user_name, resource) VALUES ($1::text, $2::text)
-- name: list_accesses
SELECT viewed_at, user_name, resource FROM evenhand.access ORDER BY access_id DESC LIMIT 101 OFFSET $1::bigint
