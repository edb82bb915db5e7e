#!/bin/sh
# Make .venv and install the pinned packages and companion into it.
set -eu
cd "$(dirname "$0")/.."

if command -v uv >/dev/null 2>&1; then
    echo "== setting up .venv with uv: about 3 GB, a minute or two, once"
    [ -x .venv/bin/python ] || uv venv --quiet --seed --python ">=3.11,<3.14" .venv
    uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.txt
else
    supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
    if [ ! -x .venv/bin/python ]; then
        found=
        for python in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
            if "$python" -c "$supported" 2>/dev/null; then
                found=$python
                break
            fi
        done
        if [ -z "$found" ]; then
            echo "No Python 3.11, 3.12 or 3.13 found (python3 is:" \
                "$(python3 --version 2>&1)). Install one, or name it:" \
                "make PYTHON=/path/to/python book" >&2
            exit 1
        fi
        echo "== making .venv with $("$found" --version)"
        "$found" -m venv .venv
    fi
    echo "== installing the pinned packages: about 3 GB, a few minutes, once"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r requirements.txt
fi
echo "== installing companion"
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --editable .
