#!/usr/bin/env bash
# The base images of the Dockerfile by their digests. `bases.sh pin` writes those of the day into it. `bases.sh pinned VERSION` and
# `bases.sh newest VERSION` print for a workflow how images are built with those that stand there, or with those of the day: the
# arguments, the commit that last changed what images are made of, and a tag that no other commit and no other bases have.
set -euo pipefail
DOCKERFILE=${DOCKERFILE:-Dockerfile}

# What images are made of, as the workflow `images` says it.
SOURCES=(apps 'Cargo.*' Dockerfile .dockerignore)

# pinned: each base as an argument of the build, with the digest that stands in the Dockerfile.
pinned() {
  local found
  found=$(sed -n 's/^ARG \([A-Z]*_BASE=[^@ ]*@sha256:[0-9a-f]*\)$/\1/p' "$DOCKERFILE")
  [[ -n $found ]] || { echo "error: $DOCKERFILE names no base image with its digest" >&2; exit 1; }
  printf '%s\n' "$found"
}

# newest: the same, with the digests of the day.
newest() {
  local base image digest
  pinned | while read -r base; do
    image=${base#*=} image=${image%@*}
    digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}' </dev/null)
    [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "error: $image has no digest: \`$digest\`" >&2; exit 1; }
    printf '%s\n' "${base%%=*}=$image@$digest"
  done
}

pin() {
  local bases base
  bases=$(newest)
  while read -r base; do
    sed -i.old "s|^ARG ${base%%=*}=.*|ARG $base|" "$DOCKERFILE"
    printf '%s\n' "${base#*=}"
  done <<<"$bases"
  rm "$DOCKERFILE.old"
}

# outputs VERSION BASES
outputs() {
  local commit suffix=
  commit=$(git log -1 --format=%H -- "${SOURCES[@]}")
  [[ $2 == "$(pinned)" ]] || suffix=-base.$(sha256sum <<<"$2" | cut -c 1-12)
  # A tag takes no `+`, by which a version says how it was built.
  printf 'tag=%s\nrevision=%s\nmoved=%s\n' "${1//+/-}-${commit:0:12}$suffix" "$commit" "$([[ -n $suffix ]] && echo true || echo false)"
  printf 'bases<<END\n%s\nEND\n' "$2"
}

case ${1:-} in
  pin) pin ;;
  pinned | newest)
    bases=$("$1")
    outputs "${2:?which version?}" "$bases"
    ;;
  *) echo "usage: scripts/bases.sh pin|pinned VERSION|newest VERSION" >&2 && exit 2 ;;
esac
