# make demo   set up, then stream, preview and apply an example repository
# make test   set up, then lint, types, import contracts and every test
# The second run of either is quick: what is there already is not made again.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dotstream
STOW_VERSION := 2.4.1
STOW := $(CACHE)/stow-python-$(STOW_VERSION)
N ?= 5000

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint types check bench fuzz setup oracles clean
.DEFAULT_GOAL := test

demo: $(VENV)/.runtime
	$(BIN)/python examples/demo.py

test: lint types oracles
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: lint types

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

# Figures beside GNU Stow and cp, then those of the language server:
# make bench BENCH_ARGS="--only apply --files 10000" WIRE_ARGS="--only latency"
bench: $(VENV)/.dev oracles
	$(BIN)/python -m tests.bench.run $(BENCH_ARGS)
	$(BIN)/python -m tests.bench.wire $(WIRE_ARGS)

# Many more random farms than the tests run: make fuzz N=20000 SEED=7
fuzz: $(VENV)/.dev oracles
	$(BIN)/python -m tests.properties.fuzz --cases $(N) $(if $(SEED),--seed $(SEED))

setup: $(VENV)/.dev oracles

# ------------------------------------------------------------------ what they need

# --group needs pip 25.1 or newer, which Python 3.11 does not bring.
$(VENV)/.pip:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

$(VENV)/.runtime: $(VENV)/.pip pyproject.toml
	$(BIN)/python -m pip install --quiet --editable ".[lsp]"
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

# Both GNU Stows that the trees are compared with, as programs: Debian's, written in
# Perl, and its Python twin, apart from our own environment.
oracles: $(STOW)/bin/stow
	@missing=; for tool in stow strace; do \
	    command -v $$tool >/dev/null 2>&1 || missing="$$missing $$tool"; \
	done; \
	test -z "$$missing" && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing \
	    || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	         apt-get install -qq -y --no-install-recommends $$missing; }; \
	else \
	    echo "The tests need$$missing; install with: sudo apt-get install$$missing" >&2; exit 1; \
	fi

$(STOW)/bin/stow:
	@mkdir -p $(CACHE)
	$(PYTHON) -m venv $(STOW)
	$(STOW)/bin/python -m pip install --quiet "stow-python==$(STOW_VERSION)"

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
