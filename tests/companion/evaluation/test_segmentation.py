"""Dice coefficient and Jaccard index, against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from companion.evaluation import dice, jaccard

both_scores = pytest.mark.parametrize("score", [dice, jaccard])
labels = arrays(np.int64, (2, 3, 4), elements=st.integers(0, 3))


@given(labels, labels)
def test_they_are_what_sets_give(truth, answer):
    for k, (d, j) in enumerate(zip(dice(truth, answer, 4), jaccard(truth, answer, 4))):
        a, b = (set(np.flatnonzero(y == k)) for y in (truth, answer))
        if not a | b:
            assert np.isnan([d, j]).all()
            continue
        assert d == pytest.approx(2 * len(a & b) / (len(a) + len(b)))
        assert j == pytest.approx(len(a & b) / len(a | b))
        assert d == pytest.approx(2 * j / (1 + j))


@both_scores
def test_perfect_and_disjoint(score):
    truth = np.array([[0, 1], [1, 0]])
    assert score(truth, truth, 2).tolist() == [1, 1]
    assert score(truth, 1 - truth, 2).tolist() == [0, 0]
    assert score(truth.astype(float), truth, 2).tolist() == [1, 1]


@both_scores
@pytest.mark.parametrize(
    ("truth", "answer", "classes", "error", "message"),
    [
        ([0, 1], [0, 1, 1], 2, ValueError, r"same shape .* \(2,\) and \(3,\)"),
        ([], [], 2, ValueError, "at least one pixel"),
        ([0, 2], [0, 1], 2, ValueError, r"y_true must be in 0..1, .* got 0..2"),
        ([0, 1], [-1, 1], 2, ValueError, r"y_pred must be in 0..1, .* got -1..1"),
        ([0, 1], [0.2, 0.8], 2, ValueError, "whole numbers, .* got 0.2.*argmax"),
        ([0, 1], [0, np.nan], 2, ValueError, "y_pred must be finite"),
        (["a"], [0], 2, TypeError, "y_true must hold numbers"),
        ([0, 1], [0, 1], 0, ValueError, "classes must be at least 1"),
        ([0, 1], [0, 1], 1.5, ValueError, "classes must be a whole number"),
    ],
)
def test_bad_arguments(score, truth, answer, classes, error, message):
    with pytest.raises(error, match=message):
        score(truth, answer, classes)
