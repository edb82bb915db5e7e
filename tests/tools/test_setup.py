"""Makefile, tools/setup.sh, tools/serve.py, tools/validate.py: a stranger's machine."""

import http.server
import os
import shutil
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import notebooks
import pytest
import serve
import validate
from cells import code, notebook

ROOT = Path(__file__).resolve().parents[2]

# An interpreter whose environments are empty folders and whose pip installs nothing.
STUB = f"""#!/bin/sh
case "$*" in
"-m venv "*)
    mkdir -p "$3/bin"
    cp "$0" "$3/bin/python"
    [ -z "${{STUB_FAILS:-}}" ] || {{ touch "$3/bin/no-pip"; exit 1; }} ;;
"-m pip --version") [ ! -e "$(dirname "$0")/no-pip" ] ;;
"-m pip "*) echo "$@" >>installed ;;
*) exec "{sys.executable}" "$@" ;;
esac
"""


@pytest.fixture
def clone(tmp_path):
    """A folder with a blank and Chinese in its name that has what setup.sh needs."""
    folder = tmp_path / "中文 路径"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "setup.sh", folder / "tools")
    (folder / "requirements.txt").write_text("")
    (folder / "pyproject.toml").write_text("")
    stub = tmp_path / "stub"
    stub.write_text(STUB)
    stub.chmod(0o755)
    return folder


