#!/bin/sh
# Audits the real decision logs and holds every value against the oracles; then each way of reading against the other.
# usage: tests/real/audit.sh PROGRAM
#
# The logs, the oracles and both tools lie in ../shared, beside this tree; where they are absent the cases that need
# them are skipped with a message.  Prints TAP.
set -u
program=$(realpath "${1:?usage: tests/real/audit.sh PROGRAM}")
shared=$(realpath ../shared 2>/dev/null)
sets="boston_hmda compas7214 compas6172 german_credit ucb_admissions toronto_arrests french_motor ricci"
n=0
failed=0
work=$(mktemp -d /tmp/evenhand-audit-XXXXXX) || exit 3
chmod 755 "$work"
export EVENHAND_STATE="$work/state"
unset EVENHAND_STORE EVENHAND_CONFIG

clean_up() {
	[ ! -e "$work/state/postgresql" ] || "$program" stop >/dev/null 2>&1
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 3' INT TERM

# A case passes where $work/wrong is empty.
verdict() {
	n=$((n + 1))
	if [ -s "$work/wrong" ]; then
		failed=$((failed + 1))
		echo "not ok $n - $1"
		head -n 40 "$work/wrong" | sed 's/^/# /'
	else
		echo "ok $n - $1"
	fi
}

skip() { # REASON CASE
	n=$((n + 1))
	echo "# skip: $1"
	echo "ok $n - $2 # SKIP $1"
}

# The same log from the table and from the file: the same bytes.
both_ways() { # MAP FILE FLAG...
	map=$1 file=$2
	shift 2
	: >"$work/wrong"
	"$program" audit --map "$map" --json "$@" >"$work/table.json" 2>>"$work/wrong" || echo "the table is not audited" >>"$work/wrong"
	"$program" audit --map "$map" --json "$@" "$file" >"$work/file.json" 2>>"$work/wrong" || echo "the file is not audited" >>"$work/wrong"
	cmp "$work/table.json" "$work/file.json" >>"$work/wrong" 2>&1
}

import() { # MAP FILE
	"$program" import --map "$1" "$2" >"$work/imported" 2>&1 || cat "$work/imported"
}

# ---- the real logs -----------------------------------------------------------------------------

window_of() {
	python3 -c 'import json, sys; w = json.load(open(sys.argv[1]))[sys.argv[2]].get("window"); print("--by " + w if w else "")' \
		"$shared/data/specs.json" "$1"
}
equals_oracle() {
	log=$shared/data/sets/$1/decision_log.csv.gz
	{
		python3 "$shared/tools/make_map.py" "$shared/data/specs.json" "$1" "$log" >"$work/$1.yaml" &&
			"$program" audit --map "$work/$1.yaml" "$log" $(window_of "$1") --json >"$work/$1.json" &&
			python3 "$shared/tools/compare_oracle.py" "$work/$1.json" "$shared/data/oracles/$1.json" --show 12
	} >"$work/wrong" 2>&1 && : >"$work/wrong"
}
for set in $sets; do
	if [ ! -d "$shared/data" ]; then
		skip "../shared/data is not here" "$set: every value of the oracle"
		continue
	fi
	command -v python3 >/dev/null || { skip "python3 is not here" "$set: every value of the oracle"; continue; }
	equals_oracle "$set"
	verdict "$set: every value of the oracle"
done
for set in german_credit compas7214 toronto_arrests; do
	[ -e "$work/$set.yaml" ] || { skip "../shared/data is not here" "$set: the same bytes from its table"; continue; }
	log=$shared/data/sets/$set/decision_log.csv.gz
	import "$work/$set.yaml" "$log" >"$work/wrong"
	[ -s "$work/wrong" ] || both_ways "$work/$set.yaml" "$log" --by month
	verdict "$set: the same bytes from its table"
done

# A key is a word in the page; names of groups, strata, features and terms are not keys.
cat >"$work/keys.py" <<'END'
import json, re, sys
page = open(sys.argv[1]).read()
known = set(re.findall(r"[A-Za-z_0-9]+", " ".join(re.findall(r"`[^`\n]*`", page))))
named = {"attributes", "groups", "pairs", "cmh", "proxies", "by_group", "diffs_vs_ref", "pair_tests", "equalized_odds", "terms", "partial",
         "unmapped", "table"}
missing = {}
def walk(x, path, names):
    if isinstance(x, dict):
        for k, v in x.items():
            plain = re.sub("_(wilson|newcombe)$", "", k)
            if not names and k not in known and plain not in known:
                missing.setdefault(k, path + "." + k)
            walk(v, path + "." + k, k in named and not names)
    elif isinstance(x, list):
        for v in x:
            walk(v, path + "[]", False)
for name in sys.argv[2:]:
    walk(json.load(open(name)), "", False)
for path in sorted(missing.values()):
    print("docs/reference/audit.md does not name", path)
END
if [ -e "$work/ricci.json" ]; then
	python3 "$work/keys.py" docs/reference/audit.md "$work"/*.json >"$work/wrong" 2>&1
	verdict "every key is in docs/reference/audit.md"
else
	skip "../shared/data is not here" "every key is in docs/reference/audit.md"
fi

# ---- a log in which much is wrong ----------------------------------------------------------------

cat >"$work/dirty.yaml" <<'END'
source: dirty
table: log.dirty
columns: {id: id, decided_at: at, decision: d, score: s, outcome: o, outcome_at: oat}
favourable: ["yes"]
adverse: ["no"]
score: {scale: 2}
outcome: {adverse: ["1"]}
protected:
  - {name: sex, column: sex, reference: Male, groups: {M: Male, F: Female}}
  - {name: age, column: age, reference: 40-64, bands: [25, 40, 65]}
strata: [{name: tier, column: tier}]
features: [{name: dti, column: dti, kind: numeric, scale: 2}]
lineage: [{role: model, column: m}]
END
awk 'BEGIN {
	srand(7)
	print "id,at,d,s,o,oat,sex,age,tier,dti,m,note"
	for (i = 0; i < 2000; i++) {
		sex = substr("MFMFMX", 1 + int(rand() * 6), 1)
		if (rand() < .1) sex = ""
		tier = int(rand() * 4); tier = tier == 0 ? "10" : tier == 1 ? "2" : tier == 2 ? "2.0" : ""
		line[i] = sprintf("x%d,2024-%02d-%02d 10:00:00+02,%s,%.3f,%s,,%s,%d,%s,%s,m1,", (i * 7919) % 10007, 1 + int(rand() * 12), \
			1 + int(rand() * 28), rand() < (sex == "F" ? .5 : .7) ? "yes" : "no", rand() * 9, rand() < .5 ? "0" : "1", sex, \
			18 + int(rand() * 60), tier, rand() < .2 ? "" : "0.125")
		printf "%s\"a, \"\"%d\"\"\n b\"\r\n", line[i], i % 3
	}
	printf "%s\"a, \"\"0\"\"\n b\"\n", line[3]                      # the same content
	again = line[6]; sub(/ 10:00:00[+]02/, "T08:00:00Z", again)
	printf "%s\"a, \"\"0\"\"\n b\"\n", again                        # the same instant, in other words
	print line[4] "other"
	print ",2024-01-01,yes,1,0,,M,30,1,1,m,"
	print "b1,,yes,1,0,,M,30,1,1,m,"
	print "b2,2024-13-01,yes,1,0,,M,30,1,1,m,"
	print "b3,2024-01-01,maybe,1,0,,M,30,1,1,m,"
	print "b4,2024-01-01,yes,one,0,,M,30,1,1,m,"
	print "b5,2024-01-01,yes,1,0,,M,old,1,1,m,"
	print "b6,2024-01-01,yes,1"
	print "b7,2024-01-01,yes,1,0,,M\"x,30,1,1,m,"
	print "b8,2024-01-01,yes,1e20,0,,M,30,1,1,m,"
	print "b9,2024-01-01,yes,1,0,soon,M,30,1,1,m,"
	print "b10,2024-01-01,yes,1,0,,M,30,1,1,m,\"never closed"
	printf "b11,2024-01-01,yes,1,0,,\377,30,1,1,m,\n"
	print "b12,2024-01-01,yes,1,0,,M,30,1,1,m,"
}' >"$work/dirty.csv"
import "$work/dirty.yaml" "$work/dirty.csv" >"$work/wrong"
[ -s "$work/wrong" ] || both_ways "$work/dirty.yaml" "$work/dirty.csv" --by month
verdict "a dirty log: the same bytes from its table"
cp "$work/dirty.csv" "$work/again.csv"
import "$work/dirty.yaml" "$work/again.csv" >"$work/imported_again"
both_ways "$work/dirty.yaml" "$work/dirty.csv"
cat "$work/imported_again" >>"$work/wrong"
verdict "imported again under another name: the same bytes from its table"
both_ways "$work/dirty.yaml" "$work/dirty.csv" --from 2024-03-01 --to 2024-09-01T00:00:00Z
verdict "a dirty log, a part of the year: the same bytes from its table"
grep -q '"id known with other content"' "$work/file.json" || echo "the row with other content is not named" >"$work/wrong"
grep -q '"rows": 13,' "$work/file.json" || echo "not 13 rows are set aside" >>"$work/wrong"
verdict "rows that cannot be used are counted with their reasons"
{ head -n 1 "$work/dirty.csv"; grep '^x' "$work/dirty.csv" | sed 's/"a, .*/z/' | head -n 1990; } >"$work/plain.csv"
{ head -n 1 "$work/plain.csv"; sed 1d "$work/plain.csv" | sort -t, -k3,3 -k2,2r; } >"$work/mixed.csv"
"$program" audit --map "$work/dirty.yaml" "$work/plain.csv" --json >"$work/plain.json" 2>"$work/wrong"
"$program" audit --map "$work/dirty.yaml" - --json <"$work/mixed.csv" >"$work/mixed.json" 2>>"$work/wrong"
cmp "$work/plain.json" "$work/mixed.json" >>"$work/wrong" 2>&1
verdict "the order of the rows does not matter"

# ---- a log with every kind of column ------------------------------------------------------------

cat >"$work/wide.yaml" <<'END'
source: wide
table: log.wide
columns: {id: id, decided_at: at, decision: d, score: s, outcome: o, received_at: rec}
favourable: ["yes"]
score: {scale: 2}
outcome: {adverse: ["1"]}
protected:
  - {name: sex, column: sex, reference: M}
  - {name: race, proxy: {white: pw, black: pb}, reference: white}
strata: [{name: tier, column: tier}]
features: [{name: dti, column: dti, kind: numeric, scale: 3}, {name: zip, column: zip, kind: categorical}]
amounts: [{name: premium, column: prem, scale: 2, expected: pexp, actual: pact}]
override: {column: ov, yes: ["y"]}
audit:
  sex: {strata: [tier], controls: [dti, zip], proxies: [dti, zip, tier]}
END
awk 'BEGIN {
	srand(11)
	n = split("+02 +05:30 Z -1145 ", zone, " "); split("00123 123 <b> \303\251 null", zip, " ")
	split("-0 +5 .5 007 1e-3 0x10 1e400 nan 9007199254740993", odd, " ")
	printf "\357\273\277id,at,d,s,o,rec,sex,pw,pb,tier,dti,zip,prem,pexp,pact,ov\r\n"
	for (i = 0; i < 1500; i++) {
		w = rand() < .1 ? "" : int(rand() * 5) / 4
		at = sprintf("20%02d-%02d-%02d %02d:30:00", 23 + i % 2, 1 + rand() * 12, 1 + rand() * 28, rand() * 24)
		printf "w%d,%s%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\r\n", (i * 7919) % 10007, at, zone[1 + int(rand() * (n + 1))], \
			rand() < .6 ? "yes" : "no", i % 90 == 7 ? odd[1 + int(rand() * 9)] : rand() * 9, int(rand() * 3) % 2, \
			rand() < .2 ? "" : substr(at, 1, 8) "01", substr("MFF", 1 + int(rand() * 3), 1), w, \
			w == "" ? "" : rand() < .95 ? 1 - w : ".9", int(rand() * 12), i % 80 == 3 ? odd[1 + int(rand() * 9)] : rand(), \
			zip[1 + int(rand() * 5)], 300 + rand() * 99, rand() < .1 ? "" : 280, rand() < .2 ? "" : int(rand() * 900), substr("yn", 1 + int(rand() * 3), 1)
	}
	printf "old,1969-12-31T23:59:59Z,yes,1,0,,M,,,1,1,123,5,,,n\r\nfar,2150-01-01,no,1,0,,F,,,1,1,123,5,,,n\r\n"
}' >"$work/wide.csv"
import "$work/wide.yaml" "$work/wide.csv" >"$work/wrong"
[ -s "$work/wrong" ] || both_ways "$work/wide.yaml" "$work/wide.csv" --by year
grep -q '"window": "1969"' "$work/file.json" && grep -q '"window": "2150"' "$work/file.json" || echo "the first or the last year is missing" >>"$work/wrong"
grep -q '"not a number in column s"' "$work/file.json" || echo "odd numbers are not set aside" >>"$work/wrong"
verdict "probabilities, amounts, zones and odd numbers: the same bytes from its table"

