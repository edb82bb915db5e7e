"""The check of chapter 6.1b's exercise on fitting a line in spite of outliers."""

from itertools import combinations

import numpy as np
import pytest

from companion.exercises import vision_in_use as exercises
from companion.exercises._answer import WrongAnswerError


def fit(y, x, score):
    best = np.inf, 0.0, 0.0
    for i, j in combinations(range(len(y)), 2):
        if y[i] != y[j]:
            a = (x[i] - x[j]) / (y[i] - y[j])
            b = x[i] - a * y[i]
            best = min(best, (score(a * y + b - x), a, b))
    return best[1:]


def test_the_right_line(capsys):
    exercises.check_least_median(lambda y, x: fit(y, x, lambda r: np.median(np.abs(r))))
    assert "✓ right: least_median" in capsys.readouterr().out


def test_not_answered_yet(capsys):
    def least_median(y, x): ...

    exercises.check_least_median(least_median)
    assert "not answered yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda y, x: np.polyfit(y, x, 1), "least squares"),
        (lambda y, x: np.polyfit(x, y, 1), "not y = a x"),
        (lambda y, x: fit(y, x, lambda r: np.abs(r).mean()), "not the mean"),
        (lambda y, x: fit(y, x, lambda r: np.abs(r).max()), "not the largest"),
        (lambda y, x: fit(y, x, np.median), "absolute values"),
        (lambda y, x: (np.nan, 0), "same row give no slope"),
        (lambda y, x: (1, 2), "all pairs"),
    ],
)
def test_typical_errors(answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        exercises.check_least_median(answer)
