#!/bin/sh
# Plays the real decision logs against a program.  usage: tests/real/run.sh PROGRAM [NAME...]
program=${1:?usage: tests/real/run.sh PROGRAM [NAME...]}
shift
EVENHAND=$program exec node tests/real/run.mjs "$@"
