-- name: mend_counted
-- Whether a value stands in a source's dictionary, and how many entries that has.
SELECT coalesce(bool_or(d.value = $3::text), false), count(*)
FROM evenhand.dictionary d WHERE d.source_id = $1::integer AND d.kind = $2::text
