#!/bin/sh
# A gather, and a judge, that was stopped in its sleep and lost its lock wakes up after another took its place: it writes
# nothing more.  usage: fence_test.sh [path of evenhand]     prints TAP
set -u
# shellcheck source=tests/lib/case.sh
. "$(dirname "$0")/../lib/case.sh"
export EVENHAND_STATE="$work/state"
old='' new=''

leave() {
	for p in $old $new; do kill -CONT "$p" 2>/dev/null; kill -9 "$p" 2>/dev/null; done
	"$work/evenhand" stop >/dev/null 2>&1
}

sql() { psql -XAtq -h "$EVENHAND_STATE/run" -U evenhand_admin evenhand -c "$1" 2>>"$work/log"; }
is() { [ "$(sql "$1")" = "$2" ]; }
gone() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
row() {
	printf 'id,at,decision,sex\n%s,2025-01-01T00:00:00Z,yes,M\n' "$1" | "$work/evenhand" import --map "$work/log.yaml" - >/dev/null 2>>"$work/log"
}
begin_gather() { "$work/evenhand" gather --source log >>"$work/$1.log" 2>&1 & }
# The server ends every session that writes; the process sleeps and does not know.
put_to_sleep() {
	kill -STOP "$1" && is "SELECT count(pg_terminate_backend(pid, 5000)) > 0 FROM pg_stat_activity WHERE usename = 'evenhand_writer'" t
}

gather_is_fenced() {
	printf '%s\n' "source: log" "table: log.log" "columns: {id: id, decided_at: at, decision: decision}" "favourable: [yes]" \
		"protected: [{name: sex, column: sex, reference: M}]" >"$work/log.yaml"
	row 1 || return 1
	begin_gather old
	old=$!
	within 20 is "SELECT count(*) FROM evenhand.source_state WHERE phase = 'live' AND epoch = 1" 1 || return 1
	put_to_sleep "$old" || return 1
	begin_gather new
	new=$!
	within 20 is "SELECT epoch FROM evenhand.source_state" 2 || return 1
	row 2 && within 20 is "SELECT sum(n_on_time + n_early + n_late) FROM evenhand.gather_commit" 2 || return 1
	kill -CONT "$old"
	row 3 && within 20 is "SELECT sum(n_on_time + n_early + n_late) FROM evenhand.gather_commit" 3 || return 1
	within 20 grep -q "another gather follows source log" "$work/old.log" || return 1
	is "SELECT epoch FROM evenhand.source_state" 2 && "$work/evenhand" recompute >"$work/out" 2>&1
}
sleeper_takes_its_place_back() {
	kill -TERM "$new" && within 20 gone "$new" && new= && within 45 is "SELECT epoch FROM evenhand.source_state" 3 &&
		row 4 && within 20 is "SELECT sum(n_on_time + n_early + n_late) FROM evenhand.gather_commit" 4 &&
		kill -TERM "$old" && within 20 gone "$old" && old=
}
judge_is_fenced() {
	"$work/evenhand" judge >>"$work/old.log" 2>&1 &
	old=$!
	within 20 is "SELECT epoch FROM evenhand.judge_epoch" 1 || return 1
	put_to_sleep "$old" || return 1
	"$work/evenhand" judge >>"$work/new.log" 2>&1 &
	new=$!
	within 20 is "SELECT epoch FROM evenhand.judge_epoch" 2 || return 1
	kill -CONT "$old"
	within 20 gone "$old" && old= && kill -0 "$new" && is "SELECT epoch FROM evenhand.judge_epoch" 2 &&
		"$work/evenhand" ledger check >"$work/out" 2>&1
}

check "a gather that lost its lock asleep writes nothing after another took over" gather_is_fenced
check "it goes on when that one ends" sleeper_takes_its_place_back
check "a judge that lost its lock asleep ends" judge_is_fenced
finish
