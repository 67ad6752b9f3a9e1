# Every target sets up .venv by itself: all it takes is Python 3.11 to 3.13, make and git.
#   make demo    the whole job on real images, ends with runs/demo/report.html (demo-text: pairs of texts; demo-audio: speech)
#   make test    lint, types, docstring examples and tests
#   make lint    lint and types alone
#   make bench   the benchmarks that need no data set, each prints its tables (BENCH=name for one)

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
JOBS ?= 2
BENCH ?= op_throughput search_overhead
SOURCES := packages/core/src packages/vision/src packages/text/src packages/audio/src
EDITABLE := -e packages/core -e packages/vision -e packages/text -e packages/audio[demo]
TOOLS := pytest pytest-xdist mypy ruff types-PyYAML tensorboard torchmetrics

# The first interpreter that runs and is new enough; `make PYTHON=/path/to/python3.12 demo` chooses another.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	$$name -c '$(FITS)' >/dev/null 2>&1 && { command -v $$name; break; }; done)

.PHONY: help setup demo demo-text demo-audio test lint bench clean
.DEFAULT_GOAL := help

help:
	@sed -n '2,5s/^# *//p' Makefile

setup: $(STAMP)

# torch goes in first and alone, so that no other requirement can pull another build of it.
$(STAMP): constraints.txt $(wildcard packages/*/pyproject.toml)
	@test -n "$(PYTHON)" || { echo "augmint needs Python 3.11, 3.12 or 3.13: none found. Name one: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c '$(FITS)' || { echo "augmint needs Python 3.11, 3.12 or 3.13; $(PYTHON) is not." >&2; exit 1; }
	@$(BIN)/python -c '$(FITS)' 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt torch==2.13.0
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt hatchling editables
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-build-isolation $(EDITABLE) $(TOOLS)
	@touch $(STAMP)

demo: $(STAMP)
	$(BIN)/augmint demo

demo-text: $(STAMP)
	$(BIN)/augmint demo text

demo-audio: $(STAMP)
	$(BIN)/augmint demo audio

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy $(SOURCES)

# A file is one worker's, so that a finished run serves all its tests. One torch thread a worker: two workers on two cores are faster so, and results do not depend on the machine's load.
test: lint
	OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --durations=20 --durations-min=5

bench: $(STAMP)
	for name in $(BENCH); do OMP_NUM_THREADS=1 $(BIN)/python benchmarks/$$name.py || exit 1; done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
