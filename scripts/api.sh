# shellcheck shell=bash
# The Kubernetes API while an environment comes up: whether it answers here, and a way in for the first apply where the endpoint
# is private. Sourced by up.sh.
# shellcheck source=scripts/kubernetes.sh
. scripts/kubernetes.sh

# What Terraform lays over the control plane until the way in is closed; no commit and no other run sees it.
OPENING=

is_private() { [[ -z $(items cluster.public_access_cidrs) ]]; }

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
    die "the public address of this machine is unknown: set CALLER_ADDRESS to the IPv4 address that it reaches the internet from"
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
  change cluster "close the public endpoint?"
  if is_public_now; then die "the endpoint of $NAME is still public: run this again"; fi
  say "the endpoint of $NAME is private again"
}
