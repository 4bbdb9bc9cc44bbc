#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the libFuzzer binaries of a build directory one after the other, each for some minutes.
#   run.sh BUILD MINUTES [TARGET]
set -eu
build=$1 seconds=$(($2 * 60)) only=${3:-}
here=$(dirname "$0")
mkdir -p "$build/crash"
for binary in "$build"/tests/fuzz/fuzz-*; do
	[ -x "$binary" ] && [ -f "$binary" ] || continue
	name=${binary##*/fuzz-}
	[ -z "$only" ] || [ "$only" = "$name" ] || continue
	mkdir -p "$build/corpus/$name"
	echo "== $name, $2 min"
	"$binary" -max_total_time="$seconds" -max_len=70000 -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="$build/crash/$name-" \
		"$build/corpus/$name" "$here/corpus/$name" 2>&1 | tail -n 12
	[ -z "$(ls "$build/crash" | grep "^$name-")" ] || { echo "broken: $build/crash/$name-*"; exit 1; }
done
