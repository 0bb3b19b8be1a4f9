#!/bin/sh
# The dashboard's tests: fetches the pinned packages into the build, and runs them there.
# usage: tests/web/run.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit 3
build=$(realpath "$1")
mkdir -p "$build/web" && cp tests/web/*.mjs tests/web/*.json tests/web/*.sql "$build/web" || exit 3
export EVENHAND="$build/evenhand" TREE="$PWD"
cd "$build/web" || exit 3
if ! cmp -s package-lock.json .fetched; then
	if ! npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1; then
		sed 's/^/# /' npm.log
		echo "skip: the npm packages cannot be fetched"
		echo "ok 1 - the dashboard in a browser # SKIP"
		exit 0
	fi
	cp package-lock.json .fetched
fi
exec node --test --test-reporter=tap .
