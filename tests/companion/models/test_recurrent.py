"""The network that reads a sequence: it is an LSTM's last state, then softmax."""

import keras
import numpy as np
import pytest

from companion import models, scratch


def test_it_is_the_lstm_of_scratch():
    model = models.lstm_classifier(5, 3, classes=4, units=6, seed=1)
    twin = scratch.Sequential([scratch.LSTM(6), scratch.Dense(4)], (5, 3))
    twin.set_weights(model.get_weights())
    x = np.random.default_rng(0).normal(size=(7, 5, 3)).astype("float32")
    theirs = keras.ops.convert_to_numpy(model(x))
    assert np.abs(twin.predict(x) - theirs).max() < 1e-5


def test_seeds_fix_all_weights():
    def build(seed):
        return models.lstm_classifier(4, 2, units=3, seed=seed).get_weights()

    first, again, other = build(0), build(0), build(1)
    assert all(map(np.array_equal, first, again))
    drawn = [not np.array_equal(a, b) for a, b in zip(first, other) if a.ndim > 1]
    assert drawn == [True] * 3


def test_the_length_costs_no_parameters():
    short, long = (models.lstm_classifier(steps, 8) for steps in (3, 300))
    assert short.count_params() == long.count_params()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"features": 0}, "features must be at least 1, got 0"),
        ({"classes": 1}, "classes must be at least 2, got 1"),
        ({"units": -1}, "units must be at least 1, got -1"),
    ],
)
def test_wrong_sizes_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        models.lstm_classifier(**{"steps": 4, "features": 2, **change})
