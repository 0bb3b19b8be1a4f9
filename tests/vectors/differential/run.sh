#!/bin/sh
# A thousand random inputs of each family through `evenhand stat` and through R's own functions.
# usage: tests/vectors/differential/run.sh [path of evenhand], from the top of the tree; prints TAP.
# R is not needed to build or to run Evenhand: without it this test is skipped.
set -u
program=$(realpath "${1:-build/evenhand}")
if ! command -v Rscript >/dev/null 2>&1; then
	echo "skip: Rscript is not here"
	echo "ok 1 - the same as R # SKIP"
	exit 0
fi
work=$(mktemp -d /tmp/evenhand-differential-XXXXXX) || exit 3
trap 'rm -rf "$work"' EXIT
trap 'exit 3' INT TERM
LC_ALL=C Rscript --vanilla tests/vectors/differential/differential.R "$program" "$work"
