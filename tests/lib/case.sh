#!/bin/sh
# case.sh - what shell tests of the program share: a copy of it in a folder of its own, and cases told as TAP.
# Sourced with the path of evenhand in $1.  The test defines leave(), which ends what it started.
program=$(realpath "${1:-build/evenhand}")
count=0
failed=0
work=$(mktemp -d /tmp/evenhand-case-XXXXXX) || exit 3
chmod 755 "$work"
cp "$program" "$work/evenhand" || exit 3
export EVENHAND_IDLE_STOP=10s
unset EVENHAND_STORE EVENHAND_CONFIG EVENHAND_STATE

clean_up() {
	leave
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 3' INT TERM

# A failed case is told with the ends of what was printed and logged.
check() { # NAME COMMAND
	count=$((count + 1))
	if "$2"; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		for f in "$work/said" "$work/out" "$work/log"; do tail -n 30 "$f" 2>/dev/null | sed 's/^/# /'; done
		failed=$((failed + 1))
	fi
}

skip() { # NAME REASON, one of tests/allowed-skips.txt
	count=$((count + 1))
	echo "# skip: $2"
	echo "ok $count - $1 # SKIP"
}

# Waits for a command to hold.
within() { # SECONDS COMMAND...
	tries=$(($1 * 10))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

finish() {
	echo "1..$count"
	[ "$failed" -eq 0 ]
}
