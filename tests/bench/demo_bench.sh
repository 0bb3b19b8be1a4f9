#!/bin/bash
# Memory of judge over the demo's year, and times of the warm pages.
# usage: tests/bench/demo_bench.sh PROGRAM
#
# judge folds the whole year again; its peak is VmHWM as Linux counts it.  Each page is asked for once to warm it
# and then 40 times; the median and the slowest are printed.  Bars: judge <= 256 MB, a page <= 50 ms.
set -u
program=$(readlink -f "${1:?usage: tests/bench/demo_bench.sh PROGRAM}")
folder=$(mktemp -d /tmp/evenhand-bench-XXXXXX)
export EVENHAND_STATE=$folder
pages=""
finish() {
	[ -n "$pages" ] && kill "$pages" 2>/dev/null && wait "$pages" 2>/dev/null
	EVENHAND_STATE=$folder/demo "$program" stop >/dev/null 2>&1
	rm -rf "$folder"
}
trap finish EXIT
chmod 711 "$folder"
"$program" demo --no-serve --exit-at-end --speed 10 >"$folder/demo.log" 2>&1 || { tail -5 "$folder/demo.log"; exit 3; }
export EVENHAND_STATE=$folder/demo

"$program" judge --once 2>/dev/null &
judge=$!
peak=0
while kill -0 $judge 2>/dev/null; do
	now=$(awk '/^VmHWM/ {print $2}' /proc/$judge/status 2>/dev/null)
	[ -n "$now" ] && peak=$now
	sleep 0.02
done
printf '%-34s %10s %10s\n' "what" "measured" "bar"
printf '%-34s %7d MB %7d MB\n' "judge, a year of hourly panes" $((peak / 1024)) 256

password=$("$program" user add bench --role insurer </dev/null | awk '{print $2}')
"$program" serve --listen 127.0.0.1:0 >"$folder/serve.log" 2>&1 &
pages=$!
for _ in $(seq 50); do grep -q http "$folder/serve.log" && break; sleep 0.1; done
url=$(grep -o 'http://[0-9.:]*/' "$folder/serve.log" | head -1)
jar=$folder/jar
curl -s -o /dev/null -c "$jar" -H "Origin: ${url%/}" --data-urlencode user=bench --data-urlencode "password=$password" "${url}login"
alert=$("$program" alerts list | awk 'NR == 1 {print $1}')
for page in "" "m/underwriting/race/Black/adverse/raw" "alerts" "alerts/$alert" "audit" "help"; do
	status=$(curl -s -o /dev/null -b "$jar" -w '%{http_code}' "$url$page")
	[ "$status" = 200 ] || { echo "/$page answered $status"; exit 1; }
	for _ in $(seq 40); do curl -s -o /dev/null -b "$jar" -w '%{time_total}\n' "$url$page"; done | sort -n |
		awk -v page="/$page" '{t[NR] = $1 * 1000} END {printf "%-34.34s %4.0f/%3.0f ms %7d ms\n", page, t[int(NR / 2)], t[NR], 50}'
done
