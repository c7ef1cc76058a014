# Alerts and dashboards. CHARTS_DIR is a folder of charts (`make charts-pull`), whose own alerts then join the normal day.
.PHONY: alerts

alerts: $(VENV)/done ## Judge alerts and dashboards by promtool: each alert fires in its case, none on a normal day, every panel shows something.
	$(VENV)/bin/python -B -m unittest --quiet scripts/tests/alerted.py
	scripts/prometheus.sh target/cluster/prometheus
	@# Tried on the fixtures' settings: what users set is linted, and decides about no test.
	mkdir -p target/alerts/settings
	@# One service is scaled by what arrives, one asks for a secret and one runs by a schedule, so that what watches these is tried, too.
	sed -e '/^\[observability.receivers\]/,/^$$/d' -e '/^\[services.cors_proxy_server\]/,/^$$/s/^scale_on = .*/scale_on = ["cpu", "in-flight"]/' stacks/tests/fixtures/default.toml \
		| cat - scripts/alerts/receivers.toml scripts/alerts/asking.toml scripts/alerts/jobs.toml > target/alerts/settings/default.toml
	$(SYNTH) all --environments target/alerts/settings --out target/alerts/out --today 2026-09-15 > target/alerts/written.txt
	$(VENV)/bin/python -B scripts/alerts target/cluster/prometheus target/alerts/out/manifests out target/alerts
