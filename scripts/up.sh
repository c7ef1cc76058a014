#!/usr/bin/env bash
# Brings an environment up: bootstrap, first images, cluster, add-ons, and the edge where there is one. Each step is skipped when it is done already, so a
# run that was stopped goes on where it was. ENV names the environment; YES=1 answers every question;
# BUILD=1 builds images here, and commits and pushes what the run writes.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/progress.sh
. scripts/progress.sh
# shellcheck source=scripts/environment.sh
. scripts/environment.sh
# shellcheck source=scripts/images.sh
. scripts/images.sh
# shellcheck source=scripts/publish.sh
. scripts/publish.sh
# shellcheck source=scripts/api.sh
. scripts/api.sh
# shellcheck source=scripts/preflight.sh
. scripts/preflight.sh
# shellcheck source=scripts/github.sh
. scripts/github.sh
# shellcheck source=scripts/gate.sh
. scripts/gate.sh
# shellcheck source=scripts/kept.sh
. scripts/kept.sh

# Secrets of the Git repository enter as variables that Terraform never stores, so they are missed before anything is made.
miss_variables() {
  local name missing=()
  while read -r name; do
    [[ -n $(printenv "TF_VAR_$name") ]] || missing+=("TF_VAR_$name")
  done < <(jq --raw-output --slurp \
    '[.[].variable // {} | to_entries[] | select(.value.ephemeral) | .key][]' "$(directory add-ons)"/*.tf.json)
  ((${#missing[@]} == 0)) || die "not set: ${missing[*]}; Argo CD signs in to the Git repository with them"
}

# refuse_examples: with values that documentation made up, what is made fails half-way, or trusts a stranger.
refuse_examples() {
  local examples init="cargo run -p synth -- init"
  [[ $ENVIRONMENT == default ]] || init+=" --env $ENVIRONMENT"
  examples=$(items example_values key value | sed 's/^/  /; s/ / = /3')
  [[ -z $examples ]] ||
    die "environment $ENVIRONMENT still has example values; \`$init\` asks for your own:"$'\n'"$examples"
}

# pin_providers: workflows may not choose builds of providers, so they need the lock files in Git.
pin_providers() {
  local folder missing=()
  while read -r folder; do
    [[ -e $folder/.terraform.lock.hcl ]] || missing+=("$folder")
  done < <(items stacks directory)
  if ((${#missing[@]})); then scripts/lock.sh "${missing[@]}"; fi
}

bootstrap() {
  local folder bucket found key
  folder=$(directory bootstrap)
  bucket=$(setting state_bucket)
  key=$(setting state_key_prefix)/bootstrap.tfstate
  found=$(state_bucket)
  if [[ -n $found && ! -s $folder/terraform.tfstate ]]; then
    aws s3api head-object --bucket "$bucket" --key "$key" >/dev/null ||
      die "bucket $bucket exists, but holds no state $key, so something else made it: name another bucket in [state]"
    rm -f "$folder/backend_override.tf.json"
    init bootstrap -reconfigure
    change bootstrap "apply these changes to bootstrap?"
    return
  fi
  if [[ -n $found ]]; then
    say "an earlier run stopped before its state moved into $bucket: going on with $folder/terraform.tfstate"
  else
    say "the state bucket $bucket does not exist yet, so the first state is local and moves there afterwards"
  fi
  printf '{ "terraform": { "backend": { "local": {} } } }\n' >"$folder/backend_override.tf.json"
  init bootstrap -reconfigure
  change bootstrap "create all this in account $(setting account_id)?"
  rm "$folder/backend_override.tf.json"
  init bootstrap -migrate-state -force-copy
  aws s3api head-object --bucket "$bucket" --key "$key" >/dev/null ||
    die "the state did not arrive in $bucket: $folder/terraform.tfstate still holds it; run this again"
  rm -f "$folder/terraform.tfstate" "$folder/terraform.tfstate.backup"
  say "the state is in s3://$bucket/$key now"
}

need aws cargo curl git jq terraform
if [[ ${BUILD:-} == 1 ]]; then need docker; fi
step "settings, credentials and what is synthesized"
SETTINGS=$(synth settings --json)
read_settings
refuse_examples
open_environment
trap 'rm -rf "$PLANS" "$OPENING"' EXIT
synth all
miss_variables

step "what only AWS knows"
preflight
pin_providers

step "bootstrap: state bucket, registry, GitHub's roles"
bootstrap

step "images: the first build of each service"
images

step "Git: what Argo CD and the workflows will find there"
publish

step "cluster: network, EKS, base nodes, Argo CD"
init cluster
open_endpoint
scripts/take-up.sh "$(directory cluster)"
change cluster "apply these changes to cluster? it takes about 20 minutes"

step "add-ons: the root Application"
init add-ons
scripts/take-up.sh "$(directory add-ons)"
change add-ons "apply these changes to add-ons?"
close_endpoint

if [[ -v DIRECTORY[edge] ]]; then
  step "edge: CloudFront and WAF"
  init edge
  change edge "apply these changes to edge? it takes about 20 minutes"
fi

step "done"
say "kubectl: aws eks update-kubeconfig --region $AWS_REGION --name $NAME"
say "Argo CD syncs the rest: kubectl get applications --namespace $(setting argocd_namespace)"
