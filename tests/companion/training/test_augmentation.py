"""Shifts move images, and never out of the frame."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from companion.training import random_shift


@settings(max_examples=30)
@given(
    hnp.arrays(np.uint8, st.tuples(*[st.integers(1, 6)] * 3, st.integers(1, 3))),
    st.integers(0, 3),
    st.integers(0, 99),
)
def test_shifted_images_are_windows_of_the_padded_image(x, shift, seed):
    assume(shift < min(x.shape[1:3]))
    got = random_shift(x, shift, np.random.default_rng(seed))
    assert got.shape == x.shape
    assert got.dtype == x.dtype
    _, h, w, _ = x.shape
    for before, after in zip(x, got):
        padded = np.pad(before, ((shift, shift), (shift, shift), (0, 0)))
        windows = [
            padded[i : i + h, j : j + w]
            for i in range(2 * shift + 1)
            for j in range(2 * shift + 1)
        ]
        assert any(np.array_equal(after, window) for window in windows)


def test_shifts_reach_the_limit_in_all_directions():
    x = np.zeros((2000, 9, 9, 1))
    x[:, 4, 4] = 1
    got = random_shift(x, 2, np.random.default_rng(0))[..., 0]
    rows, columns = got.any(axis=(0, 2)), got.any(axis=(0, 1))
    assert np.flatnonzero(rows).tolist() == [2, 3, 4, 5, 6]
    assert np.flatnonzero(columns).tolist() == [2, 3, 4, 5, 6]


def test_shift_names_a_wrong_shape():
    with pytest.raises(
        ValueError, match=r"\(N, H, W, C\) to be shifted, got \(28, 28\)"
    ):
        random_shift(np.zeros((28, 28)), 1, np.random.default_rng(0))


@pytest.mark.parametrize("max_shift", [-1, 4, 28, 2.5, np.nan, np.inf, True, "1", None])
def test_shifts_that_make_no_sense_are_named(max_shift):
    x = np.ones((2, 4, 5, 1))
    with pytest.raises((TypeError, ValueError), match=r"max_shift must be .*got"):
        random_shift(x, max_shift, np.random.default_rng(0))


def test_something_of_every_image_remains_at_the_largest_shift():
    x = np.ones((500, 4, 5, 1))
    got = random_shift(x, 3, np.random.default_rng(0))
    assert got.sum(axis=(1, 2, 3)).min() >= 1


def test_shift_refuses_what_is_not_finite_and_no_generator():
    x = np.ones((2, 4, 5, 1), "float32")
    with pytest.raises(TypeError, match=r"rng must be a generator .*got 0"):
        random_shift(x, 1, 0)
    x[1, 2, 2] = np.nan
    with pytest.raises(ValueError, match=r"x.* 1 "):
        random_shift(x, 1, np.random.default_rng(0))
