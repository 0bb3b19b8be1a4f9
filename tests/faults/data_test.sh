#!/bin/sh
# What a table may hold, and what may be done to it while it is read: hostile values, texts in no encoding, a million groups, columns that
# go, come under another name or change their type, a table in place of another.
# usage: data_test.sh [path of evenhand]     prints TAP
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/faults/lab.sh
. "$here/lab.sh"
groups=5000
[ -z "$long" ] || groups=1000000
hit=0

counted() { sql -c "SELECT coalesce(sum(n_on_time + n_early + n_late), 0) FROM evenhand.gather_commit JOIN evenhand.source USING (source_id) WHERE name = '$1'"; }
counts() { [ "$(counted "$1")" -ge "$2" ]; }
aside() { sql -c "SELECT coalesce(sum(n_set_aside), 0) FROM evenhand.gather_commit JOIN evenhand.source USING (source_id) WHERE name = '$1'"; }
why() { sql -c "SELECT string_agg(DISTINCT reason, '; ' ORDER BY reason) FROM evenhand.set_aside JOIN evenhand.source USING (source_id) WHERE name = '$1'"; }
values() { # NAME ID COLUMN=SQL...: a row that is good but for these columns
	name=$1 id=$2
	at="now()" decision="'yes'" score=.5 sex="'F'" tier="'t1'"
	shift 2
	for given; do eval "${given%%=*}=\${given#*=}"; done
	sql -c "INSERT INTO log.$name (id, decided_at, decision, score, sex, tier, model) VALUES ($id, $at, $decision, $score, $sex, $tier, 'm')" || return 1
	hit=$((hit + 1))
}

# ---- values ------------------------------------------------------------------------------------------

# Of each row is known whether it counts: SQL that knows nothing of us counts the same rows.
hostile_values() {
	make_log odd 100 && make_map odd yes >"$work/odd.yaml" || return 1
	sql -c "ALTER TABLE log.odd DROP CONSTRAINT odd_pkey" -c "ALTER TABLE log.odd ALTER id DROP NOT NULL, ALTER decided_at DROP NOT NULL"
	values odd "'nan'" score="'NaN'"
	values odd "'inf'" score="'Infinity'"
	values odd "'minus'" score="'-Infinity'"
	values odd "'huge'" score="('1' || repeat('0', 400))::numeric"
	values odd "'wide'" score="99999999999999"
	values odd "'tiny'" score="('0.' || repeat('0', 400) || '1')::numeric" # counts: it rounds to nothing
	values odd "'long'" sex="repeat('x', 1000000)"
	values odd "repeat('i', 1000000)"
	values odd "'when'" at="'infinity'"
	values odd "'never'" at="'-infinity'"
	values odd "'old'" at="'0001-01-01T00:00:00Z'" # counts
	values odd "'future'" at="'290000-01-01T00:00:00Z'"
	values odd "'bc'" at="'4000-01-01 BC'"
	values odd NULL
	values odd "''"
	values odd "'nil'" at=NULL
	values odd "'none'" decision=NULL
	values odd "'other'" decision="'maybe'"
	values odd "'nosex'" sex=NULL # counts, as missing
	values odd "'control'" sex="E'\\x01\\x02'" # counts: it is a name like another
	values odd "'emoji'" sex="U&'\\+01F600'"
	"$work/evenhand" gather --map "$work/odd.yaml" --once >"$work/out" 2>&1 || return 1
	echo "# $(aside odd) of $hit set aside: $(why odd)"
	[ $(($(counted odd) + $(aside odd))) -eq 121 ] && [ "$(aside odd)" -ge 14 ] && recomputed odd && totals_of odd
}
# Rows of which SQL and we need not mean the same group are held against the table by their number.
totals_of() {
	off=$(($(sql -c "SELECT count(*) FROM log.$1") - $(counted "$1") - $(aside "$1")))
	[ $off -le 0 ] || lost=$((lost + off))
	[ $off -ge 0 ] || doubled=$((doubled - off))
	[ $off -eq 0 ] && [ "$("$work/evenhand" cells --source "$1" --csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } { n += $at["n"] } END { print n + 0 }')" \
		= "$(counted "$1")" ]
}

