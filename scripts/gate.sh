#!/usr/bin/env bash
# Whether what stands between a merge and its apply is there. The reviewers of an environment are a rule that private repositories
# have on Enterprise Cloud only; elsewhere GitHub shows the environment without it, and lets every job in at once.
# Sourced by up.sh, where `check_the_gate` is asked; run by itself, it reads what `synth settings --all --json` prints.

# found PATH: what GitHub has there; nothing where it says that there is no such thing.
found() {
  local said
  if said=$(gh api "$1" 2>&1); then
    printf '%s' "$said"
  elif [[ $said != *"HTTP 404"* ]]; then
    printf '%s\n' "$said" >&2
    return 1
  fi
}

# gate_problems: one line for each reason for which nobody would be asked before an apply. It fails where GitHub gives no answer.
gate_problems() {
  local repository environment rules protected otherwise
  repository=$(setting github_repository)
  environment=$(setting github_environment)
  command -v gh >/dev/null || { echo "\`gh\` is not installed" >&2; return 1; }
  # What one may not see is not found either; so the repository has to be.
  gh api "repos/$repository" --jq .visibility >/dev/null || return
  if [[ $(setting github_guard) == dispatch ]]; then
    protected=$(gh api "repos/$repository/branches/$(setting github_branch)" --jq .protected) || return
    [[ $protected == true ]] ||
      say "note: nothing protects the branch $(setting github_branch): everybody who may push to $repository may change what is applied" >&2
    return 0
  fi
  otherwise="(Settings, Environments; where GitHub has no such rule, as for private repositories outside Enterprise Cloud,"
  otherwise+=" set guard = \"dispatch\" under [github] in stacks/environments/$(setting environment).toml)"
  rules=$(found "repos/$repository/environments/$environment") || return
  if [[ -z $rules ]]; then
    say "$repository has no environment $environment, so that an apply would begin right after the merge: create it, and require" \
      "reviewers there $otherwise"
  elif ! jq --exit-status 'any(.protection_rules[]?; .type == "required_reviewers" and (.reviewers | length > 0))' <<<"$rules" >/dev/null; then
    say "the environment $environment of $repository requires no reviewers, so that an apply would begin right after the merge:" \
      "require some $otherwise"
  fi
}

check_the_gate() { gate_problems; }

# all: every environment, each problem as an error of the workflow.
all() {
  local problems code=0
  while read -r SETTINGS; do
    read_settings
    problems=$(gate_problems) || problems="GitHub does not say what guards the environment $(setting github_environment)"
    [[ -z $problems ]] || { printf '::error::%s\n' "$problems" && code=1; }
  done < <(jq --compact-output '.[]')
  return "$code"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  cd "$(dirname "$0")/.."
  # shellcheck source=scripts/progress.sh
  . scripts/progress.sh
  # shellcheck source=scripts/environment.sh
  . scripts/environment.sh
  all
fi
