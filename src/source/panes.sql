-- name: panes_deltas
-- The deltas of a stretch of panes, joined or not, pane by pane: what each added, and what it took off.
SELECT pane_us, block, taken FROM evenhand.pane_delta
WHERE source_id = $1::integer AND pane_us >= $2::bigint AND pane_us < $3::bigint
UNION ALL SELECT pane_us, block, taken FROM evenhand.pane_sealed
WHERE source_id = $1::integer AND pane_us >= $2::bigint AND pane_us < $3::bigint ORDER BY pane_us

-- name: panes_dictionary
SELECT kind, ordinal, value FROM evenhand.dictionary WHERE source_id = $1::integer ORDER BY kind, ordinal
