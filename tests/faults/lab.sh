#!/bin/sh
# lab.sh - what the fault tests share: a PostgreSQL of their own that they may break, writers, and the reckoning.
# Sourced with the path of evenhand in $1 after "$here" was set to this folder.  It sources case.sh, whose leave() it
# defines: a test defines leave_more() where it started something else.
#
# The server is started with lab_start and stopped with lab_stop MODE; as root it runs as the user postgres.  Store and
# source are one database on it, reached by TCP, so that a proxy can stand between.
#
#   reckon NAME       holds what is stored against the table: recompute, and SQL of its own
#   report FAULT N    prints the line that `make faults` sums
# shellcheck source=tests/lib/case.sh
. "$here/../lib/case.sh"
folder=$(dirname "$(realpath "${1:-build/evenhand}")")
armed=$folder/evenhand-faults
proxy_program=$folder/tests/faults/proxy
bin=${EVENHAND_PG_BIN:-$(pg_config --bindir 2>/dev/null)}
[ -x "$bin/initdb" ] || bin=$(ls -d /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin 2>/dev/null | head -n 1)
lab=$work/server
lab_user=$(id -un)
[ "$(id -u)" -ne 0 ] || lab_user=postgres
long=${FAULTS_LONG:-}
lost=0 doubled=0 twice=0
proxy= writers=
export EVENHAND_STATE="$work/state" EVENHAND_POLL_INTERVAL=20ms EVENHAND_COMMIT_INTERVAL=5ms
mkdir "$work/state"

leave() {
	[ -z "$gather" ] || kill -9 "$gather" 2>/dev/null
	command -v leave_more >/dev/null && leave_more
	for p in $writers $proxy; do kill -9 "$p" 2>/dev/null; done
	[ ! -e "$lab/postmaster.pid" ] || lab_stop immediate
}

# ---- the server ---------------------------------------------------------------------------------

as_server() {
	if [ "$(id -u)" -eq 0 ]; then setpriv --reuid "$lab_user" --regid "$lab_user" --init-groups "$@"; else "$@"; fi
}

# A port that nobody has, as far as one can know.
# Below the ports that the kernel gives to connections, which may come at any moment.
free_port() {
	while :; do
		port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
		ss -tln 2>/dev/null | grep -q ":$port " || break
	done
	echo $port
}

# With LD_PRELOAD_FOR_SERVER, libfaketime, the server lives in the time that $work/clock says.
lab_start() {
	as_server env ${LD_PRELOAD_FOR_SERVER:+LD_PRELOAD="$LD_PRELOAD_FOR_SERVER" FAKETIME_TIMESTAMP_FILE="$work/clock" FAKETIME_NO_CACHE=1
		DONT_FAKE_MONOTONIC=1} "$bin/pg_ctl" -D "$lab" -w -t 60 -l "$lab/server.log" -o "$lab_options" start >/dev/null 2>&1
}
lab_stop() { as_server "$bin/pg_ctl" -D "$lab" -w -m "$1" stop >/dev/null 2>&1; }

lab_make() { # [OPTION...]: lines of postgresql.conf
	[ -d "$lab" ] || mkdir "$lab" && chmod 700 "$lab" || return 1
	[ "$(id -u)" -ne 0 ] || chown "$lab_user" "$lab"
	as_server "$bin/initdb" -D "$lab" -A trust -U postgres -N -E "${encoding:-UTF8}" --locale=C >"$work/initdb" 2>&1 || { cat "$work/initdb"; return 1; }
	{
		echo "listen_addresses = '127.0.0.1'"
		echo "unix_socket_directories = ''"
		echo "fsync = off"
		echo "max_connections = 60"
		for line; do echo "$line"; done
	} >>"$lab/postgresql.conf"
	for try in 1 2 3; do # another test may have taken the port since it was looked at
		lab_port=$(free_port)
		lab_options="-p $lab_port"
		lab_start && break
		[ "$try" -lt 3 ] || { tail -n 20 "$lab/server.log"; return 1; }
	done
	psql -qX -h 127.0.0.1 -p "$lab_port" -U postgres -d postgres -c 'CREATE DATABASE evenhand' >/dev/null || return 1
	psql -qX -h 127.0.0.1 -p "$lab_port" -U postgres -d evenhand -f "$here/../../migrations/setup_roles.sql" >/dev/null 2>&1 || return 1
	sql -c "CREATE ROLE log_reader LOGIN REPLICATION" -c "CREATE SCHEMA log" -c "GRANT USAGE ON SCHEMA log TO log_reader, evenhand_source" || return 1
	use_store "$lab_port"
	"$work/evenhand" migrate >"$work/out" 2>&1
}

