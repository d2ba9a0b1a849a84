# Gradients, Checked: every command of the project. `make help` lists them.
# Each sets up what it needs first, in .venv/ and book/node_modules/, and only when a lock file changed.

PYTHON ?= python3
# Or Python on Windows reads no Greek letters.
export PYTHONUTF8 := 1
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
INSTALLED := $(VENV)/.installed
VENDORED := book/_vendor/.made
# The book takes longest, so what runs beside it gives way; and the output of each is printed in one piece. Both where the
# system and make can do so.
NICE := $(if $(shell nice true 2>/dev/null && echo yes),nice)
OUTPUT_SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
SITE := book/_build/html

.DEFAULT_GOAL := help
.PHONY: help book lab test test-notebooks types sample lint notebooks browser picture pdf lock bench mutants clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-16s%s\n", $$1, $$2}'

book: $(INSTALLED) $(VENDORED)  ## build the published book
	@echo "== building the book: every notebook is run again"
	@$(BIN)/python book/build.py
	@echo "Open $(SITE)/index.html"

lab: $(INSTALLED)  ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=. notebooks/convolution.ipynb

test: $(INSTALLED) $(VENDORED)  ## run every test: format, types, spelling, unit, property, doctest, claims, notebooks, the built site in a browser
	@echo "== format, lint"
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && $(BIN)/python book/vendor.py run --silent lint
	@echo "== side by side: the book, types, every notebook, and in CI a sample of small faults (some two minutes)"
	@$(MAKE) --no-print-directory --jobs 3 $(OUTPUT_SYNC) book types test-notebooks $(if $(CI),sample)
	@echo "== unit, property and doc tests, claims, notebook pairs, spelling"
	@$(BIN)/python -m pytest -p no:nbval --numprocesses 2 --dist worksteal --doctest-modules --ignore tests/site src/helpers tests
	@echo "== the built site, in a browser"
	@$(BIN)/python -m pytest -p no:nbval --numprocesses 3 tests/site

test-notebooks: $(INSTALLED)  ## run each notebook again, and compare its outputs with those committed
	@echo "== notebooks: each runs again, and its outputs are compared with those committed"
	@$(NICE) $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --nbval --nbval-cell-timeout 30 --nbval-sanitize-with notebooks/sanitize.cfg --verbose notebooks

types: $(INSTALLED)  ## check the types
	@echo "== types"
	@$(NICE) $(BIN)/mypy

sample: $(INSTALLED)  ## plant a sample of small faults in the numerical modules, and see that a test fails
	@echo "== a sample of small faults planted in the numerical modules"
	@$(NICE) $(BIN)/python tests/repository/mutants.py --sample 60

mutants: $(INSTALLED)  ## plant every small fault in the numerical modules, and see that a test fails: half an hour
	@$(BIN)/python tests/repository/mutants.py

lint: $(INSTALLED) $(VENDORED)  ## format the code, check it, its types, and the spelling
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python book/vendor.py run --silent lint
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet tests/repository/test_spelling.py

notebooks: $(INSTALLED)  ## run each notebook's .md and renew its .ipynb twin
	@$(BIN)/python notebooks/renew.py

browser: $(INSTALLED)  ## see to a browser for the tests of the built site
	@$(BIN)/python tests/site/find_browser.py --install

picture: book browser  ## take the picture of the book in the README
	@$(BIN)/python tests/site/picture.py

pdf: book browser  ## print every chapter to book/_build/pdf/
	@$(BIN)/python tests/site/paper.py

bench: book browser  ## time the references against their peers
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	@for benchmark in $$(grep -l __main__ benchmarks/*.py); do echo "== $$benchmark"; $(BIN)/python $$benchmark || exit; done

lock: $(INSTALLED)  ## pin every package again, for all systems and Python versions
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --universal --fork-strategy fewest --python-version 3.11 --all-extras --upgrade \
		--no-header --no-annotate --output-file constraints.txt pyproject.toml
	$(BIN)/python book/vendor.py update --ignore-scripts

clean:  ## remove everything these commands made
	rm -rf $(VENV) book/_build book/_vendor book/node_modules screenshots .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(INSTALLED): pyproject.toml constraints.txt
	@echo "== installing the pinned packages into $(VENV)/ (once; some minutes)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, and $(PYTHON) is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12")'
	@test -d $(BIN) || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --progress-bar on --constraint constraints.txt --editable '.[notebooks,book,cluster,test]'
	@touch $@

$(VENDORED): book/package.json book/package-lock.json book/vendor.py $(INSTALLED)
	@echo "== fetching the page's scripts and fonts"
	@$(BIN)/python book/vendor.py
	@touch $@
