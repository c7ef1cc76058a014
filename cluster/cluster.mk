# Included by the Makefile at the root, and run from there.
.PHONY: cluster cluster-up cluster-down cluster-check cluster-tests

# The minor version of the settings, for each of which `cluster/tools/kubernetes` has a module.
KUBERNETES ?= $(shell sed -n 's/^kubernetes_version *= *"\(.*\)"/\1/p' stacks/environments/default.toml)
CLUSTER_VERSION := $(KUBERNETES:.x=)
CLUSTER_CARGO = CARGO_TARGET_DIR=target/cluster/cargo $(CARGO)
CLUSTER = $(CLUSTER_CARGO) run -q --locked --manifest-path cluster/Cargo.toml -- --kubernetes=$(if $(filter command line environment,$(origin KUBERNETES)),$(CLUSTER_VERSION))
ENV ?= default

cluster: ## Find or build the programs of a real Kubernetes control plane.
	cluster/programs.sh $(CLUSTER_VERSION) target/cluster/$(CLUSTER_VERSION)

cluster-up: cluster ## Start one with fake nodes and the environment ENV in it, for kubectl or k9s; it goes on running.
	$(CLUSTER) up --env $(ENV)

cluster-down: ## End it.
	$(CLUSTER) down

cluster-check: ## Check the lints of what starts it.
	$(CLUSTER_CARGO) clippy --manifest-path cluster/Cargo.toml --all-targets --locked -- -D warnings

cluster-tests: cluster ## Let one judge every environment: what is accepted, what is refused, and who may what.
	KUBERNETES=$(CLUSTER_VERSION) $(CLUSTER_CARGO) test --manifest-path cluster/Cargo.toml --locked
	$(CLUSTER) judge
