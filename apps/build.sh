#!/usr/bin/env bash
# Builds services as they ship into target/optimised: the proxy and its target optimised by a profile of their own work
# (PGO), any other as it is. usage: apps/build.sh [SERVICE...]; without one, the proxy and its target.
#
# What runs often is laid out together and inlined, a quarter of the proxy's time outside the kernel. The profile belongs to
# one compiler, one platform and these sources, so it is made anew wherever the image is built, and never committed.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$PWD/target/optimised
version=$(rustc --version --verbose)
host=$(sed -n 's/^host: //p' <<<"$version")
llvm=$(sed -n 's/^LLVM version: \([0-9]*\).*/\1/p' <<<"$version")
services=(cors-proxy-server mock-target-server)
binaries=$work/$host/service

# What no training is known for needs no profile, and no merger.
others=()
for service in "$@"; do
    [[ " ${services[*]} " == *" $service "* ]] || others+=("$service")
done
if ((${#others[@]} > 0)); then
    CARGO_TARGET_DIR=$work cargo build --locked --profile service --target "$host" "${others[@]/#/--package=}"
    cp "${others[@]/#/$binaries/}" "$work"
fi
(($# == 0 || $# > ${#others[@]})) || exit 0

# The merger must be of the compiler's own LLVM: from rustup, or from the system's package of that version.
merger=$(rustc --print sysroot)/lib/rustlib/$host/bin/llvm-profdata
[ -x "$merger" ] || merger=/usr/lib/llvm-$llvm/bin/llvm-profdata
[ -x "$merger" ] || {
    echo "llvm-profdata of LLVM $llvm is missing: rustup component add llvm-tools, or apt-get install llvm-$llvm" >&2
    exit 2
}

# With a target named, build scripts and macros are left as they are.
build() {
    CARGO_TARGET_DIR=$work RUSTFLAGS=$1 cargo build --locked --profile service --target "$host" "${services[@]/#/--package=}"
}

# Sends one request so many times over one connection. Each answer must be a success, and have a length if it has a body.
# usage: repeat PORT COUNT REQUEST
repeat() {
    local line length
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    for ((nth = 0; nth < $2; nth++)); do
        printf '%b' "$3" >&3
        length=0
        IFS= read -r line <&3
        [[ $line == "HTTP/1.1 2"* ]] || { echo "unexpected answer: $line" >&2; return 1; }
        while IFS= read -r line <&3 && [ "$line" != $'\r' ]; do
            case $line in content-length:*) length=$(tr -dc 0-9 <<<"$line") ;; esac
        done
        [ "$length" = 0 ] || IFS= read -r -N "$length" <&3
    done
    exec 3>&-
}

# Waits until a server logs that it is ready, and prints the port that the system gave it.
port() {
    for _ in {1..300}; do
        if grep -q '"message":"ready"' "$1"; then
            sed -n 's/.*"address":"[0-9.]*:\([0-9]*\)".*/\1/p' "$1"
            return
        fi
        sleep 0.1
    done
    echo "not ready: $(cat "$1")" >&2
    return 1
}

# Runs both servers under the work that most of their time goes to, and some of what else they do.
# usage: train WORKERS
train() {
    local any=127.0.0.1:0 headers='Host: proxy\r\nOrigin: https://page.example\r\nAccept: */*\r\nUser-Agent: page\r\n'
    # The clients keep their connections, however slow the machine is.
    local flags=(--listen "$any" --admin-listen "$any" --max-connection-age 1h --drain-delay 0s --workers "$1") mock proxy target client clients=()
    # A server that has not begun yet must not be taken for that of the training before, whose words the files still have.
    : >"$work/mock.log"
    : >"$work/proxy.log"
    "$binaries/mock-target-server" "${flags[@]}" 2>"$work/mock.log" & mock=$!
    target=$(port "$work/mock.log")
    "$binaries/cors-proxy-server" "${flags[@]}" --allow-target "127.0.0.1:$target" 2>"$work/proxy.log" & proxy=$!
    local through own=http://127.0.0.1:$target
    through=$(port "$work/proxy.log")
    for _ in {1..8}; do
        repeat "$through" 1500 "GET /$own/posts/1 HTTP/1.1\r\n$headers\r\n" & clients+=($!)
    done
    repeat "$through" 100 "OPTIONS /$own/posts/1 HTTP/1.1\r\n${headers}Access-Control-Request-Method: PUT\r\n\r\n" & clients+=($!)
    repeat "$through" 100 "POST /$own/echo HTTP/1.1\r\n${headers}Content-Length: 4\r\n\r\nbody" & clients+=($!)
    repeat "$through" 50 "GET /$own/bytes/100000 HTTP/1.1\r\n$headers\r\n" & clients+=($!)
    repeat "$through" 50 "GET /$own/redirect/2 HTTP/1.1\r\n$headers\r\n" & clients+=($!)
    for client in "${clients[@]}"; do
        wait "$client"
    done
    kill -TERM "$proxy" && wait "$proxy"
    kill -TERM "$mock" && wait "$mock"
}

# What the compiler's own helpers would write is of no use; what the servers write goes to `raw`.
build "-Cprofile-generate=$work/unused"
profile=$work/$(sha256sum "${services[@]/#/$binaries/}" | sha256sum | cut -c1-16).profdata
if [ ! -e "$profile" ]; then
    rm -rf "$work/raw"
    export LLVM_PROFILE_FILE=$work/raw/%p.profraw
    train 1
    train 2
    unset LLVM_PROFILE_FILE
    "$merger" merge --sparse --output="$profile" "$work"/raw/*.profraw
fi
build "-Cprofile-use=$profile"
cp "${services[@]/#/$binaries/}" "$work"
