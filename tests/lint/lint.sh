#!/bin/sh
# The rules of the house that a machine can hold: floors, names, banned calls, words, sizes, headers, docs.
# usage: tests/lint/lint.sh [BUILD]     in the root of the tree, after `make all`; prints TAP.
set -u
build=${1:-build}
here=tests/lint
n=0
failed=0

# A case: its name, and what breaks it, a line each.
check() {
	n=$((n + 1))
	found=$2
	if [ -z "$found" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$found" | head -n 40 | sed 's/^/# /'
		failed=$((failed + 1))
	fi
}

sources=$(ls src/*/*.c src/*/*.h stats/*.c stats/*.h examples/*/*.c examples/*/*.h)
tracked() { git ls-files 2>/dev/null | grep . || find . -type f ! -path "./$build/*" ! -path '*/node_modules/*' | sed 's,^\./,,'; }

check "includes look down only" "$(awk -f $here/floors.awk $here/floors.txt $sources)"

room_names() {
	for object in "$build"/src/*/*.o; do
		[ -e "$object" ] || { echo "$build is not built"; break; }
		room=$(basename "$(dirname "$object")") file=$(basename "$object" .o)
		[ -e "src/$room/$file.c" ] || continue
		nm -g --defined-only "$object" | awk -v room="$room" -v file="$file" '
			{ stem = file; sub(/_.*/, "", stem); name = $3 }
			file == "main" && name == "main" { next }
			room == "base" && name ~ /^eh_/ { next }
			name !~ "^eh_(" room "|" file "|" stem ")(_|$)" {
				print "src/" room "/" file ".c: " name " should begin with eh_" room "_ or eh_" stem "_" }'
	done
	for object in "$build"/stats/*.o; do
		[ ! -e "$object" ] || nm -g --defined-only "$object" | awk -v f="$object" '$3 !~ /^ehs_/ { print f ": " $3 " should begin with ehs_" }'
	done
}
check "exported names say their room or file" "$(room_names)"

banned='(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtok|alloca|system|popen|tmpnam|mktemp|rand|srand|random|localtime|ctime|asctime|setlocale)'
check "no banned function is called" "$(grep -nE "(^|[^_a-zA-Z0-9.>])$banned\(" $sources)"
check "no goto" "$(grep -nE '(^|[^_a-zA-Z0-9"])goto [a-z]' $sources)"
texts=$(tracked | grep -vE '^tests/lint/|\.(png|json|csv|gz)$')
check "nothing is left to do" "$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $texts)"
check "no path of the machine it was written on" "$(grep -nE '(^|[^A-Za-z0-9_.}>])/(home|work|workspace|mnt|Users)/' $texts)"

# What the program says: a ratio crossed a line.  Who says more is a person, by name (law 10).
too_much='discriminate[sd]?|discriminating|violate[sd]?|violating|causes|caused|causing|proves?|proved|proven'
check "no sentence of the program says more than that a line was crossed" \
	"$(awk -f $here/strings.awk $(ls src/*/*.c src/*/*.h) | grep -iwE "$too_much")"
check "no page says more than that" "$(grep -niwE "$too_much" dashboards/pages/*.html)"

headers() {
	for h in src/*/*.h stats/*.h; do
		awk -v name="$(basename "$h")" '
			FNR == 1 && $0 != "/*" { print FILENAME ": does not begin with what it is for" }
			FNR == 2 && index($0, " * " name " - ") != 1 { print FILENAME ":2: should be \" * " name " - what it is for\"" }
			FNR == 2 { exit }' "$h"
	done
	for room in src/*/; do
		ls "$room"*.h >/dev/null 2>&1 || echo "$room has no header"
	done
}
check "every room has headers, and each opens with what it is for" "$(headers)"
check "every migration begins with a sentence" "$(for f in migrations/[0-9]*.sql; do
	head -n 1 "$f" | grep -q '^-- [A-Z].*\.$' || echo "$f"
done)"

# One name a statement, once in a room; one statement a name.
statements() {
	for room in $(ls src/*/*.sql | sed 's,/[^/]*$,,' | sort -u); do
		cat "$room"/*.sql | sed -n 's/^-- name: *//p' | sort | uniq -d | sed "s,^,$room: two statements have the name ,"
	done
	awk '
		function told() { if (name != "" && ends > 1) print file ": " name " holds " ends " statements" }
		FNR == 1 || /^-- name:/ { told(); name = ""; ends = 0; open = 0; quoted = 0 }
		/^-- name:/ { name = $3; file = FILENAME ":" FNR; next }
		/^--/ || /^[ \t]*$/ { next }
		name == "" { print FILENAME ":" FNR ": belongs to no name" }
		{ if (!open) { ends++; open = 1 } }
		{ line = $0; sub(/--.*/, "", line); if (line ~ /;[ \t]*$/ && line !~ /\$\$/) open = 0 }
		END { told() }' src/*/*.sql
}
check "every SQL statement has one name, and its room uses it once" "$(statements)"

awk -f $here/sizes.awk $sources $(ls tests/*/*.c tests/*/*.h tests/*/*/*.c tests/*/*/*.h) >"$build/sizes.txt"
check "files and functions are short" "$(grep '^fail' "$build/sizes.txt")"
sed 's/^/# /' "$build/sizes.txt"

# Verbs and targets that the docs name.
docs=$(ls README.md docs/*.md docs/*/*.md 2>/dev/null)
doc_verbs() {
	known=$("$build/evenhand" help | awk '/^  [a-z]/ { printf "%s ", $1 }')
	grep -noE '(`|\$ |^ *|build/|sudo )evenhand [a-z]+' $docs /dev/null | while IFS= read -r line; do
		case " $known" in *" ${line##* } "*) ;; *) echo "$line: there is no such verb" ;; esac
	done
}
doc_targets() {
	known=$(sed -n 's/^\([a-z][a-z-]*\):.*/\1/p' Makefile | tr '\n' ' ')
	grep -noE '(`|^ *|\$ )make [a-z][a-z-]*[=/]?' $docs /dev/null | grep -v '[=/]$' | while IFS= read -r line; do
		target=$(echo "$line" | sed 's/.*make //; s/[^a-z-].*//')
		case " $known" in *" $target "*) ;; *) echo "$line: there is no such target" ;; esac
	done
}
[ ! -x "$build/evenhand" ] || check "every verb in the docs is there" "$(doc_verbs)"
check "every make target in the docs is there" "$(doc_targets)"

echo "1..$n"
echo "# $((n - failed)) passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
