"""companion/exercises/_answer.py: stubs, hints, and consoles of any encoding."""

import inspect
import os
import subprocess
import sys

import numpy as np
import pytest

from companion.exercises import (
    WrongAnswerError,
    background,
    cnn,
    concepts,
    mathematics,
    primer,
    workflow,
)

MODULES = (primer, background, concepts, workflow, mathematics, cnn)
CHECKS = [getattr(module, name) for module in MODULES for name in module.__all__]


def stub(*_): ...


def documented(*_):
    """Answer later."""


def passing(*_):
    pass


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("answer", [..., stub, documented, passing])
def test_an_open_answer_is_no_error(check, answer, capsys):
    count = len(inspect.signature(check).parameters)
    check(*[answer] * count)
    said = capsys.readouterr().out
    assert said.startswith("not answered yet: replace the ... in ")
    assert said.count("\n") == 1


def test_the_line_names_what_is_open(capsys):
    background.check_permute_pixels(stub)
    assert "in stub, then" in capsys.readouterr().out
    background.check_xor_network([[1, 1], [1, 1]], ..., [1, -1], ...)
    assert "in hidden_bias, output_bias, then" in capsys.readouterr().out
    concepts.check_concepts({"A": {"machine learning"}, "B": ...})
    assert "not answered yet" in capsys.readouterr().out


def nothing(*_):
    return np.nan


def crash(*_):
    return [][0]


def text(*_):
    return "seven"


def forgets(*arguments):
    arguments = len(arguments)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("answer", [nothing, crash, text, forgets])
def test_natural_mistakes_get_a_hint(check, answer):
    count = len(inspect.signature(check).parameters)
    with pytest.raises(WrongAnswerError):
        check(*[answer] * count)


@pytest.mark.parametrize("answer", [None, "x", 7, [], {}, np.full(3, np.nan)])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_values_of_any_kind_get_a_hint(check, answer):
    count = len(inspect.signature(check).parameters)
    with pytest.raises(WrongAnswerError):
        check(*[answer] * count)


def test_errors_of_an_answer_are_told_as_its_own():
    with pytest.raises(WrongAnswerError, match="crash raised IndexError: list index"):
        cnn.check_mcnemar(crash)
    with pytest.raises(WrongAnswerError, match="forgets returned None; does it end"):
        cnn.check_mcnemar(forgets)


def test_a_check_called_wrongly_is_a_type_error():
    with pytest.raises(TypeError, match="missing a required argument"):
        background.check_xor_network([[1]])


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "latin-1", "utf-8"])
def test_any_console_can_say_right(encoding):
    program = (
        "from companion.exercises._answer import right; right('a network of 3 × 3')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    mark = {"utf-8": "✓"}.get(encoding, "OK")
    assert done.stdout.decode(encoding).startswith(f"{mark} right: a network of 3 ")
