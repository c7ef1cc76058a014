# shellcheck shell=bash
# What GitHub writes into the tokens of the repository's workflows, beside what the roles will trust. Sourced by up.sh.

# subject_problems: one line for each reason for which no workflow would get a role; nothing where all is well. What cannot
# be asked is said on standard error, for it stops nobody who has no `gh`.
subject_problems() {
  local repository endpoint answer prefix keys owner_id repository_id
  repository=$(setting github_repository)
  endpoint=repos/$repository/actions/oidc/customization/sub
  if ! command -v gh >/dev/null; then
    say "not checked, because \`gh\` is not installed: $(subject_advice "$endpoint")" >&2
    return
  fi
  if ! answer=$(gh api "$endpoint"); then
    say "not checked, because \`gh\` got no answer: $(subject_advice "$endpoint")" >&2
    return
  fi
  if [[ $(jq .use_default <<<"$answer") == false ]]; then
    # Without keys of its own, a repository takes those of its organization; a user has none.
    keys=$(jq --compact-output '.include_claim_keys // empty' <<<"$answer")
    [[ -n $keys ]] || keys=$(gh api "orgs/${repository%%/*}/actions/oidc/customization/sub" --jq .include_claim_keys 2>/dev/null) || keys=
    if [[ -n $keys && $(jq --compact-output . <<<"$keys") != '["repo","context"]' ]]; then
      say "GitHub writes a subject of $(jq --raw-output 'join(", ")' <<<"$keys") into the tokens of $repository, which no role trusts:" \
        "go back to GitHub's own (gh api --method PUT $endpoint -F use_default=true)"
      return
    fi
  fi
  prefix=$(jq --raw-output '.sub_claim_prefix // empty' <<<"$answer")
  if [[ -z $prefix ]]; then
    say "not checked, because GitHub names no \`sub_claim_prefix\`: $(subject_advice "$endpoint")" >&2
  elif ! grep --quiet --fixed-strings --line-regexp -- "$prefix" <<<"$(items github_subjects)"; then
    if [[ $prefix =~ ^repo:([^@/]+)@([0-9]+)/([^@/]+)@([0-9]+)$ ]]; then
      owner_id="owner_id = ${BASH_REMATCH[2]}, "
      repository_id=" and repository_id = ${BASH_REMATCH[4]}"
    fi
    prefix=${prefix#repo:}
    say "GitHub begins the tokens of $repository with \`repo:$prefix\`, but the roles trust $(subjects):" \
      "set ${owner_id:-}owner = \"$(subject_name "${prefix%%/*}")\", repository = \"$(subject_name "${prefix#*/}")\"${repository_id:-}" \
      "under [github] in stacks/environments/$ENVIRONMENT.toml"
  fi
}

subjects() { items github_subjects | sed "s/.*/\`&\`/; 2,\$ s/^/or /" | paste -sd " " -; }

subject_name() { printf '%s' "${1%@*}"; }

subject_advice() { say "make sure that \`sub_claim_prefix\` in \`gh api $1\` is $(subjects)"; }
