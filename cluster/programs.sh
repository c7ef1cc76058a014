#!/bin/sh
# Puts the programs of a control plane into a folder: found ones as links, others built by Go.
#
#   programs.sh VERSION FOLDER [karpenter|keda|dns]      VERSION is a minor one, such as 1.36
#
# With Karpenter come the charts that its module and those of metrics-server and cert-manager hold, in `charts` beside the folder.
# Neither Karpenter nor KEDA is looked for anywhere: each is built, of its module, which brings its definitions.
# external-dns is looked for like the others. A chart of it is released after its program, so the module of the next one holds it.
# They are looked for in KUBEBUILDER_ASSETS, as envtest does, and on the PATH; those of Kubernetes must be of VERSION.
set -eu

version=$1
folder=$2
here=$(cd "$(dirname "$0")" && pwd)
kubernetes=$here/tools/kubernetes/$version
assets=${KUBEBUILDER_ASSETS:-/usr/local/kubebuilder/bin}
# The module of external-dns whose folder `charts` holds the chart that is installed.
holds=v0.23.0
# The module of cert-manager, whose folder `deploy` holds the chart of its own version.
signs=v1.21.2
release=
[ ! -d "$kubernetes" ] ||
    release=$(sed -n 's|^\(require \)\{0,1\}[[:space:]]*k8s.io/kubernetes v\([^ ]*\).*|\2|p' "$kubernetes/go.mod" | head -n 1)

# Does a program say that it is of this version? external-dns says so as if it were an error.
fits() {
    [ -x "$1" ] || return 1
    case $("$1" --version 2>&1 | head -n 1) in
    *"$2"*) return 0 ;;
    *) return 1 ;;
    esac
}

# Is the program NAME in the folder, and says it WORDS as its version? One that was built here says BUILT: links follow their own
# folder, and a module its go.mod, so both may have changed since.
has() {
    if [ -h "$folder/$1" ]; then fits "$folder/$1" "$2"; else fits "$folder/$1" "$3"; fi
}

# Links the program NAME that says WORDS as its version, and fails when there is none.
found() {
    for candidate in "$assets/$1" "$(command -v "$1" || true)"; do
        [ -n "$candidate" ] && [ -x "$candidate" ] || continue
        if fits "$candidate" "$2"; then
            mkdir -p "$folder"
            # A link that says another place than its own is lost.
            candidate=$(cd "$(dirname "$candidate")" && pwd)/$1
            ln -sf "$candidate" "$folder/$1"
            echo "$1: $candidate"
            return 0
        fi
        echo "$1: \`$candidate\` is passed over, it is not of $2" >&2
    done
    return 1
}

# Builds packages of a module to a place in the folder.
build() {
    module=$1 place=$2
    shift 2
    (cd "$module" && GOFLAGS=-mod=readonly GOTOOLCHAIN=auto go build -trimpath -o "$folder/$place" "$@")
}

# One at a time: the second finds what the first built.
if command -v flock >/dev/null; then
    mkdir -p "$(dirname "$folder")"
    exec 9>"$(dirname "$folder")/programs.lock"
    flock 9
fi

missing=
for name in kube-apiserver kube-controller-manager kube-scheduler; do
    has "$name" "v$version." "v${release:-$version.}" || found "$name" "v$version." || missing="$missing $name"
done
if [ -n "$missing" ] && [ -z "$release" ]; then
    echo "error: no$missing of Kubernetes \`$version\`: \`cluster/tools/kubernetes\` builds $(cd "$here/tools/kubernetes" && echo *), programs of another minor version have to be in the folder that KUBEBUILDER_ASSETS names or on the PATH" >&2
    exit 2
fi
others=
has etcd " 3." " 3." || found etcd " 3." || others="$others etcd"
has kwok "v0.8." "v0.8." || found kwok "v0.8." || others="$others kwok"
has metrics-server "v0." "v0." || found metrics-server "v0." || others="$others metrics-server"
# Karpenter's definitions are of its own module, so both are of one version, and no other is taken.
provider=github.com/aws/karpenter-provider-aws
karpenter=
charts=
if [ "${3:-}" = karpenter ]; then
    karpenter=$(sed -n "s|^[[:space:]]*$provider v\([^ ]*\).*|\1|p" "$here/tools/karpenter/go.mod")
    charts="$karpenter $(sed -n 's|^[[:space:]]*sigs.k8s.io/metrics-server v\([^ ]*\).*|\1|p' "$here/tools/metrics-server/go.mod") $signs"
    [ "$(cat "$(dirname "$folder")/charts/release" 2>/dev/null)" != "$charts" ] || charts=
    [ "$(cat "$folder/karpenter-crds/release" 2>/dev/null)" != "$karpenter" ] || karpenter=
fi
keda=
if [ "${3:-}" = keda ]; then
    keda=$(sed -n 's|^[[:space:]]*github.com/kedacore/keda/v2 v\([^ ]*\).*|\1|p' "$here/tools/keda/go.mod")
    [ "$(cat "$folder/keda-crds/release" 2>/dev/null)" != "$keda" ] || keda=