# tcp_user_timeout also says how long a silent server is believed; the tests believe it for less.
conninfo() { echo "host=127.0.0.1 port=$1 dbname=evenhand user=$2 tcp_user_timeout=${patience:-4000}"; }
use_store() {
	EVENHAND_STORE=$(conninfo "$1" postgres)
	export EVENHAND_STORE
}
sql() { psql -h 127.0.0.1 -p "$lab_port" -U postgres -d evenhand -qAtX -v ON_ERROR_STOP=1 "$@"; }

# ---- a gather in the background ------------------------------------------------------------------------

gather=
begin_gather() { # NAME [PROGRAM]
	[ -z "$gather" ] || kill_one "$gather"
	"${2:-$work/evenhand}" gather --map "$work/$1.yaml" 2>>"$work/log" &
	gather=$!
}
end_gather() {
	kill -TERM $gather 2>/dev/null
	wait $gather
	code=$?
	gather=
	return $code
}

# ---- a log, and who writes it ------------------------------------------------------------------------

# ROWS decisions of the ten days before now, in a table that poll can follow.
make_log() { # NAME ROWS
	sql -c "CREATE TABLE log.$1 (id text PRIMARY KEY, decided_at timestamptz NOT NULL, decision text,
		score numeric, sex text, tier text, model text, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id())" \
		-c "CREATE INDEX ON log.$1 (evenhand_xid)" -c "GRANT SELECT ON log.$1 TO log_reader, evenhand_source" \
		-c "INSERT INTO log.$1 SELECT 'h' || i, now() - i * interval '10 days' / $2,
			CASE WHEN i::bigint * 7919 % 100 < 30 THEN 'no' ELSE 'yes' END, (i * 31 % 1000) / 1000.0,
			(ARRAY['M','F','X'])[1 + i % 3], 't' || i % 4, 'm' || i % 2 FROM generate_series(1, $2) i"
}

make_map() { # NAME FOLLOW [PORT]
	cat <<END
source: $1
table: log.$1
follow: $2
columns: {id: id, decided_at: decided_at, decision: decision, score: score}
favourable: [yes]
adverse: [no]
score: {scale: 3}
protected: [{name: sex, column: sex, reference: M}]
strata: [{name: tier, column: tier}]
lineage: [{role: model, column: model}]
END
	[ -z "${3:-}" ] || echo "conninfo: $(conninfo "$3" log_reader)"
}

# Eight sessions that insert, wait, commit or roll back, out of order, until end_writers; they come back after a server that went away.
begin_writers() { # NAME
	cat >"$work/writer.sql" <<END
\\set n random(1, 3)
\\set pause random(0, 8)
\\set age random(0, 7200)
\\set keep random(1, 12)
BEGIN;
INSERT INTO log.$1 SELECT gen_random_uuid()::text, ${now_sql:-now()} - :age * interval '1 second',
	CASE WHEN random() < CASE WHEN :age % 3 = 1 THEN ${bias:-.3} ELSE .3 END THEN 'no' ELSE 'yes' END, round(random()::numeric, 3), (ARRAY['M','F','X'])[1 + :age % 3], 't' || :age % 4, 'm1'
	FROM generate_series(1, :n);
\\sleep :pause ms
\\if :keep = 1
ROLLBACK;
\\else
COMMIT;
\\endif
\\sleep :pause ms
END
	rm -f "$work/enough"
	(
		trap 'kill $! 2>/dev/null; exit 0' TERM
		until [ -e "$work/enough" ]; do
			pgbench -n -h 127.0.0.1 -p "$lab_port" -U postgres -c 8 -T 3600 -f "$work/writer.sql" evenhand >/dev/null 2>&1 &
			wait $!
			sleep 0.1
		done
	) &
	writers=$!
}

