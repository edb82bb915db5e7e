# Every target sets up .venv first if it is missing or out of date.
.DEFAULT_GOAL := help
.PHONY: help book lab test test-backends refresh experiments bench serve lock clean

PY := .venv/bin/python
READY := .venv/.ready
QUIET := TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=1 PYTHONHASHSEED=0

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

book: $(READY)  ## build both editions into _build/site
	@$(QUIET) $(PY) tools/build_site.py

lab: $(READY)  ## open the Chinese chapters in JupyterLab
	@$(PY) -m jupyterlab book/zh

serve: book  ## build the book and serve it on this machine only
	@echo "Reading copy at http://127.0.0.1:8000 (Ctrl+C stops it)"
	@$(PY) -m http.server --bind 127.0.0.1 --directory _build/site 8000

test: $(READY)  ## lint, test the package, the book and the site, re-run every chapter
	@echo "== 1/3 lint"
	@$(PY) -m ruff check --no-cache .
	@$(PY) -m ruff format --check --no-cache .
	@echo "== 2/3 package, book and site"
	@$(QUIET) $(PY) -m pytest --cov --cov-report=term
	@echo "== 3/3 every chapter, re-run and compared with its stored outputs"
	@$(QUIET) $(PY) -m pytest --nbval --nbval-cell-timeout=900 book/zh --durations=5

test-backends: $(READY)  ## run the package's tests on Keras with jax and with torch
	@echo "== installing jax and torch into .venv (test extras, about 1 GB)"
	@$(PY) -m pip install --quiet -e ".[backends]"
	@failed=; for backend in jax torch; do \
		echo "== Keras on $$backend"; \
		KERAS_BACKEND=$$backend $(QUIET) $(PY) -m pytest companion tests/companion \
			|| failed="$$failed $$backend"; \
	done; \
	if [ -n "$$failed" ]; then echo "failed on:$$failed" >&2; exit 1; fi

refresh: $(READY)  ## execute the chapters, store outputs and times, update the English edition
	@$(QUIET) $(PY) tools/refresh.py

experiments: $(READY)  ## repeat the long experiments of chapters 1 and 5 (about two hours)
	@$(QUIET) $(PY) tools/experiments_background.py
	@$(QUIET) $(PY) tools/experiments_cnn.py

bench: $(READY)  ## time companion.scratch against TensorFlow (about 3 minutes)
	@$(QUIET) $(PY) tools/bench_scratch.py

lock: $(READY)  ## pin requirements.txt anew (needs uv)
	uv pip compile pyproject.toml --extra book --extra test --universal \
		--python-version 3.11 --generate-hashes --no-strip-extras --quiet \
		--custom-compile-command "make lock" --output-file requirements.txt

clean:  ## remove what was built; the environment stays
	rm -rf _build .pytest_cache .ruff_cache .hypothesis .coverage

$(READY): requirements.txt pyproject.toml
	@sh tools/setup.sh
	@touch $@
