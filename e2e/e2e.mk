# Included by the Makefile at the root, and run from there.
.PHONY: e2e e2e-account e2e-up e2e-regions bench-plan

E2E_VENV := target/e2e/venv

# Both wait more than they work.
e2e: $(E2E_VENV)/done ## Bring everything up on a mock of AWS, look at it and destroy it: by the real AWS provider, and by `make up`.
	$(MAKE) --no-print-directory --jobs=2 e2e-account e2e-up

e2e-account: $(E2E_VENV)/done ## The one part of e2e: two environments of one account, applied, looked at and destroyed.
	$(E2E_VENV)/bin/python -m compileall -q e2e
	$(E2E_VENV)/bin/python e2e/run.py

e2e-up: $(E2E_VENV)/done ## The other part: the first `make up` of a private environment, with the real AWS CLI.
	$(E2E_VENV)/bin/python -m compileall -q e2e
	$(E2E_VENV)/bin/python e2e/up.py

e2e-regions: $(E2E_VENV)/done ## Two environments in two regions of one account, on the mock of AWS; every night.
	$(E2E_VENV)/bin/python -m compileall -q e2e
	$(E2E_VENV)/bin/python e2e/run.py --regions

bench-plan: $(E2E_VENV)/done ## Plan the cluster offline and by the real AWS provider in turns, and print what each takes.
	$(E2E_VENV)/bin/python e2e/bench_plan.py

$(E2E_VENV)/done: e2e/requirements.txt
	python3 -m venv $(E2E_VENV)
	$(E2E_VENV)/bin/pip install --quiet --requirement $<
	touch $@
