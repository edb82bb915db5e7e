"""companion/models/lesions.py: a small network for small patches."""

import numpy as np
import pytest

from companion import models


def test_parameters_and_output():
    model = models.patch_cnn(3)
    assert model.count_params() == 160 + 4640 + 9248 + 66
    p = np.asarray(model(np.zeros((4, 32, 32, 1), "float32")))
    assert p.shape == (4, 2)
    assert np.allclose(p.sum(axis=1), 1)


def test_seed_decides_the_weights():
    first, again, other = (
        np.asarray(models.patch_cnn(seed).get_layer("conv2").kernel)
        for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_settings_are_followed_and_saved(tmp_path):
    import keras

    model = models.patch_cnn(input_shape=(48, 40, 3), classes=5)
    assert model.input_shape == (None, 48, 40, 3)
    assert all(
        layer.get_config().get("data_format", "channels_last") == "channels_last"
        for layer in model.layers
    )
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).random((2, 48, 40, 3), "float32")
    assert np.allclose(np.asarray(model(x)), np.asarray(again(x)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"classes": 1}, "classes must be at least 2, got 1"),
        ({"input_shape": (32, 32)}, r"must be \(H, W, C\), got \(32, 32\)"),
        ({"input_shape": (3, 32, 1)}, "H of input_shape must be at least 4, got 3"),
        ({"input_shape": (32, 32.5, 1)}, "must be a whole number, got 32.5"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        models.patch_cnn(**settings)
