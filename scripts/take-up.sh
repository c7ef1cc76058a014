#!/usr/bin/env bash
# Lets the next apply of a stack go on where a Helm was killed: `take-up.sh FOLDER`, before the apply, with the stack's folder. One
# that failed is taken up by the apply itself. YES=1 answers every question. `make up` calls it, and the workflow that applies.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/progress.sh
. scripts/progress.sh
# shellcheck source=scripts/kubernetes.sh
. scripts/kubernetes.sh

(($# == 1)) || { echo "usage: scripts/take-up.sh FOLDER" >&2 && exit 2; }

# pending RELEASE NAMESPACE: the notes of attempts that ended without a result.
pending() {
  kubernetes GET "/api/v1/namespaces/$2/secrets" --get --data-urlencode \
    "labelSelector=owner=helm,name=$1,status in (pending-install,pending-upgrade,pending-rollback)" |
    jq --raw-output '.items[].metadata.name'
}

# forget RELEASE NAMESPACE: without the note of an attempt the next one finds its objects and goes on with them; with it no later
# Helm touches the release.
forget() {
  local found secret secrets
  found=$(pending "$1" "$2") || die "the Kubernetes API of $NAME does not say whether $1 is installed"
  [[ -n $found ]] || return 0
  mapfile -t secrets <<<"$found"
  ask "an earlier run was stopped while Helm worked on $1: forget that attempt (${secrets[*]}), and go on with what it made?"
  for secret in "${secrets[@]}"; do
    kubernetes DELETE "/api/v1/namespaces/$2/secrets/$secret" >/dev/null
  done
}

# What the stack's files say: where its state lies, the cluster that Helm works on, which is the one whose token it asks for, and
# each release.
mapfile -t WRITTEN < <(jq --raw-output --slurp '
  ([.[].terraform.backend.s3 // empty] | first | .bucket, .key),
  ([.[].provider.helm // [] | .[].kubernetes.exec.args] | first | .[index("--cluster-name") + 1]),
  (.[].resource.helm_release // {} | .[] | "\(.name) \(.namespace)")' "$1"/*.tf.json)
BUCKET=${WRITTEN[0]} KEY=${WRITTEN[1]} NAME=${WRITTEN[2]} RELEASES=("${WRITTEN[@]:3}")
((${#RELEASES[@]})) || exit 0
cluster_exists || exit 0
# Somebody applies at this moment, or was killed with the lock in his hands: Terraform tells.
if aws s3api head-object --bucket "$BUCKET" --key "$KEY.tflock" >/dev/null 2>&1; then exit 0; fi
PLANS=$(mktemp -d)
trap 'rm -rf "$PLANS"' EXIT
for release in "${RELEASES[@]}"; do
  forget "${release% *}" "${release#* }"
done
