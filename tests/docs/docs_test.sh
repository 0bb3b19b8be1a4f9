#!/bin/sh
# What the documentation says is true: links, names, help texts, and the tutorial, which is run.
# usage: docs_test.sh [path of evenhand], from the top of the tree
# Prints a line a case, as `ok 1 - name` or `not ok 1 - name`; exit 1 where one failed.
set -u
program=$(realpath "${1:-build/evenhand}")
count=0
failed=0
work=$(mktemp -d /tmp/evenhand-docs-XXXXXX) || exit 3
chmod 755 "$work"
mkdir "$work/build" && cp "$program" "$work/build/evenhand" || exit 3
unset EVENHAND_STORE EVENHAND_CONFIG

clean_up() {
	[ ! -e "$work/state/postgresql" ] || EVENHAND_STATE=$work/state "$program" stop >/dev/null 2>&1
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 3' INT TERM

# A case passes where it wrote nothing.
verdict() {
	count=$((count + 1))
	if [ -s "$work/wrong" ]; then
		failed=1
		echo "not ok $count - $1"
		sed 's/^/# /' "$work/wrong"
	else
		echo "ok $count - $1"
	fi
}

pages=$(find README.md docs -name '*.md')

for page in $pages; do
	grep -oE '\]\([^)#]+' "$page" | sed 's/](//' | grep -v '^http' | while read -r link; do
		[ -e "$(dirname "$page")/$link" ] || echo "$page: $link leads nowhere"
	done
done >"$work/wrong"
verdict "every link leads somewhere"

for page in $pages; do
	grep -oE '`[a-z_]+\(\)`' "$page" | tr -d '`()' | sort -u | while read -r name; do
		grep -rqwE "$name" src stats migrations examples || echo "$page: there is no $name()"
	done
	grep -oE '`(src|stats|migrations|dashboards|examples|tests)/[A-Za-z0-9_./-]+`' "$page" | tr -d '`' | sort -u |
		while read -r file; do
			[ -e "$file" ] || echo "$page: there is no $file"
		done
done >"$work/wrong"
verdict "every function and file that is named exists"

# The last two lines of a help text are the same for every verb and not in the page.
"$program" help | sed -n '/^usage/d; /^settings/q; s/^  \([a-z]*\) .*/\1/p' | grep -vx help | while read -r verb; do
	"$program" help "$verb" | head -n -2 | grep . | while IFS= read -r line; do
		grep -qxF -- "$line" docs/reference/cli.md || echo "$verb: $line"
	done
done >"$work/wrong"
verdict "the command reference says what the program's help says"

# The example of an audit, run from the top of the tree; a page and a second run are the same bytes.
awk '/^```text/ {inside = 1; next} /^```/ {inside = 0} inside' docs/howto/audit.md >"$work/expected.audit"
: >"$work/wrong"
awk -f examples/audit/decisions.awk | cmp -s - examples/audit/decisions.csv ||
	echo "examples/audit/decisions.csv is not what decisions.awk makes" >>"$work/wrong"
(
	export PATH="$work/build:$PATH"
	awk '/^```sh/ {inside = 1; next} /^```/ {inside = 0} inside' docs/howto/audit.md |
		sed "s,report\.,$work/report.,g" | sh -e
) >"$work/out.audit" 2>&1 || echo "a command of docs/howto/audit.md fails: $(tail -1 "$work/out.audit")" >>"$work/wrong"
while IFS= read -r line; do
	grep -qxF -- "$line" "$work/out.audit" || echo "not printed: $line"
done <"$work/expected.audit" >>"$work/wrong"
"$program" audit --map examples/audit/map.yaml examples/audit/decisions.csv --html "$work/again.html" >/dev/null
cmp -s "$work/report.html" "$work/again.html" || echo "two runs give two pages" >>"$work/wrong"
verdict "the example of an audit prints what its page says"

# The tutorial's commands, run; the first block, which sets the place, is replaced by this test's own.
awk '/^```sh/ {block++; inside = 1; next} /^```/ {inside = 0} inside && block > 1' docs/tutorial.md |
	sed '/^evenhand stop/,$d' >"$work/tutorial.sh"
awk '/^```text/ {block++; inside = 1; next} /^```/ {inside = 0} inside && block > 1' docs/tutorial.md |
	grep -vE 'rows/s|, root [0-9a-f]{64}|^store ' >"$work/expected"
mkdir "$work/files"
: >"$work/wrong"
(
	export PATH="$work/build:$PATH" EVENHAND_STATE="$work/state"
	cd "$work/files" && sh -e "$work/tutorial.sh"
) >"$work/out" 2>&1 || echo "a command of the tutorial fails: $(tail -1 "$work/out")" >"$work/wrong"
while IFS= read -r line; do
	grep -qxF -- "$line" "$work/out" || echo "not printed: $line"
done <"$work/expected" >>"$work/wrong"
verdict "the tutorial's commands print what it says"

exit $failed
