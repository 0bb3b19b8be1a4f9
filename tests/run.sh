#!/bin/sh
# Runs the tests and counts them: `make test` calls it with every group, and it can be called with some.
# usage: tests/run.sh [-j N] [-b BUILD] GROUP...
#
#   lint       the rules of the house
#   quick      unit tests that need no database
#   unit       unit tests            vectors    against values from elsewhere (../shared, R; skipped where absent)
#   asan       unit tests and vectors once more, under address and undefined-behaviour sanitizers
#   scenarios  tests/scenarios: policy, decisions, expectations
#   real       real decision logs to their alerts and back (../shared, skipped where absent)
#   calibrate  two dozen years of invented decisions (`make calibrate` plays 300)
#   demo       the demo, from nothing to the end of its year
#   faults     tests/faults: kill -9 at any moment
#   web        tests/web: the dashboard by HTTP and in a real browser
#
# Every test speaks TAP.  A test that is skipped prints `skip: REASON` before its `ok N # SKIP`; the reason must
# stand in tests/allowed-skips.txt.  Closes with `N passed, N failed, N skipped`; exit code 1 where one failed.
set -u
cd "$(dirname "$0")/.." || exit 3
jobs=$(($(nproc 2>/dev/null || echo 2) + 1)) # one more than processors: some only wait
build=build

# ---- one test program: its log is the record --------------------------------------------------

if [ "${1:-}" = --one ]; then
	name=$2 logs=$3
	log=$logs/$(echo "$name" | tr / -).log
	started=$(date +%s%N)
	timeout -k 10 "${TEST_SECONDS:-400}" sh -c "$(cat "$logs/$(echo "$name" | tr / -).job")" >"$log" 2>&1 </dev/null
	code=$?
	ms=$((($(date +%s%N) - started) / 1000000))
	awk -v name="$name" -v code=$code -v ms=$ms -v allowed=tests/allowed-skips.txt '
		BEGIN { while ((getline line < allowed) > 0) may[line] = 1 }
		# A nested test prints its children, further in, before itself: only the innermost are counted.
		/^ *(not )?ok [0-9]/ {
			match($0, /^ */)
			parent = RLENGTH < before; before = RLENGTH
			if (parent) next
			if ($0 ~ /# [Ss][Kk][Ii][Pp]/) {
				if (reason in may) { skipped++; why[reason]++ }
				else { failed++; bad = bad "    skipped for no allowed reason (\"" reason "\"): " $0 "\n" }
			} else if ($0 ~ /^ *not /) { failed++; bad = bad "    " $0 "\n" }
			else passed++
		}
		/^(# )?skip: / { reason = $0; sub(/^(# )?skip: /, "", reason) }
		/(ERROR: |SUMMARY: )(Address|Leak|Undefined|Thread)|runtime error:/ { sanitizer = $0 }
		END {
			if (code == 124 || code == 137) { failed++; bad = bad "    took too long and was ended\n" }
			else if (code != 0 && failed == 0) { failed++; bad = bad "    ended with exit code " code "\n" }
			else if (passed + failed + skipped == 0) { failed++; bad = bad "    said nothing\n" }
			if (sanitizer != "") bad = bad "    " sanitizer "\n"
			printf "%-44s %4d passed", name, passed
			if (failed) printf ", %d FAILED", failed
			if (skipped) { printf ", %d skipped (", skipped; for (r in why) printf "%s%s", n++ ? "; " : "", r; printf ")" }
			printf "  %.1f s\n%s", ms / 1000, bad
			print passed + 0, failed + 0, skipped + 0 >(FILENAME ".count")
		}' "$log"
	exit 0
fi

# ---- which programs ------------------------------------------------------------------------------

while getopts j:b: flag; do
	case $flag in
	j) jobs=$OPTARG ;;
	b) build=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
logs=$build/test-logs
rm -rf "$logs"
mkdir -p "$logs" || exit 3
unset EVENHAND_STORE EVENHAND_STATE EVENHAND_CONFIG
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS="detect_leaks=1:abort_on_error=0:strict_string_checks=1:detect_stack_use_after_return=1"
export UBSAN_OPTIONS="print_stacktrace=1"

job() { # NAME COMMAND
	echo "$2" >"$logs/$(echo "$1" | tr / -).job"
	echo "$1" >>"$logs/list"
}
programs() { # PREFIX FOLDER GLOB...: one job a test program; a source without its program is told
	prefix=$1 in=$2
	shift 2
	for source in "$@"; do
		job "$prefix${source#tests/}" "$in/${source%.c}"
	done
}
run_list() { # how many at once
	[ -s "$logs/list" ] || return 0
	xargs -a "$logs/list" -P "$1" -I '{}' sh "$0" --one '{}' "$logs"
	: >"$logs/list"
}
: >"$logs/list"
for group; do
	case $group in
	lint) job lint "tests/lint/lint.sh $build" ;;
	quick)
		for source in tests/unit/*/*_test.c; do
			grep -q eh_test_store_begin "$source" || job "${source#tests/}" "$build/${source%.c}"
		done
		;;
	unit) programs "" "$build" tests/unit/*/*_test.c ;;
	vectors)
		programs "" "$build" tests/vectors/*_test.c
		job vectors/differential "tests/vectors/differential/run.sh $build/evenhand"
		;;
	asan) programs asan/ "$build/asan" tests/unit/*/*_test.c tests/vectors/*_test.c ;;
	scenarios) for file in tests/scenarios/*.scn; do job "${file#tests/}" "tests/scenarios/run.sh $build/evenhand $file"; done ;;
	real) for name in toronto_arrests french_motor french_motor_planted compas7214 boston_hmda; do job "real/$name" "tests/real/run.sh $build/evenhand $name"; done
		job real/audit "tests/real/audit.sh $build/evenhand" ;;
	calibrate) job calibrate "$build/tests/calibrate/calibrate --short" ;;
	demo) job demo "tests/demo/demo_test.sh $build/evenhand" ;;
	faults) for file in tests/faults/*_test.sh; do job "${file#tests/}" "$file $build/evenhand"; done ;;
	web) job web "tests/web/run.sh $build" ;;
	*)
		echo "tests/run.sh: there is no group $group" >&2
		exit 2
		;;
	esac
done

# ---- run and count ----------------------------------------------------------------------------------

run_list "$jobs"
cat "$logs"/*.count 2>/dev/null | awk -v logs="$logs" '
	{ passed += $1; failed += $2; skipped += $3 }
	END {
		if (failed) print "the logs are in " logs
		print passed + 0 " passed, " failed + 0 " failed, " skipped + 0 " skipped"
		exit failed || !passed
	}'
