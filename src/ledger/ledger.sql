-- name: append
-- The last statement before COMMIT; gives the index of the first leaf.
SELECT evenhand.ledger_append($1::text[], $2::text[], $3::bytea[])

-- name: read_hashes
-- Leaf hashes from an index on, for the tree.
SELECT hash FROM evenhand.ledger_leaf WHERE leaf_index >= $1::bigint ORDER BY leaf_index LIMIT 50000

-- name: read_size
SELECT size FROM evenhand.ledger_head

-- name: read_leaves
-- Leaves from an index on, as they were written.
SELECT leaf_index, kind, body, hash FROM evenhand.ledger_leaf WHERE leaf_index >= $1::bigint ORDER BY leaf_index LIMIT 2000