end_writers() {
	touch "$work/enough"
	kill -TERM "$writers" 2>/dev/null
	wait "$writers" 2>/dev/null
	writers=
	# Their sessions may still end a transaction.
	within 20 none_writes
}
none_writes() { [ "$(sql -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgbench'")" = 0 ]; }

# ---- the proxy -----------------------------------------------------------------------------------------

begin_proxy() {
	mkfifo "$work/control"
	"$proxy_program" 0 "$lab_port" "$work/control" >"$work/proxy.out" 2>&1 &
	proxy=$!
	within 5 test -s "$work/proxy.out" || return 1
	proxy_port=$(head -n 1 "$work/proxy.out")
}
network() { echo "$*" >"$work/control"; } # a command of proxy.c

# ---- processes that are killed -----------------------------------------------------------------------------

# A number between 0 and $1 milliseconds, as seconds.
moment() { awk -v seed="$(od -An -N4 -tu4 /dev/urandom)" -v most="$1" 'BEGIN {srand(seed); printf "%.3f\n", rand() * most / 1000}'; }
ended() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
kill_one() {
	kill -9 "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# ---- the reckoning -----------------------------------------------------------------------------------------

value() { "$work/evenhand" status --json | awk -v name="\"$1\"," -v key="\"$2\":" '
	$1 == "\"name\":" {here = $2 == name} here && $1 == key {gsub(/[",]/, "", $2); print $2; exit}'; }

# Counts by pane, group and stratum: of the store, and of the table by SQL that knows nothing of us.
stored_counts() {
	"$work/evenhand" cells --source "$1" --csv | awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ key = $at["pane_start"] "," $at["protected.sex"] "," $at["strata.tier"]; n[key] += $at["n"]; f[key] += $at["favourable"] }
		END { for (k in n) print k "," n[k] "," f[k] }' | LC_ALL=C sort
}
table_counts() {
	sql -F , -c "SET TimeZone = 'UTC'" -c "SELECT to_char(date_trunc('hour', decided_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), coalesce(sex::text, ''),
		coalesce(tier, ''), count(*), count(*) FILTER (WHERE decision = 'yes')
		FROM ${2:-log.$1} WHERE decision IN ('yes', 'no') GROUP BY 1, 2, 3" | LC_ALL=C sort
}
duplicate_keys() { sql -c "SELECT count(*) - count(DISTINCT (route, dedup_key)) FROM evenhand.outbox"; }

# Rows that are missing and rows too many, over all cells, are added to lost and doubled.
reckon() { # NAME [RELATION]
	stored_counts "$1" >"$work/stored" && table_counts "$1" "${2:-}" >"$work/table" || return 1
	[ -s "$work/table" ] || return 1
	differences=$(awk -F, '
		FNR == NR { n[$1 FS $2 FS $3] = $4; f[$1 FS $2 FS $3] = $5; next }
		{ k = $1 FS $2 FS $3; d = $4 - n[k]; if (d < 0) less -= d; else more += d; if (!d && $5 != f[k]) more++; delete n[k] }
		END { for (k in n) less += n[k]; print less + 0, more + 0 }' "$work/table" "$work/stored")
	lost=$((lost + ${differences% *}))
	doubled=$((doubled + ${differences#* }))
	twice=$((twice + $(duplicate_keys)))
	recomputed "$1" || return 1
	[ "$differences" = "0 0" ] && [ "$(duplicate_keys)" = 0 ] && ledger_agrees
}
# A stream cannot be read again, but its table can, by a source in poll mode: the tallies are the same.
recomputed() { # NAME
	"$work/evenhand" recompute --source "$1" >"$work/said" 2>&1 && return 0
	grep -q 'of this mode cannot be read again' "$work/said" || return 1
	again=${1}_again$((made_again = ${made_again:-0} + 1))
	make_map "$again" no | sed "s/log.$again/log.$1/" >"$work/$again.yaml"
	"$work/evenhand" gather --map "$work/$again.yaml" >"$work/said" 2>&1 || return 1
	[ -n "$(value "$again" tally_digest)" ] && [ "$(value "$again" tally_digest)" = "$(value "$1" tally_digest)" ]
}
# A scenario's clock is put into the store by hand, so that the ledger has no leaf of it.
ledger_agrees() {
	"$work/evenhand" ledger check >"$work/checked" 2>&1 && return 0
	cat "$work/checked" >>"$work/said"
	[ "$(grep -c '^  ' "$work/checked")" -eq 1 ] && grep -q '^  the scenario clock of source' "$work/checked"
}

caught_up() { "$work/evenhand" gather --source "$1" --once >>"$work/log" 2>&1; }

report() { # FAULT HOW MANY
	echo "# fault: $1 | $2 | $lost | $doubled | $twice"
	lost=0 doubled=0 twice=0
}
