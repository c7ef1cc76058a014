#!/usr/bin/env bash
# Tears an environment down in the order that leaves nothing behind: what asks AWS for things goes before what would have
# removed them. Each step waits, says for what, and gives up after a limit; a run that was stopped goes on where it was.
# ENV names the environment; YES=1 answers every question. The bootstrap stack stays.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/progress.sh
. scripts/progress.sh
# shellcheck source=scripts/environment.sh
. scripts/environment.sh
# shellcheck source=scripts/leftovers.sh
. scripts/leftovers.sh

APPLICATIONS_LIMIT=${APPLICATIONS_LIMIT:-900}
BALANCERS_LIMIT=${BALANCERS_LIMIT:-900}
VOLUMES_LIMIT=${VOLUMES_LIMIT:-600}
# A node waits for its pods for at most the pools' terminationGracePeriod, 30 minutes by default.
NODES_LIMIT=${NODES_LIMIT:-2700}
LEFTOVERS_LIMIT=${LEFTOVERS_LIMIT:-900}

# The Application of the node pools; their objects are deleted here, one kind after the other.
POOLS=node-pools
# Its wave, for a run that goes on after it is gone.
POOLS_WAVE=-2

# Groups of the kinds that charts define, and that of Argo CD's own. Argo CD leaves definitions where they are.
CHART_GROUPS=(karpenter.sh karpenter.k8s.aws elbv2.k8s.aws aga.k8s.aws gateway.k8s.aws monitoring.coreos.com keda.sh cert-manager.io acme.cert-manager.io external-secrets.io generators.external-secrets.io)
ARGOCD_GROUP=argoproj.io

