#!/bin/sh
# Law 2 under kill -9: gather dies in the middle of history and of live rows, again and again, and the tallies
# come out as those of an uninterrupted run and of an offline recomputation, byte for byte.
# usage: gather_kill_test.sh [path of evenhand]
# Prints TAP; exit 1 where a case failed.  Takes about half a minute.
set -u
# shellcheck source=tests/lib/case.sh
. "$(dirname "$0")/../lib/case.sh"
rows=${ROWS:-400000}
live_files=12
live_rows=3000
export EVENHAND_STATE="$work/state" EVENHAND_POLL_INTERVAL=20ms EVENHAND_COMMIT_INTERVAL=5ms
mkdir "$work/state"
gather=

leave() {
	[ -z "$gather" ] || kill -9 "$gather" 2>/dev/null
	"$work/evenhand" stop >/dev/null 2>&1
}

# Rows FROM to TO as CSV: an hour holds 120 of them.
make_csv() {
	awk -v from="$1" -v to="$2" 'BEGIN {
		print "id,decided_at,decision,score,sex,tier,zip,model";
		for (i = from; i <= to; i++) {
			t = 1600000000 + i * 30;
			decision = i * 7919 % 100 < 30 ? "no" : "yes";
			printf "d%d,%s,%s,0.%03d,%s,t%d,z%d,m%d\n", i, strftime("%Y-%m-%dT%H:%M:%SZ", t, 1), decision,
				i * 31 % 1000, substr("MFX", 1 + i % 3, 1), i % 4, i % 50, i / 100000;
		}
	}'
}

make_map() {
	cat <<END
source: $1
table: log.decision
follow: $2
columns: {id: id, decided_at: decided_at, decision: decision, score: score}
favourable: [yes]
adverse: [no]
score: {scale: 3}
protected: [{name: sex, column: sex, reference: M}]
strata: [{name: tier, column: tier}]
features: [{name: zip, column: zip, kind: categorical}]
lineage: [{role: model, column: model}]
END
}

# A number between 0 and $1 milliseconds, as seconds.
pause() { awk -v seed="$(od -An -N4 -tu4 /dev/urandom)" -v most="$1" 'BEGIN {srand(seed); printf "%.3f\n", rand() * most / 1000}'; }

value() { "$work/evenhand" status --json | awk -v name="\"$1\"," -v key="\"$2\":" '
	$1 == "\"name\":" {here = $2 == name} here && $1 == key {gsub(/[",]/, "", $2); print $2; exit}'; }

start_gather() {
	"$work/evenhand" gather --map "$work/killed.yaml" 2>>"$work/log" &
	gather=$!
}

kill_gather() {
	kill -9 "$gather" 2>/dev/null
	wait "$gather" 2>/dev/null
	gather=
}

history_is_killed() {
	kills=0
	while [ "$(value killed phase)" != live ]; do
		start_gather
		sleep "$(pause $((350 + 50 * kills)))" # a busy machine needs longer to get anywhere
		kill_gather
		kills=$((kills + 1))
		[ $kills -lt 60 ] || return 1
	done
	echo "# killed $kills times in or after history, $(value killed commit_no) commits"
	[ $kills -gt 1 ]
}

live_is_killed() {
	done_file=$work/imported
	(
		for i in $(seq 1 $live_files); do
			first=$((rows + (i - 1) * live_rows + 1))
			make_csv $first $((first + live_rows - 1)) | "$work/evenhand" import --map "$work/killed.yaml" - >/dev/null 2>&1
		done
		touch "$done_file"
	) &
	importer=$!
	kills=0
	until [ -e "$done_file" ]; do
		start_gather
		sleep "$(pause $((400 + 50 * kills)))"
		kill_gather
		kills=$((kills + 1))
	done
	wait $importer
	echo "# killed $kills times in live rows, $(value killed commit_no) commits"
	"$work/evenhand" gather --map "$work/killed.yaml" --once 2>>"$work/log"
}

totals_are_whole() {
	total=$((rows + live_files * live_rows))
	sum=$(($(value killed on_time) + $(value killed early) + $(value killed late) + $(value killed set_aside)))
	echo "# $sum rows of $total"
	[ "$sum" -eq $total ]
}

recompute_agrees() { "$work/evenhand" recompute --source killed >"$work/out" 2>&1; }

uninterrupted_run_agrees() {
	"$work/evenhand" gather --map "$work/whole.yaml" 2>>"$work/log" || return 1
	[ -n "$(value whole tally_digest)" ] && [ "$(value whole tally_digest)" = "$(value killed tally_digest)" ]
}

"$work/evenhand" init >/dev/null || exit 3
make_map killed yes >"$work/killed.yaml"
make_map whole no >"$work/whole.yaml"
make_csv 1 "$rows" | "$work/evenhand" import --map "$work/killed.yaml" - >/dev/null 2>"$work/out" || { cat "$work/out"; exit 3; }
check "gather is killed in the middle of history" history_is_killed
check "gather is killed in the middle of live rows" live_is_killed
check "every row is counted once" totals_are_whole
check "recompute agrees" recompute_agrees
check "an uninterrupted run has the same tally digest" uninterrupted_run_agrees
finish
