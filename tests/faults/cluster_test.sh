#!/bin/sh
# What the private cluster survives: kill -9 of everything, at any moment, and two at once.
# usage: cluster_test.sh [path of evenhand]
# As root every case is run twice, as root and as the user nobody.  Prints a line a case, as
# `ok 3 - name` or `not ok 3 - name`; exit 1 where one failed.
set -u
program=$(realpath "${1:-build/evenhand}")
count=0
failed=0
work=$(mktemp -d /tmp/evenhand-faults-XXXXXX) || exit 3
chmod 755 "$work"
cp "$program" "$work/evenhand" && chmod 755 "$work/evenhand" || exit 3
export EVENHAND_IDLE_STOP=2s
unset EVENHAND_STORE EVENHAND_CONFIG

clean_up() {
	for s in "$work"/*/; do
		[ -e "$s/postgresql" ] && EVENHAND_STATE=$s "$work/evenhand" stop >/dev/null 2>&1
	done
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 3' INT TERM

# Runs a program as the user whose turn it is.
as() {
	if [ "$who" = nobody ]; then
		setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$EVENHAND_STATE" "$@"
	else
		"$@"
	fi
}
evenhand() { as "$work/evenhand" "$@" >"$work/out" 2>&1; }

# A state folder of its own for a case.
fresh() {
	state=$work/$who-$1
	mkdir "$state"
	[ "$who" != nobody ] || chown nobody "$state"
	export EVENHAND_STATE=$state
}
postmaster() { head -n 1 "$state/postgresql/postmaster.pid" 2>/dev/null; }
alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
server_up() { alive "$(postmaster)"; }
watcher() { cut -d ' ' -f 1 "$state/watcher" 2>/dev/null; }
# Waits up to $1 seconds for the rest to hold.
within() {
	tries=$(($1 * 10))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}
server_down() { ! server_up; }
servers() { pgrep -f -- "-D $state/postgresql\$" | wc -l; }
# Holds the shared lock as a verb does, until it is killed.
hold() { as flock --no-fork -s "$state/lock" sleep 1000 & }

check() {
	count=$((count + 1))
	if "$2"; then
		echo "ok $count - $1 (as $who)"
	else
		echo "not ok $count - $1 (as $who)"
		sed 's/^/# /' "$work/out" 2>/dev/null
		[ -e "$state/server.log" ] && tail -n 5 "$state/server.log" | sed 's/^/# server: /'
		failed=$((failed + 1))
	fi
}

start_and_stop() {
	fresh a
	evenhand init && server_up && [ "$(stat -c %a "$state/run")" = 700 ] || return 1
	evenhand stop && server_down && [ ! -e "$state/watcher" ] || return 1
	evenhand stop && evenhand status && server_up && evenhand stop && server_down
}

no_tcp_and_nobody_else() {
	fresh b
	evenhand init || return 1
	port=$(ss -tlnp 2>/dev/null | grep -c "pid=$(postmaster),")
	[ "$port" -eq 0 ] || return 1
	if [ "$(id -u)" -eq 0 ]; then
		! setpriv --reuid 12345 --regid 12345 --clear-groups ls "$state/run" 2>/dev/null || return 1
	fi
	evenhand stop
}

many_at_once() {
	fresh c
	pids=
	for i in 1 2 3 4 5; do
		as "$work/evenhand" init >"$work/out.$i" 2>&1 &
		pids="$pids $!"
	done
	for p in $pids; do wait "$p" || return 1; done
	[ "$(servers)" -eq 1 ] || return 1
	evenhand doctor && evenhand stop
}

stops_when_idle() {
	fresh d
	evenhand init && server_up || return 1
	pid=$(postmaster) w=$(watcher)
	alive "$w" && within 10 server_down && ! alive "$pid" && within 3 [ ! -e "$state/watcher" ]
}

stays_while_held_then_kill() {
	fresh e
	evenhand init || return 1
	hold
	holder=$!
	sleep 4
	server_up || return 1
	pkill -9 -P "$holder" 2>/dev/null
	kill -9 "$holder" 2>/dev/null
	wait "$holder" 2>/dev/null
	within 10 server_down
}

interrupt_of_the_terminal() {
	fresh f
	as setsid sh -c "'$work/evenhand' init >/dev/null 2>&1; echo \$\$ >'$state/group'; sleep 1000" &
	within 20 [ -s "$state/group" ] || return 1
	pkill -INT -g "$(cat "$state/group")"
	pkill -KILL -g "$(cat "$state/group")"
	server_up && alive "$(watcher)" && within 10 server_down
}

server_killed() {
	fresh g
	evenhand init || return 1
	kill -9 "$(postmaster)"
	evenhand status && server_up && evenhand doctor && evenhand stop
}

number_passed_on() {
	fresh h
	evenhand init || return 1
	kill -9 "$(postmaster)"
	as sleep 1000 &
	other=$!
	sleep 0.3
	child=$(pgrep -P "$other" sleep || echo "$other")
	sed -i "1s/.*/$child/" "$state/postgresql/postmaster.pid"
	[ "$who" != nobody ] || chown nobody "$state/postgresql/postmaster.pid"
	evenhand status && server_up
	code=$?
	kill "$child" "$other" 2>/dev/null
	wait "$other" 2>/dev/null
	evenhand stop
	return $code
}

