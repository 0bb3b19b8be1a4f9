#!/bin/sh
# Law 2 under kill -9: gather and judge die at random moments while eight sessions write, and at every named place before
# and after each commit.
# usage: kill_test.sh [path of evenhand]     prints TAP.  ROUNDS: 4 by default, 300 with FAULTS_LONG
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/faults/lab.sh
. "$here/lab.sh"
rounds=${ROUNDS:-4} passings=1
[ -z "$long" ] || rounds=${ROUNDS:-300} passings="1 2 3"
export EVENHAND_WEBHOOK_URL=http://127.0.0.1:9/ # nobody is there: messages stay in the outbox
bias=.6 # so that alerts are raised
clock= gather= judge=

leave_more() {
	for p in $clock $gather $judge; do kill -9 "$p" 2>/dev/null; done
}

# The source runs on a scenario's clock, an hour every 100 ms, so that panes close and alerts are raised.
prepare() {
	make_log killed 2000 || return 1
	make_map killed yes >"$work/killed.yaml"
	"$work/evenhand" gather --map "$work/killed.yaml" --once >>"$work/log" 2>&1 || return 1
	sql -c "CREATE SCHEMA IF NOT EXISTS evenhand_import" \
		-c "CREATE TABLE evenhand_import.scenario_clock (source text PRIMARY KEY, now_us bigint NOT NULL)" \
		-c "INSERT INTO evenhand_import.scenario_clock SELECT 'killed', max(clock_us) FROM evenhand.source_state" \
		-c "GRANT USAGE ON SCHEMA evenhand_import TO evenhand_source" -c "GRANT SELECT ON evenhand_import.scenario_clock TO evenhand_source" \
		-c "INSERT INTO evenhand.scenario (source_id, start_us, rate) SELECT source_id, 0, 36000 FROM evenhand.source"
	now_sql="(SELECT to_timestamp(now_us / 1e6) FROM evenhand_import.scenario_clock)"
	while :; do
		sql -c "UPDATE evenhand_import.scenario_clock SET now_us = now_us + 3600000000"
		sleep 0.1
	done 2>/dev/null &
	clock=$!
	begin_writers killed
}

both_are_killed() {
	hit=0
	for i in $(seq "$rounds"); do
		"$work/evenhand" gather --source killed >>"$work/log" 2>&1 &
		gather=$!
		"$work/evenhand" judge >>"$work/log" 2>&1 &
		judge=$!
		sleep "$(moment 500)"
		ended $gather || hit=$((hit + 1))
		ended $judge || hit=$((hit + 1))
		kill_one $gather
		kill_one $judge
	done
	gather= judge=
	echo "# $hit kills; $(sql -c "SELECT count(*) FROM evenhand.gather_commit") commits, $(sql -c "SELECT count(*) FROM evenhand.pane_close WHERE NOT history") closes"
	[ "$hit" -gt "$rounds" ]
}

# Dies at the place, says so, and the next does the rest.
dies_at() { # PLACE VERB...
	place=$1
	shift
	for action in kill error; do
		EVENHAND_FAILPOINT=$place:$action:${nth:-1} "$armed" "$@" >"$work/armed" 2>&1 &
		pid=$!
		within 20 grep -q "^failpoint $place: $action" "$work/armed" || { kill_one $pid; sed 's/^/# /' "$work/armed"; return 1; }
		[ $action = kill ] || { sleep 0.2; kill -TERM $pid 2>/dev/null; }
		within 20 ended $pid || return 1
		wait $pid
		hit=$((hit + 1))
	done
}

every_place_of_gather() {
	hit=0
	for place in gather.row gather.before_write gather.before_leaf gather.before_commit gather.after_commit; do
		for nth in $passings; do
			dies_at $place gather --source killed || { echo "# $place"; return 1; }
		done
	done
}
every_place_of_judge() {
	hit=0
	"$work/evenhand" gather --source killed >>"$work/log" 2>&1 &
	gather=$!
	for place in judge.before_commit judge.after_commit; do
		for nth in $passings; do
			dies_at $place judge || { echo "# $place"; return 1; }
		done
	done
	kill -TERM $gather
	wait $gather
	gather=
}

# Between an alert's step and its message: the clock runs on until the evidence is enough.
between_alert_and_outbox() {
	hit=0
	"$work/evenhand" gather --source killed >>"$work/log" 2>&1 &
	gather=$!
	nth=1
	dies_at judge.before_outbox judge || return 1
	"$work/evenhand" judge >>"$work/log" 2>&1 &
	judge=$!
	within 30 has_message
	code=$?
	kill -TERM $judge $gather
	wait $judge $gather
	gather= judge=
	return $code
}
has_message() { [ "$(sql -c "SELECT count(*) FROM evenhand.outbox WHERE dedup_key LIKE 'A-%'")" -gt 0 ]; }

nothing_is_lost() {
	[ -z "$writers" ] || end_writers
	caught_up killed && reckon killed
}

# Judge holds every digest it wrote against what the deltas give, before it does anything else.
verdicts_agree() {
	kill "$clock" 2>/dev/null
	wait "$clock" 2>/dev/null
	clock=
	"$work/evenhand" judge --once >"$work/out" 2>&1 && "$work/evenhand" replay --json >"$work/replay" 2>>"$work/out" || return 1
	overlaps=$(sql -c "SELECT count(*) FROM evenhand.pane_close a JOIN evenhand.pane_close b USING (source_id)
		WHERE a.leaf_index < b.leaf_index AND a.last_pane_us >= b.first_pane_us")
	[ "$overlaps" = 0 ] && grep -q '"type":"end"' "$work/replay"
}

lab_make && prepare || { tail "$work/log" "$work/out"; exit 3; }
check "judge dies between an alert's step and its message" between_alert_and_outbox
outbox_hits=$hit
check "gather and judge are killed at random moments" both_are_killed
check "every row is counted once" nothing_is_lost
report "kill -9 of gather and judge at random moments" "$hit"
begin_writers killed
check "gather dies and fails at every place" every_place_of_gather
check "every row is counted once after that" nothing_is_lost
report "gather dies and fails at named places" "$hit"
begin_writers killed
check "judge dies and fails at every place" every_place_of_judge
check "every row is counted once after that too" nothing_is_lost
report "judge dies and fails at named places" $((hit + outbox_hits))
check "every pane is closed once, and verdicts are those that the deltas give" verdicts_agree
finish
