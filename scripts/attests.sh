#!/usr/bin/env bash
# Does GitHub attest where this repository's images come from? ATTESTATIONS is the setting. Private repositories have attestations on
# Enterprise Cloud only, where the setting says `always`.
set -euo pipefail

case $ATTESTATIONS in
  when-public)
    if visibility=$(gh api "repos/$GITHUB_REPOSITORY" --jq .visibility); then
      [[ $visibility == public ]] && echo attest=true || echo attest=false
    else
      echo "::warning::nothing is attested, because GitHub does not say whether $GITHUB_REPOSITORY is public" >&2
      echo attest=false
    fi
    ;;
  always) echo attest=true ;;
  *) echo attest=false ;;
esac
