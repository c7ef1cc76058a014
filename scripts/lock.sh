#!/usr/bin/env bash
# Pins the providers' builds of stacks, for all machines that plan; commit what it writes. The arguments are their folders;
# without any, every stack of every environment is meant. What is pinned keeps its version; UPGRADE=1 takes the newest that
# the constraints allow, which a raised aws.provider_floor needs.
set -euo pipefail
cd "$(dirname "$0")/.."

PLATFORMS=(linux_amd64 linux_arm64 darwin_arm64)

pin() { terraform -chdir="$1" providers lock "${PLATFORMS[@]/#/-platform=}"; }

# upgrade FOLDER: pins as if nothing had been pinned; where that fails, what was pinned stays.
upgrade() {
  local file=$1/.terraform.lock.hcl
  if [[ ! -e $file ]]; then
    pin "$1"
    return
  fi
  mv "$file" "$file.before"
  if pin "$1"; then
    rm "$file.before"
  else
    mv "$file.before" "$file"
    return 1
  fi
}

if (($# == 0)); then
  while read -r folder; do
    set -- "$@" "$folder"
  done < <(find out -name terraform.tf.json -exec dirname {} + | sort)
fi
for folder in "$@"; do
  printf '%s\n' "$folder"
  if [[ ${UPGRADE:-} == 1 ]]; then upgrade "$folder"; else pin "$folder"; fi || {
    mend="if its constraints have changed, run \`make lock UPGRADE=1\`"
    [[ ${UPGRADE:-} != 1 ]] || mend="Terraform's output above names what it did not find"
    printf 'error: %s\n' "$folder is unchanged; $mend" >&2
    exit 1
  }
done
