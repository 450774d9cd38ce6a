# `make demo` and `make test` are all that a newcomer needs; `make check` is what CI runs.

PYTHON ?= python3
UV ?= uv
# As many processes as the machine has cores, so that no library shares them out again; one after the other: make test JOBS=0
JOBS ?= auto
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check

# What `make lock` resolves for; every hash of every wheel is kept, so one file serves x86_64 and aarch64.
COMPILE := $(UV) pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

.PHONY: demo test check lint types house docs bench bundle messages lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/runtime.txt
	$(PY) examples/demo.py
	@cat $<

test: $(VENV)/dev.txt
	OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=passive $(PY) -m pytest --numprocesses $(JOBS) --dist worksteal

# The tests come last: their summary is the last line of a run.
check: lint types house docs test

lint: $(VENV)/dev.txt
	$(PY) -m ruff check
	$(PY) -m ruff format --check

types: $(VENV)/dev.txt
	$(PY) -m mypy

house: $(VENV)/dev.txt
	$(VENV)/bin/lint-imports

docs: $(VENV)/dev.txt
	$(PY) -m sphinx -q -W --keep-going -b html docs docs/_build/html

# Renews the lists of texts that catalogues translate; the translations are written by hand.
messages: $(VENV)/dev.txt
	$(PY) tests/forges/catalogue_forge.py

# Not part of `check`: it takes long, and needs a quiet machine to mean anything.
bench: $(VENV)/bench.txt
	$(PY) -m benchmarks.run

# For machines without a network: a folder with every wheel, by its hash, and a script that installs them.
bundle: $(VENV)/runtime.txt
	$(PY) packaging/bundle.py dist/visavis-bundle

# Needs uv on the PATH. hatchling and editables build the project itself without a second environment.
lock:
	printf 'hatchling\neditables\n' | $(COMPILE) pyproject.toml - --output-file requirements.txt
	$(COMPILE) pyproject.toml --all-extras --constraint requirements.txt --output-file requirements-extras.txt
	$(COMPILE) pyproject.toml --all-extras --group dev --constraint requirements-extras.txt --output-file requirements-dev.txt
	$(COMPILE) --group bench --constraint requirements-extras.txt --output-file requirements-bench.txt

clean:
	rm -rf $(VENV) docs/_build .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# Each list that was installed leaves a file in the environment; a list that changes is installed anew.
$(VENV)/runtime.txt: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Visavis needs Python 3.11 or later: make PYTHON=python3.11 ...")'
	@echo "Installing into $(VENV); the first time takes a few minutes."
	@start=$$(date +%s); \
	$(PIP) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV); \
	$(PIP) install --quiet --require-hashes -r requirements.txt && \
	$(PIP) install --quiet --no-deps --no-build-isolation --editable . && \
	echo "The installation took $$(du -sm $(VENV) | cut -f1) MB and $$(($$(date +%s) - start)) seconds." > $@

$(VENV)/dev.txt: requirements-dev.txt $(VENV)/runtime.txt
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/bench.txt: requirements-bench.txt $(VENV)/runtime.txt
	$(PIP) install --quiet --require-hashes -r requirements-bench.txt
	@touch $@
