#!/usr/bin/env bash
# What a change costs in a month, environment by environment, as Markdown for a pull request: costs.sh COMMIT [MOST]. It ends with 1
# where a month becomes dearer by more than MOST, such as `50` (USD) or `5%`, and with 2 where an environment cannot be compared.
set -euo pipefail
cd "$(dirname "$0")/.."
read -ra SYNTH <<<"${SYNTH:-cargo run --quiet --locked --package synth --}"
commit=$1
most=${2:-}
worst=0

for file in stacks/environments/*.toml; do
  environment=$(basename "$file" .toml)
  asked=(cost --env "$environment" --compare "$commit")
  [[ -z $most ]] || asked+=(--max-increase "$most")
  code=0
  said=$("${SYNTH[@]}" "${asked[@]}" 2>&1 </dev/null) || code=$?
  ((worst >= code)) || worst=$code
  # What comes to nothing is folded.
  open=
  [[ $code == 0 && $said == *"USD a month, no more than"* ]] || open=" open"
  printf '<details%s><summary>%s</summary>\n\n```\n' "$open" "$environment: $(head --lines=1 <<<"$said")"
  head --bytes=6000 <<<"$said"
  printf '```\n</details>\n'
done
exit "$worst"
