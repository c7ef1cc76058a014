#!/usr/bin/env bash
# Brings an environment up: bootstrap, first images, cluster, add-ons. Each step is skipped when it is done already, so a
# run that was stopped goes on where it was. ENV names the environment; YES=1 answers every question.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/progress.sh
. scripts/progress.sh
# shellcheck source=scripts/environment.sh
. scripts/environment.sh
# shellcheck source=scripts/github.sh
. scripts/github.sh

IMAGES_LIMIT=${IMAGES_LIMIT:-3600}
PUBLISH_LIMIT=${PUBLISH_LIMIT:-3600}

# Secrets of the Git repository enter as variables that Terraform never stores, so they are missed before anything is made.
check_variables() {
  local name missing=()
  while read -r name; do
    [[ -n $(printenv "TF_VAR_$name") ]] || missing+=("TF_VAR_$name")
  done < <(jq --raw-output --slurp \
    '[.[].variable // {} | to_entries[] | select(.value.ephemeral) | .key][]' "$(directory add-ons)"/*.tf.json)
  ((${#missing[@]} == 0)) || die "not set: ${missing[*]}; Argo CD signs in to the Git repository with them"
}

# refuse_examples: with values that documentation made up, what is made fails half-way, or trusts a stranger.
refuse_examples() {
  local examples
  examples=$(synth settings --json | jq --raw-output '.example_values[] | "  \(.key) = \(.value)"')
  [[ -z $examples ]] ||
    die "environment $ENVIRONMENT still has values of the examples; \`cargo run -p synth -- init\` asks for your own:"$'\n'"$examples"
}

# check_subjects: whether GitHub's tokens will be the ones that the roles trust.
check_subjects() {
  local problems
  problems=$(subject_problems)
  [[ -z $problems ]] || die "$problems"
}

# pin_providers: workflows may not choose builds of providers, so they need the lock files in Git.
pin_providers() {
  local folder missing=()
  while read -r folder; do
    [[ -e $folder/.terraform.lock.hcl ]] || missing+=("$folder")
  done < <(jq --raw-output '.stacks[].directory' <<<"$SETTINGS")
  if ((${#missing[@]})); then scripts/lock.sh "${missing[@]}"; fi
}

# owned ADDRESS: is it in the state of the bootstrap stack?
owned() {
  terraform -chdir="$(directory bootstrap)" state list 2>/dev/null | grep --quiet --line-regexp --fixed-strings "$1"
}

# adoptable WHAT SETTING ADDRESS FOUND: what an account has once, AWS refuses to make again, with half of the stack made by then.
adoptable() {
  if [[ $(setting "${2#*.}") == create && -n $4 ]] && ! owned "$3"; then
    die "account $(setting account_id) has $1 already ($4): set $2 = \"adopt\" in stacks/environments/$ENVIRONMENT.toml, and run again"
  fi
}

# look_for_what_is_there: everything that the bootstrap stack would make and another environment may have made.
look_for_what_is_there() {
  local provider role
  provider=$(aws iam list-open-id-connect-providers --output text \
    --query "OpenIDConnectProviderList[?ends_with(Arn, '/token.actions.githubusercontent.com')].Arn")
  adoptable "GitHub's identity provider" github.oidc_provider aws_iam_openid_connect_provider.github "$provider"
  role=$(aws iam list-roles --path-prefix /aws-service-role/spot.amazonaws.com/ --query 'Roles[].RoleName' --output text)
  adoptable "the service-linked role for Spot" karpenter.spot_service_linked_role aws_iam_service_linked_role.spot "$role"
}

bootstrap() {
  local folder bucket found key
  folder=$(directory bootstrap)
  bucket=$(setting state_bucket)
  key=$(setting state_key_prefix)/bootstrap.tfstate
  found=$(aws s3api list-buckets --query "Buckets[?Name=='$bucket'].Name" --output text)
  if [[ -n $found && ! -s $folder/terraform.tfstate ]]; then
    aws s3api head-object --bucket "$bucket" --key "$key" >/dev/null ||
      die "bucket $bucket is there, but it holds no state $key: it was made by something else; name another in [state]"
    rm -f "$folder/backend_override.tf.json"
    init bootstrap -reconfigure
    look_for_what_is_there
    change bootstrap "apply these changes to bootstrap?"
    return
  fi
  if [[ -n $found ]]; then
    say "an earlier run stopped before its state moved into $bucket: going on with $folder/terraform.tfstate"
  else
    say "the state bucket $bucket is not there yet, so the first state is local and moves there afterwards"
  fi
  printf '{ "terraform": { "backend": { "local": {} } } }\n' >"$folder/backend_override.tf.json"
  init bootstrap -reconfigure
  look_for_what_is_there
  change bootstrap "make all this in account $(setting account_id)?"
  rm "$folder/backend_override.tf.json"
  init bootstrap -migrate-state -force-copy
  aws s3api head-object --bucket "$bucket" --key "$key" >/dev/null ||
    die "the state did not arrive in $bucket: $folder/terraform.tfstate still holds it; run again"
  rm -f "$folder/terraform.tfstate" "$folder/terraform.tfstate.backup"
  say "the state is in s3://$bucket/$key now"
}

# newest REPOSITORY: the digest and the version tag of the newest image; nothing when there is none.
newest() {
  aws ecr describe-images --repository-name "$1" --filter tagStatus=TAGGED --output json | jq --raw-output '
    [.imageDetails[] | {digest: .imageDigest, pushed: .imagePushedAt, tag: (.imageTags // [] | map(select(test("^[0-9]+\\."))) | .[0])}]
    | map(select(.tag)) | sort_by(.pushed) | last // empty | "\(.digest) \(.tag)"'
}

exists() {
  aws ecr batch-get-image --repository-name "$1" --image-ids "imageDigest=$2" --query 'images[].imageId.imageDigest' --output text
}

# missing REPOSITORY: says so while no image is there.
missing() {
  local found
  found=$(newest "$1") || return
  [[ -n $found ]] || say "$1"
}

build() {
  local app=$1 repository=$2 registry tag
  [[ -z $(git status --porcelain) ]] || die "the working tree has changes, so no commit describes the images: commit them first"
  registry=$(setting registry)
  tag=$(cargo pkgid --package synth | sed 's/.*[#@]//')-$(git rev-parse --short=12 HEAD)
  aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
  docker buildx build --platform linux/amd64,linux/arm64 --build-arg "APP=$app" \
    --build-arg "REVISION=$(git rev-parse HEAD)" --tag "$registry/$repository:$tag" --push .
}

images() {
  local app repository digest found
  while read -r app repository digest; do
    if [[ $digest != - && -n $(exists "$repository" "$digest") ]]; then
      say "$app: $digest is in the registry"
      continue
    fi
    if [[ -n $(missing "$repository") ]]; then
      if [[ ${BUILD:-} == 1 ]] && command -v docker >/dev/null; then
        build "$app" "$repository" </dev/null
      else
        say "$app has no image yet: run the workflow \`images\` on GitHub, or run this again with BUILD=1 where docker is"
      fi
      wait_until_none "repository without an image" "$IMAGES_LIMIT" \
        "look at the workflow \`images\`, or set BUILD=1 to build here" missing "$repository"
    fi
    found=$(newest "$repository")
    synth images set "$app@${found% *}" --tag "${found#* }"
  done < <(jq --raw-output '.images[] | "\(.app) \(.repository) \(if .digest == "" then "-" else .digest end)"' <<<"$SETTINGS")
  synth all
}

# unpublished: names what Argo CD and the workflows would not find in Git as it is here.
unpublished() {
  local paths
  mapfile -t paths < <(jq --raw-output '"stacks/environments", .manifests, .stacks[].directory' <<<"$SETTINGS")
  git fetch --quiet "$(setting repository_url)" "$(setting repository_revision)" || return
  git diff --name-only FETCH_HEAD -- "${paths[@]}" && git ls-files --others --exclude-standard -- "${paths[@]}"
}

need aws cargo git jq terraform
step "settings, credentials and what is synthesized"
refuse_examples
open_environment
synth all
check_variables
check_subjects
pin_providers

step "bootstrap: state bucket, registry, GitHub's roles"
bootstrap

step "images: the first build of each service"
images

step "Git: what Argo CD and the workflows will find there"
say "commit and merge stacks/environments and out, until $(setting repository_revision) of $(setting repository_url) has them"
wait_until_none "file that differs from Git" "$PUBLISH_LIMIT" "commit, push and merge these, and run again" unpublished

step "cluster: network, EKS, base nodes, Argo CD"
init cluster
change cluster "apply these changes to cluster? it takes about 20 minutes"

step "add-ons: the root Application"
init add-ons
change add-ons "apply these changes to add-ons?"

step "done"
say "kubectl: aws eks update-kubeconfig --region $AWS_REGION --name $NAME"
say "Argo CD syncs the rest: kubectl get applications --namespace $(setting argocd_namespace)"
