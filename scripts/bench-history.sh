#!/usr/bin/env bash
# Runs benches of the Makefile, and adds what each prints to a history: the day, the commit and the machine, and then its words.
# Usage: bench-history.sh FILE TARGET...
set -euo pipefail
file=$1
shift

machine() {
  local processor
  processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
  echo "${processor:-$(uname -m)}, $(getconf _NPROCESSORS_ONLN) processors, load $(uptime | sed 's/.*load average[s]*: //')"
}

for target; do
  # Before it runs: a bench is a load of its own.
  heading="$(date -u +%F), $(git describe --always --dirty --abbrev=7), \`make $target\`"
  machine=$(machine)
  printed=$(make --no-print-directory --silent "$target" | tee /dev/stderr)
  # Spaces at the ends of lines are a terminal's.
  printf '\n%s\n%s\n\n%s\n' "$heading" "$machine" "$printed" | sed 's/ *$//' >>"$file"
done
