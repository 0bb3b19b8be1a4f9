#!/bin/sh
# Logical replication under faults: kills, lost servers and networks, lost slots, and each of the ways in which other readers of
# change streams are known to have lost rows, as a test of its own name.
# usage: stream_test.sh [path of evenhand]     prints TAP
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/faults/lab.sh
. "$here/lab.sh"
rounds=3 passings=1
[ -z "$long" ] || { rounds=100; passings="1 2"; }
hit=0

of() { echo "JOIN evenhand.source USING (source_id) WHERE name = '$1'"; }
# What is counted now: adds, less what was taken off.
counted() { sql -c "SELECT coalesce(sum(d.n - d.n_taken), 0) FROM evenhand.pane_delta d $(of "$1")"; }
counts() { [ "$(counted "$1")" -eq "$2" ]; }
in_table() { sql -c "SELECT count(*) FROM log.$1"; }
goes_on() { # NAME SECONDS
	want=$(in_table "$1")
	within "$2" counts "$1" "$want"
}
once() { "$work/evenhand" gather --source "$1" --once >"$work/out" 2>&1; }
refuses() { # NAME WORDS
	! once "$1" && grep -q "$2" "$work/out"
}
slot() { sql -c "SELECT $2 FROM pg_replication_slots WHERE slot_name = 'evenhand_$1'"; }
drop_slot() { within 10 dropped "$1"; }
dropped() { sql -c "SELECT pg_drop_replication_slot('evenhand_$1')" >/dev/null 2>&1; }
add() { # NAME HOW MANY
	sql -c "INSERT INTO log.$1 SELECT gen_random_uuid()::text, now(), CASE WHEN i % 3 = 0 THEN 'no' ELSE 'yes' END, .5,
		(ARRAY['M','F','X'])[1 + i % 3], 't' || i % 4, 'm1' FROM generate_series(1, $2) i"
	hit=$((hit + 1))
}

# A log of its own, published by its owner, with history read.
stream() { # NAME ROWS [PORT]
	make_log "$1" "$2" && sql -c "ALTER TABLE log.$1 REPLICA IDENTITY FULL" -c "CREATE PUBLICATION evenhand_$1 FOR TABLE log.$1" || return 1
	make_map "$1" yes "${3:-$lab_port}" >"$work/$1.yaml"
	echo "mode: stream" >>"$work/$1.yaml"
	"$work/evenhand" gather --map "$work/$1.yaml" --once >"$work/out" 2>&1
}
let_go() { # NAME: so that its slot holds nothing back
	drop_slot "$1"
}

# ---- named after what was lost elsewhere --------------------------------------------------------------

# A COPY puts many rows at one place of the log; the reader dies in the middle of them.
several_events_share_an_lsn() {
	stream share 100 || return 1
	for nth in $passings; do
		sql -c "CREATE TEMP TABLE t AS SELECT gen_random_uuid()::text AS id, now() AS at, 'yes' AS d, .5 AS s, 'F' AS x, 't1' AS t, 'm1' AS m
			FROM generate_series(1, 70000)" -c "COPY t TO '/tmp/evenhand-$$.copy'" \
			-c "COPY log.share (id, decided_at, decision, score, sex, tier, model) FROM '/tmp/evenhand-$$.copy'" || return 1
		EVENHAND_FAILPOINT=gather.after_commit:kill:$nth "$armed" gather --source share >"$work/armed" 2>&1
		grep -q '^failpoint' "$work/armed" || return 1
		hit=$((hit + 1))
	done
	rm -f "/tmp/evenhand-$$.copy"
	once share && reckon share && let_go share
}

# What the server may forget lies never beyond what the store holds.
no_acknowledgement_without_a_durable_commit() {
	stream ack 100 || return 1
	for place in gather.before_commit gather.after_commit stream.before_acknowledge; do
		add ack 50
		EVENHAND_FAILPOINT=$place:kill "$armed" gather --source ack >"$work/armed" 2>&1
		grep -q '^failpoint' "$work/armed" || { echo "# $place was not reached"; return 1; }
		stored=$(sql -c "SELECT split_part(position, ' ', 5) FROM evenhand.source_state s $(of ack)")
		lsn=$(sql -c "SELECT s.position FROM evenhand.source_state s $(of ack)" | grep -o '[0-9A-F]*/[0-9A-F]*' | head -n 1)
		[ "$(slot ack "confirmed_flush_lsn <= '$lsn'::pg_lsn")" = t ] || { echo "# $stored"; return 1; }
	done
	once ack && reckon ack && let_go ack
}

a_slot_made_anew_is_a_gap() {
	stream anew 100 || return 1
	drop_slot anew && add anew 10
	sql -c "SELECT pg_create_logical_replication_slot('evenhand_anew', 'pgoutput')" >/dev/null
	add anew 5
	refuses anew 'data gap' && refuses anew 'accept-gap anew' || return 1
	"$work/evenhand" source accept-gap anew --reason "the slot was dropped by hand" >"$work/out" 2>&1 || return 1
	once anew && grep -q "source anew: reading goes on after the gap that was accepted" "$work/out" || return 1
	add anew 7
	once anew && counts anew 107 && "$work/evenhand" ledger check >"$work/said" 2>&1 && let_go anew
}