memory_kb() { awk '/VmHWM/ { print $2 }' "/proc/$1/status"; }

# Each row another group: 253 keep their name, the rest is `other`, the source is marked, and memory is as before.
many_groups() {
	make_log few 2000 && make_map few yes >"$work/few.yaml" && make_log many 2000 && make_map many yes >"$work/many.yaml" || return 1
	sql -c "INSERT INTO log.few SELECT 'g' || i, now() - i * interval '1 day' / $groups, CASE WHEN i % 3 = 0 THEN 'no' ELSE 'yes' END, .5, 'F', 't1', 'm'
		FROM generate_series(1, $groups) i" \
		-c "INSERT INTO log.many SELECT 'g' || i, now() - i * interval '1 day' / $groups, CASE WHEN i % 3 = 0 THEN 'no' ELSE 'yes' END, .5, 'sex ' || i, 'tier ' || i, 'm'
		FROM generate_series(1, $groups) i"
	for name in few many; do
		begin_gather $name
		within 120 counts $name $((groups + 2000)) || return 1
		eval "$name=$(memory_kb $gather)"
		end_gather || return 1
	done
	hit=$((hit + groups))
	echo "# a source of three groups: $few kB; of $groups groups: $many kB"
	[ $((many - few)) -lt 40000 ] && "$work/evenhand" status >"$work/out" && grep -q 'cap on names' "$work/out" && recomputed many && totals_of many
}

# ---- the table ------------------------------------------------------------------------------------------

# What is done, what gather says to it within 10 s, and what the owner does then; after that every row is counted.
drifts() { # DONE SAID UNDONE
	begin_gather drift
	within 10 counts drift "$(sql -c 'SELECT count(*) FROM log.drift')" || return 1
	at=$(wc -l <"$work/log")
	sql -c "$1" || return 1
	sql -c "INSERT INTO log.drift (id, decided_at, decision) SELECT 'n' || gen_random_uuid(), now(), 'yes'" 2>/dev/null
	hit=$((hit + 1))
	within 10 said "$at" "$2" || { echo "# not said: $2"; return 1; }
	end_gather
	sql -c "$3" || return 1
	"$work/evenhand" gather --map "$work/drift.yaml" --once >>"$work/log" 2>&1 && reckon drift
}
said() { tail -n "+$(($1 + 1))" "$work/log" | grep -q "$2"; }

