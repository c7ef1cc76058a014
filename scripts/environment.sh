# shellcheck shell=bash
# The environment that is brought up or torn down: its settings, its account and its stacks. Sourced by up.sh and down.sh.

ENVIRONMENT=${ENV:-default}
read -ra SYNTH <<<"${SYNTH:-cargo run --quiet --package synth --}"

synth() { "${SYNTH[@]}" "$@" --env "$ENVIRONMENT"; }

# need TOOL…: names every tool that is missing, at once.
need() {
  local tool missing=()
  for tool in "$@"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || die "not found: ${missing[*]}; install what is missing and run again"
}

# Each setting by its path, read once; and the folder of each stack.
declare -A SETTING=() DIRECTORY=()

# read_settings: all that one call of `jq` can tell.
read_settings() {
  local kind key value
  SETTING=() DIRECTORY=()
  while IFS=$'\t' read -r kind key value; do
    case $kind in
      setting) SETTING[$key]=$value ;;
      directory) DIRECTORY[$key]=$value ;;
    esac
  done < <(jq --raw-output '
    (paths(type != "object" and type != "array") as $path
      | "setting\t\($path | map(tostring) | join("."))\t\(getpath($path))"),
    (.stacks[] | "directory\t\(.name)\t\(.directory)")' <<<"$SETTINGS")
}

setting() { printf '%s\n' "${SETTING[$1]?"no such setting"}"; }

# items LIST FIELD…: each item of a list on a line of its own, or these fields of it.
items() {
  local list=$1 index=0 line field
  shift
  while [[ -v SETTING[$list.$index${1:+.$1}] ]]; do
    line=${SETTING[$list.$index${1:+.$1}]}
    for field in "${@:2}"; do line+=" ${SETTING[$list.$index.$field]}"; done
    printf '%s\n' "$line"
    index=$((index + 1))
  done
}

# entries TABLE: each key of a table with its value, sorted.
entries() {
  local key
  for key in "${!SETTING[@]}"; do
    [[ $key != "$1."* ]] || printf '%s %s\n' "${key#"$1."}" "${SETTING[$key]}"
  done | sort
}

# Reads the settings, and refuses any account but theirs.
open_environment() {
  local account expected
  ((${#SETTING[@]})) || { SETTINGS=$(synth settings --json) && read_settings; }
  NAME=$(setting name)
  PLANS=$(mktemp -d)
  # A saved plan holds secrets: it never outlives the run.
  trap 'rm -rf "$PLANS"' EXIT
  AWS_REGION=$(setting region)
  export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION AWS_PAGER=
  expected=$(setting account_id)
  account=$(aws sts get-caller-identity --query Account --output text) ||
    die "no working AWS credentials: sign in (\`aws sso login\`) and run again"
  [[ $account == "$expected" ]] ||
    die "these AWS credentials are for account $account, but environment $ENVIRONMENT is account $expected: choose another profile"
  say "environment $ENVIRONMENT: $NAME in account $account, $AWS_REGION"
}

directory() { printf '%s\n' "${DIRECTORY[$1]?"no such stack"}"; }

# state_bucket: the name of the state's bucket; nothing where the account has none.
state_bucket() { aws s3api list-buckets --query "Buckets[?Name=='$(setting state_bucket)'].Name" --output text; }

# init STACK ARGUMENT…
init() {
  local stack=$1
  shift
  terraform -chdir="$(directory "$stack")" init -input=false "$@"
}

# change STACK QUESTION ARGUMENT…: plans, shows the plan, asks, and applies exactly that plan.
change() {
  local stack=$1 question=$2 code=0 plan
  shift 2
  plan=$PLANS/$stack.tfplan
  terraform -chdir="$(directory "$stack")" plan -input=false -detailed-exitcode -out="$plan" "$@" || code=$?
  case $code in
    0) say "$stack: nothing to change" ;;
    2)
      ask "$question"
      # Said even where somebody asks whether it worked, and so no error ends the script.
      terraform -chdir="$(directory "$stack")" apply -input=false "$plan" || return
      ;;
    *) die "planning $stack failed: see the output above" ;;
  esac
  rm -f "$plan"
}