applications() {
  kubectl get applications.argoproj.io --namespace "$ARGOCD" --output json | jq --raw-output '
    .items | map({name: .metadata.name, wave: ((.metadata.annotations["argocd.argoproj.io/sync-wave"] // "0") | tonumber)})
    | sort_by(-.wave)[] | "\(.wave) \(.name)"'
}

# Reads the kinds that the cluster knows: a cluster that does not answer ends the run here, and is not taken for an empty one.
read_kinds() {
  KINDS=$(kubectl get customresourcedefinitions --output name) ||
    die "the Kubernetes API of $NAME does not answer: run this inside the VPC or cluster.public_access_cidrs, as one of cluster.admin_principal_arns"
}

has_kind() { grep --quiet --fixed-strings --line-regexp "customresourcedefinition.apiextensions.k8s.io/$1" <<<"$KINDS"; }

# remaining KIND: the names of all objects of a kind, with what their status says.
remaining() {
  kubectl get "$1" --all-namespaces --output json | jq --raw-output '
    .items[] | .metadata.name + ([.status.conditions[]? | select(.status != "True") | .message // empty | select(. != "")]
      | if length > 0 then " (" + join("; ") + ")" else "" end)'
}

suspend() {
  kubectl patch applications.argoproj.io "$1" --namespace "$ARGOCD" --type merge \
    --patch '{"operation":null,"spec":{"syncPolicy":{"automated":null}}}'
}

release() {
  kubectl patch applications.argoproj.io "$1" --namespace "$ARGOCD" --type merge --patch '{"metadata":{"finalizers":null}}'
  delete_application "$1"
}

# Namespaces go with their data, and so by word only. It counts from the moment of the deletion, and for an hour it may be early.
approve() {
  local time
  time=$(jq --null-input --raw-output 'now + 3600 | floor | todate')
  kubectl annotate applications.argoproj.io "$1" --namespace "$ARGOCD" --overwrite "argocd.argoproj.io/deletion-approved=$time"
}

delete_application() {
  kubectl delete applications.argoproj.io "$1" --namespace "$ARGOCD" --ignore-not-found --wait=false
}

# listed NAME…: those of the Applications that are still there.
listed() {
  local present
  present=$(applications) || return
  awk 'NR == FNR { wanted[$1]; next } $2 in wanted { print $2 }' <(printf '%s\n' "$@") <(printf '%s\n' "$present")
}

# Nothing comes back by itself from here on: first what makes the Applications, then what heals their objects.
stop_healing() {
  local root name present all
  root=$(setting root_application)
  present=$(listed "$root")
  if [[ -n $present ]]; then
    suspend "$root"
    # Without its finalizer the root Application leaves its children, which go in their own order.
    release "$root"
    wait_until_none "root Application" "$APPLICATIONS_LIMIT" "look at its finalizers" listed "$root"
  fi
  all=$(applications)
  while read -r name; do
    suspend "$name"
  done < <(awk 'NF { print $2 }' <<<"$all")
}

# delete_waves FROM TO: Applications whose wave is at least FROM and at most TO, the highest wave first, with their objects.
delete_waves() {
  local from=$1 to=$2 all wave
  all=$(applications)
  for wave in $(awk -v from="$from" -v to="$to" '$1 >= from && $1 <= to { print $1 }' <<<"$all" | uniq); do
    local names=()
    mapfile -t names < <(awk -v wave="$wave" -v pools="$POOLS" '$1 == wave && $2 != pools { print $2 }' <<<"$all")
    ((${#names[@]})) || continue
    say "wave $wave: ${names[*]}"
    for name in "${names[@]}"; do
      approve "$name"
      delete_application "$name"
    done
    wait_until_none "Application of wave $wave" "$APPLICATIONS_LIMIT" \
      "its controller cannot remove an object: kubectl describe application --namespace $ARGOCD NAME" listed "${names[@]}"
  done
}

# Services and Ingresses for which the controller keeps a load balancer.
balanced() {
  kubectl get services,ingresses.networking.k8s.io --all-namespaces --output json | jq --raw-output '
    .items[] | select(.kind == "Ingress" or .spec.type == "LoadBalancer") | "\(.kind) \(.metadata.namespace)/\(.metadata.name)"'
}

delete_volumes() {
  kubectl delete persistentvolumeclaims --all --all-namespaces --wait=false
  wait_until_none "persistent volume" "$VOLUMES_LIMIT" \
    "a pod still uses it, or its reclaim policy is Retain: delete it by hand" deletable_volumes
}

deletable_volumes() {
  kubectl get persistentvolumes --output json | jq --raw-output \
    '.items[] | select(.spec.persistentVolumeReclaimPolicy == "Delete") | .metadata.name'
}

delete_nodes() {
  has_kind nodeclaims.karpenter.sh || return 0
  kubectl delete nodepools.karpenter.sh --all --wait=false
  # A NodeClaim that no pool owns would stay.
  kubectl delete nodeclaims.karpenter.sh --all --wait=false
  wait_until_none "NodeClaim" "$NODES_LIMIT" \
    "a pod that cannot be evicted keeps its node: kubectl get poddisruptionbudgets --all-namespaces" remaining nodeclaims.karpenter.sh
  wait_until_none "NodePool" "$NODES_LIMIT" "look at its finalizers" remaining nodepools.karpenter.sh
  wait_until_none "instance of Karpenter's" "$NODES_LIMIT" "terminate it by hand" nodes_of_karpenter
  kubectl delete ec2nodeclasses.karpenter.k8s.aws --all --wait=false
  wait_until_none "EC2NodeClass" "$NODES_LIMIT" "Karpenter cannot remove its instance profile: look at its log" \
    remaining ec2nodeclasses.karpenter.k8s.aws
}

# definitions GROUP…: the definitions of kinds of these groups.
definitions() {
  local all group
  all=$(kubectl get customresourcedefinitions --output name) || return
  for group in "$@"; do
    awk -F / -v end=".$group" 'index($2, end) && substr($2, length($2) - length(end) + 1) == end { print $2 }' <<<"$all"
  done
}

# delete_definitions GROUP…: with a definition go all objects of its kind, so it comes after them.
delete_definitions() {
  local names=()
  mapfile -t names < <(definitions "$@")
  ((${#names[@]})) || return 0
  kubectl delete customresourcedefinitions "${names[@]}" --ignore-not-found --wait=false
  wait_until_none "definition of $*" "$APPLICATIONS_LIMIT" \
    "an object of that kind keeps its finalizer: kubectl get KIND --all-namespaces" definitions "$@"
}

empty_cluster() {
  local wave pools
  step "self-heal: nothing may come back"
  stop_healing
  wave=$(applications | awk -v pools="$POOLS" '$2 == pools { print $1 }')
  wave=${wave:-$POOLS_WAVE}
  step "services and all else that runs on Karpenter's nodes"
  delete_waves "$((wave + 1))" 1000000
  step "load balancers"
  wait_until_none "Service or Ingress with a load balancer" "$BALANCERS_LIMIT" "delete it with kubectl" balanced
  wait_until_none "load balancer" "$BALANCERS_LIMIT" "the controller cannot remove it: look at its log" load_balancers
  step "volumes"
  delete_volumes
  step "Karpenter's nodes"
  pools=$(listed "$POOLS")
  if [[ -n $pools ]]; then release "$POOLS"; fi
  delete_nodes
  step "controllers, last of all Applications"
  delete_waves -1000000 "$wave"
}

wait_for_leftovers() {
  wait_until_none "volume, interface or security group without an owner" "$LEFTOVERS_LIMIT" \
    "delete it with \`aws ec2\`, and run again" unowned
}

# GuardDuty makes its endpoint again for as long as there is a cluster. Now there is none.
destroy_again() {
  [[ -n $(guardduty_endpoints) ]] || die "destroying the cluster stack failed: see the output above"
  delete_what_guardduty_made
  change cluster "destroy what is left of cluster?" -destroy
}

need aws cargo jq kubectl terraform
step "settings and credentials"
open_environment
ARGOCD=$(setting argocd_namespace)
ask "tear down $NAME in account $(setting account_id), with every node, volume and load balancer?"

if [[ -v DIRECTORY[edge] ]]; then
  # It holds the load balancer, and the network's interfaces and group that CloudFront has made.
  step "edge: CloudFront takes about 20 minutes to let go"
  init edge
  change edge "destroy edge?" -destroy
fi

cluster=$(aws eks list-clusters --query "clusters[?@=='$NAME']" --output text)
if [[ -n $cluster ]]; then
  # A kubeconfig of this run alone: no other cluster can be meant, and the user's own stays as it is.
  export KUBECONFIG=$PLANS/kubeconfig
  aws eks update-kubeconfig --name "$NAME" --kubeconfig "$KUBECONFIG" >/dev/null
  read_kinds
  if has_kind applications.argoproj.io; then
    empty_cluster
  else
    say "Argo CD is not installed, so it manages nothing here"
    delete_nodes
  fi
  step "definitions of kinds, which Argo CD leaves"
  delete_definitions "${CHART_GROUPS[@]}"
  step "leftovers that would keep the network"
  wait_for_leftovers
  step "add-ons"
  init add-ons
  change add-ons "destroy add-ons?" -destroy
  # The release that is gone now had objects of these kinds.
  delete_definitions "$ARGOCD_GROUP"
else
  say "there is no cluster $NAME, so there is nothing in Kubernetes to remove"
fi

step "cluster"
# A run that goes on after the cluster went has never looked for what keeps the network.
[[ -n $cluster ]] || wait_for_leftovers
init cluster
delete_what_guardduty_made
change cluster "destroy cluster?" -destroy || destroy_again
delete_log_group

step "what is left of $NAME"
wait_until_none "thing that costs money" "$LEFTOVERS_LIMIT" "delete it by hand" everything
say "nothing is left but the bootstrap stack: state, images and GitHub's roles. To remove it too: empty the buckets"
say "$(setting state_bucket) and $(setting state_bucket)-logs and the image repositories, then delete what is in"
say "$(directory bootstrap) by hand;"
say "Terraform refuses, because other environments may need it and the state itself lies there."