fi
dns=
named=
if [ "${3:-}" = dns ]; then
    dns=$(sed -n 's|^[[:space:]]*sigs.k8s.io/external-dns v\([^ ]*\).*|\1|p' "$here/tools/external-dns/go.mod")
    [ "$(cat "$(dirname "$folder")/charts-dns/release" 2>/dev/null)" = "$holds" ] || named=" external-dns' chart"
    if has external-dns "$dns" "$dns" || found external-dns "$dns"; then dns=; fi
fi
[ -n "$missing$others$karpenter$charts$keda$dns$named" ] || exit 0

if ! command -v go >/dev/null; then
    echo "error: no$missing$others${karpenter:+ karpenter}${charts:+ charts}${keda:+ keda}${dns:+ external-dns}$named for a control plane of Kubernetes $version: put them into the folder that KUBEBUILDER_ASSETS names or on the PATH, or install Go (1.21 or newer), which builds them" >&2
    exit 2
fi
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# Go would write through a link, into somebody's own folder.
for name in $missing $others; do rm -f "$folder/$name"; done
if [ -n "$missing" ]; then
    echo "building Kubernetes $release (about 5 minutes on two cores, once)"
    stamp=k8s.io/component-base/version
    # shellcheck disable=SC2046,SC2086 # each is a package
    build "$kubernetes" "" -ldflags "-s -w -X $stamp.gitVersion=v$release -X $stamp.gitMajor=${version%.*} -X $stamp.gitMinor=${version#*.}" \
        $(printf ' k8s.io/kubernetes/cmd/%s' $missing)
fi
for name in $others; do
    case $name in
    etcd) package=go.etcd.io/etcd/server/v3 ;;
    kwok) package=sigs.k8s.io/kwok/cmd/kwok ;;
    metrics-server) package=sigs.k8s.io/metrics-server/cmd/metrics-server ;;
    esac
    build "$here/tools/$name" "$name" -ldflags "-s -w" "$package"
done
# Where a module's files are.
module() {
    (cd "$here/tools/$1" && GOFLAGS=-mod=readonly go mod download "$2" && go list -m -f '{{.Dir}}' "$2")
}

# Where the files of one are that nothing here is built of.
downloaded() {
    said=$(cd "$(dirname "$folder")" && GOTOOLCHAIN=auto go mod download -json "$1") || {
        echo "error: the module $1 is not to be had: $said" >&2
        return 1
    }
    printf '%s\n' "$said" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'
}

if [ -n "$charts" ]; then
    into=$(dirname "$folder")/charts
    signer=$(downloaded "github.com/cert-manager/cert-manager@$signs")
    rm -rf "$into"
    mkdir "$into"
    cp -R "$(module karpenter $provider)"/charts/karpenter "$(module karpenter $provider)"/charts/karpenter-crd "$into/"
    cp -R "$(module metrics-server sigs.k8s.io/metrics-server)"/charts/metrics-server "$into/"
    cp -R "$signer/deploy/charts/cert-manager" "$into/"
    chmod -R u+w "$into"
    # Its release writes the version into it.
    sed -i "s/^\(version\|appVersion\): v0\.0\.0$/\1: $signs/" "$into/cert-manager/Chart.yaml"
    echo "$charts" >"$into/release"
fi
# Takes the definitions of a program out of its module, and notes its release: what is noted is there as a whole.
defined() {
    rm -rf "$folder/$1-crds"
    mkdir "$folder/$1-crds"
    cp "$2"/*.yaml "$folder/$1-crds/"
    chmod u+w "$folder/$1-crds"/*
    echo "$3" >"$folder/$1-crds/release"
}

if [ -n "$karpenter" ]; then
    echo "building Karpenter $karpenter (about 5 minutes on two cores, once)"
    build "$here/tools/karpenter" karpenter -ldflags "-s -w -X sigs.k8s.io/karpenter/pkg/operator.Version=$karpenter" "$provider/cmd/controller"
    defined karpenter "$(module karpenter $provider)/pkg/apis/crds" "$karpenter"
fi
if [ -n "$keda" ]; then
    echo "building KEDA $keda (about 5 minutes on two cores, once)"
    for name in operator adapter; do
        build "$here/tools/keda" "keda-$name" -ldflags "-s -w -X github.com/kedacore/keda/v2/version.Version=$keda" "github.com/kedacore/keda/v2/cmd/$name"
    done
    defined keda "$(module keda github.com/kedacore/keda/v2)/config/crd/bases" "$keda"
fi
if [ -n "$dns" ]; then
    echo "building external-dns $dns (about 5 minutes on two cores, once)"
    rm -f "$folder/external-dns"
    build "$here/tools/external-dns" external-dns -ldflags "-s -w -X sigs.k8s.io/external-dns/pkg/apis/externaldns.Version=v$dns" sigs.k8s.io/external-dns
fi
if [ -n "$named" ]; then
    into=$(dirname "$folder")/charts-dns
    from=$(downloaded "sigs.k8s.io/external-dns@$holds")
    rm -rf "$into"
    mkdir "$into"
    cp -R "$from/charts/external-dns" "$into/"
    chmod -R u+w "$into"
    echo "$holds" >"$into/release"
fi
