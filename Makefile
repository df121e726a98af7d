# Two commands do everything: `make run` and `make test`. They need Python 3.11+ and make.

PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
export CTGRAPH_HOME ?= home
BIN := .venv/bin

.PHONY: run test lint lock benchmarks assets clean

run: .venv/run $(CTGRAPH_HOME)/sample-loaded  ## Serve the registry with the sample data
	$(BIN)/ctgraph serve --host $(HOST) --port $(PORT)

test: .venv/dev lint  ## Check style and types, and run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

$(CTGRAPH_HOME)/sample-loaded: | .venv/run
	$(BIN)/ctgraph init
	$(BIN)/ctgraph load data --report $(CTGRAPH_HOME)/load-report.jsonl
	@touch $@

.venv/run: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ctgraph needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

lock: .venv/dev  ## Renew the locked versions
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra postgresql pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra postgresql --extra dev pyproject.toml -o requirements-dev.lock

benchmarks: .venv/dev  ## Measure; prints ratios against peers in the same run (needs wrk)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[benchmarks]'
	$(BIN)/python -m benchmarks

assets:  ## Renew what the pages take from npm (needs npm)
	cd ctgraph/web/assets && npm ci --no-audit --no-fund
	mkdir -p ctgraph/web/static/vendor/yasgui ctgraph/web/static/vendor/cytoscape
	cp ctgraph/web/assets/node_modules/@zazuko/yasgui/build/yasgui.min.js ctgraph/web/assets/node_modules/@zazuko/yasgui/build/yasgui.min.css ctgraph/web/static/vendor/yasgui/
	cp ctgraph/web/assets/node_modules/cytoscape/dist/cytoscape.esm.min.mjs ctgraph/web/static/vendor/cytoscape/cytoscape.esm.min.js
	cp ctgraph/web/assets/node_modules/@dagrejs/dagre/dist/dagre.esm.js ctgraph/web/static/vendor/cytoscape/
	rm -rf ctgraph/web/assets/node_modules

clean:
	rm -rf .venv build dist *.egg-info
