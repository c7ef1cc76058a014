#!/usr/bin/env bash
# Saved plans between the job that makes them and the one that applies them. `saved-plans.sh choose` says which environments a run of
# the workflow `terraform` applies: those whose reviewers are asked, or the one that somebody named, as PLAN=ENVIRONMENT:RUN:DIGEST.
# `saved-plans.sh apply` applies those of one environment, stack after stack. Both count on the variables of a workflow's job.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/kept.sh
. scripts/kept.sh

# Terraform has ten minutes to end what it began, before the job ends and takes it along.
APPLY_MINUTES=${APPLY_MINUTES:-220}
GRACE_MINUTES=10

fail() {
  printf '::error::%s\n' "$*"
  exit 1
}

summary() { printf '%s\n' "$@" >>"$GITHUB_STEP_SUMMARY"; }

# fetch RUN FOLDER ENVIRONMENT: its saved plans, encrypted, and none where it has none.
fetch() {
  local names
  names=$(gh api --paginate "repos/$GITHUB_REPOSITORY/actions/runs/$1/artifacts" --jq '.artifacts[].name')
  mkdir -p "$2"
  if grep --quiet "^plan-$3" <<<"$names"; then
    gh run download "$1" --repo "$GITHUB_REPOSITORY" --pattern "plan-$3*" --dir "$2"
  fi
}

# plans FOLDER ENVIRONMENT STACKS: each plan of an environment that is there, in the order in which stacks are applied.
plans() {
  jq --raw-output '.[].name' <<<"$3" | while read -r stack; do
    if [[ -e $1/plan-$2-$stack/$2-$stack.tfplan.gpg ]]; then echo "$stack $1/plan-$2-$stack/$2-$stack.tfplan.gpg"; fi
  done
}

# digest FOLDER ENVIRONMENT STACKS: one digest of all these plans, as they are encrypted; nothing where there is none.
digest() {
  local sums
  sums=$(plans "$@" | while read -r stack plan; do echo "$stack $(sha256sum <"$plan")"; done)
  [[ -z $sums ]] || sha256sum <<<"$sums" | cut -d ' ' -f 1
}

# named PLAN: refuses a run that anybody but this branch has made: what it saved may say anything.
named() {
  local run
  run=$(gh api "repos/$GITHUB_REPOSITORY/actions/runs/$1") || fail "there is no run $1"
  jq --exit-status --arg branch "$GITHUB_REF_NAME" --arg repository "$GITHUB_REPOSITORY" '
    .head_branch == $branch and .head_repository.full_name == $repository and (.event == "push" or .event == "workflow_dispatch")
    and (.path | split("@")[0] == ".github/workflows/terraform.yml")' <<<"$run" >/dev/null ||
    fail "run $1 is not a run of the workflow terraform on $GITHUB_REF_NAME"
  jq --raw-output .head_sha <<<"$run"
}

choose() {
  local wanted='' run=$GITHUB_RUN_ID asked='' sha=$GITHUB_SHA folder=$RUNNER_TEMP/chosen chosen='[]' of environment found
  if [[ -n ${PLAN:-} ]]; then
    [[ $PLAN =~ ^([a-z0-9-]+):([0-9]+):([0-9a-f]{64})$ ]] || fail "a plan is named as ENVIRONMENT:RUN:DIGEST, not \`$PLAN\`"
    wanted=${BASH_REMATCH[1]} run=${BASH_REMATCH[2]} asked=${BASH_REMATCH[3]}
    sha=$(named "$run") || { printf '%s\n' "$sha"; exit 1; }
  fi
  fetch "$run" "$folder" "$wanted"
  while read -r of; do
    environment=$(jq --raw-output .environment <<<"$of")
    found=$(digest "$folder" "$environment" "$(jq .stacks <<<"$of")")
    if [[ -n $wanted ]]; then
      [[ $environment == "$wanted" ]] || continue
      [[ $found == "$asked" ]] || fail "run $run has no plan of $environment with this digest: read the plan that it has, and name that"
    elif [[ -z $found ]]; then
      continue
    elif [[ $(jq --raw-output .github_guard <<<"$of") == dispatch ]]; then
      summary "### Apply what $environment plans" 'Read the plans above; within a day, this applies them and nothing else:' '' \
        "    gh workflow run terraform.yml --ref $GITHUB_REF_NAME --field plan=$environment:$run:$found" ''
      continue
    fi
    chosen=$(jq --compact-output --argjson of "$of" --arg run "$run" --arg digest "$found" --arg sha "$sha" '. + [$of
      | {environment, region, runner, state_bucket, stacks, role: .apply_role_arn, run: $run, digest: $digest, sha: $sha,
         github_environment: (if .github_guard == "reviewers" then .github_environment else "" end)}]' <<<"$chosen")
  done < <(jq --compact-output '.[]' <<<"$ALL")
  [[ -z $wanted || $chosen != '[]' ]] || fail "there is no environment $wanted"
  echo "environments=$chosen" >>"$GITHUB_OUTPUT"
}

# interruptible COMMAND…: hands an interrupt on at once, on which Terraform writes its state down, and waits for the end.
interruptible() {
  local code=0 child
  "$@" </dev/null &
  child=$!
  # At a second interrupt Terraform would end as it stands.
  trap 'trap "" INT TERM; kill -INT "$child"' INT TERM
  wait "$child" || code=$?
  # A trap ends a wait, and not what is waited for.
  while kill -0 "$child" 2>/dev/null; do
    code=0
    wait "$child" || code=$?
  done
  trap - INT TERM
  return "$code"
}

ends() {
  local stack directory
  rm -rf "$RUNNER_TEMP/plans"
  while read -r stack directory; do
    keep "$stack" "$directory"
  done < <(jq --raw-output '.[] | "\(.name) \(.directory)"' <<<"$STACKS")
}

apply() {
  local folder=$RUNNER_TEMP/plans stack directory plan waiting
  waiting=$(kept)
  [[ -z $waiting ]] || fail "an earlier apply left a state that must be taken up first: $waiting"
  trap ends EXIT
  fetch "$RUN" "$folder" "$ENVIRONMENT"
  [[ $(digest "$folder" "$ENVIRONMENT" "$STACKS") == "$DIGEST" ]] || fail "run $RUN has other plans than those that were approved"
  while read -r stack plan; do
    directory=$(jq --raw-output --arg stack "$stack" '.[] | select(.name == $stack) | .directory' <<<"$STACKS")
    echo "::group::$stack"
    gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 3 --output "${plan%.gpg}" --decrypt "$plan" 3<<<"$PASSPHRASE"
    terraform -chdir="$directory" init -input=false -lockfile=readonly </dev/null
    # What an apply left whose Helm was killed; the approval of this one answers for it.
    YES=1 scripts/take-up.sh "$directory" </dev/null
    # Terraform refuses a plan whose state has changed since.
    # In the foreground `timeout` sends its signal to Terraform alone, and once.
    interruptible timeout --foreground --signal=INT --kill-after="${GRACE_MINUTES}m" "${APPLY_MINUTES}m" \
      terraform -chdir="$directory" apply -input=false -no-color -lock-timeout=5m "${plan%.gpg}"
    echo "::endgroup::"
  done < <(plans "$folder" "$ENVIRONMENT" "$STACKS")
}

case ${1:-} in
  choose | apply) "$1" ;;
  *) echo "usage: scripts/saved-plans.sh choose|apply" >&2 && exit 2 ;;
esac
