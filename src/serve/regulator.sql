-- name: regulator_months
-- $1 source, $2 attribute: the newest 24 months, through the regulator's own role
SELECT month::text, grp, n, adverse, suppressed FROM evenhand_regulator.month
WHERE source = $1::text AND attribute = $2::text
  AND month > (SELECT max(month) - interval '24 months' FROM evenhand_regulator.month WHERE source = $1::text)
ORDER BY month DESC, grp LIKE '(%', grp COLLATE "C" LIMIT 2000
-- name: regulator_choices
SELECT DISTINCT source, attribute FROM evenhand_regulator.month ORDER BY source, attribute LIMIT 200
-- name: regulator_alerts
SELECT alert_id, source, attribute, grp, kind, state, severity, at_us, onset_us, encode(evidence_sha256, 'hex') AS evidence
FROM evenhand_regulator.alert ORDER BY at_us DESC, alert_id LIMIT 100
