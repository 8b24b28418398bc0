# What a newcomer types. Everything runs inside .venv; the first call sets it up.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: demo setup test test-leaks test-whole new-solution check bench format clean

demo: setup ## set up, invent a territory at first run, and serve
	@$(BIN)/seve demo

setup: $(STAMP) ## build .venv and fetch what is pinned, once

$(STAMP): pyproject.toml constraints.txt tools/packages.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing Python packages …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@$(BIN)/python tools/fetch.py || test $$? -eq 3
	@touch $@

test: setup ## the whole test suite (installs Chromium where it can)
	@$(BIN)/python tools/browser.py
	@$(BIN)/pytest -n 2 --dist loadgroup --ignore tests/stories
	@$(BIN)/pytest -n 2 --dist loadfile tests/stories # apart: Playwright keeps an event loop running, beside which others can't start theirs

test-leaks: setup ## the whole leak matrix, of which `make test` runs a sample
	@SEVE_TESTS=whole $(BIN)/pytest -n 2 tests/spec/access/test_leaks.py

test-whole: ## every example, every screen, every leak, of which `make test` runs a sample
	@SEVE_TESTS=whole $(MAKE) test

new-solution: setup ## a solution from the mould: make new-solution ID=wound_follow_up
	@$(BIN)/python -m tools.new_solution $(ID)

check: setup ## format, lint, strict types, import contracts, docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.docs --check

format: setup ## write what the formatter and the docs generator would
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/python -m tools.docs

bench: setup ## the benchmarks, with the raw limits in the same run
	@$(BIN)/python -m bench

clean: ## forget everything that was built or fetched; data stay
	@rm -rf .venv .cache
