#!/usr/bin/env bash
# Pins the providers' builds of stacks, for all machines that plan; commit what it writes. The arguments are their folders;
# without any, every stack of every environment is meant.
set -euo pipefail
cd "$(dirname "$0")/.."

PLATFORMS=(linux_amd64 linux_arm64 darwin_arm64)

if (($# == 0)); then
  while read -r folder; do
    set -- "$@" "$folder"
  done < <(find out -name terraform.tf.json -exec dirname {} + | sort)
fi
for folder in "$@"; do
  printf '%s\n' "$folder"
  terraform -chdir="$folder" providers lock "${PLATFORMS[@]/#/-platform=}"
done