# Transactions of one row, some with a message before it: the first change may stand where the transaction begins.
a_change_at_the_place_of_its_begin() {
	stream begin 100 || return 1
	for i in $passings 3; do
		add begin 1
		sql -c "BEGIN" -c "SELECT pg_logical_emit_message(true, 'other', 'x')" \
			-c "INSERT INTO log.begin VALUES ('m$i', now(), 'no', .1, 'F', 't1', 'm1')" -c COMMIT >/dev/null
		EVENHAND_FAILPOINT=gather.after_commit:kill "$armed" gather --source begin >"$work/armed" 2>&1
		grep -q '^failpoint' "$work/armed" || return 1
		hit=$((hit + 1))
	done
	once begin && reckon begin && let_go begin
}

# A store that knows nothing of a slot does not go on where the slot stands.
a_missing_position_is_no_resume() {
	stream forgot 100 || return 1
	add forgot 20
	store=$EVENHAND_STORE
	sql -c "CREATE DATABASE other" && psql -qX -h 127.0.0.1 -p "$lab_port" -U postgres -d other -f "$here/../../migrations/setup_roles.sql" >/dev/null 2>&1
	EVENHAND_STORE=$(echo "$store" | sed 's/dbname=evenhand/dbname=other/')
	"$work/evenhand" migrate >"$work/out" 2>&1
	hit=$((hit + 1))
	"$work/evenhand" gather --map "$work/forgot.yaml" --once >"$work/out" 2>&1
	code=$?
	again=$("$work/evenhand" status --json 2>/dev/null | awk -F '[:,]' '/"on_time"/ { print $2 + 0; exit }')
	EVENHAND_STORE=$store
	sql -c "DROP DATABASE other WITH (FORCE)"
	# Refused, or every row from the first one on; and the store that was there before says what happened to its slot.
	echo "# the second store: exit code $code, ${again:-0} rows; $(head -n 1 "$work/out")"
	[ $code -ne 0 ] || [ "$again" = 120 ] || return 1
	if once forgot; then reckon forgot; else grep -q 'data gap' "$work/out"; fi && let_go forgot
}

# A slot that is being made has no confirmed place yet.
a_slot_without_a_confirmed_place() {
	stream unmade 100 || return 1
	drop_slot unmade
	sql -c "BEGIN" -c "SELECT pg_current_xact_id()" -c "SELECT pg_sleep(9)" -c COMMIT >/dev/null 2>&1 &
	sleeper=$!
	sleep 0.5
	sql -c "SELECT pg_create_logical_replication_slot('evenhand_unmade', 'pgoutput')" >/dev/null 2>&1 &
	maker=$!
	sleep 0.5
	[ -z "$(slot unmade confirmed_flush_lsn)" ] || return 1
	hit=$((hit + 1))
	refuses unmade 'data gap\|another connection reads'
	code=$?
	wait $sleeper $maker
	[ $code -eq 0 ] && refuses unmade 'data gap' && let_go unmade
}

# Others write, our table is quiet: the server must not keep all of that.
quiet_tables_keep_no_log() {
	stream quiet 100 || return 1
	sql -c "CREATE TABLE log.noise (x text)"
	begin_gather quiet
	sleep 1
	for i in 1 2 3; do sql -c "INSERT INTO log.noise SELECT repeat('x', 1000) FROM generate_series(1, 5000)"; done
	hit=$((hit + 1))
	within 25 keeps_little
	code=$?
	echo "# kept: $(slot quiet "pg_current_wal_lsn() - restart_lsn") bytes"
	end_gather
	[ $code -eq 0 ] && reckon quiet && let_go quiet
}
keeps_little() { [ "$(slot quiet "pg_current_wal_lsn() - confirmed_flush_lsn < 1000000")" = t ]; }

# A large value that an update did not touch is not sent.
an_unchanged_toasted_value() {
	stream toast 100 || return 1
	sql -c "ALTER TABLE log.toast ALTER model SET STORAGE EXTERNAL" \
		-c "INSERT INTO log.toast SELECT 'big' || i, now(), 'yes', .5, 'F', 't1', repeat(md5(i::text), 500) FROM generate_series(1, 5) i"
	once toast || return 1
	sql -c "UPDATE log.toast SET decision = 'no', sex = 'M' WHERE id LIKE 'big%'" -c "DELETE FROM log.toast WHERE id = 'big3'"
	hit=$((hit + 2))
	once toast && reckon toast && [ "$("$work/evenhand" cells --source toast --csv | grep -c "$(printf 1 | md5sum | cut -c1-32)")" -eq 1 ] && let_go toast
}

