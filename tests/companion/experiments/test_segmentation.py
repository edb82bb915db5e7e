"""Bias fields, thresholds, flattening, training; and what is stored."""

import json
from pathlib import Path

import numpy as np
import pytest

from companion import evaluation, models
from companion.experiments import segmentation as setup

STORED = Path(__file__).parents[3] / "book" / "experiments" / "06-1a-segmentation.json"


def rng():
    return np.random.default_rng(0)


@pytest.fixture
def steps():
    """Images of three gray values, one for each class, and their classes."""
    y = np.repeat([0, 1, 2], 16).reshape(1, 6, 8).repeat(2, axis=0)
    return np.array([0.05, 0.5, 0.9], "float32")[y][..., None], y


def test_a_field_is_smooth_and_as_strong_as_asked():
    for strength in (0.1, 0.4):
        field = np.log(setup.bias_field((112, 96), rng(), strength))
        assert np.abs(field).max() == pytest.approx(strength)
        assert field.mean() == pytest.approx(0, abs=1e-9)
        for axis in (0, 1):
            assert np.abs(np.diff(field, axis=axis)).max() < 0.12 * strength


def test_strength_only_scales_the_logarithm():
    weak, strong = (setup.bias_field((9, 7), rng(), s) for s in (0.1, 0.3))
    assert np.allclose(3 * np.log(weak), np.log(strong))


def test_each_image_has_its_own_field():
    x = np.ones((2, 8, 6, 2))
    got = setup.shaded(x, rng(), 0.3)
    assert got.dtype == np.float32
    assert got.shape == x.shape
    assert np.array_equal(got[..., 0], got[..., 1])
    assert np.abs(got[0] - got[1]).max() > 0.1
    assert np.array_equal(setup.shaded(x, rng(), 0.0), x)


def test_thresholds_are_the_best_pair(steps):
    x, y = steps
    assert (np.digitize(x[..., 0], setup.fit_thresholds(x, y)) == y).all()
    noisy = np.clip(x + rng().normal(0, 0.2, x.shape), 0, None).astype("float32")
    got = setup.fit_thresholds(noisy, y)
    top = float(noisy.max())

    def score(pair):
        return np.nansum(evaluation.dice(y, np.digitize(noisy[..., 0], pair), 3))

    grid = top * np.arange(0, 257, 8) / 256
    best = max(score((a, b)) for a in grid for b in grid if a <= b)
    assert score(got) >= best - 1e-9


def test_flattening_takes_out_a_field_and_keeps_contrast():
    x = 0.5 + 0.2 * (np.indices((40, 40)).sum(axis=0) % 2)[None, ..., None]
    dark = setup.shaded(x, rng(), 0.3)
    flat, wanted = setup.even_out(dark, 2.0), setup.even_out(x, 2.0)
    assert flat.dtype == np.float32
    left, before = np.abs(np.log(flat / wanted)).mean(), np.abs(np.log(dark / x)).mean()
    assert left < 0.3 * before
    assert not setup.even_out(np.zeros((1, 8, 8, 1)), 3).any()


def test_tuning_chooses_among_the_blurs(steps):
    x, y = steps
    sigma, thresholds = setup.tune_evening(x, y)
    assert sigma in setup.SIGMAS
    assert thresholds.shape == (2,)


def test_training_learns_what_is_there(steps):
    x, y = (array[:, :4, :4] for array in steps)  # two classes of three
    model = models.u_net((4, 4, 1), filters=4, depth=1)
    assert setup.train(model, x, y, strength=0.1, visits=160) > 0
    assert (model.predict(x, verbose=0).argmax(-1) == y).mean() > 0.8


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x, y: setup.bias_field((0, 3), rng()), ValueError, "shape must be at"),
        (
            lambda x, y: setup.bias_field((3, 3), 0),
            TypeError,
            "rng must be a generator",
        ),
        (lambda x, y: setup.bias_field((3, 3), rng(), -1), ValueError, "strength"),
        (lambda x, y: setup.bias_field((3, 3), rng(), waves=0), ValueError, "waves"),
        (lambda x, y: setup.shaded(y, rng()), TypeError, "x must hold floats"),
        (lambda x, y: setup.even_out(x, 0), ValueError, "sigma must be positive"),
        (lambda x, y: setup.fit_thresholds(x, y[:1]), ValueError, "same length"),
        (lambda x, y: setup.fit_thresholds(x, y[:, :2]), ValueError, "got shapes"),
        (lambda x, y: setup.fit_thresholds(x, y + 1), ValueError, "in 0..2, .* 1 to 3"),
        (lambda x, y: setup.tune_evening(x, y * 1.0), ValueError, "whole numbers"),
    ],
)
def test_what_does_not_fit_is_refused(steps, call, error, message):
    with pytest.raises(error, match=message):
        call(*steps)


def test_stored_results_are_complete_and_consistent():
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert stored["strengths"] == list(setup.STRENGTHS)
    assert len(stored["seeds"]) == 5
    assert set(setup.NETWORKS) <= set(stored["methods"])
    for entries in stored["methods"].values():
        assert [entry["seed"] for entry in entries] == stored["seeds"]
        for entry in entries:
            dice, jaccard = np.array(entry["dice"]), np.array(entry["jaccard"])
            assert dice.shape == (len(setup.STRENGTHS), 3)
            assert np.abs(dice - 2 * jaccard / (1 + jaccard)).max() < 2e-4
    ends = {
        name: np.array([entry["dice"][-1] for entry in entries])[:, 1:]
        for name, entries in stored["methods"].items()
    }
    best, rival = ends["U-Net, trained shaded"], ends["evened out, thresholds"]
    assert (best > rival + 0.01).all()  # with every seed, as the chapter says
    for name, (settings, _) in setup.NETWORKS.items():
        count = models.u_net(**settings).count_params()
        assert {entry["parameters"] for entry in stored["methods"][name]} == {count}
