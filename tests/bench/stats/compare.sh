#!/bin/sh
# The table of what each statistic costs: ours, GSL, R and scipy on the same inputs, in one run.
# usage: tests/bench/stats/compare.sh STATS_BENCH EVENHAND, from the top of the tree.  R and scipy where they are there.
# Then what a line of `evenhand stat` costs, for every test that has an example in tests/fuzz/seeds/stat.
set -u
bench=$1 evenhand=$2
here=tests/bench/stats
work=$(mktemp -d /tmp/evenhand-bench-XXXXXX) || exit 3
trap 'rm -rf "$work"' EXIT
trap 'exit 3' INT TERM

echo "load average before: $(cut -d ' ' -f 1-3 /proc/loadavg)"
"$bench" >"$work/ours" || exit 1
: >"$work/r" && : >"$work/py"
! command -v Rscript >/dev/null 2>&1 || LC_ALL=C Rscript --vanilla $here/peers.R >"$work/r" 2>/dev/null
for python in /usr/bin/python3 python3; do
	$python -c 'import scipy' 2>/dev/null || continue
	$python $here/peers.py >"$work/py" 2>/dev/null
	break
done
awk -F '\t' '
	function shown(ns) { return ns == "" || ns == "-" ? "" : ns >= 1e6 ? sprintf("%.1f ms", ns / 1e6) : ns >= 1e4 ? sprintf("%.1f us", ns / 1e3) : sprintf("%.0f ns", ns) }
	FILENAME ~ /r$/ { r[$1] = $2; next }
	FILENAME ~ /py$/ { py[$1] = $2; next }
	FNR == 1 { print "| statistic | ours | bar | GSL alone | R | scipy | R / ours |"; print "|---|---|---|---|---|---|---|" }
	{
		ratio = r[$1] == "" ? "" : sprintf("%.0f", r[$1] / $2)
		held = $3 == "-" ? "" : shown($3) ($2 > $3 ? " **missed**" : "")
		print "| " $1 " | " shown($2) " | " held " | " shown($4) " | " shown(r[$1]) " | " shown(py[$1]) " | " ratio " |"
		if ($3 != "-" && $2 > $3) missed++
		if (ratio != "" && ratio + 0 < 20) { slow = slow " " $1 ";" }
	}
	END {
		print ""
		print missed + 0 " bars missed" (slow == "" ? "" : "; less than 20 times as fast as R:" slow)
		exit missed > 0
	}' "$work/r" "$work/py" "$work/ours"
code=$?

echo
echo "| a line of \`evenhand stat\` | microseconds |"
echo "|---|---|"
for seed in tests/fuzz/seeds/stat/*; do
	name=$(sed -n 's/.*"test": *"\([^"]*\)".*/\1/p' "$seed" | head -n 1)
	[ "$name" = "$(basename "$seed")" ] || continue
	awk '{ line = line $0 } END { for (i = 0; i < 1000; i++) print line }' "$seed" >"$work/lines"
	began=$(date +%s%N)
	"$evenhand" stat <"$work/lines" >/dev/null || exit 1
	echo "| $name | $((($(date +%s%N) - began) / 1000000)) |"
done
echo "load average after: $(cut -d ' ' -f 1-3 /proc/loadavg)"
exit $code
