# The project's commands; `make help` lists them. Paths are relative, so the folder's own may have spaces.

# Makes .venv, once. Another one: make PYTHON=/path/to/python3.12
PYTHON ?= $(shell command -v python3.11 >/dev/null 2>&1 && echo python3.11 || echo python3)
VENV := .venv/bin/python
COUNT ?= 10000
# Empty files whose age says which requirements are installed, so that pip runs only when those change.
RUNTIME := .venv/.requirements
DEV := .venv/.requirements-dev
PIP := $(VENV) -m pip install --quiet --disable-pip-version-check --require-hashes
# Python keeps what it has compiled, but where the environment forbids it each of a thousand processes would compile all anew.
COMPILED := $(VENV) -m compileall -q app.py kpi_core kpi_explorer pages tests

# Makes the locks, in an environment of its own.
UV := 0.13.8
LOCKING := .venv-lock/.uv-$(UV)
# Their head names the target; no path, no index and no setting of this machine gets into them.
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" .venv-lock/bin/uv pip compile --quiet --no-config --universal \
  --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --fork-strategy fewest \
  $(addprefix --upgrade-package ,$(UPGRADE))

.PHONY: help setup run example test lint bench fuzz lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: $(DEV) ## make .venv and install what the product and its tests need

run: $(RUNTIME) ## start the explorer and open it in the browser
	$(VENV) -m streamlit run app.py

example: data/example.duckdb ## start the explorer over the example council (made-up figures)
	KPI_DB=data/example.duckdb $(VENV) -m streamlit run app.py

# In the order of the files, those in a browser first: the slowest are not left for the end, where a core would idle.
test: setup lint ## everything that must pass: lint, then all tests, those in a browser too
	@sh tests/browser/chromium.sh --install || test -z "$$CI"
	@$(COMPILED)
	$(VENV) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: $(DEV) ## style, formatting and types
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	$(VENV) -m mypy

bench: $(DEV) ## how long things take, and what got worse; one section: make bench ONLY=real
	@$(COMPILED)
	$(VENV) -m tests.bench $(ONLY)

fuzz: $(DEV) ## ten thousand damaged files through the upload; more: make fuzz COUNT=50000
	$(VENV) -m tests.fuzz --count $(COUNT)

lock: $(LOCKING) ## requirements*.txt anew from requirements*.in; a newer one: make lock UPGRADE="duckdb altair"
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -c requirements.txt -o requirements-dev.txt

clean: ## remove what tools left behind; .venv and the databases stay
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .venv-lock build dist
	find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

data/example.duckdb: | $(RUNTIME)
	$(VENV) -m kpi_core --db $@ example

$(DEV): requirements.txt requirements-dev.txt | $(VENV)
	@echo "Installing what the explorer and its tests need (a minute or two, the first time)."
	@$(PIP) -r requirements-dev.txt
	@touch $(RUNTIME) $@

$(RUNTIME): requirements.txt | $(VENV)
	@echo "Installing what the explorer needs (a minute, the first time)."
	@$(PIP) -r requirements.txt
	@touch $@

$(LOCKING):
	@"$(PYTHON)" -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@touch $@

# A half-made .venv (Debian without python3-venv leaves one) is taken away again.
$(VENV):
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "The explorer needs Python 3.11 or newer, but $(PYTHON) is $$("$(PYTHON)" --version 2>/dev/null || echo 'not there'): install it, or name one like make PYTHON=/path/to/python3.11." >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear .venv || { rm -rf .venv; \
	  echo "No .venv could be made with $(PYTHON): on Debian and Ubuntu, install python3-venv first." >&2; exit 1; }