def setup(folder, *arguments, **variables):
    """Run setup.sh with the stub, as on a machine without uv."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHON": str(folder.parent / "stub"),
        **variables,
    }
    return subprocess.run(
        ["sh", "tools/setup.sh", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def is_ready(folder):
    return setup(folder, "--check").returncode == 0


def test_setup_makes_an_environment_once(clone):
    assert not is_ready(clone)
    done = setup(clone)
    assert done.returncode == 0, done.stderr
    assert is_ready(clone)
    calls = (clone / "installed").read_text().splitlines()
    assert len(calls) == 2
    assert calls[1].endswith("--editable .")


def test_a_failed_environment_is_removed_and_can_be_made_later(clone):
    done = setup(clone, STUB_FAILS="1")
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert not (clone / ".venv").exists()
    assert setup(clone).returncode == 0
    assert is_ready(clone)


def test_a_half_made_environment_is_made_anew(clone):
    (clone / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(clone.parent / "stub", clone / ".venv" / "bin" / "python")
    (clone / ".venv" / "bin" / "no-pip").touch()
    assert not is_ready(clone)
    done = setup(clone)
    assert "unfinished" in done.stdout
    assert is_ready(clone)


def test_an_environment_of_an_unsupported_python_is_made_anew(clone):
    (clone / ".venv" / "bin").mkdir(parents=True)
    old = clone / ".venv" / "bin" / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert "unsupported" in setup(clone).stdout
    assert is_ready(clone)


@pytest.mark.parametrize("move", [shutil.copytree, shutil.move])
def test_a_copied_or_moved_folder_gets_its_own_environment(clone, move):
    setup(clone)
    other = clone.parent / "other"
    move(clone, other)
    assert not is_ready(other)
    done = setup(other)
    assert "made for another folder" in done.stdout
    assert is_ready(other)


def test_an_interrupted_installation_goes_on(clone):
    setup(clone)
    (clone / ".venv" / ".ready").unlink()
    assert not is_ready(clone)
    assert setup(clone).returncode == 0
    assert is_ready(clone)


def test_changed_pins_ask_for_setup_whatever_the_times_say(clone):
    setup(clone)
    requirements = clone / "requirements.txt"
    times = requirements.stat()
    requirements.write_text("# new\n")
    os.utime(requirements, (times.st_atime, times.st_mtime))
    assert not is_ready(clone)


def test_no_supported_python_is_told(clone):
    done = setup(clone, PYTHON="no-such-python")
    assert done.returncode == 1
    assert "No Python 3.11, 3.12 or 3.13 found" in done.stderr
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize(
    "name",
    ["Makefile", "tools/setup.sh", "tools/robust.py", "requirements.txt", ".ci/run"],
)
def test_line_ends_do_not_depend_on_git_s_settings(name):
    said = subprocess.run(
        ["git", "check-attr", "eol", "--", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said == f"{name}: eol: lf\n"
    assert b"\r" not in (ROOT / name).read_bytes()


def test_serving_announces_a_page_that_is_there(tmp_path):
    (tmp_path / "index.html").write_text("the book")
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import pathlib, sys, serve;"
            "serve.main(['--port', '0'], pathlib.Path(sys.argv[1]))",
            tmp_path,
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT / "tools")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        address = process.stdout.readline().split()[3]
        with urllib.request.urlopen(address) as page:
            assert page.read() == b"the book"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def test_a_busy_port_is_told_and_another_offered(tmp_path, capsys):
    (tmp_path / "index.html").write_text("the book")
    handler = http.server.SimpleHTTPRequestHandler
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        port = other.server_address[1]
        assert serve.main(["--port", str(port)], tmp_path) == 1
        other.shutdown()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"port {port} is in use by another program" in printed.err
    assert f"make serve PORT={port + 1}" in printed.err


def test_serving_nothing_is_told(tmp_path, capsys):
    assert serve.main([], tmp_path) == 1
    assert "run `make book`" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        serve.main(["--port", "99999"], tmp_path)
    assert "got 99999" in capsys.readouterr().err


def make(*arguments, **variables):
    """Return what make prints, whether or not it has called this test itself."""
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "KERAS_BACKEND"}
    environment = {k: v for k, v in os.environ.items() if k not in outer} | variables
    return subprocess.run(
        ["make", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_make_s_port_reaches_the_server():
    assert "--port 8123" in make("-n", "serve", "PORT=8123")


@pytest.mark.parametrize(
    ("given", "seen"), [({}, "tensorflow"), ({"KERAS_BACKEND": "jax"}, "jax")]
)
def test_keras_runs_on_tensorflow_unless_the_caller_says_otherwise(given, seen):
    said = make("-s", "--eval", "show:;@echo $$KERAS_BACKEND", "show", **given)
    assert said == f"{seen}\n"


def test_the_lab_trusts_the_notebooks_first():
    trusting, opening = make("-n", "lab").splitlines()[-2:]
    assert "jupyter trust book/zh/*.ipynb book/en/*.ipynb" in trusting
    assert opening.endswith("-m jupyterlab book")


def test_longest_chapter_is_validated_first(tmp_path):
    (tmp_path / "status.json").write_text(
        '{"chapters": {"a": {"seconds": 1}, "b": {"seconds": 9}}}', encoding="utf-8"
    )
    assert validate.order(["a", "b", "new"], tmp_path) == ["b", "a", "new"]


def test_validation_compares_every_chapter_and_counts_cells(tmp_path, capsys):
    folder = tmp_path / "book" / "zh"
    folder.mkdir(parents=True)
    shutil.copy(notebooks.BOOK / "conftest.py", tmp_path / "book")
    tools = Path(notebooks.__file__).parent
    (tmp_path / "pytest.ini").write_text(
        f'[pytest]\npythonpath = "{tools}"\naddopts = --import-mode=importlib\n',
        encoding="utf-8",
    )
    good = notebook(code("a", "print(1)", "1\n"), code("b", "print(2)", "2\n"))
    bad = notebook(code("a", "print(1)", "1\n"), code("b", "print(2)", "3\n"))
    notebooks.write(good, folder / "01-good.ipynb")
    notebooks.write(bad, folder / "02-bad.ipynb")
    book = tmp_path / "book"
    assert validate.main(["01-good"], book) == 0
    assert "chapters: 2 passed, 0 failed\n" in capsys.readouterr().out
    assert validate.main([], book) == 1
    printed = capsys.readouterr().out
    assert "02-bad: 1 passed, 1 failed" in printed
    assert "stored '3', computed '2'" in printed
    assert printed.endswith("chapters: 3 passed, 1 failed\n")