watcher_killed() {
	fresh i
	evenhand init || return 1
	w=$(watcher)
	kill -9 "$w"
	evenhand status && [ "$(watcher)" != "$w" ] && alive "$(watcher)" && within 10 server_down
}

init_killed_anywhere() {
	fresh j
	for ms in 02 05 10 15 20 30 40 50 60 70 80; do
		as "$work/evenhand" init >/dev/null 2>&1 &
		p=$!
		sleep "0.$ms"
		pkill -9 -P $p 2>/dev/null
		kill -9 $p 2>/dev/null
		wait $p 2>/dev/null
	done
	evenhand init && evenhand doctor && [ "$(servers)" -eq 1 ] && evenhand stop
}

# A verb that comes at the very moment of the stop waits, and starts the server again.
comes_while_stopping() {
	fresh k
	evenhand init || return 1
	for pause in 1.90 1.95 2.00 2.05 2.10 2.15 2.20 2.30; do
		sleep $pause
		evenhand status || return 1
	done
	evenhand stop
}

deep_folder() {
	fresh l
	state=$state/a-very-long-name-of-a-folder/that-no-socket-address-has-room-for/because-it-ends-at-107-bytes
	EVENHAND_STATE=$state
	evenhand init && server_up && evenhand stop && server_down
}

no_room() {
	fresh m
	EVENHAND_STATE=$state/file
	as touch "$state/file"
	evenhand init
	[ $? -eq 2 ] && grep -q 'not a folder' "$work/out"
}

turns=self
[ "$(id -u)" -ne 0 ] || turns="root nobody"
for who in $turns; do
	check 'starts, stops, starts again' start_and_stop
	check 'listens on no port and lets nobody else in' no_tcp_and_nobody_else
	check 'five at once make one cluster' many_at_once
	check 'the watcher stops an idle server' stops_when_idle
	check 'a holder keeps it up, kill -9 of the holder lets it go' stays_while_held_then_kill
	check 'Ctrl-C of the verb reaches neither server nor watcher' interrupt_of_the_terminal
	check 'kill -9 of the server: the next verb recovers' server_killed
	check 'a process number that passed to somebody else' number_passed_on
	check 'kill -9 of the watcher: the next verb starts another' watcher_killed
	check 'kill -9 of init at any moment' init_killed_anywhere
	check 'a verb that comes while the server is being stopped' comes_while_stopping
	check 'a folder too deep for a socket address' deep_folder
	check 'a state folder that is a file' no_room
done
echo "1..$count"
[ $failed -eq 0 ]
