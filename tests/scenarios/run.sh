#!/bin/sh
# Plays scenarios against a program.  usage: tests/scenarios/run.sh PROGRAM [FILE...]
program=${1:?usage: tests/scenarios/run.sh PROGRAM [FILE...]}
shift
EVENHAND=$program exec node tests/scenarios/run.mjs "$@"
