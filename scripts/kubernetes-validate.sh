#!/bin/sh
# Validates manifests against the schemas of the Kubernetes version that they are made for, strictly.
#
#   kubernetes-validate.sh FOLDER...      needs kubernetes-validate (PyPI) on the PATH
#
# Kinds that are not Kubernetes' own have no schemas there: `cargo test -p stacks` checks those.
set -eu

status=0
for folder in "$@"; do
    [ -d "$folder" ] || continue
    label='pod-security.kubernetes.io/enforce-version'
    version=$(sed -n "s|^ *$label: v||p" "$folder"/platform/namespace-services.yaml)
    [ -n "$version" ] || { echo "$folder: no namespace says its Kubernetes version" >&2; exit 2; }

    report=$(find "$folder" -name '*.yaml' | sort | xargs kubernetes-validate --strict --kubernetes-version "$version" 2>&1) ||
        status=1
    # Groups of Kubernetes' own have no dot or end in .k8s.io; one that is not found is a mistake, or too new for the version.
    unknown=$(printf '%s\n' "$report" | grep 'WARN' | grep -E 'with api version ([a-z0-9]+|[a-z]+/[a-z0-9]+|[a-z.]+\.k8s\.io/[a-z0-9]+) for' || true)
    [ -z "$unknown" ] || status=1
    passed=$(printf '%s\n' "$report" | grep -c 'INFO.* passed ' || true)
    [ "$passed" -gt 0 ] || status=1
    printf '%s\n' "$report" | grep -Ev '^INFO|^WARN' >&2 || true
    [ -z "$unknown" ] || printf '%s\n' "$unknown" >&2
    echo "$folder: $passed objects pass for Kubernetes $version"
done
exit $status
