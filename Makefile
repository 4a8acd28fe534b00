# newsarchive, from a fresh clone to a running archive. Needs Python 3.11 or newer and make.
#
#   make demo      see it work on a small sample of the news, with no network
#   make test      run all tests
#
# Everything is installed into .venv and nothing outside this folder is touched.

PYTHON  ?= python3
BIN     := .venv/bin
STAMP   := .venv/.installed
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install demo run test check bench docs man lock clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP) ## make .venv: what the lock files name, and this project in place

demo: $(STAMP) ## show the archive at work on a sample, with no network
	$(BIN)/newsarchive demo

run: $(STAMP) ## run the service: poll the feeds, keep what they say
	$(BIN)/newsarchive run

test: $(STAMP) ## run the tests, WORKERS at a time; TESTS="path or options" picks some
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup $(TESTS)

check: $(STAMP) ## format, lint, types, layers, lock files: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py
	@! grep -nE '^ *-|://' requirements/*.txt | grep -v -- '--hash=sha256:' \
	  || { echo 'a lock file holds an address or an option: run make lock'; exit 1; }

bench: $(STAMP) ## measure speed and quality, print the figures
	$(BIN)/python -m benchmarks

docs: $(STAMP) ## check that the docs name every command, setting and public name
	$(BIN)/python -m pytest -q tests/test_docs.py

man: $(STAMP) ## write the man pages in docs/man anew from the commands' help
	$(BIN)/newsarchive help --man docs/man

# The pins stay as they are unless pyproject.toml asks for others: `make lock UPGRADE=--upgrade`
# takes the newest. requirements/run.txt is what the service needs, dev.txt is the same pins and
# the tools, pip.txt is the installer itself.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(UPGRADE)

lock: $(STAMP) ## write the lock files anew from pyproject.toml
	echo 'pip>=26' | $(COMPILE) --no-annotate --output-file requirements/pip.txt -
	$(COMPILE) --output-file requirements/run.txt pyproject.toml
	$(COMPILE) --output-file requirements/dev.txt --extra dev \
	  --constraint requirements/run.txt pyproject.toml

clean: ## remove .venv and all caches; the archive itself is never touched
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip comes first: the pip of Python 3.11 refuses hashes for a package that is asked for both
# with and without an extra (`lxml` and `lxml[html_clean]`).
# The project goes in last and alone, built by the hatchling of the lock file, so that nothing
# is installed that no hash vouches for.
$(STAMP): pyproject.toml requirements/pip.txt requirements/dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/pip.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	# Compiled once, here: where Python may write no bytecode of its own, each start would compile anew (80 ms).
	$(BIN)/python -m compileall -q archive ingest scheduler.py
	touch $@
