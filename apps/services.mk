# Targets of the two services; the root Makefile includes this file.
.PHONY: services floods conformance chaos soak bench-proxy browser lint-docker fuzz fuzz-long

BENCH_PROXY := target/bench-proxy
PINGORA := apps/cors-proxy-server/benches/pingora
CONFORMANCE := target/conformance
CONFORMANCE_TOOLS := apps/cors-proxy-server/tests/conformance/tools
OPTIMISED := $(abspath target/optimised)
SOAK_SECONDS ?= 600
FUZZERS := target headers response chunks frames proxy_protocol
FUZZ_SECONDS ?= 60

chaos: ## Restart every replica under 1000 requests/s, then scale from 1 to 3 to 1: none of 65,000 may fail.
	$(CARGO) test --profile service --locked -p cors-proxy-server --test chaos -- --ignored --nocapture --test-threads 1 \
		no_request_of_30_000_fails

floods: ## Flood the proxy with clients and targets that do not do their part: it stays within a pod's memory and serves others.
	$(CARGO) test --workspace --locked --test floods -- --ignored --nocapture --test-threads 1

conformance: $(CONFORMANCE)/done ## Put what others wrote to the proxy: Autobahn's cases, gRPC-web clients, cors-anywhere's cases, and RFC 9112 by the clause.
	CONFORMANCE=$(abspath $(CONFORMANCE)) $(CARGO) test --locked -p cors-proxy-server --test conformance -- \
		--include-ignored --nocapture --test-threads 1

services: ## Build both services as they ship, optimised by a profile of their work, into target/optimised.
	apps/build.sh

soak: services ## Load the proxy for SOAK_SECONDS (600): no failure, and memory that does not grow.
	SERVICES=$(OPTIMISED) $(CARGO) bench --locked -p cors-proxy-server --bench peers -- soak $(SOAK_SECONDS)

bench-proxy: services $(BENCH_PROXY)/node_modules/cors-anywhere ## Compare the proxy with nginx, HAProxy, pingora and cors-anywhere: speed, latency and memory, in a quarter of an hour.
	CARGO_TARGET_DIR=$(BENCH_PROXY)/pingora $(CARGO) build --release --locked --manifest-path $(PINGORA)/Cargo.toml
	SERVICES=$(OPTIMISED) $(CARGO) bench --locked -p cors-proxy-server --bench peers

browser: ## Fetch through the proxy from a page on another origin, in headless Chromium.
	$(CARGO) test --workspace --locked --test behaviour browser -- --ignored

fuzz: ## Fuzz what reads bytes of strangers, FUZZ_SECONDS on each of its targets; it needs cargo-fuzz and a nightly compiler.
	cd fuzz && for target in $(FUZZERS); do cargo +nightly fuzz run $$target -- -max_len=512 -max_total_time=$(FUZZ_SECONDS) || exit; done

fuzz-long: ## The same with ten million inputs for each target, which takes about an hour and a half.
	cd fuzz && for target in $(FUZZERS); do cargo +nightly fuzz run $$target -- -max_len=512 -runs=10000000 || exit; done

lint-docker: $(VENV)/done ## Lint the Dockerfile.
	$(VENV)/bin/hadolint Dockerfile

$(BENCH_PROXY)/node_modules/cors-anywhere:
	mkdir -p $(BENCH_PROXY)
	npm install --silent --no-audit --no-fund --prefix $(BENCH_PROXY) cors-anywhere@0.4.4

$(CONFORMANCE)/done: $(CONFORMANCE_TOOLS)/package-lock.json $(CONFORMANCE_TOOLS)/requirements.txt
	python3 -m venv $(CONFORMANCE)/python
	$(CONFORMANCE)/python/bin/pip install --quiet --requirement $(CONFORMANCE_TOOLS)/requirements.txt
	cp $(CONFORMANCE_TOOLS)/package.json $(CONFORMANCE_TOOLS)/package-lock.json $(CONFORMANCE)
	npm ci --silent --no-audit --no-fund --ignore-scripts --prefix $(CONFORMANCE)
	touch $@
