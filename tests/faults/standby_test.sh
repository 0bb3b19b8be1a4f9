#!/bin/sh
# Poll mode on a read replica: a real standby by streaming replication, that is stopped, restarted, and behind.
# usage: standby_test.sh [path of evenhand]     prints TAP
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/faults/lab.sh
. "$here/lab.sh"
standby=$work/standby
held= hit=0

leave_more() {
	[ -z "$held" ] || kill -9 "$held" 2>/dev/null
	[ ! -e "$standby/postmaster.pid" ] || standby_stop immediate
}

standby_make() {
	standby_port=$(free_port)
	mkdir "$standby" && chmod 700 "$standby" || return 1
	[ "$(id -u)" -ne 0 ] || chown "$lab_user" "$standby"
	as_server "$bin/pg_basebackup" -h 127.0.0.1 -p "$lab_port" -U postgres -D "$standby" -R -X stream -c fast >"$work/out" 2>&1 || return 1
	echo "wal_receiver_status_interval = 1s" >>"$standby/postgresql.conf"
	standby_start
}
standby_start() { as_server "$bin/pg_ctl" -D "$standby" -w -t 60 -l "$standby/server.log" -o "-p $standby_port" start >/dev/null 2>&1; }
standby_stop() { as_server "$bin/pg_ctl" -D "$standby" -w -m "$1" stop >/dev/null 2>&1; }

counted() { sql -c "SELECT coalesce(sum(d.n - d.n_taken), 0) FROM evenhand.pane_delta d JOIN evenhand.source USING (source_id) WHERE name = '$1'"; }
counts() { [ "$(counted "$1")" -eq "$2" ]; }
goes_on() { # NAME SECONDS
	want=$(sql -c "SELECT count(*) FROM log.$1")
	within "$2" counts "$1" "$want"
}
clock() { sql -c "SELECT coalesce(clock_us, 0) FROM evenhand.source_state JOIN evenhand.source USING (source_id) WHERE name = '$1'"; }
moves() { [ "$(clock "$1")" -gt "$2" ]; }

# Sessions write out of order and roll back; one stays open, and what is younger than it waits for it.
replica_is_followed() {
	make_map server yes "$standby_port" >"$work/server.yaml"
	begin_gather server
	within 20 counts server 500 || return 1
	begin_writers server
	sleep 1
	psql -qX -h 127.0.0.1 -p "$lab_port" -U postgres -d evenhand -c "BEGIN; INSERT INTO log.server VALUES ('long', now(), 'yes', .5, 'M', 't1', 'm1');
		SELECT pg_sleep(1.5); COMMIT" >/dev/null &
	held=$!
	sleep 2
	wait $held
	held=
	for i in 1 ${long:+2 3}; do
		standby_stop immediate
		sleep 0.3
		standby_start
		hit=$((hit + 1))
		sleep 1
	done
	end_writers
	goes_on server 60 && reckon server
}

# Nothing is written: the primary's word that nothing is missing moves the clock all the same.
clock_moves_on_a_quiet_replica() {
	at=$(clock server)
	within 30 moves server "$at"
}

# A replica that is behind delivers later, and its clock stands meanwhile.
replica_that_is_behind() {
	psql -qX -h 127.0.0.1 -p "$standby_port" -U postgres -d evenhand -c "SELECT pg_wal_replay_pause()" >/dev/null
	before=$(counted server)
	sql -c "INSERT INTO log.server SELECT 'b' || i, now(), 'yes', .5, 'F', 't1', 'm1' FROM generate_series(1, 50) i"
	sleep 1
	at=$(clock server)
	now=$(sql -c "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
	counts server "$before" && [ "$at" -lt "$now" ] || return 1
	psql -qX -h 127.0.0.1 -p "$standby_port" -U postgres -d evenhand -c "SELECT pg_wal_replay_resume()" >/dev/null
	hit=$((hit + 1))
	goes_on server 30 && reckon server
	good=$?
	end_gather
	return $good
}

# No xid8 column: by xmin, with what was updated.
replica_is_followed_by_xmin() {
	sql -c "CREATE TABLE log.plain (id text PRIMARY KEY, decided_at timestamptz NOT NULL, decision text, score numeric, sex text, tier text,
		model text)" -c "GRANT SELECT ON log.plain TO log_reader" -c "INSERT INTO log.plain SELECT id, decided_at, decision, score, sex, tier,
		model FROM log.server"
	make_map plain yes "$standby_port" >"$work/plain.yaml"
	within 20 standby_has plain || return 1
	"$work/evenhand" gather --map "$work/plain.yaml" --once >"$work/out" 2>&1 && return 1
	grep -q 'identity: tracked' "$work/out" || return 1
	echo "identity: tracked" >>"$work/plain.yaml"
	begin_gather plain
	goes_on plain 20 || return 1
	sql -c "UPDATE log.plain SET tier = 't9' WHERE id IN (SELECT id FROM log.plain ORDER BY id LIMIT 100)" \
		-c "INSERT INTO log.plain SELECT 'p' || i, now(), 'yes', .5, 'M', 't2', 'm1' FROM generate_series(1, 100) i"
	goes_on plain 30
	within 30 corrected && reckon plain
	good=$?
	end_gather
	return $good
}
standby_has() { [ "$(psql -qAtX -h 127.0.0.1 -p "$standby_port" -U postgres -d evenhand -c "SELECT count(*) > 0 FROM log.$1" 2>/dev/null)" = t ]; }
corrected() { [ "$(sql -c "SELECT sum(n_corrected) FROM evenhand.gather_commit JOIN evenhand.source USING (source_id) WHERE name = 'plain'")" -eq 100 ]; }

{ lab_make && make_log server 500 && standby_make; } || { tail "$work/out"; exit 3; }
check "a replica is followed while eight sessions write, and while it restarts" replica_is_followed
check "the clock moves on a quiet replica" clock_moves_on_a_quiet_replica
check "a replica that is behind delivers later, and its clock stands" replica_that_is_behind
check "a table without an xid8 column is followed on a replica by xmin" replica_is_followed_by_xmin
report "a standby: restarted, behind, by xmin" "$hit"
finish
