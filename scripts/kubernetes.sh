# shellcheck shell=bash
# A cluster as EKS tells of it, and its API asked as whoever runs this. NAME is the cluster, PLANS a folder that the run removes.
# Sourced by api.sh and take-up.sh.

cluster_exists() {
  [[ -n $(aws eks list-clusters --query "clusters[?@=='$NAME']" --output text) ]]
}

# of_cluster QUERY: what EKS says of the cluster.
of_cluster() {
  aws eks describe-cluster --name "$NAME" --query "cluster.$1" --output text
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
