# shellcheck shell=bash
# What is said, asked and waited for while a platform comes up or goes down. Sourced by up.sh and down.sh.

# Seconds between two looks at what is waited for.
POLL=${POLL:-10}

say() { printf '%s\n' "$*"; }
step() { printf '\n==> %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# macOS ships version 3, which would stop half-way at what it does not know.
((BASH_VERSINFO[0] >= 4)) || die "Bash $BASH_VERSION is too old: install Bash 4 or later (\`brew install bash\`)"

# ask QUESTION: goes on after a yes only; YES=1 answers every question.
ask() {
  if [[ ${YES:-} == 1 ]]; then
    say "$1 yes (YES=1)"
    return
  fi
  local answer=
  printf '%s [y/N] ' "$1"
  read -r answer || true
  [[ $answer == [yY] || $answer == [yY][eE][sS] ]] || die "stopped, because the answer was not yes; run this again to go on from here"
}

# wait_until_none WHAT LIMIT HINT COMMAND…: waits until COMMAND prints nothing, and shows whenever what it prints changes.
# A command that fails is no answer: it is asked again until the limit.
wait_until_none() {
  local what=$1 limit=$2 hint=$3 left shown='' started=$SECONDS
  shift 3
  say "waiting until there is no $what left, at most $limit s"
  while true; do
    if left=$("$@"); then
      if [[ -z $left ]]; then
        say "  none left, after $((SECONDS - started)) s"
        return
      fi
    else
      left="no answer from $1"
    fi
    if ((SECONDS - started >= limit)); then
      die "gave up after $limit s: there is still $what:"$'\n'"$left"$'\n'"$hint"
    fi
    if [[ $left != "$shown" ]]; then
      printf '  %4d s  %s\n' "$((SECONDS - started))" "${left//$'\n'/, }"
      shown=$left
    fi
    sleep "$POLL"
  done
}
