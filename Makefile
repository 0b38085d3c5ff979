# make demo   the main job on the embedded local org, then the pages
# make test   every test
# Both begin with `make setup`, which is quick when nothing has changed.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?= python3.11
BIN := .venv/bin
BENCHMARKS := pull steady writeback local_org book crash accuracy scoring health screens service

.PHONY: setup demo test lint test-components test-python audit bench screenshots clean

setup: .setup/python .setup/node

.setup/python: requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed (PYTHON=... names another command)" >&2; exit 2; }
	@mkdir -p .setup
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement requirements.txt
	$(BIN)/pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

.setup/node: package-lock.json package.json
	@command -v npm >/dev/null || { echo "Node 20 with npm is needed" >&2; exit 2; }
	@mkdir -p .setup
	npm ci --no-fund --no-audit --loglevel=error
	@touch $@

# The official clients, which only the tests of tests/clients drive.
.setup/clients: tests/clients/package-lock.json tests/clients/package.json
	@mkdir -p .setup
	cd tests/clients && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

demo: setup
	$(BIN)/sidecar demo

# What takes one core each goes side by side; the Python tests take both.
test:
	@$(MAKE) --jobs=2 --output-sync=target setup .setup/clients lint test-components
	@$(MAKE) test-python

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm run --silent lint
	npm run --silent format

test-components: setup
	npm test --silent

# Two workers: the browser and the local org leave room for no more on two cores. Their matrices are small: threads of
# a worker's linear algebra would only be in the other one's way.
test-python: export OPENBLAS_NUM_THREADS = 1
test-python: setup .setup/clients
	$(BIN)/pytest --numprocesses 2 --dist loadfile

# Known weaknesses of what is pinned. It asks the registries, so it is no part of `make test`; CI runs it after that.
# AUDIT=--warn: a registry that answers no such questions is a warning, as in CI.
audit: setup
	@$(BIN)/python -m tests.dependency_audit $(AUDIT)

bench: setup
	@for name in $(BENCHMARKS); do $(BIN)/python -m benchmarks.$$name || exit $$?; done

screenshots: setup
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf .venv node_modules tests/clients/node_modules .setup build .lwc-cache .sidecar
