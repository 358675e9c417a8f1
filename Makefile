# Each target first sets up what it needs in .venv; the stamps there make the second run quick.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help demo test coverage fuzz lint docs bench
help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

demo: .venv/demo.stamp ## run vmlint over examples/
	@$(BIN)/vmlint check examples || test $$? -eq 1
	@printf '\nTo see what it would change there: %s\n' '$(BIN)/vmlint check --diff examples'

test: .venv/test.stamp build/wheelhouse/stamp ## run the tests
	$(BIN)/python -m pytest -n auto

coverage: .venv/test.stamp build/wheelhouse/stamp ## run the tests, and hold how much of what reads and writes files they reach
	$(BIN)/python -m pytest -n auto --cov --cov-report=
	$(BIN)/python -m tests.branches

SECONDS := 75
fuzz: .venv/test.stamp ## search SECONDS for bytes for which something does not hold that must
	@if said=$$($(PIP) install --only-binary atheris --editable '.[test,fuzz]' 2>&1); then \
	    $(BIN)/python -m tests.fuzz --seconds $(SECONDS); \
	elif echo "$$said" | grep -q 'No matching distribution found for atheris'; then \
	    echo 'Not searched: atheris is not made for this Python.'; \
	else \
	    echo "$$said"; exit 1; \
	fi

lint: .venv/lint.stamp ## run ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: .venv/demo.stamp ## write the pages of the rules, and the output shown in README.md
	$(BIN)/python docs/generate.py

bench: .venv/demo.stamp ## measure the budgets
	$(BIN)/python benchmarks/run.py

.venv/made.stamp:
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/demo.stamp: EXTRAS :=
.venv/test.stamp: EXTRAS := [test]
.venv/lint.stamp: EXTRAS := [test,lint]
.venv/%.stamp: .venv/made.stamp pyproject.toml
	$(PIP) install --editable '.$(EXTRAS)'
	@touch $@

build/wheelhouse/stamp: .venv/made.stamp pyproject.toml Makefile # what tests of installations need, without a network
	$(PIP) wheel --wheel-dir build/wheelhouse . 'hatchling>=1.21' 'editables>=0.3'
	@touch $@
