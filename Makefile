# Everything a newcomer needs. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# What package indexes are warned about would drown the banner, and matters only when something cannot be installed.
OR_SAY_WHY := > $(VENV)/install.log 2>&1 || { cat $(VENV)/install.log; exit 1; }
unexport PYTHONDONTWRITEBYTECODE  # or each process compiles Mingus anew, for a second

.PHONY: help run test test-fast lint types faults bench simulate flags lock clean
help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.runtime ## Install, migrate and serve Mingus with its background work on HOST:PORT (127.0.0.1:5000)
	@$(BIN)/python -m config.migrations || $(BIN)/flask db upgrade
	@exec $(BIN)/python -m config.serve

test: $(VENV)/.dev ## Install what tests need, then run them all on real servers; what fails runs once more
	@./tests/install-servers
	@$(BIN)/python -m pytest -n auto --dist loadfile --rerun-failed --costs

test-fast: $(VENV)/.dev ## Run the quick tests, on SQLite only, while you work
	@./tests/install-servers
	@$(BIN)/python -m pytest -n logical --dist loadfile --sqlite-only --costs tests/test_*.py tests/pure tests/http

lint: $(VENV)/.dev ## Check style and the direction of imports
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

types: $(VENV)/.dev ## Check types
	@$(BIN)/mypy

faults: $(VENV)/.dev ## Break everything on purpose, ten times in a row
	@./tests/install-servers
	@for round in $$(seq 10); do echo "Round $$round of 10"; $(BIN)/python -m pytest -q -x tests/faults || exit 1; done

bench: $(VENV)/.dev ## Measure speed and page weight; prints the tables of benchmarks/README.md
	@./tests/install-servers wrk
	@$(BIN)/python -m benchmarks

simulate: $(VENV)/.dev ## Simulate experiments at length; writes the table of docs/statistics.md
	@$(BIN)/python -m benchmarks.simulate

flags: ## Make flags.min.js, which browsers get, of flags.js; needs npm
	@cd app/static/js && npx --yes esbuild@0.28.2 flags.js --minify --log-level=error \
	  --banner:js="// $$(sha256sum flags.js | cut -c 1-12)" --outfile=flags.min.js

lock: $(VENV)/.dev ## Resolve requirements again
	@for name in analytics dev; do $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  requirements-$$name.in -o requirements-$$name.txt; done

clean: ## Forget the virtual environment; the instance folder stays
	@rm -rf $(VENV)

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Mingus needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version)."; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python cannot make virtual environments here. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.runtime: requirements-analytics.txt | $(VENV)/.made
	@echo "Installing what Mingus runs on (once)..."
	@$(INSTALL) -r $< $(OR_SAY_WHY)
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing what the tests need (once)..."
	@$(INSTALL) -r $< $(OR_SAY_WHY)
	@touch $@
