# Two commands do everything: `make run` and `make test`. They need Python 3.11+ and make.

PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
export CTGRAPH_HOME ?= home
BIN := .venv/bin
ASSETS := ctgraph/web/assets

.PHONY: run test coverage lint docs translations scripts no-scripts lock benchmarks assets clean

run: .venv/run $(CTGRAPH_HOME)/sample-loaded $(CTGRAPH_HOME)/sign-in.txt  ## Serve the registry with the sample data
	@cat $(CTGRAPH_HOME)/sign-in.txt
	$(BIN)/ctgraph serve --host $(HOST) --port $(PORT)

CLIENTS := tests/clients
test: .venv/dev lint $(if $(shell command -v npm),$(CLIENTS)/node_modules/.package-lock.json)  ## Check style and types, and run every test
	@# The tests start hundreds of processes: none compiles the modules again, even where Python may not keep bytecode.
	@$(BIN)/python -m compileall -q ctgraph
	@# In the order of their folders: else the files of few tests, which start servers, all come last.
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

coverage: .venv/dev  ## Run every test, and tell which lines none of them reaches: it takes half as long again
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report term

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/vulture
	$(MAKE) --no-print-directory $(if $(shell command -v npm),scripts,no-scripts)

scripts: $(ASSETS)/node_modules/.package-lock.json
	npm run --silent --prefix $(ASSETS) lint

no-scripts:
	@echo "The scripts of the pages are not checked: npm is not installed."

$(CTGRAPH_HOME)/sample-loaded: | .venv/run
	$(BIN)/ctgraph init --host $(HOST) --port $(PORT)
	$(BIN)/ctgraph load data --report $(CTGRAPH_HOME)/load-report.jsonl
	@touch $@

SAMPLE_ORG := ce-b55816f6-d78a-428d-b56c-a45a544dd0be
$(CTGRAPH_HOME)/sign-in.txt: | $(CTGRAPH_HOME)/sample-loaded
	@umask 077; { echo 'Sign in at /account/sign-in as' \
	&& echo "  publisher@example.org, who works for Riverbend Community College: $$($(BIN)/ctgraph org admit $(SAMPLE_ORG) publisher@example.org --name 'Paula Publisher')" \
	&& echo "  staff@example.org, who approves organizations: $$($(BIN)/ctgraph staff add staff@example.org --name 'Sam Staff')"; } > $@.new && mv $@.new $@

.venv/run: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ctgraph needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

docs: .venv/dev  ## Renew docs/limits.md from the code
	$(BIN)/python -m tests.support.limits

lock: .venv/dev  ## Renew the locked versions
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra postgresql pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra postgresql --extra dev pyproject.toml -o requirements-dev.lock

benchmarks: .venv/dev  ## Measure; prints ratios against peers in the same run (needs wrk)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[benchmarks]'
	$(BIN)/python -m benchmarks

$(ASSETS)/node_modules/.package-lock.json: $(ASSETS)/package-lock.json
	npm ci --prefix $(ASSETS) --silent --no-audit --no-fund
	@touch $@

$(CLIENTS)/node_modules/.package-lock.json: $(CLIENTS)/package-lock.json
	npm ci --prefix $(CLIENTS) --silent --no-audit --no-fund
	@touch $@

translations: .venv/dev  ## Gather the texts of the pages, and compile their translations
	$(BIN)/python -m tests.support.translations

VENDOR := ctgraph/web/static/vendor
assets: $(ASSETS)/node_modules/.package-lock.json  ## Renew what the pages take from npm (needs npm)
	mkdir -p $(VENDOR)/yasgui $(VENDOR)/cytoscape $(VENDOR)/leaflet
	cp $(ASSETS)/node_modules/@zazuko/yasgui/build/yasgui.min.js $(ASSETS)/node_modules/@zazuko/yasgui/build/yasgui.min.css $(VENDOR)/yasgui/
	cp $(ASSETS)/node_modules/cytoscape/dist/cytoscape.esm.min.mjs $(VENDOR)/cytoscape/cytoscape.esm.min.js
	cp $(ASSETS)/node_modules/@dagrejs/dagre/dist/dagre.esm.js $(VENDOR)/cytoscape/
	cp $(ASSETS)/node_modules/leaflet/dist/leaflet.js $(ASSETS)/node_modules/leaflet/dist/leaflet.css $(VENDOR)/leaflet/
	node $(ASSETS)/shapes.mjs $(VENDOR)/leaflet/shapes.json

clean:
	rm -rf .venv build dist *.egg-info $(ASSETS)/node_modules $(CLIENTS)/node_modules
