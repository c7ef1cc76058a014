# Included by the Makefile at the root, and run from there.
.PHONY: e2e e2e-regions bench-plan

E2E_VENV := target/e2e/venv

e2e: $(E2E_VENV)/done ## Apply, look at and destroy everything: the real AWS provider on a mock of AWS.
	$(E2E_VENV)/bin/python -m compileall -q e2e
	$(E2E_VENV)/bin/python e2e/run.py

e2e-regions: $(E2E_VENV)/done ## Two environments in two regions of one account, on the mock of AWS; every night.
	$(E2E_VENV)/bin/python -m compileall -q e2e
	$(E2E_VENV)/bin/python e2e/run.py --regions

bench-plan: $(E2E_VENV)/done ## Plan the cluster offline and by the real AWS provider in turns, and print what each takes.
	$(E2E_VENV)/bin/python e2e/bench_plan.py

$(E2E_VENV)/done: e2e/requirements.txt
	python3 -m venv $(E2E_VENV)
	$(E2E_VENV)/bin/pip install --quiet --requirement $<
	touch $@
