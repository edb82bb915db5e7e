"""Windows with shared weights and with their own."""

import itertools

import keras
import numpy as np
import pytest

from companion import models
from companion.models._layers import LocallyConnected2D

HE = keras.initializers.HeNormal


def test_anywhere_means_the_largest_value_of_each_map():
    x = np.random.default_rng(0).random((2, 28, 28, 1), "float32")
    maps = models.feature_maps(models.window_network(), x)
    assert np.array_equal(maps["anywhere"], maps["windows2"].max(axis=(1, 2)))


@pytest.mark.parametrize(
    ("side", "step", "channels"), [(3, 1, 2), (2, 2, 1), (4, 3, 3)]
)
def test_equal_weights_everywhere_make_it_a_convolution(side, step, channels):
    x = np.random.default_rng(0).normal(size=(2, 9, 8, channels)).astype("float32")
    local = LocallyConnected2D(5, side, step, "relu", kernel_initializer=HE(0))
    conv = keras.layers.Conv2D(5, side, step, activation="relu")
    want = conv(x)
    kernel, bias = conv.get_weights()
    local.build(x.shape)
    places = local.kernel.shape[:2]
    flat = kernel.reshape(-1, 5)
    local.set_weights([np.tile(flat, (*places, 1, 1)), np.tile(bias, (*places, 1))])
    gap = keras.ops.convert_to_numpy(local(x)) - keras.ops.convert_to_numpy(want)
    assert np.abs(gap).max() < 1e-5


def test_each_place_has_kernels_of_its_own():
    local = LocallyConnected2D(2, 3, kernel_initializer=HE(0))
    local.build((None, 6, 6, 1))
    kernels = local.get_weights()[0].reshape(16, -1)
    assert len(np.unique(kernels, axis=0)) == 16
    assert kernels.std() == pytest.approx(np.sqrt(2 / 9), rel=0.15)


def test_parameters_and_products():
    for shared, anywhere in itertools.product((True, False), repeat=2):
        model = models.window_network(shared=shared, anywhere=anywhere)
        costs = models.layer_costs(model)
        places = [12 * 12, 8 * 8]
        kernels = [6 * 25, 24 * 25 * 6]
        assert [c.multiply_adds for c in costs[:2]] == [
            p * k for p, k in zip(places, kernels)
        ]
        have = [c.parameters for c in costs[:2]]
        each = [kernels[0] + 6, kernels[1] + 24]
        assert have == (each if shared else [p * k for p, k in zip(places, each)])
        assert costs[2].output_shape == ((24,) if anywhere else (8 * 8 * 24,))


def test_shared_windows_that_forget_places_do_not_mind_a_shift():
    x = np.zeros((3, 28, 28, 1), "float32")
    x[:, 8:16, 12] = np.random.default_rng(0).random((3, 8, 1))
    # A multiple of the first layer's step, and every window that saw it still does.
    moved = np.roll(x, 2, axis=2)

    def change(**options):
        model = models.window_network(**options)
        gap = model(moved) - model(x)
        return np.abs(keras.ops.convert_to_numpy(gap)).max()

    assert change() < 1e-5
    assert change(anywhere=False) > 1e-3
    assert change(shared=False) > 1e-3


def test_seeds_and_classes():
    one, same, other = (
        models.window_network(seed, classes=3).get_weights() for seed in (0, 0, 1)
    )
    assert all(map(np.array_equal, one, same))
    assert not np.array_equal(one[0], other[0])
    assert one[-1].shape == (3,)
    with pytest.raises(ValueError, match="classes must be at least 2, got 1"):
        models.window_network(classes=1)
