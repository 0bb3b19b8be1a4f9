#!/bin/sh
# Judge is killed before and after the transaction that joins old deltas: all of it is there, or nothing.
# usage: seal_test.sh [path of evenhand]     prints TAP
set -u
here=$(dirname "$0")
# shellcheck source=tests/faults/lab.sh
. "$here/lab.sh"
rows=6000

seals() { sql -c "SELECT count(*) || ' ' || (SELECT count(*) FROM evenhand.pane_sealed) || ' ' || (SELECT count(*) FROM evenhand.pane_delta)
	|| ' ' || (SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'seal') FROM evenhand.seal"; }
digests() { "$work/evenhand" replay --json | tail -n 1; }

history_is_gathered() {
	lab_make && make_log sealed $rows && make_map sealed no >"$work/map.yaml" &&
		"$work/evenhand" gather --map "$work/map.yaml" >"$work/out" 2>&1
}

# The closes are in the store when the seal begins, so it is the seal alone that a kill takes back.
killed_before_nothing_is_joined() {
	EVENHAND_FAILPOINT=judge.before_seal_commit:kill "$armed" judge --once >"$work/out" 2>&1
	grep -q '^failpoint judge.before_seal_commit' "$work/out" || return 1
	before=$(digests)
	set -- $(seals)
	[ "$1 $2 $4" = "0 0 0" ] && [ "$3" -gt 200 ]
}
failed_before_nothing_is_joined() {
	EVENHAND_FAILPOINT=judge.before_seal_commit:error "$armed" judge --once >"$work/out" 2>&1
	set -- $(seals)
	[ "$1 $2 $4" = "0 0 0" ]
}
killed_after_all_is_joined() {
	EVENHAND_FAILPOINT=judge.after_seal_commit:kill "$armed" judge --once >"$work/out" 2>&1
	grep -q '^failpoint judge.after_seal_commit' "$work/out" || return 1
	set -- $(seals)
	[ "$1 $3 $4" = "1 0 1" ] && [ "$2" -gt 200 ]
}
joined_once_only() {
	was=$(seals)
	"$work/evenhand" judge --once >"$work/out" 2>&1 && grep -q 'every digest agrees' "$work/out" && [ "$(seals)" = "$was" ]
}
digests_are_the_same() { [ -n "$before" ] && [ "$(digests)" = "$before" ]; }
ledger_and_source_agree() { reckon sealed; }

before=
check "a history is gathered" history_is_gathered
check "killed before the commit of a seal, judge leaves the deltas as they were" killed_before_nothing_is_joined
check "a seal that fails leaves the deltas as they were" failed_before_nothing_is_joined
check "killed after it, everything is joined under one leaf" killed_after_all_is_joined
check "what is joined is not joined again" joined_once_only
check "tally and evidence have the digests that they had" digests_are_the_same
check "ledger check and recompute agree" ledger_and_source_agree
report "judge dies and fails at a seal" 3
finish
