"""companion/models/autoencoders.py: networks that copy frames or foresee them."""

import keras
import numpy as np
import pytest

from companion import models

BUILDERS = (models.convolutional_autoencoder, models.next_frame_network)


def test_sizes_by_hand():
    model = models.convolutional_autoencoder()
    convolutions = 9 * (8 + 8 * 16 + 16 * 16) + 8 + 16 + 16
    mirrored = 9 * (16 * 16 + 16 * 8 + 8 * 1) + 16 + 8 + 1
    inside = 6 * 8 * 16
    dense = (inside + 1) * 32 + (32 + 1) * inside
    assert model.count_params() == convolutions + mirrored + dense
    assert (
        models.next_frame_network().count_params() == 9 * (4 * 16 + 16 * 16 + 16) + 33
    )


@pytest.mark.parametrize("build", BUILDERS)
def test_seed_fixes_the_weights(build):
    def first(seed):
        return np.asarray(build(seed).get_weights()[0])

    assert np.array_equal(first(1), first(1))
    assert not np.array_equal(first(1), first(2))


def test_everything_goes_through_the_code():
    model = models.convolutional_autoencoder(3, input_shape=(16, 16, 2), code=1)
    x = np.random.default_rng(0).normal(size=(3, 16, 16, 2)).astype("float32")
    at = [layer.name for layer in model.layers].index("code")
    encoder = keras.Sequential(model.layers[: at + 1])
    decoder = keras.Sequential(model.layers[at + 1 :])
    assert encoder(x).shape == (3, 1)
    assert np.allclose(decoder(encoder(x)), model(x), atol=1e-6)
    assert model(x).shape == x.shape


def test_one_convolution_is_enough():
    model = models.convolutional_autoencoder(input_shape=(2, 4, 1), filters=(3,))
    assert model.output_shape == (None, 2, 4, 1)


@pytest.mark.parametrize("build", BUILDERS)
def test_it_saves_and_loads(build, tmp_path):
    model = build(1)
    shape = (2, *model.input_shape[1:])
    x = np.random.default_rng(0).random(shape, np.float32)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert np.allclose(again(x), model(x), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"input_shape": (20, 64, 1)}, ValueError, "multiples of 8"),
        ({"input_shape": (48, 64)}, ValueError, r"must be \(H, W, C\)"),
        ({"input_shape": (48, 64, 0)}, ValueError, "at least 1"),
        ({"filters": ()}, ValueError, "at least one convolution"),
        ({"filters": (8, 0)}, ValueError, r"filters\[1\] must be at least 1"),
        ({"code": "many"}, TypeError, "code must be a number"),
        ({"seed": 0.5}, TypeError, "seed"),
    ],
)
def test_bad_settings(options, error, message):
    with pytest.raises(error, match=message):
        models.convolutional_autoencoder(**options)


def test_bad_settings_of_the_other():
    with pytest.raises(ValueError, match="whole numbers"):
        models.next_frame_network(input_shape=(4, 4.5, 1))
