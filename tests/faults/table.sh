#!/bin/sh
# The reckoning of `make faults`: what was done, and what came of it.
# usage: table.sh FOLDER     of the logs of tests/run.sh; exit 1 where a row was lost or doubled or a message has a second key
cat "$1"/faults-*.log | awk -F ' *[|] *' '
	/^# fault: / { sub(/^# fault: /, ""); what[++n] = $1; for (i = 1; i <= 4; i++) { count[n, i] = $(i + 1); sum[i] += $(i + 1) } }
	END {
		form = "%-72s %8s %6s %8s %6s\n"
		printf form, "fault", "injected", "lost", "doubled", "keys"
		for (i = 1; i <= n; i++) printf form, what[i], count[i, 1], count[i, 2], count[i, 3], count[i, 4]
		printf form, "all", sum[1] + 0, sum[2] + 0, sum[3] + 0, sum[4] + 0
		exit sum[2] + sum[3] + sum[4] > 0 || n == 0
	}'
