#!/bin/bash
# Gather and judge beside hand-written pandas, from a table in PostgreSQL to the rates of four attributes in every hour.
# usage: tests/bench/pandas_bench.sh PROGRAM [ROWS]
#
# pandas reads the table by COPY as CSV, counts each hour by attribute, group and decision, adds up 24 hours, and divides
# the favourable rate of each group by its reference's.  Evenhand counts the same rows into the store with score and
# features, judges every pane (windows of 30 days, intervals, tests, evidence, ledger) and prints its verdicts.  The two
# take the table in turn, three times; medians.  Needs python3-pandas; without it this says so and is no failure.
# Bar: gather at least 3 times as fast as pandas.
set -u
program=$(readlink -f "${1:?usage: tests/bench/pandas_bench.sh PROGRAM [ROWS]}")
rows=${2:-1000000}
if ! python3 -c 'import pandas' 2>/dev/null; then
	echo "python3-pandas is not installed: nothing to compare with"
	exit 0
fi
folder=$(mktemp -d /tmp/evenhand-bench-XXXXXX)
export EVENHAND_STATE=$folder/state
finish() {
	"$program" stop >/dev/null 2>&1
	rm -rf "$folder"
}
trap finish EXIT
chmod 711 "$folder"
"$program" init >/dev/null 2>"$folder/log" || { cat "$folder/log"; exit 3; }
sql() { psql -h "$EVENHAND_STATE/run" -U evenhand_source -d evenhand -qAtX -v ON_ERROR_STOP=1 "$@"; }
sql <<SQL || exit 3
CREATE TABLE public.decision (id bigint PRIMARY KEY, decided_at timestamptz, decision int2, score float8, a int2, b int2,
	c int2, d int2, tier int2, f1 float8, f2 float8, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id());
INSERT INTO public.decision SELECT i, timestamptz '2026-01-01' + i * (interval '194 hours' / $rows), (random() < .1)::int,
	round(random()::numeric, 4), random() * 7, random() * 3, random(), random() * 5, random() * 3,
	round(random()::numeric, 4), round(random()::numeric, 4) FROM generate_series(1, $rows) AS i;
CREATE INDEX ON public.decision (evenhand_xid);
VACUUM ANALYZE public.decision;
SQL
map() {
	cat >"$folder/$1.yaml" <<YAML
source: $1
table: public.decision
follow: no
columns: {id: id, decided_at: decided_at, decision: decision, score: score}
favourable: ['0']
score: {scale: 4}
protected: [{name: a, column: a, reference: '1'}, {name: b, column: b, reference: '1'}, {name: c, column: c, reference: '1'},
  {name: d, column: d, reference: '1'}]
strata: [{name: tier, column: tier}]
features: [{name: f1, column: f1, kind: numeric, scale: 4}, {name: f2, column: f2, kind: numeric, scale: 4}]
YAML
}
cat >"$folder/rates.py" <<'PY'
import sys
import pandas

log = pandas.read_csv(sys.stdin, header=None, names=["at", "decision", "a", "b", "c", "d"])
hour = pandas.to_datetime(log["at"], utc=True).dt.floor("h")
favourable = log["decision"] == 0
total = 0.0
for attribute in "abcd":
    panes = favourable.groupby([hour, log[attribute]]).agg(["sum", "count"]).unstack(fill_value=0)
    window = panes.rolling(24, min_periods=1).sum()
    rates = window["sum"] / window["count"]
    total += rates.div(rates[1], axis=0).sum().sum()
print(f"{total:.6f}")
PY
seconds() {
	local began
	began=$(date +%s%N)
	"$@" >"$folder/out" 2>"$folder/err" || { cat "$folder/err" >&2; return 1; }
	echo $((($(date +%s%N) - began) / 1000000))
}
by_pandas() {
	sql -c 'COPY (SELECT decided_at, decision, a, b, c, d FROM public.decision) TO STDOUT (FORMAT csv)' | python3 "$folder/rates.py"
}
for round in 1 2 3; do
	map "log$round"
	seconds by_pandas >>"$folder/pandas" || exit 3
	seconds "$program" gather --map "$folder/log$round.yaml" >>"$folder/gather" || exit 3
	seconds "$program" judge --once >>"$folder/judge" || exit 3
done
middle() { sort -n "$1" | sed -n 2p; }
awk -v pandas="$(middle "$folder/pandas")" -v gather="$(middle "$folder/gather")" -v judge="$(middle "$folder/judge")" \
	-v rows="$rows" 'BEGIN {
	printf "%d rows, 194 hours, 4 attributes: pandas %.2f s, gather %.2f s, judge %.2f s more for every verdict\n", rows, pandas / 1000, gather / 1000, judge / 1000
	printf "pandas / gather %.1f (bar 3)\n", pandas / gather }'
