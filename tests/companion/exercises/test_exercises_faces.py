"""companion/exercises/vision_in_use.py: the check of the exercise on faces."""

import pytest

from companion.exercises import vision_in_use
from companion.exercises._answer import WrongAnswerError


def largest_rate(precision, recall, faces, windows):
    return recall * faces * (1 - precision) / precision / (windows - faces)


def test_a_right_answer(capsys):
    vision_in_use.check_largest_rate(largest_rate)
    assert capsys.readouterr().out == "✓ right: largest_rate in 3 cases\n"


def test_a_stub_is_told_to_be_answered(capsys):
    def largest_rate(precision, recall, faces, windows): ...

    vision_in_use.check_largest_rate(largest_rate)
    assert "not answered yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda p, r, f, w: r * f * (1 - p) / p, "not yet their rate"),
        (lambda p, r, f, w: r * f * (1 - p) / p / w, "window without a face"),
        (lambda p, r, f, w: f * (1 - p) / p / (w - f), "the recall tells"),
        (lambda p, r, f, w: (1 - p) / (w - f), "share of the detections"),
        (lambda p, r, f, w: 0.3, "write precision = hits"),
    ],
)
def test_hints(answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        vision_in_use.check_largest_rate(answer)


def test_upside_down():
    def wrong(p, r, f, w):
        # right at a precision of one half, where both ways agree
        return r * f * p / (1 - p) / (w - f)

    with pytest.raises(WrongAnswerError, match="upside down"):
        vision_in_use.check_largest_rate(wrong)
