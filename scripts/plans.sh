#!/usr/bin/env bash
# Plans every stack of every environment with the offline providers, as Markdown for the summary of a workflow's run.
set -euo pipefail
cd "$(dirname "$0")/.."
read -ra SYNTH <<<"${SYNTH:-cargo run --quiet --package synth --}"

"${SYNTH[@]}" settings --all --json |
  jq --raw-output '.[] | .environment as $environment | .stacks[] | "\($environment) \(.name)"' |
  while read -r environment stack; do
    plan=$("${SYNTH[@]}" plan "$stack" --env "$environment" -- -no-color </dev/null)
    summary=$(grep --max-count=1 '^Plan:' <<<"$plan" || echo "no changes")
    printf '<details><summary>%s: %s: %s</summary>\n\n```\n' "$environment" "$stack" "$summary"
    # A summary holds 1 MiB.
    head --bytes=100000 <<<"$plan"
    printf '```\n</details>\n'
  done
