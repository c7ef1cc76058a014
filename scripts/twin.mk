# The capacity twin against what it models.
.PHONY: twin-calibrate

TWIN := target/twin

twin-calibrate: services ## Measure both services in an open loop, a quarter of an hour on an idle machine, and print what the twin's model says beside it.
	mkdir -p $(TWIN)
	SERVICES=$(OPTIMISED) $(CARGO) bench --locked -p cors-proxy-server --bench peers -- calibrate $(abspath $(TWIN)/measured.csv)
	$(CARGO) run -q --release --locked -p synth-twin --example calibration -- $(TWIN)/measured.csv
