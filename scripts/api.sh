# shellcheck shell=bash
# The Kubernetes API while an environment comes up: whether it answers here, a way in for the first apply where the endpoint
# is private, and what an interrupted Helm left. Sourced by up.sh.

# What Terraform lays over the control plane until the way in is closed; no commit and no other run sees it.
OPENING=

cluster_exists() {
  [[ -n $(aws eks list-clusters --query "clusters[?@=='$NAME']" --output text) ]]
}

# of_cluster QUERY: what EKS says of the cluster.
of_cluster() {
  aws eks describe-cluster --name "$NAME" --query "cluster.$1" --output text
}

is_private() { jq --exit-status '.cluster.public_access_cidrs == []' <<<"$SETTINGS" >/dev/null; }

# is_public_now: has the cluster, as it is, a public side?
is_public_now() {
  [[ $(of_cluster resourcesVpcConfig.endpointPublicAccess) == [Tt]rue ]]
}

# answers: does the API answer here? Everyone may ask whether it lives.
answers() {
  local endpoint
  endpoint=$(of_cluster endpoint) || return
  curl --silent --fail --insecure --max-time 5 --output /dev/null "$endpoint/livez"
}

# caller_address: the address that AWS sees this machine at.
caller_address() {
  local address=${CALLER_ADDRESS:-}
  [[ -n $address ]] || address=$(curl --silent --fail --max-time 10 https://checkip.amazonaws.com) || return
  [[ $address =~ ^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$ ]] && printf '%s' "$address"
}

# open_endpoint: nobody is inside a network that is not there yet. So the cluster of a private environment is made with a
# public side for this machine alone, and closed as soon as Argo CD runs. A run that was stopped in between closes it, too.
open_endpoint() {
  local address folder
  is_private || return 0
  if cluster_exists && ! is_public_now; then return; fi
  address=$(caller_address) ||
    die "the address of this machine is not known: set CALLER_ADDRESS to the IPv4 address that it reaches the internet from"
  ask "the endpoint of $NAME is private: open it to $address alone until Argo CD runs, and close it again?"
  folder=$(directory cluster)
  OPENING=$folder/opening_override.tf.json
  jq --arg range "$address/32" '{resource: {aws_eks_cluster: {main: {vpc_config: [.resource.aws_eks_cluster.main.vpc_config[0]
    + {endpoint_public_access: true, public_access_cidrs: [$range]}]}}}}' "$folder/control-plane.tf.json" >"$OPENING"
}

# close_endpoint: from here on Terraform says again what the settings say.
close_endpoint() {
  [[ -n $OPENING ]] || return 0
  step "cluster: the endpoint is private from here on"
  rm -f "$OPENING"
  OPENING=
  change cluster "close the public side of the endpoint?"
  if is_public_now; then die "the endpoint of $NAME is still public: run this again"; fi
  say "the endpoint of $NAME has no public side any more"
}

# kubernetes METHOD PATH ARGUMENT…: asks the API as whoever runs this.
kubernetes() {
  local method=$1 path=$2 endpoint
  shift 2
  endpoint=$(of_cluster endpoint) || return
  of_cluster certificateAuthority.data | base64 --decode >"$PLANS/authority.pem" || return
  aws eks get-token --cluster-name "$NAME" --output json |
    jq --raw-output '"Authorization: Bearer \(.status.token)"' >"$PLANS/token" || return
  curl --silent --show-error --fail --max-time 30 --cacert "$PLANS/authority.pem" --header "@$PLANS/token" \
    --request "$method" "$@" "$endpoint$path"
}

# pending RELEASE NAMESPACE: the notes of attempts that ended without a result.
pending() {
  kubernetes GET "/api/v1/namespaces/$2/secrets" --get --data-urlencode \
    "labelSelector=owner=helm,name=$1,status in (pending-install,pending-upgrade,pending-rollback)" |
    jq --raw-output '.items[].metadata.name'
}

# take_up STACK: a Helm that was killed leaves its release pending, which no later Helm touches; one that failed is taken up by
# the apply itself. Without the note of the attempt the next one finds its objects and goes on with them.
take_up() {
  local stack=$1 release namespace secret found releases secrets
  cluster_exists || return 0
  # Somebody applies at this moment, or was killed with the lock in his hands: Terraform tells.
  if aws s3api head-object --bucket "$(setting state_bucket)" --key "$(setting state_key_prefix)/$stack.tfstate.tflock" \
    >/dev/null 2>&1; then return; fi
  mapfile -t releases < <(jq --raw-output '.resource.helm_release // {} | .[] | "\(.name) \(.namespace)"' \
    "$(directory "$stack")"/*.tf.json)
  for release in "${releases[@]}"; do
    namespace=${release#* } release=${release% *}
    found=$(pending "$release" "$namespace") || die "the Kubernetes API of $NAME does not say whether $release is installed"
    [[ -n $found ]] || continue
    mapfile -t secrets <<<"$found"
    ask "an earlier run was stopped while Helm worked on $release: forget that attempt (${secrets[*]}), and go on with what it made?"
    for secret in "${secrets[@]}"; do
      kubernetes DELETE "/api/v1/namespaces/$namespace/secrets/$secret" >/dev/null
    done
  done
}
