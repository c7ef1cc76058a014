# shellcheck shell=bash
# The first image of each service: found, built here, or waited for; then pinned. Sourced by up.sh.

IMAGES_LIMIT=${IMAGES_LIMIT:-3600}

# What the images are made of. That settings or lock files differ from the commit changes no image.
IMAGE_SOURCES=(.dockerignore Cargo.lock Cargo.toml Dockerfile apps stacks synth ':(exclude)stacks/environments')

# newest REPOSITORY: the digest and the version tag of the newest image; nothing when there is none.
newest() {
  aws ecr describe-images --repository-name "$1" --filter tagStatus=TAGGED --output json | jq --raw-output '
    [.imageDetails[] | {digest: .imageDigest, pushed: .imagePushedAt, tag: (.imageTags // [] | map(select(test("^[0-9]+\\."))) | .[0])}]
    | map(select(.tag)) | sort_by(.pushed) | last // empty | "\(.digest) \(.tag)"'
}

exists() {
  aws ecr batch-get-image --repository-name "$1" --image-ids "imageDigest=$2" --query 'images[].imageId.imageDigest' --output text
}

# missing REPOSITORY…: names those in which no image is.
missing() {
  local repository found
  for repository in "$@"; do
    found=$(newest "$repository") || return
    [[ -n $found ]] || say "$repository"
  done
}

# builder: the driver that Docker starts with builds for one platform only.
builder() {
  docker buildx inspect tideline >/dev/null 2>&1 || docker buildx create --name tideline --driver docker-container >/dev/null
}

build() {
  local app=$1 repository=$2 registry=$3 tag
  # A tag takes no `+`, by which a version says how it was built.
  tag=$(synth --version | sed 's/.* //; s/+/-/g')-$(git rev-parse --short=12 HEAD)
  docker buildx build --builder tideline --platform linux/amd64,linux/arm64 --build-arg "APP=$app" \
    --build-arg "REVISION=$(git rev-parse HEAD)" --tag "$registry/$repository:$tag" --push .
}

# build_all APP REPOSITORY…: before anything is pinned, so that every tag names a commit that describes its image.
build_all() {
  local registry changed
  changed=$(git status --porcelain -- "${IMAGE_SOURCES[@]}")
  [[ -z $changed ]] || die "these changes are not committed, so no commit describes the images: commit them first"$'\n'"$changed"
  registry=$(setting registry)
  aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
  builder
  while (($#)); do
    build "$1" "$2" "$registry" </dev/null
    shift 2
  done
}

# The workflow that brings an environment its images: what runs elsewhere already is promoted, not built again.
advise() {
  if [[ $ENVIRONMENT == default ]]; then
    say "run the workflow \`images\` on GitHub, or run this again with BUILD=1 where Docker is installed"
  else
    say "run the workflow \`promote\` on GitHub, from an environment that runs the wanted images, to $ENVIRONMENT"
    say "(or run this again with BUILD=1 where Docker is installed: images that are built here are not signed)"
  fi
}

images() {
  local app repository digest found wanted=() absent=() unpinned=()
  while read -r app repository digest; do
    if [[ -n $digest && -n $(exists "$repository" "$digest") ]]; then
      say "$app: $digest is in the registry"
      continue
    fi
    unpinned+=("$app" "$repository")
    if [[ -n $(missing "$repository") ]]; then
      wanted+=("$repository")
      absent+=("$app" "$repository")
      say "$app has no image yet"
    fi
  done < <(items images app repository digest)
  if ((${#absent[@]})); then
    if [[ ${BUILD:-} == 1 ]]; then build_all "${absent[@]}"; else advise; fi
    wait_until_none "repository without an image" "$IMAGES_LIMIT" "$(advise)" missing "${wanted[@]}"
  fi
  set -- "${unpinned[@]}"
  while (($#)); do
    found=$(newest "$2")
    synth images set "$1@${found% *}" --tag "${found#* }"
    shift 2
  done
  synth all
}