# ---- exit codes ------------------------------------------------------------------------------------

ends() { # CODE ARGUMENT...: with --json standard output is one JSON object whatever happens
	want=$1
	shift
	"$program" audit "$@" --json >"$work/out" 2>"$work/err"
	code=$?
	[ $code -eq "$want" ] || echo "audit $*: ended with $code, not $want"
	[ "$(head -c 1 "$work/out")" = "{" ] || echo "audit $*: standard output is no JSON object"
	[ "$want" -ne 2 ] || grep -q 'hint:' "$work/err" || echo "audit $*: no hint"
}
{
	ends 0 --map "$work/dirty.yaml" "$work/dirty.csv"
	ends 1 --map "$work/dirty.yaml" "$work/dirty.csv" --fail-on crossed
	ends 0 --map "$work/dirty.yaml" "$work/dirty.csv" --fail-on crossed --to 2020-01-01
	ends 2 --map "$work/dirty.yaml" "$work/dirty.csv" --by week
	ends 2 --map "$work/dirty.yaml" "$work/dirty.csv" --fail-on anything
	ends 2 "$work/dirty.csv"
	ends 2 --map "$work/dirty.yaml" "$work/absent.csv"
	ends 2 --map "$work/absent.yaml" "$work/dirty.csv"
	ends 2 --map "$work/dirty.csv" "$work/dirty.csv"
	ends 2 --map "$work/dirty.yaml" "$work/dirty.csv" --nothing
	ends 2 --map "$work/dirty.yaml" "$work/dirty.csv" --from 2024-02-01 --to 2024-01-01
	ends 2 --map "$work/dirty.yaml" "$work/dirty.csv" --html "$work"
	ends 2 --map "$work/dirty.yaml" "$work/dirty.csv" --html "$work/no/page.html"
	ends 2 --map "$work/dirty.yaml" "$work/dirty.csv" --html "$work/dirty.csv"
	ends 2 --map "$work/dirty.yaml" "$work/dirty.csv" --html "$work/dirty.yaml"
	ends 0 --map "$work/dirty.yaml" "$work/dirty.csv" --html "$work/page.html"
	ends 0 --map "$work/dirty.yaml" "$work/dirty.csv" --html "$work/page.html"
	gzip -c "$work/plain.csv" | head -c 9000 >"$work/cut.csv.gz"
	ends 2 --map "$work/dirty.yaml" "$work/cut.csv.gz"
} >"$work/wrong"
verdict "exit codes, hints, and JSON in every outcome"

unheard() { # FLAG...: standard output is full, and then it is closed
	"$program" audit --map "$work/dirty.yaml" "$work/dirty.csv" "$@" >/dev/full 2>"$work/err"
	[ $? -eq 3 ] || echo "audit $* >/dev/full: does not end with 3"
	grep -q 'cannot write the output' "$work/err" || echo "audit $* >/dev/full: no message"
	"$program" audit --map "$work/dirty.yaml" "$work/dirty.csv" "$@" >&- 2>"$work/err"
	[ $? -eq 3 ] || echo "audit $* >&-: does not end with 3"
}
{
	unheard
	unheard --json
} >"$work/wrong"
verdict "an output that nobody takes is an end with a message"

echo "1..$n"
echo "# $((n - failed)) passed, $failed failed"
[ $failed -eq 0 ]
