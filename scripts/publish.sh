# shellcheck shell=bash
# What Argo CD and the workflows find in Git: it has to be what is here before a cluster follows it. Sourced by up.sh.

PUBLISH_LIMIT=${PUBLISH_LIMIT:-3600}

# published: the paths that clusters and workflows read.
published() {
  echo stacks/environments
  setting manifests
  items stacks directory
}

# unpublished: names what Argo CD and the workflows would not find in Git as it is here.
unpublished() {
  local paths
  mapfile -t paths < <(published)
  git fetch --quiet "$(setting repository_url)" "$(setting repository_revision)" || return
  git diff --name-only FETCH_HEAD -- "${paths[@]}" && git ls-files --others --exclude-standard -- "${paths[@]}"
}

# push_here: commits what is published and pushes it, to a branch for a pull request where the branch itself is protected.
push_here() {
  local url revision branch paths ahead
  url=$(setting repository_url)
  revision=$(setting repository_revision)
  mapfile -t paths < <(published)
  if ! git ls-remote --exit-code --heads "$url" "refs/heads/$revision" >/dev/null; then
    say "$revision is not a branch of $url: commit and merge these, and let $revision name the result"
    return
  fi
  if ! git merge-base --is-ancestor FETCH_HEAD HEAD; then
    say "$revision of $url has commits that are not here: merge them, then commit and push these"
    return
  fi
  ahead=$(git rev-list --count FETCH_HEAD..HEAD)
  ask "commit these, and push them and the $ahead commits before them to $revision of $url?"
  git add -- "${paths[@]}"
  # What an earlier run has committed is pushed all the same.
  git diff --cached --quiet -- "${paths[@]}" || git commit --quiet --message "Bring up $ENVIRONMENT" -- "${paths[@]}"
  git push --quiet "$url" "HEAD:refs/heads/$revision" && return
  branch=up-$ENVIRONMENT-$(git rev-parse --short=12 HEAD)
  git push --quiet "$url" "HEAD:refs/heads/$branch"
  say "$revision does not accept a push: open a pull request for the branch $branch, and merge it"
}

publish() {
  local left
  left=$(unpublished) || die "$(setting repository_url) does not answer, or has no $(setting repository_revision)"
  if [[ -n $left ]]; then
    say "$left"
    if [[ ${BUILD:-} == 1 ]]; then
      push_here
    else
      say "commit and merge these, until $(setting repository_revision) of $(setting repository_url) has them"
    fi
  fi
  wait_until_none "file that differs from Git" "$PUBLISH_LIMIT" "commit, push and merge these, and run again" unpublished
}
