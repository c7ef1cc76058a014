#!/usr/bin/env bash
# Copies images from one environment to another by digest: `promote.sh pull`, signed in as the one, then `promote.sh push` as the
# other. In one account both have one registry, which knows one sign-in at a time, and each role reaches its own repositories only.
# REGISTRY and IMAGES are those of the environment, as `synth settings` prints them.
set -euo pipefail

FOLDER=${FOLDER:-${RUNNER_TEMP:-target}/promoted}

verify() {
  local workflows="^$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/.github/workflows/(images|promote)\.yml@$GITHUB_REF\$"
  cosign verify --certificate-identity-regexp "$workflows" \
    --certificate-oidc-issuer https://token.actions.githubusercontent.com "$1" >/dev/null
}

# images: each image of the environment on a line: service, repository, tag and digest.
images() {
  jq --raw-output '.[] | select(.digest != "") | "\(.app) \(.repository) \(.tag) \(.digest)"' <<<"$IMAGES"
}

pull() {
  local app repository digest
  images | while read -r app repository _ digest; do
    verify "$REGISTRY/$repository@$digest"
    mkdir -p "$FOLDER"
    skopeo copy --all --preserve-digests "docker://$REGISTRY/$repository@$digest" "dir:$FOLDER/$app"
  done
}

push() {
  local app repository tag digest found
  images | while read -r app repository tag digest; do
    # A service that the other environment does not have.
    [[ -d $FOLDER/$app ]] || continue
    found=$(aws ecr batch-get-image --repository-name "$repository" --image-ids "imageDigest=$digest" \
      --query 'images[].imageId.imageDigest' --output text)
    if [[ -z $found ]]; then
      skopeo copy --all --preserve-digests "dir:$FOLDER/$app" "docker://$REGISTRY/$repository:$tag"
    fi
    verify "$REGISTRY/$repository@$digest" || cosign sign --yes "$REGISTRY/$repository@$digest"
  done
}

case ${1:-} in
  pull | push) "$1" ;;
  *) echo "usage: scripts/promote.sh pull|push" >&2 && exit 2 ;;
esac
