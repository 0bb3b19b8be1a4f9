#!/bin/sh
# identity: tracked under kill -9: the same decisions come again and again, in any version and any order; each is counted once, in its
# newest version.
# usage: tracked_test.sh [path of evenhand]     prints TAP
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/faults/lab.sh
. "$here/lab.sh"
rounds=3
[ -z "$long" ] || rounds=100
hit=0

prepare() {
	make_log seen 0 && sql -c "ALTER TABLE log.seen DROP CONSTRAINT seen_pkey" -c "ALTER TABLE log.seen ADD version int" \
		-c "CREATE VIEW log.newest AS SELECT DISTINCT ON (id) * FROM log.seen ORDER BY id, version DESC" || return 1
	make_map seen yes | sed 's/score: score}/score: score, version: version}/' >"$work/seen.yaml"
	echo "identity: tracked" >>"$work/seen.yaml"
	begin_writers seen
	# What a version holds is a function of id and version, so that the same one may come twice.
	cat >"$work/writer.sql" <<'END'
\set id random(1, 2000)
\set v random(1, 30)
\set pause random(0, 8)
\set keep random(1, 12)
BEGIN;
INSERT INTO log.seen (id, decided_at, decision, score, sex, tier, model, version) SELECT 'd' || i, timestamptz '2026-01-01' + i * interval '7 minutes', CASE WHEN (i + :v) % 3 = 0 THEN 'no' ELSE 'yes' END,
	round((i * 31 + :v) % 1000 / 1000.0, 3), (ARRAY['M','F','X'])[1 + (i * :v) % 3], 't' || i % 4, 'm1', :v
	FROM generate_series(:id, :id + 2) i;
\sleep :pause ms
\if :keep = 1
ROLLBACK;
\else
COMMIT;
\endif
END
	sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgbench'" >/dev/null # and they come back with this
	sleep 0.5
	sql -c "DELETE FROM log.seen WHERE version IS NULL"
	"$work/evenhand" gather --map "$work/seen.yaml" --once >"$work/out" 2>&1
}
killed() {
	for i in $(seq "$rounds"); do
		"$work/evenhand" gather --source seen 2>>"$work/log" &
		gather=$!
		sleep "$(moment 600)"
		kill_one $gather
		hit=$((hit + 1))
	done
	for place in gather.before_commit gather.after_commit; do
		EVENHAND_FAILPOINT=$place:kill "$armed" gather --source seen >"$work/armed" 2>&1
		grep -q '^failpoint' "$work/armed" || return 1
		hit=$((hit + 1))
	done
	gather=
}
each_once_and_newest() {
	end_writers
	caught_up seen || return 1
	echo "# $(sql -c "SELECT count(*) || ' rows of ' || count(DISTINCT id) || ' decisions' FROM log.seen"); $(sql -c "SELECT sum(n_repeated) || ' repeated, ' || sum(n_corrected) || ' corrected' FROM evenhand.gather_commit")"
	reckon seen log.newest
}

lab_make || { tail "$work/out"; exit 3; }
check "decisions come in any version and order" prepare
check "gather is killed meanwhile" killed
check "each is counted once, in its newest version" each_once_and_newest
report "tracked: duplicates, versions reversed, kill -9 of gather" "$hit"
finish