# In poll mode: a lower id is committed after a higher one was read.
a_late_commit_of_a_lower_id() {
	make_log cursor 100 && make_map cursor yes >"$work/cursor.yaml" || return 1
	begin_gather cursor
	within 10 counts cursor 100 || return 1
	sql -c "BEGIN" -c "INSERT INTO log.cursor VALUES ('a1', now(), 'yes', .5, 'F', 't1', 'm')" -c "SELECT pg_sleep(1.5)" -c COMMIT >/dev/null &
	late=$!
	sleep 0.5
	sql -c "INSERT INTO log.cursor VALUES ('a2', now(), 'yes', .5, 'F', 't1', 'm')"
	hit=$((hit + 1))
	within 5 counts cursor 101 || return 1
	wait $late
	within 5 counts cursor 102 && end_gather && reckon cursor
}

# ---- slots ---------------------------------------------------------------------------------------------

slot_is_dropped() {
	stream gone 100 || return 1
	drop_slot gone && add gone 3
	refuses gone 'the replication slot evenhand_gone is gone'
}
slot_is_invalidated() {
	stream lost 100 || return 1
	sql -c "ALTER SYSTEM SET max_slot_wal_keep_size = '2MB'" -c "SELECT pg_reload_conf()" >/dev/null
	add lost 3
	for i in 1 2 3 4 5 6; do
		sql -c "INSERT INTO log.lost SELECT 'w' || $i || '-' || i, now(), 'yes', .5, 'F', 't1', repeat('x', 500) FROM generate_series(1, 4000) i" -c CHECKPOINT
	done
	hit=$((hit + 1))
	[ "$(slot lost wal_status)" = lost ] && refuses lost 'data gap.*invalidated'
	code=$?
	sql -c "ALTER SYSTEM RESET max_slot_wal_keep_size" -c "SELECT pg_reload_conf()" >/dev/null
	return $code
}

# ---- faults while sessions insert, correct and delete ------------------------------------------------------

under_way() {
	stream busy 3000 || return 1
	begin_writers busy
	sed "s/^\\\\if :keep = 1/UPDATE log.busy SET score = .123, sex = 'X' WHERE id = (SELECT id FROM log.busy TABLESAMPLE SYSTEM (20) LIMIT 1 FOR UPDATE SKIP LOCKED);\\nDELETE FROM log.busy WHERE :keep = 2 AND id = (SELECT id FROM log.busy TABLESAMPLE SYSTEM (20) LIMIT 1 FOR UPDATE SKIP LOCKED);\\n&/" \
		"$work/writer.sql" >"$work/writer2.sql" && mv "$work/writer2.sql" "$work/writer.sql"
	sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgbench'" >/dev/null # and they come back with this
}
killed() {
	for i in $(seq "$rounds"); do
		begin_gather busy
		sleep "$(moment 600)"
		kill_one $gather
		hit=$((hit + 1))
	done
	gather=
}
servers_stop() {
	begin_gather busy
	sleep 3 # one that never began may end
	for i in $(seq $((1 + rounds / 10))); do
		sleep "$(moment 1000)"
		lab_stop immediate
		lab_start || return 1
		hit=$((hit + 1))
		sleep 1
	done
	kill -0 $gather && end_gather
}
all_is_counted() {
	end_writers
	once busy || return 1
	echo "# $(sql -c "SELECT sum(n_on_time + n_early + n_late) || ' added, ' || sum(n_corrected) || ' corrected, ' || sum(n_taken) || ' taken off'
		FROM evenhand.gather_commit $(of busy)")"
	reckon busy && let_go busy
}
network_fails() {
	begin_proxy && stream net 2000 "$proxy_port" || return 1
	begin_gather net
	sleep 3
	for what in cut half "cut_after 3000" hold; do
		add net 100
		sleep 0.5
		network "$what"
		hit=$((hit + 1))
		add net 100
		sleep 1
		network pass
		goes_on net 60 || { echo "# $what"; return 1; }
	done
	end_gather && reckon net && let_go net
}

lab_make "wal_level = logical" "max_wal_senders = 20" "max_replication_slots = 20" "wal_sender_timeout = 5s" || { tail "$work/out"; exit 3; }
check "several events share an LSN" several_events_share_an_lsn
check "no acknowledgement without a durable commit" no_acknowledgement_without_a_durable_commit
check "a slot made anew is a gap" a_slot_made_anew_is_a_gap
check "a change at the place of its BEGIN" a_change_at_the_place_of_its_begin
if [ -n "$long" ]; then
	check "an unchanged toasted value" an_unchanged_toasted_value
	check "a late commit of a lower id" a_late_commit_of_a_lower_id
	check "a slot is dropped" slot_is_dropped
	check "a missing position is no resume" a_missing_position_is_no_resume
	check "a slot without a confirmed place" a_slot_without_a_confirmed_place
	check "quiet tables keep no log" quiet_tables_keep_no_log
	check "a slot is invalidated" slot_is_invalidated
fi
report "streams: slots, acknowledgements, places" "$hit"
hit=0
if check "sessions insert, correct and delete" under_way; then
	check "gather is killed meanwhile" killed
	[ -z "$long" ] || check "the server is stopped at once meanwhile" servers_stop
	check "every change is counted once" all_is_counted
	report "streams: kill -9 of gather, PostgreSQL stopped at once" "$hit"
fi
if [ -n "$long" ]; then
	hit=0
	check "the network fails under a stream" network_fails
	report "streams: network" "$hit"
fi
finish
