#!/usr/bin/env bash
# What a change costs in a month, environment by environment, as Markdown for a pull request: costs.sh COMMIT [MOST]. It ends with 1
# where a month becomes dearer by more than MOST, such as `50` (USD) or `5%`, and with 2 where an environment cannot be compared.
set -euo pipefail
cd "$(dirname "$0")/.."
read -ra SYNTH <<<"${SYNTH:-cargo run --quiet --locked --package synth --}"
commit=$1
most=${2:-}
worst=0
talk=$(mktemp)
trap 'rm -f "$talk"' EXIT

files=(stacks/environments/*.toml)
# A comment of GitHub holds 65,536 characters, of which plans get the most; the whole is said by the command itself.
room=$((20000 / ${#files[@]}))
for file in "${files[@]}"; do
  environment=$(basename "$file" .toml)
  asked=(cost --env "$environment" --compare "$commit")
  [[ -z $most ]] || asked+=(--max-increase "$most")
  code=0
  said=$("${SYNTH[@]}" "${asked[@]}" 2>"$talk" </dev/null) || code=$?
  ((worst >= code)) || worst=$code
  # The bill comes first, and what is said of it behind it; an error has no bill.
  said=${said:+$said$'\n'}$(<"$talk")
  # What comes to nothing is folded.
  open=
  [[ $code == 0 && $said == *"USD a month, no more than"* ]] || open=" open"
  printf '<details%s><summary>%s</summary>\n\n```\n' "$open" "$environment: ${said%%$'\n'*}"
  head --bytes="$room" <<<"$said"
  printf '\n```\n</details>\n'
done
exit "$worst"
