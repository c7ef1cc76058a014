#!/usr/bin/env bash
# States that Terraform could not write where they belong: `errored.tfstate`, the only record of what an apply has made. A workflow
# keeps them in the bucket of the state, encrypted by its key, where only those who may apply can read them; where the bucket takes
# nothing, in an artifact, encrypted by PLAN_PASSPHRASE. Sourced by saved-plans.sh and up.sh; by itself it takes one up:
#   ENV=production scripts/kept.sh           lists those of an environment
#   ENV=production scripts/kept.sh STATE     takes one up: a key of that list, a file such as cluster-1234-1.tfstate, or a stack, whose
#                                            folder holds it after an apply on this machine

# What lies beside the states that plans read.
KEPT=errored

# keep STACK DIRECTORY: keeps the state that an apply of the stack has left, and says how it is taken up.
keep() {
  local left=$2/errored.tfstate name=$1-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT.tfstate key
  [[ -s $left ]] || return 0
  key=$KEPT/$ENVIRONMENT/$name
  if aws s3 cp --quiet "$left" "s3://$STATE_BUCKET/$key"; then
    summary "### The state of $1 is kept" "Before anything else is applied to $ENVIRONMENT, take it up:" '' \
      "    ENV=$ENVIRONMENT scripts/kept.sh $key" ''
  else
    mkdir -p "$RUNNER_TEMP/kept"
    gpg --batch --quiet --yes --pinentry-mode loopback --passphrase-fd 3 --symmetric --cipher-algo AES256 \
      --output "$RUNNER_TEMP/kept/$name.gpg" "$left" 3<<<"$PASSPHRASE"
    summary "### The state of $1 is kept in this run" "Before anything else is applied to $ENVIRONMENT, take it up:" '' \
      "    gh run download $GITHUB_RUN_ID --name kept-$ENVIRONMENT" \
      "    gpg --output $name --decrypt $name.gpg" \
      "    ENV=$ENVIRONMENT scripts/kept.sh $name" ''
  fi
  echo "::error::Terraform could not write the state of $1: the run's summary says how to take it up"
  rm -f "$left"
}

# kept: the keys of states that wait in the bucket.
kept() {
  aws s3api list-objects-v2 --bucket "$STATE_BUCKET" --prefix "$KEPT/$ENVIRONMENT/" --query 'Contents[].Key' --output json |
    jq --raw-output '.[]?'
}

# take_up_state KEY|FILE|STACK
take_up_state() {
  local key=$KEPT/$ENVIRONMENT/ name=${1##*/} stack folder left
  stack=${name%.tfstate}
  [[ $name != *.tfstate ]] || stack=${stack%-*-*}
  folder=${DIRECTORY[${stack:--}]:-}
  [[ -n $folder ]] || die "\`$1\` is not the state of a stack of $ENVIRONMENT: its name must begin with a stack's, as in cluster-1234-1.tfstate"
  left=$folder/errored.tfstate
  case $1 in
    "$key"*) aws s3 cp --quiet "s3://$STATE_BUCKET/$1" "$left" ;;
    *.tfstate) cp "$1" "$left" ;;
  esac
  [[ -s $left ]] || die "there is no $left"
  init "$stack" -reconfigure
  ask "write this state to s3://$STATE_BUCKET/$(setting state_key_prefix)/$stack.tfstate?"
  # Terraform refuses one that is older than what is there, or of another history.
  terraform -chdir="$folder" state push errored.tfstate
  rm -f "$left"
  # Its versions go when those of replaced states do.
  [[ $1 != "$key"* ]] || aws s3 rm --quiet "s3://$STATE_BUCKET/$1"
  say "$stack: taken up; plan it again"
}

# check_the_kept_states: whoever plans without one makes what it holds a second time.
check_the_kept_states() {
  local stack folder found STATE_BUCKET
  while read -r stack folder; do
    [[ ! -s $folder/errored.tfstate ]] ||
      say "an earlier run could not write its state, and left it in $folder: take it up (ENV=$ENVIRONMENT scripts/kept.sh $stack)"
  done < <(items stacks name directory)
  STATE_BUCKET=$(setting state_bucket)
  found=$(state_bucket) || return
  [[ -n $found ]] || return 0
  found=$(kept) || return
  [[ -z $found ]] || say "a workflow's apply could not write its state, and kept it: take it up (ENV=$ENVIRONMENT scripts/kept.sh ${found%%$'\n'*})"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  cd "$(dirname "$0")/.."
  # shellcheck source=scripts/progress.sh
  . scripts/progress.sh
  # shellcheck source=scripts/environment.sh
  . scripts/environment.sh
  open_environment
  STATE_BUCKET=$(setting state_bucket)
  if (($#)); then take_up_state "$1"; else kept; fi
fi
