"""book/conftest.py: what nbval compares, and how exactly."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import notebooks
import pytest
from cells import code, notebook

STORED = "accuracy 0.9905, loss 10.01\n"
CELLS = {
    "within": (
        code("within", "print('accuracy 0.9915, loss  9.98')", STORED),
        {"abs": 0.03},
    ),
    "boundary": (code("boundary", "print('x 0.9915')", "x 0.9905\n"), {"abs": 0.001}),
    "outside": (code("outside", "print('x 0.99151')", "x 0.9905\n"), {"abs": 0.001}),
    "relative": (
        code("relative", "print('x 102, y -1.02')", "x 100, y -1\n"),
        {"rel": 0.02},
    ),
    "beyond": (code("beyond", "print('x 103')", "x 100\n"), {"rel": 0.02}),
    "both": (code("both", "print('x 103')", "x 100\n"), {"abs": 1, "rel": 0.02}),
    "sign": (code("sign", "print('x -0.001')", "x 0.001\n"), {"abs": 0.01}),
    "text": (code("text", "print('y 0.9905')", "x 0.9905\n"), {"abs": 1}),
    "name": (code("name", "print('conv2d_2 1')", "conv2d_1 1\n"), {"abs": 9}),
    "more": (code("more", "print('x 1 2')", "x 1\n"), {"abs": 9}),
    "form": (code("form", "print('x 1')", "x 1\n"), {"absolute": 9}),
    "exact": (code("exact", "print('x 0.9906')", "x 0.9905\n"), None),
    "equal": (code("equal", "print('x 0.9905')", "x 0.9905\n"), None),
    "ignored": (
        code("ignored", "print('x 5')", "y 6\n", tags=["nbval-ignore-output"]),
        None,
    ),
    "bar": (code("bar", r"print('\r 50 %\r     \r', end='')"), None),
    "environment": (
        code(
            "environment",
            "import os\nprint(os.environ['TF_CPP_MIN_LOG_LEVEL'])\n"
            "print('PYTEST_CURRENT_TEST' in os.environ)",
            "3\nTrue\n",
        ),
        None,
    ),
}
PASSING = {
    "within",
    "boundary",
    "relative",
    "both",
    "sign",
    "equal",
    "ignored",
    "bar",
    "environment",
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    """What nbval says about each cell; None where it passes."""
    root = tmp_path_factory.mktemp("一本 书")
    folder = root / "book" / "zh"
    folder.mkdir(parents=True)
    shutil.copy(notebooks.BOOK / "conftest.py", root / "book")
    for cell, tolerance in CELLS.values():
        if tolerance:
            cell.metadata["tolerance"] = tolerance
    book = notebook(*(cell for cell, _ in CELLS.values()))
    notebooks.write(book, folder / "01-x.ipynb")
    tools = Path(notebooks.__file__).parent
    (root / "pytest.ini").write_text(
        f'[pytest]\npythonpath = "{tools}"\nfilterwarnings = error\n'
        "addopts = --import-mode=importlib\n",
        encoding="utf-8",
    )
    outer = {"PYTEST_CURRENT_TEST", "PYTEST_ADDOPTS", *notebooks.KERNEL_ENV}
    arguments = "--nbval book/zh --color=no --junit-xml=report.xml -p no:cacheprovider"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments.split()],
        cwd=root,
        env={name: value for name, value in os.environ.items() if name not in outer},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    cases = ElementTree.parse(root / "report.xml").getroot().iter("testcase")
    said = [case.find("failure") for case in cases]
    said = [None if failure is None else failure.text for failure in said]
    return dict(zip(CELLS, said, strict=True))


@pytest.mark.parametrize("cell", sorted(PASSING))
def test_cell_passes(failures, cell):
    assert failures[cell] is None


@pytest.mark.parametrize("cell", sorted(set(CELLS) - PASSING))
def test_cell_fails_and_is_named(failures, cell):
    assert re.search(rf"cell (id: )?{cell}\b", failures[cell])


def test_failure_tells_numbers_and_tolerance(failures):
    assert (
        "stored 0.9905, computed 0.99151: they differ by 0.00101, "
        "more than 0.0010 (abs=0.001, rel=0)"
    ) in failures["outside"]
