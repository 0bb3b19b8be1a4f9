#!/bin/sh
# The demo from nothing to the end of its year, with and without kill -9: what is told on its way, and what can be checked after.
# usage: demo_test.sh [path of evenhand]     prints TAP; takes about half a minute
set -u
# shellcheck source=tests/lib/case.sh
. "$(dirname "$0")/../lib/case.sh"
demo=

leave() {
	[ -z "$demo" ] || kill "$demo" 2>/dev/null
	for s in "$work"/*/demo; do
		EVENHAND_STATE=$s "$work/evenhand" stop >/dev/null 2>&1
	done
}

play() { # STATE FLAGS...
	state=$1
	: >"$work/said"
	shift
	"$work/evenhand" --state "$state" demo --no-serve --exit-at-end "$@" >"$work/said" 2>"$work/log"
}
# A verb on the demo's own store.
ask() { EVENHAND_STATE=$work/a/demo "$work/evenhand" "$@"; }
# Every verb starts the cluster where it has stopped by itself meanwhile.
sql() { ask status >/dev/null 2>&1; psql -h "$work/a/demo/run" -U "$1" -d evenhand -qAtX -c "$2"; }
digest() { EVENHAND_STATE=$1/demo "$work/evenhand" status --json | awk -F '"' '$2 == "tally_digest" { print $4; exit }'; }

whole_year() {
	play "$work/a" --speed 25 && cp "$work/said" "$work/first" && grep -q '^The year is over: 55120 decisions were played' "$work/said"
}
one_alert() {
	[ "$(sql evenhand_writer "SELECT string_agg(attribute || ' ' || grp, ',') FROM evenhand.alert WHERE kind = 'bias'")" = "race Black" ] &&
		[ "$(grep -c 'raised.*about Black were' "$work/said")" -eq 1 ]
}
# 56 monitors, and only this group's crossed; the campaign and the feed's fault raised nothing about people.
alert_is_told_with_lineage() {
	ask alerts list --json >"$work/out" 2>>"$work/log" && grep -q '"uw-risk-4.3"' "$work/out" && grep -q '"race"' "$work/out" &&
		! grep -qE '"attribute": *"(sex|age)"' "$work/out"
}
missing_is_stated() {
	grep -q 'raised (review): race is missing in' "$work/said" &&
		[ "$(sql evenhand_writer "SELECT count(*) FROM evenhand.alert WHERE kind = 'bias' AND attribute <> 'race'")" -eq 0 ]
}
clock_is_on_the_record() {
	sql evenhand_writer "SELECT body FROM evenhand.ledger_leaf WHERE kind = 'scenario'" | grep -q '"start":"2025-10-01T00:00:00Z"'
}
all_agrees() { ask ledger check >"$work/out" 2>>"$work/log" && ask recompute >>"$work/out" 2>>"$work/log"; }
altered_decision_is_named() {
	ask status >"$work/out" 2>>"$work/log" # starts the cluster again, which may have been idle while the other year was played
	id=$(sed -n "s/.*decision_id = '\([^']*\)'.*/\1/p" "$work/first")
	sql evenhand_source "UPDATE demo.decision SET decision = 'approve' WHERE decision_id = '$id'"
	pane=$(sql evenhand_source "SELECT to_char(date_trunc('hour', decided_at), 'YYYY-MM-DD\"T\"HH24:00:00\"Z\"') FROM demo.decision WHERE decision_id = '$id'")
	ask recompute >"$work/out" 2>>"$work/log"
	[ $? -eq 1 ] && grep -q "pane $pane" "$work/out" && [ "$(grep -c '^  pane' "$work/out")" -eq 1 ]
}
altered_count_is_named() {
	sql evenhand_owner "UPDATE evenhand.pane_close SET n = n + 1 WHERE leaf_index = (SELECT max(leaf_index) FROM evenhand.pane_close)"
	ask ledger check >"$work/out" 2>>"$work/log"
	[ $? -eq 1 ] && grep -q '^1 thing does not agree' "$work/out" && grep -q 'was altered: n is' "$work/out"
}
altered_tally_is_named() {
	sql evenhand_owner "UPDATE evenhand.pane_sealed SET block = substr(block, 1, length(block) - 1) WHERE pane_us = (SELECT min(pane_us) FROM evenhand.pane_sealed)"
	ask ledger check >"$work/out" 2>>"$work/log"
	[ $? -eq 1 ] && grep -q '^  seal [0-9-]* of source underwriting (leaf [0-9]*) was altered: after is' "$work/out" || return 1
	way=$(sed -n 's/^    which pane: evenhand //p' "$work/out")
	ask $way >"$work/out" 2>>"$work/log"
	[ $? -eq 1 ] && [ "$(grep -c 'pane .*: what is stored cannot be read' "$work/out")" -eq 1 ]
}
other_folder_is_left_alone() {
	mkdir -p "$work/c/demo" && touch "$work/c/demo/mine"
	! play "$work/c" && grep -q 'no demo made it' "$work/log" && [ -e "$work/c/demo/mine" ]
}

# gather and judge are killed again and again while the year is played; what is counted comes out the same.
killed_demo() {
	play "$work/b" --speed 6 &
	demo=$!
	until grep -q '^October to December now pass' "$work/said" 2>/dev/null; do
		kill -0 "$demo" 2>/dev/null || return 1
		sleep 0.2
	done
	kills=0
	for verb in gather judge gather judge; do
		sleep 2
		for child in $(pgrep -P "$(pgrep -P "$demo" | head -n 1)"); do
			case $(tr '\0' ' ' <"/proc/$child/cmdline" 2>/dev/null) in
			"evenhand $verb "*) kill -9 "$child" && kills=$((kills + 1)) ;;
			esac
		done
	done
	wait "$demo" || return 1
	demo=
	echo "# $kills kills"
	[ $kills -ge 3 ] && grep -q '^The year is over: 55120' "$work/said"
}
same_totals() { [ -n "$(digest "$work/a")" ] && [ "$(digest "$work/a")" = "$(digest "$work/b")" ]; }
killed_log_agrees() {
	EVENHAND_STATE=$work/b/demo "$work/evenhand" ledger check >"$work/out" 2>>"$work/log" &&
		EVENHAND_STATE=$work/b/demo "$work/evenhand" recompute >>"$work/out" 2>>"$work/log"
}

check "the year is played to its end" whole_year
check "one alert about people is raised, on the group that the model turned against" one_alert
check "the alert names the model's version, and nothing is raised on sex or age" alert_is_told_with_lineage
check "a feed that loses a column is told as that, and raises nothing about people" missing_is_stated
check "the scenario's clock is in the ledger" clock_is_on_the_record
check "ledger check and recompute agree" all_agrees
check "gather and judge are killed while the year is played" killed_demo
check "the totals are those of the uninterrupted year" same_totals
check "ledger and recompute agree after the kills" killed_log_agrees
check "an altered decision is named by its hour" altered_decision_is_named
check "an altered close is named" altered_count_is_named
check "an altered tally is named by its commit, and by its pane" altered_tally_is_named
check "a folder that no demo made is refused, and left as it is" other_folder_is_left_alone
finish
