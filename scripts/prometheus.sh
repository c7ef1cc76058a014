#!/usr/bin/env bash
# Puts promtool and amtool into a folder, as links to those on the PATH where they are of the charts' minor versions, else built by Go.
# With `server` Prometheus itself, too.
#
#   prometheus.sh FOLDER [server]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
module=$here/cluster/tools/prometheus
folder=$1

# The release of the module: Prometheus 3.14.0 is v0.314.0 as a module of Go, Alertmanager keeps its own number.
release() {
    local number
    number=$(sed -n "s|^[[:space:]]*github.com/prometheus/$1 v\([0-9.]*\).*|\1|p" "$module/go.mod")
    if [ "$1" = prometheus ]; then
        number=${number#0.}
        echo "${number:0:1}.$((10#${number:1:2})).${number#*.}"
    else
        echo "$number"
    fi
}

# Does a program say that it is of this version?
says() {
    [ -x "$1" ] || return 1
    case $("$1" --version 2>&1 | head -n 1) in
    *"version $2"*) return 0 ;;
    *) return 1 ;;
    esac
}

# Finds or builds a program of a project.
get() {
    local program=$1 project=$2 version candidate
    version=$(release "$project")
    ! says "$folder/$program" "${version%.*}." || return 0
    mkdir -p "$folder"
    rm -f "$folder/$program"
    candidate=$(command -v "$program" || true)
    if [ -n "$candidate" ] && says "$candidate" "${version%.*}."; then
        ln -s "$candidate" "$folder/$program"
        return 0
    fi
    command -v go >/dev/null || {
        echo "error: no $program of $project ${version%.*}: put it on the PATH, or install Go (1.21 or newer), which builds it" >&2
        exit 2
    }
    echo "building $program $version (about two minutes on two cores, once)"
    # What finds targets at clouds is left out: what is scraped here is named. The server has no pages, which only its releases bring.
    (cd "$module" && GOFLAGS=-mod=readonly GOTOOLCHAIN=auto go build -trimpath -tags remove_all_sd \
        -ldflags "-s -w -X github.com/prometheus/common/version.Version=$version" \
        -o "$folder/$program" "github.com/prometheus/$project/cmd/$program")
}

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# One at a time: the second finds what the first built.
if command -v flock >/dev/null; then
    exec 9>"$folder/.lock"
    flock 9
fi
get promtool prometheus
get amtool alertmanager
[ "${2:-}" != server ] || get prometheus prometheus
