#!/bin/sh
# Make .venv and install the pinned packages and companion into it.
#
# .venv/.ready says for which folder and which pins this was done. Where either has
# changed, as in a copied or moved folder, it is done again; `setup.sh --check` tells.
set -eu
cd "$(dirname "$0")/.."

supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

stamp() {
    .venv/bin/python -c 'import hashlib, os, pathlib, sys
parts = [pathlib.Path(name).read_bytes() for name in sys.argv[1:]]
print(os.getcwd(), hashlib.sha256(b"".join(parts)).hexdigest())' \
        requirements.txt pyproject.toml
}

usable() {
    [ -x .venv/bin/python ] &&
        .venv/bin/python -c "$supported" 2>/dev/null &&
        .venv/bin/python -m pip --version >/dev/null 2>&1
}

if [ "${1:-}" = --check ]; then
    [ -f .venv/.ready ] && usable && [ "$(cat .venv/.ready)" = "$(stamp)" ]
    exit
fi

if [ -e .venv ] || [ -L .venv ]; then
    if ! usable; then
        echo "== .venv is unfinished or of an unsupported Python: making it anew"
        rm -rf .venv
    elif [ -f .venv/.ready ]; then
        case "$(cat .venv/.ready)" in
            "$(pwd -P) "*) ;;
            *)
                echo "== .venv was made for another folder: making it anew"
                rm -rf .venv
                ;;
        esac
    fi
fi
rm -f .venv/.ready

if [ ! -e .venv ]; then
    trap 'rm -rf .venv' EXIT
    if command -v uv >/dev/null 2>&1; then
        echo "== making .venv with uv"
        uv venv --quiet --seed --python ">=3.11,<3.14" .venv
    else
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
        if ! "$found" -m venv .venv; then
            echo "$found can't make a virtual environment (see above); on Debian and" \
                "Ubuntu, apt install python3-venv. Then call make again." >&2
            exit 1
        fi
    fi
    trap - EXIT
fi

echo "== installing the pinned packages: about 3 GB, a few minutes, once"
if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.txt
else
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r requirements.txt
fi
echo "== installing companion"
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --editable .
stamp >.venv/.ready
