"""The U-Net: shapes, settings, what the skips are, saving."""

import keras
import numpy as np
import pytest

from companion import models


def answer(model, x):
    return keras.ops.convert_to_numpy(model(x, training=False))


@pytest.mark.parametrize("skips", [True, False])
@pytest.mark.parametrize(("channels", "classes", "depth"), [(1, 3, 3), (3, 2, 1)])
def test_every_pixel_gets_probabilities(channels, classes, depth, skips):
    model = models.u_net(
        (16, 8, channels), classes, filters=2, depth=depth, skips=skips
    )
    p = answer(model, np.random.default_rng(0).random((2, 16, 8, channels)))
    assert p.shape == (2, 16, 8, classes)
    assert np.abs(p.sum(axis=-1) - 1).max() < 1e-5
    names = [layer.name for layer in model.layers]
    assert sum(name.startswith("skip") for name in names) == depth * skips
    assert sum(name.startswith("pool") for name in names) == depth


def test_size_of_the_chapters_networks():
    assert models.u_net().count_params() == 123_043
    assert models.u_net(skips=False).count_params() == 110_947
    assert models.u_net(skips=False, filters=9).count_params() == 140_205


def test_images_of_any_size_that_can_be_halved():
    model = models.u_net((None, None, 1), filters=2, depth=2)
    for shape in ((8, 12), (16, 4)):
        assert answer(model, np.zeros((1, *shape, 1))).shape == (1, *shape, 3)


def test_seed_fixes_the_weights():
    first, same, other = (models.u_net(filters=2, seed=s) for s in (1, 1, 2))
    for a, b in zip(first.get_weights(), same.get_weights()):
        assert np.array_equal(a, b)
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])


def test_it_saves_and_loads(tmp_path):
    model = models.u_net((8, 8, 1), filters=2, depth=1)
    model.save(tmp_path / "u.keras")
    x = np.random.default_rng(0).random((1, 8, 8, 1))
    loaded = keras.models.load_model(tmp_path / "u.keras")
    assert np.array_equal(answer(model, x), answer(loaded, x))


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"input_shape": (112, 96)}, ValueError, r"\(H, W, C\), got \(112, 96\)"),
        ({"input_shape": (100, 96, 1)}, ValueError, r"H must be a multiple .* 8"),
        ({"input_shape": (96, 100, 1)}, ValueError, "W must be .* got 100; pad"),
        ({"input_shape": (96, 96, 0)}, ValueError, "C must be at least 1"),
        ({"input_shape": (96, 96, None)}, TypeError, "C must be a number"),
        ({"input_shape": (9.5, 96, 1)}, ValueError, "H must be a whole number"),
        ({"classes": 1}, ValueError, "classes must be at least 2"),
        ({"filters": 0}, ValueError, "filters must be at least 1"),
        ({"depth": 0}, ValueError, "depth must be at least 1"),
        ({"skips": 1}, TypeError, "skips must be True or False, got 1"),
        ({"seed": -1}, ValueError, "seed"),
    ],
)
def test_bad_settings(settings, error, message):
    with pytest.raises(error, match=message):
        models.u_net(**settings)
