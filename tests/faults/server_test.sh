#!/bin/sh
# What befalls a PostgreSQL: stopped at once, a backend killed, a lock held, the disk full, its clock set.  `evenhand run` must
# go on by itself and count every row once.
# usage: server_test.sh [path of evenhand]     prints TAP
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/faults/lab.sh
. "$here/lab.sh"
stops=1 crashes=1
[ -z "$long" ] || { stops=20 crashes=5; }
export EVENHAND_LISTEN=127.0.0.1:0 EVENHAND_OPS_LISTEN=127.0.0.1:0
run= hit=0

leave_more() {
	[ -z "$run" ] || { kill -9 "$run" 2>/dev/null; sleep 1; }
	! mountpoint -q "$lab" || { lab_stop immediate; umount "$lab"; }
}
begin_run() {
	"$work/evenhand" run >>"$work/log" 2>&1 &
	run=$!
}
end_run() {
	kill -TERM $run
	wait $run
	code=$?
	run=
	return $code
}
rows() { sql -c "SELECT count(*) FROM log.server"; }
counted() { sql -c "SELECT coalesce(sum(n_on_time + n_early + n_late), 0) FROM evenhand.gather_commit"; }
goes_on() { # SECONDS
	within 10 sql -c "SELECT 1" >/dev/null 2>&1
	want=$(rows)
	within "$1" reached && kill -0 $run
}
reached() { [ "$(counted)" -ge "$want" ]; }

stopped_at_once() {
	for i in $(seq $stops); do
		sleep "$(moment 1500)"
		lab_stop immediate
		sleep "$(moment 500)"
		lab_start || return 1
		hit=$((hit + 1))
	done
	goes_on 70
}

# The server ends every session when one dies, and recovers.
backend_is_killed() {
	for i in $(seq $crashes); do
		within 30 working || return 1
		kill -9 "$(sql -c "SELECT pid FROM pg_stat_activity WHERE application_name = 'evenhand' ORDER BY random() LIMIT 1")" || return 1
		hit=$((hit + 1))
		sleep 1
		within 20 sql -c "SELECT 1" >/dev/null 2>&1 || return 1
	done
	goes_on 70
}
working() { [ "$(sql -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'evenhand'" 2>/dev/null)" -gt 2 ]; }

locks_are_held() {
	for relation in evenhand.gather_commit evenhand.source_state log.server; do
		sql -c "BEGIN; LOCK TABLE $relation IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(${long:+1}1); COMMIT" >/dev/null
		hit=$((hit + 1))
	done
	goes_on 30
}

nothing_is_lost() {
	end_writers
	goes_on 70
	end_run && caught_up server && reckon server
}

# ---- the disk --------------------------------------------------------------------------------------

full_server() {
	mkdir "$lab" && mount -t tmpfs -o size=160m tmpfs "$lab" || return 1
	chown "$lab_user" "$lab" && chmod 700 "$lab"
	lab_make "wal_recycle = off" "max_wal_size = 32MB" "min_wal_size = 32MB" && make_log server 2000
}
disk_is_full() {
	make_map server yes >"$work/server.yaml"
	begin_writers server
	"$work/evenhand" gather --map "$work/server.yaml" 2>>"$work/log" &
	run=$!
	within 20 some_rows || return 1
	for i in 1 2 3; do
		dd if=/dev/zero of="$lab/filler" bs=64k 2>/dev/null
		within 30 grep -q 'No space left' "$work/log" "$lab/server.log" || return 1
		sleep 2
		rm -f "$lab/filler"
		hit=$((hit + 1))
		sql -c "SELECT 1" >/dev/null 2>&1 || lab_start
		within 20 sql -c "SELECT 1" >/dev/null 2>&1 || return 1
		sleep 1
	done
	end_writers
	goes_on 70
	kill -TERM $run
	wait $run
	run=
	caught_up server && reckon server
}
some_rows() { [ "$(counted)" -gt 0 ]; }

# ---- the clock ---------------------------------------------------------------------------------------

clock_jumps() {
	make_map server yes >"$work/server.yaml"
	begin_writers server
	"$work/evenhand" gather --map "$work/server.yaml" 2>>"$work/log" &
	run=$!
	within 20 some_rows || return 1
	before=0
	for jump in +1d +0 -1d +3h +0; do
		echo "$jump" >"$work/clock"
		sleep 1.2
		now=$(sql -c "SELECT clock_us FROM evenhand.source_state")
		[ "$now" -ge "$before" ] || { echo "# T went back"; return 1; }
		before=$now
		hit=$((hit + 1))
		goes_on 20 || return 1
	done
	end_writers
	goes_on 20
	kill -TERM $run
	wait $run
	run=
	caught_up server && reckon server
}

lab_make && make_log server 2000 || { tail "$work/out"; exit 3; }
make_map server yes >"$work/server.yaml"
"$work/evenhand" gather --map "$work/server.yaml" --once >>"$work/log" 2>&1
begin_writers server
begin_run
check "the server is stopped at once and started again" stopped_at_once
check "a backend of ours is killed" backend_is_killed
check "tables are locked for a while" locks_are_held
check "every row is counted once" nothing_is_lost
report "PostgreSQL: stopped at once, a backend killed, locks held" "$hit"
lab_stop immediate
rm -rf "$lab"

hit=0
faketime=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
if [ -z "$long" ]; then
	:
elif [ -n "$faketime" ]; then
	echo +0 >"$work/clock" && chmod 644 "$work/clock"
	export LD_PRELOAD_FOR_SERVER="$faketime"
	lab_make && make_log server 2000 || exit 3
	check "the server's clock jumps by a day and back" clock_jumps
	report "the clock of PostgreSQL jumps" "$hit"
	lab_stop immediate
	rm -rf "$lab"
	unset LD_PRELOAD_FOR_SERVER
else
	skip "the server's clock jumps by a day and back" "faketime is not installed"
fi

hit=0
if [ -z "$long" ]; then
	:
elif [ "$(id -u)" -eq 0 ] && full_server >"$work/full" 2>&1; then
	check "the store's disk is full for a while, three times" disk_is_full
	report "the disk of the store is full" "$hit"
else
	skip "the store's disk is full for a while, three times" "needs root, to mount a small file system"
fi
finish
