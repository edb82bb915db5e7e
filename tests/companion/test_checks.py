"""companion/_checks.py: the one gate for data."""

import math
import re

import numpy as np
import pytest

from companion import _checks as checks


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.1, 1.1])
def test_settings_out_of_range_are_repeated(value):
    with pytest.raises(
        ValueError, match=re.escape(f"rate must be in [0, 1], got {value}")
    ):
        checks.number("rate", value, 0, 1)


@pytest.mark.parametrize("value", [True, np.True_, "1", None, [1], 1j])
def test_settings_of_another_type_are_refused(value):
    with pytest.raises(TypeError, match="rate must be a number, got"):
        checks.number("rate", value)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({}, "finite"),
        ({"low": 1}, "at least 1"),
        ({"low": 0, "open_low": True}, "positive"),
        ({"low": 1, "open_low": True}, "above 1"),
        ({"high": 2}, "at most 2"),
        ({"high": 2, "open_high": True}, "below 2"),
        ({"low": 0, "high": 1, "open_high": True}, "in [0, 1)"),
        ({"low": 0, "high": 1, "open_low": True}, "in (0, 1]"),
    ],
)
def test_bounds_are_told(bounds, words):
    with pytest.raises(ValueError, match=re.escape(f"x must be {words}, got nan")):
        checks.number("x", math.nan, **bounds)


def test_open_bounds_are_open():
    assert checks.number("x", 0, 0, 1) == 0
    for bounds in ({"low": 0, "open_low": True}, {"high": 0, "open_high": True}):
        with pytest.raises(ValueError, match="got 0"):
            checks.number("x", 0, **bounds)


@pytest.mark.parametrize("value", [2.5, math.nan, math.inf, 0])
def test_whole_numbers(value):
    assert checks.number("n", 3.0, 1, integer=True) == 3
    assert isinstance(checks.number("n", np.int64(3), integer=True), int)
    with pytest.raises(ValueError, match=r"n must be .* got"):
        checks.number("n", value, 1, integer=True)


def test_finite_counts_what_is_not():
    with pytest.raises(ValueError, match="x must be finite, got 2 of 4 values"):
        checks.finite("x", [[1, np.nan], [np.inf, 2]])
    for wrong in (["a"], [None], [[1], [1, 2]]):
        with pytest.raises(TypeError, match="x must"):
            checks.finite("x", wrong)


def test_images():
    good = np.zeros((2, 3, 3, 1), "float32")
    assert checks.images("x", good) is good
    assert checks.images("x", np.zeros((2, 9)), (2, 4)).shape == (2, 9)
    with pytest.raises(TypeError, match=r"uint8.*x.astype\('float32'\) / 255"):
        checks.images("x", good.astype("uint8"))
    assert checks.images("x", good.astype("uint8"), floats=False).dtype == np.uint8
    with pytest.raises(ValueError, match=r"x must have shape \(N, H, W, C\), got \(2,"):
        checks.images("x", good[..., 0])
    bad = good.copy()
    bad[0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="got 1 of 18 values"):
        checks.images("x", bad)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 1, 3], r"y must be in 0..2, the classes, got 0..3"),
        ([-1, 1], r"got -1..1"),
        ([0.5, 1], "whole numbers, got 0.5"),
        ([[0, 1], [1, 0]], r"got \(2, 2\); .*one-hot rows take .argmax"),
        (3, r"must have shape \(N,\), got \(\)"),
        ([], "must not be empty"),
        ([0, np.nan], "finite"),
    ],
)
def test_wrong_labels(y, message):
    with pytest.raises(ValueError, match=message):
        checks.labels("y", y, classes=3)


def test_right_labels():
    for y in ([0, 2], np.array([0, 2], "uint8"), [0.0, 2.0], [False, True]):
        got = checks.labels("y", y, classes=3)
        assert got.dtype == np.int64
        assert got.tolist() == [int(label) for label in y]
    assert checks.labels("y", np.zeros(0), empty=True).shape == (0,)
    assert checks.labels("y", [7]).tolist() == [7]
    with pytest.raises(ValueError, match=r"0 or more, the classes, got -1..-1"):
        checks.labels("y", [-1])
    with pytest.raises(TypeError, match="must hold numbers"):
        checks.labels("y", ["cat"])
    with pytest.raises(ValueError, match="one label per example, 3, got 2"):
        checks.labels("y", [0, 1], length=3)


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([[0.5, 0.5], [np.nan, 1]], "NaN or infinity in 1 of 2 rows"),
        (np.full((4, 2), np.nan), "NaN or infinity in 4 of 4 rows"),
        ([[0.6, 0.5]], "1 of 1 rows are negative"),
        ([[1.5, -0.5]], "1 of 1 rows are negative"),
        ([0.5, 0.5], r"got \(2,\)"),
        ([[1.0]], r"must have shape \(N, 2\)"),
    ],
)
def test_wrong_probabilities(p, message):
    with pytest.raises(ValueError, match=message):
        checks.probabilities("p", p, classes=2)


def test_right_probabilities():
    p = np.full((3, 4), 0.25, "float16")
    assert checks.probabilities("p", p, length=3) is p
    with pytest.raises(ValueError, match="one row per example, 2, got 3"):
        checks.probabilities("p", p, length=2)


def test_lengths_are_all_told():
    assert checks.same_length(x=[1], y=[2], z=[3]) == 1
    with pytest.raises(
        ValueError, match="x and y must have the same length, got x 1,000, y 2"
    ):
        checks.same_length(x=range(1000), y=[1, 2])
