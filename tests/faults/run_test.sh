#!/bin/sh
# `evenhand run`: what dies is started again, what is new is gathered, and nothing is left behind.
# usage: run_test.sh [path of evenhand]     prints TAP
set -u
# shellcheck source=tests/lib/case.sh
. "$(dirname "$0")/../lib/case.sh"
export EVENHAND_STATE="$work/state" EVENHAND_LISTEN=127.0.0.1:0 EVENHAND_OPS_LISTEN=127.0.0.1:0
run=

leave() {
	[ -z "$run" ] || kill -9 "$run" 2>/dev/null
	"$work/evenhand" stop >/dev/null 2>&1
}

child() { # the process of a verb
	for p in $(pgrep -P "$run"); do
		case $(tr "\\0" " " 2>/dev/null <"/proc/$p/cmdline") in "evenhand $1 "*) echo "$p" && return ;; esac
	done
	return 1
}
there() { [ -n "$(child "$1")" ]; }
gone() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
url() { sed -n 's/^dashboard //p' "$work/log" | tail -n 1; }
answers() { curl -sf -o /dev/null "$(url)login"; }

import() { # NAME FOLLOW
	printf '%s\n' "source: $1" "table: log.$1" "follow: $2" "columns: {id: id, decided_at: at, decision: decision}" \
		"favourable: [yes]" "protected: [{name: sex, column: sex, reference: M}]" >"$work/$1.yaml"
	printf 'id,at,decision,sex\n1,2025-01-01T00:00:00Z,yes,M\n2,2025-01-01T00:10:00Z,no,F\n' |
		"$work/evenhand" import --map "$work/$1.yaml" - >/dev/null 2>>"$work/log"
}
start() {
	"$work/evenhand" run >>"$work/log" 2>&1 &
	run=$!
}

all_three_start() {
	import first yes && start && within 20 answers && there "gather --source first" && there judge && there serve
}
killed_child_is_started_again() {
	for verb in "gather --source first" judge serve; do
		old=$(child "$verb")
		kill -9 "$old" || return 1
		within 15 there "$verb" && [ "$(child "$verb")" != "$old" ] || return 1
	done
	within 20 answers
}
new_source_is_gathered() {
	import second no && within 20 phase_is second ended
}
phase_is() { "$work/evenhand" status 2>/dev/null | grep -q "$1: $2"; }
live_row_is_counted() {
	printf 'id,at,decision,sex\n3,2025-01-01T00:20:00Z,yes,M\n' | "$work/evenhand" import --map "$work/first.yaml" - >/dev/null 2>>"$work/log"
	within 20 total_is 5
}
total_is() { [ "$("$work/evenhand" status --json | grep -E '"(on_time|early|late)"' | tr -dc '0-9\n' | awk '{s += $1} END {print s + 0}')" -eq "$1" ]; }
# Nobody listens there: its gather is tried again, the others go on, and the reason stands in status.
unreachable_source_holds_nobody() {
	sed 's/^source: first/source: far/; s/^table:/conninfo: host=127.0.0.1 port=1 user=nobody dbname=none\ntable:/' \
		"$work/first.yaml" >"$work/far.yaml"
	"$work/evenhand" source add --map "$work/far.yaml" >>"$work/log" 2>&1 && within 20 phase_is far away || return 1
	"$work/evenhand" status 2>/dev/null | grep -A1 "far: away" | grep -q "cannot connect to PostgreSQL" || return 1
	printf 'id,at,decision,sex\n4,2025-01-01T00:20:00Z,yes,M\n' | "$work/evenhand" import --map "$work/first.yaml" - >/dev/null 2>>"$work/log"
	within 20 total_is 6 && kill -0 "$run" && there judge && there serve
}
# It is refused and waits, and nobody else does.
dropped_table_holds_nobody() {
	import third yes && within 20 phase_is third live && drop_table third && within 20 phase_is third refused &&
		phase_is first live && kill -0 "$run"
}
drop_table() { psql -XAtq -h "$EVENHAND_STATE/run" -U evenhand_source evenhand -c "DROP TABLE log.$1" 2>>"$work/log"; }
removed_source_is_left_alone() {
	"$work/evenhand" source remove first --reason "the log moved" >>"$work/log" 2>&1 && within 20 left first || return 1
	phase_is first removed && [ "$(grep -c "source first was removed while it was followed" "$work/log")" -eq 1 ] &&
		! grep -Eq "taken over|first ended with exit code" "$work/log" || return 1
	printf 'id,at,decision,sex\n5,2025-01-01T00:20:00Z,yes,M\n' | "$work/evenhand" import --map "$work/first.yaml" - >/dev/null 2>>"$work/log"
	sleep 1
	total_is 8 && "$work/evenhand" source add first --reason "it is back" >>"$work/log" 2>&1 && within 20 total_is 9
}
left() { ! there "gather --source $1"; }
term_ends_all() {
	children=$(pgrep -P "$run")
	kill -TERM "$run"
	wait "$run" || return 1
	run=
	for p in $children; do gone "$p" || return 1; done
}
kill_takes_the_children_along() {
	start
	within 20 there judge && within 20 there serve || return 1
	children=$(pgrep -P "$run")
	kill -9 "$run"
	wait "$run" 2>/dev/null
	run=
	for p in $children; do within 20 gone "$p" || return 1; done
}
starts_again_after_that() {
	start
	within 20 there judge && within 20 there "gather --source first" || return 1
	kill -TERM "$run"
	wait "$run" && run=
}

check "gather, judge and serve start, and the dashboard answers" all_three_start
check "kill -9 of each: it is started again" killed_child_is_started_again
check "a source that is registered meanwhile is gathered" new_source_is_gathered
check "rows that come meanwhile are counted" live_row_is_counted
check "a source that cannot be reached waits with its reason, and holds no other" unreachable_source_holds_nobody
check "so does one whose table was dropped" dropped_table_holds_nobody
check "a source that is removed is read no more, and is when it is put back" removed_source_is_left_alone
check "SIGTERM ends all, with exit code 0" term_ends_all
check "kill -9 of run takes its processes along" kill_takes_the_children_along
check "and it starts again after that" starts_again_after_that
finish
