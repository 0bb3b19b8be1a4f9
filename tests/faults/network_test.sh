#!/bin/sh
# What a network does to gather and serve: connections that are reset, half open, silent, slow.  All go through a proxy, both
# to the store and to the source; gather must go on by itself and count every row once.
# usage: network_test.sh [path of evenhand]     prints TAP
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/faults/lab.sh
. "$here/lab.sh"
cuts=1
sizes=40000
[ -z "$long" ] || { cuts=100; sizes="300 40000 7000000"; }
serve= hit=0

leave_more() { [ -z "$serve" ] || kill -9 "$serve" 2>/dev/null; }

rows() { sql -c "SELECT count(*) FROM log.net"; }
counted() { sql -c "SELECT coalesce(sum(n_on_time + n_early + n_late), 0) FROM evenhand.gather_commit"; }
# What is in the table now is counted within so many seconds, by the process that was there before.
goes_on() { # SECONDS
	want=$(rows)
	within "$1" reached && kill -0 $gather
}
# After many faults the pauses have grown to half a minute; half a minute of life makes them short again.
calm() { [ -z "$long" ] || { goes_on 60 && sleep 31; }; }
reached() { [ "$(counted)" -ge "$want" ]; }
says() { # SINCE_LINE WORDS
	tail -n "+$(($1 + 1))" "$work/log" | grep -q "$2"
}
lines() { wc -l <"$work/log"; }

history_is_cut() {
	for bytes in $sizes; do
		network cut_after $bytes
		"$work/evenhand" gather --map "$work/net.yaml" --once >"$work/out" 2>&1
		[ $? -eq 3 ] && grep -q 'connection' "$work/out" && hit=$((hit + 1))
	done
	network pass
	echo "# $hit cuts; $(counted) rows counted before history is read through"
	[ "$hit" -eq "$(echo "$sizes" | wc -w)" ] && "$work/evenhand" gather --map "$work/net.yaml" --once >"$work/out" 2>&1 && reckon net
}

live_is_cut() {
	begin_gather net
	goes_on 30 || return 1 # one that never began may end
	for i in $(seq $cuts); do
		sleep "$(moment 300)"
		network cut
		hit=$((hit + 1))
		[ $((i % 10)) -ne 0 ] || goes_on 60 || return 1
	done
	goes_on 40
}
refused_for_a_while() {
	calm || return 1
	at=$(lines)
	network refuse
	sleep 2
	network pass
	hit=$((hit + 1))
	goes_on 20 && says "$at" 'trying again in'
}

# The server's end is gone, and nobody told the client: half of tcp_user_timeout, and a question.
half_open() {
	calm || return 1
	at=$(lines)
	network half
	hit=$((hit + 1))
	within 8 says "$at" 'fell silent' && network pass && goes_on 20
}
held() {
	calm || return 1
	at=$(lines)
	network hold
	hit=$((hit + 1))
	within 8 says "$at" 'fell silent' && network pass && goes_on 20
}
# Nothing answers, not even a new connection: 2 s of silence, and twice 5 s for the question.
stalled() {
	calm || return 1
	at=$(lines)
	network stall
	hit=$((hit + 1))
	within 15 says "$at" 'fell silent' && network pass && goes_on 30
}
# A statement that takes long is no silence.
slow_is_not_silent() {
	calm || return 1
	at=$(lines)
	sql -c "BEGIN; LOCK TABLE evenhand.gather_commit; SELECT pg_sleep(5); COMMIT" >/dev/null
	hit=$((hit + 1))
	goes_on 10 && ! says "$at" 'fell silent'
}
trickles_and_waits() {
	calm || return 1
	network trickle 1
	sleep 2
	network delay 50
	sleep 2
	network pass
	hit=$((hit + 2))
	goes_on 20
}
# With the timeouts that stand where the operator names none.
within_half_a_minute() {
	end_gather
	patience=30000
	use_store "$proxy_port"
	make_map net yes "$proxy_port" >"$work/net.yaml"
	"$work/evenhand" gather --map "$work/net.yaml" 2>>"$work/log" &
	gather=$!
	sleep 1
	at=$(lines)
	network half
	hit=$((hit + 1))
	within 30 says "$at" 'fell silent' && network pass && goes_on 20
}

answers() { [ "$(curl -s -m 5 -o "$work/out" -w '%{http_code}' "${url}login")" = "$1" ]; }
serve_stays_up() {
	"$work/evenhand" serve --listen 127.0.0.1:0 >"$work/url" 2>>"$work/log" &
	serve=$!
	within 10 grep -q http "$work/url" || return 1
	url=$(grep http "$work/url")
	within 5 answers 200 || return 1
	network stall
	hit=$((hit + 1))
	within 20 answered_somehow || return 1
	network pass
	within 20 answers 200 && kill -TERM $serve && wait $serve && serve=
}
answered_somehow() { curl -s -m 18 -o "$work/out" "${url}login"; }

nothing_is_lost() {
	end_writers
	goes_on 20
	end_gather
	caught_up net && reckon net
}

lab_make && make_log net "${long:+10}20000" && begin_proxy || { tail "$work/out"; exit 3; }
use_store "$proxy_port"
make_map net yes "$proxy_port" >"$work/net.yaml"
check "history is cut in the middle" history_is_cut
begin_writers net
check "live rows: connections are reset at random moments" live_is_cut
check "the server's end is gone, and nobody says so" half_open
if [ -n "$long" ]; then
	check "nobody may connect for a while" refused_for_a_while
	check "connections fall silent, new ones work" held
	check "everything falls silent, new connections too" stalled
	check "a statement that waits for a lock is waited for" slow_is_not_silent
	check "the silence ends within half a minute by default" within_half_a_minute
	check "bytes trickle, bytes are late" trickles_and_waits
	check "serve answers while the store is silent, and after" serve_stays_up
fi
check "every row is counted once" nothing_is_lost
report "network: reset, refused, half open, silent, slow" "$hit"
finish