column_dropped() {
	make_log drift 500 && make_map drift yes >"$work/drift.yaml" || return 1
	# What was in the column is gone for good, so this one is put back from a copy.
	sql -c "ALTER TABLE log.drift ADD copy text" -c "UPDATE log.drift SET copy = tier" >/dev/null
	drifts "ALTER TABLE log.drift DROP tier" 'tier' \
		"ALTER TABLE log.drift ADD tier text; UPDATE log.drift SET tier = copy"
}
column_renamed() { drifts "ALTER TABLE log.drift RENAME sex TO gender" 'sex' "ALTER TABLE log.drift RENAME gender TO sex"; }
# A type that is read otherwise is noticed before a row is: with the new file, and without one where a column takes another's name.
column_retyped() {
	begin_gather drift
	for change in "ALTER TABLE log.drift ALTER score TYPE float8" "ALTER TABLE log.drift ALTER score TYPE text" \
		"ALTER TABLE log.drift ALTER score TYPE numeric USING score::numeric" \
		"ALTER TABLE log.drift RENAME score TO numeric_score, ADD score float8 DEFAULT 0.25"; do
		case $change in *RENAME*) sql -c "ALTER TABLE log.drift RENAME score TO numeric_score; ALTER TABLE log.drift ADD score float8 DEFAULT 0.25" ;; # at once: gather must not look between
		*) sql -c "$change" ;; esac || return 1
		sql -c "INSERT INTO log.drift (id, decided_at, decision, score, sex, tier, model) VALUES ('s' || gen_random_uuid(), now(), 'yes', '0.75', 'F', 't1', 'm1')"
		hit=$((hit + 1))
		within 10 counts drift "$(sql -c 'SELECT count(*) FROM log.drift')" || return 1
	done
	end_gather
	# The last change gave every older row another score, which the record has no word for: the old column is put back.
	sql -c "UPDATE log.drift SET numeric_score = score::numeric WHERE numeric_score IS NULL AND id LIKE 's%'" -c "ALTER TABLE log.drift DROP score" \
		-c "ALTER TABLE log.drift RENAME numeric_score TO score" || return 1
	[ "$(aside drift)" = 0 ] && reckon drift
}
enum_grows() {
	sql -c "CREATE TYPE log.kind AS ENUM ('M', 'F', 'X')" -c "ALTER TABLE log.drift ALTER sex TYPE log.kind USING sex::log.kind" || return 1
	begin_gather drift
	sql -c "ALTER TYPE log.kind ADD VALUE 'D'"
	sql -c "INSERT INTO log.drift (id, decided_at, decision, sex, tier, model) VALUES ('d1', now(), 'yes', 'D', 't1', 'm1')"
	hit=$((hit + 1))
	within 10 counts drift "$(sql -c 'SELECT count(*) FROM log.drift')" && end_gather && reckon drift &&
		"$work/evenhand" cells --source drift --csv | grep -q ',D,'
}
# Another table under the same name is not the one that was read.
table_swapped() {
	begin_gather drift
	sleep 0.5
	at=$(wc -l <"$work/log")
	sql -c "BEGIN; ALTER TABLE log.drift RENAME TO was; CREATE TABLE log.drift (LIKE log.was INCLUDING ALL);
		GRANT SELECT ON log.drift TO log_reader, evenhand_source; COMMIT"
	hit=$((hit + 1))
	within 10 said "$at" 'read as log.drift is log.was now' || return 1
	wait $gather
	gather=
	"$work/evenhand" gather --source drift --once >"$work/out" 2>&1
	grep -q 'not the table that was read before' "$work/out" || return 1
	sql -c "BEGIN; DROP TABLE log.drift; ALTER TABLE log.was RENAME TO drift; COMMIT"
	caught_up drift && reckon drift
}

# ---- a database without an encoding ------------------------------------------------------------------------

bytes_are_no_text() {
	make_log ascii 100 && make_map ascii yes >"$work/ascii.yaml" || return 1
	sql -c "SET client_encoding = SQL_ASCII" -c "INSERT INTO log.ascii VALUES ('b1', now(), 'yes', .5, E'\\xff\\xfe', 't1', 'm')" \
		-c "INSERT INTO log.ascii VALUES ('b2', now(), 'yes', .5, E'\\xc3\\xa9', 't1', 'm')" \
		-c "INSERT INTO log.ascii VALUES (E'\\xe9', now(), 'yes', .5, 'F', 't1', 'm')" || return 1
	hit=$((hit + 3))
	"$work/evenhand" gather --map "$work/ascii.yaml" --once >"$work/out" 2>&1 || return 1
	echo "# $(aside ascii) set aside: $(why ascii)"
	[ "$(counted ascii)" -eq 101 ] && [ "$(aside ascii)" -eq 2 ] && recomputed ascii && totals_of ascii
}

lab_make || { tail "$work/out"; exit 3; }
check "values that are no numbers, dates or names" hostile_values
check "a group a row: capped, marked, and memory stays" many_groups
report "hostile values and $groups groups" "$hit"
hit=0
check "a column is dropped" column_dropped
check "a column has another name" column_renamed
check "a column has another type" column_retyped
check "an enum has a new value" enum_grows
check "another table has the name" table_swapped
report "the table changes while it is read" "$hit"
hit=0
lab_stop immediate
rm -rf "$lab"
encoding=SQL_ASCII lab_make || { tail "$work/out"; exit 3; }
check "bytes that are no text, in a database without an encoding" bytes_are_no_text
report "bytes that are no text" "$hit"
finish
