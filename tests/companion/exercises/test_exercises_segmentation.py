"""The check of the soft Dice loss accepts what is right and hints at the rest."""

import numpy as np
import pytest

from companion.exercises import vision
from companion.exercises._answer import WrongAnswerError


def right_answer(p, y):
    overlap, total = (p * y).sum(), p.sum() + y.sum()
    return 1 - 2 * overlap / total, 2 * (overlap - y * total) / total**2


def test_stub_is_open(capsys):
    def dice_loss(p, y): ...

    vision.check_dice_loss(dice_loss)
    assert capsys.readouterr().out.startswith("not answered yet: replace the ...")


def test_right_answer_whose_gradient_is_numerical(capsys):
    def dice_loss(p, y):
        loss, gradient = right_answer(p, y)[0], np.zeros_like(p)
        for place in np.ndindex(*p.shape):
            up, down = p.copy(), p.copy()
            up[place] += 1e-6
            down[place] -= 1e-6
            gradient[place] = (right_answer(up, y)[0] - right_answer(down, y)[0]) / 2e-6
        return loss, gradient

    vision.check_dice_loss(dice_loss)
    assert "✓ right" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda p, y, a, g: (1 - a, g), "1 minus it"),
        (
            lambda p, y, a, g: (1 - (p * y).sum() / (p + y - p * y).sum(), g),
            "Jaccard",
        ),
        (lambda p, y, a, g: (1 - (1 - a) / 2, g), "counts twice"),
        (lambda p, y, a, g: (a + 1, g), "in place of the answer"),
        (lambda p, y, a, g: (a, -g), "sign is wrong"),
        (lambda p, y, a, g: (a, -2 * y / (p + y).sum()), "quotient rule"),
        (lambda p, y, a, g: (a, g / 30), "not a mean"),
        (lambda p, y, a, g: (a, g + 1), "with respect to one p"),
        (lambda p, y, a, g: (a, g.sum()), r"shape \(\), expected \(6, 5\)"),
        (lambda p, y, a, g: a, "does not have the type"),
    ],
)
def test_typical_errors_get_a_hint(change, hint):
    def dice_loss(p, y):
        return change(p, y, *right_answer(p, y))

    with pytest.raises(WrongAnswerError, match=hint):
        vision.check_dice_loss(dice_loss)
