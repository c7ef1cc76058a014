#!/bin/sh
# Puts the programs of a control plane into a folder: found ones as links, others built by Go.
#
#   programs.sh VERSION FOLDER [karpenter]      VERSION is a minor one, such as 1.36
#
# They are looked for in KUBEBUILDER_ASSETS, as envtest does, and on the PATH; those of Kubernetes must be of VERSION.
set -eu

version=$1
folder=$2
here=$(cd "$(dirname "$0")" && pwd)
kubernetes=$here/tools/kubernetes/$version
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# Does a program say that it is of this version?
fits() {
    case $("$1" --version 2>/dev/null | head -n 1) in
    *"$2"*) return 0 ;;
    *) return 1 ;;
    esac
}

# Links the program NAME that says WORDS as its version, and fails when there is none.
found() {
    name=$1 words=$2
    for candidate in "${KUBEBUILDER_ASSETS:+$KUBEBUILDER_ASSETS/$name}" "$(command -v "$name" || true)"; do
        if [ -n "$candidate" ] && [ -x "$candidate" ] && fits "$candidate" "$words"; then
            ln -sf "$candidate" "$folder/$name"
            echo "$name: $candidate"
            return 0
        fi
    done
    return 1
}

# Builds the tools of a module.
build() {
    module=$1
    shift
    if ! command -v go >/dev/null; then
        echo "error: no control plane of Kubernetes $version: set KUBEBUILDER_ASSETS to a folder of its programs (\`setup-envtest use $version\`) and put kwok and metrics-server on the PATH, or install Go (1.21 or newer), which builds them" >&2
        exit 2
    fi
    (cd "$module" && GOFLAGS=-mod=readonly GOTOOLCHAIN=auto go build -trimpath "$@")
}

missing=
for name in kube-apiserver kube-controller-manager kube-scheduler; do
    [ -x "$folder/$name" ] || found "$name" "v$version." || missing="$missing k8s.io/kubernetes/cmd/$name"
done
if [ -n "$missing" ]; then
    [ -d "$kubernetes" ] || { echo "error: no module in \`$kubernetes\`: Kubernetes $version has none" >&2; exit 2; }
    release=$(sed -n 's|^\(require \)\{0,1\}[[:space:]]*k8s.io/kubernetes v\([^ ]*\).*|\2|p' "$kubernetes/go.mod" | head -n 1)
    echo "building Kubernetes $release (about 5 minutes on two cores, once)"
    stamp=k8s.io/component-base/version
    # shellcheck disable=SC2086 # each is a package
    build "$kubernetes" -ldflags "-s -w -X $stamp.gitVersion=v$release -X $stamp.gitMajor=${version%.*} -X $stamp.gitMinor=${version#*.}" \
        -o "$folder/" $missing
fi
[ -x "$folder/etcd" ] || found etcd "3." || build "$here/tools/etcd" -ldflags "-s -w" -o "$folder/etcd" go.etcd.io/etcd/server/v3
[ -x "$folder/kwok" ] || found kwok "0.8." || build "$here/tools/kwok" -ldflags "-s -w" -o "$folder/kwok" sigs.k8s.io/kwok/cmd/kwok
[ -x "$folder/metrics-server" ] || found metrics-server "v0." ||
    build "$here/tools/metrics-server" -ldflags "-s -w" -o "$folder/metrics-server" sigs.k8s.io/metrics-server/cmd/metrics-server
[ "${3:-}" = karpenter ] || exit 0
# Its definitions are of its own module, so both are of one version, and no other is taken.
provider=github.com/aws/karpenter-provider-aws
release=$(sed -n "s|^[[:space:]]*$provider v\([^ ]*\).*|\1|p" "$here/tools/karpenter/go.mod")
[ "$(cat "$folder/karpenter-crds/release" 2>/dev/null)" != "$release" ] || exit 0
echo "building Karpenter $release"
build "$here/tools/karpenter" -ldflags "-s -w -X sigs.k8s.io/karpenter/pkg/operator.Version=$release" -o "$folder/karpenter" "$provider/cmd/controller"
rm -rf "$folder/karpenter-crds"
mkdir "$folder/karpenter-crds"
cp "$(cd "$here/tools/karpenter" && go list -m -f '{{.Dir}}' "$provider")"/pkg/apis/crds/*.yaml "$folder/karpenter-crds/"
chmod u+w "$folder"/karpenter-crds/*
echo "$release" >"$folder/karpenter-crds/release"
