# Every target sets up .venv by itself when requirements.lock or pyproject.toml changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2
LAB_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help serve book lab test test-quick bench exercises format lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

serve: $(READY) ## build the site (only what changed) and serve it on 127.0.0.1:8000
	@$(BIN)/course serve

book: $(READY) ## build the site into _build/html
	@$(BIN)/course build

lab: $(READY) ## open JupyterLab on the exercises, with nbgrader's extensions
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/exercises $(LAB_ARGS)

test: book ## run all tests: the packages, the notebooks, the grading, the site
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile
	@# one thread each, as in the build: more would wait for one another, and the chapters count CPU seconds
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --nbval --nbval-current-env book solutions

test-quick: $(READY) ## run the tests that need no site, no grading and no browser (under two minutes)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not slow"

bench: $(READY) ## install the peers, run the benchmarks; tables and JSON in benchmarks/results
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e ".[bench]"
	$(BIN)/python -m benchmarks

exercises: $(READY) ## regenerate exercises/ from solutions/
	@$(BIN)/course release --all

format: $(READY) ## format and lint code and notebooks, drop stray outputs
	$(BIN)/pre-commit run --all-files

lock: $(READY) ## rewrite requirements.lock from what is installed in .venv
	@{ echo "# Exact versions that the tests ran with; rewritten by 'make lock'."; \
	   $(BIN)/python -m pip freeze --exclude-editable | sed -E 's/(==[^+]*)\+.*/\1/'; } > requirements.lock

clean: ## remove the built site and its cache
	rm -rf _build

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "The course needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up $(VENV) (a few minutes, once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@
