"""companion/exercises/vision_in_use.py: the screening on paper."""

import pytest

from companion.exercises import vision_in_use
from companion.exercises._answer import WrongAnswerError

RIGHT = {"found": 9, "false_alarms": 199, "specificity": 1 - 9 / 1990}


def test_right_answers_pass(capsys):
    vision_in_use.check_screening(RIGHT)
    vision_in_use.check_screening(RIGHT | {"specificity": 0.9955, "found": 9.0})
    assert capsys.readouterr().out.count("✓ right") == 2


def test_open_answers_are_not_tested(capsys):
    vision_in_use.check_screening(dict.fromkeys(RIGHT, ...))
    assert "not answered yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"found": 10}, "the sensitivity is below 1"),
        ({"found": 1800}, "take the ill"),
        ({"false_alarms": 200}, "the ill are not among"),
        ({"false_alarms": 1791}, "who are cleared"),
        ({"false_alarms": 1}, "come from the others"),
        ({"false_alarms": 0}, "1 minus the specificity"),
        ({"specificity": 0.9}, "199 false alarms"),
        ({"specificity": 0.99}, "9 false alarms among 1,990"),
        ({"specificity": float("nan")}, "9 false alarms among 1,990"),
    ],
)
def test_hints(wrong, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        vision_in_use.check_screening(RIGHT | wrong)


def test_missing_answer():
    with pytest.raises(WrongAnswerError, match=r"got \['found'\]"):
        vision_in_use.check_screening({"found": 9})
