#!/usr/bin/env bash
# Judges the admission policies by the API server's own library, in a small program that Go builds once.
#
#   admission-policies.sh CASES FOLDER...
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$here/target/admission-policies

command -v go >/dev/null || {
    echo "error: the API server's library is Go's: install Go (1.21 or newer), which builds what judges the admission policies" >&2
    exit 2
}
# Paths are cut as in the build of the control plane, so that either finds what the other has compiled.
(cd "$here/cluster/tools/admission" && GOFLAGS=-mod=readonly GOTOOLCHAIN=auto go build -trimpath -o "$program" .)
exec "$program" "$@"
