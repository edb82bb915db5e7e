"""The networks of the literature: counts as published, layers as described."""

import keras
import numpy as np
import pytest

from companion import models
from companion.models import _layers, classic


@pytest.fixture(scope="module")
def lenet():
    return models.lenet5()


@pytest.fixture(scope="module")
def alexnet():
    return models.alexnet(initializer="Zeros")


@pytest.fixture(scope="module")
def vgg():
    return models.vgg16(initializer="Zeros")


def costs(model):
    return {c.name: c for c in models.layer_costs(model)}


def test_lenet_has_the_papers_parameters(lenet):
    have = {name: cost.parameters for name, cost in costs(lenet).items()}
    want = {"C1": 156, "S2": 12, "C3": 1516, "S4": 32, "C5": 48_120, "F6": 10_164}
    assert {name: have[name] for name in want} == want
    trainable = sum(int(np.prod(w.shape)) for w in lenet.trainable_weights)
    assert trainable == sum(want.values()) == 60_000
    assert have["output"] == 840


def test_lenet_has_the_papers_connections(lenet):
    connections = 0
    for layer, cost in zip(lenet.layers, models.layer_costs(lenet)):
        outputs = int(np.prod(cost.output_shape))
        if isinstance(layer, _layers.Subsampling):
            connections += 5 * outputs  # four inputs and a bias
        elif isinstance(layer, _layers.SquaredDistance):
            connections += cost.multiply_adds
        elif cost.parameters:
            connections += cost.multiply_adds + outputs
    assert connections == 340_908


def test_lenet_connects_c3_as_the_papers_table(lenet):
    assert [len(seen) for seen in classic.C3_INPUTS] == [3] * 6 + [4] * 9 + [6]
    assert sorted(c for seen in classic.C3_INPUTS for c in seen) == sorted(
        [*range(6)] * 10
    )
    full = keras.ops.convert_to_numpy(lenet.get_layer("C3").full_kernel())
    connected = np.abs(full).sum((0, 1)) > 0
    want = [[c in seen for seen in classic.C3_INPUTS] for c in range(6)]
    assert np.array_equal(connected, want)


def test_partial_convolution_is_a_convolution_with_zeros():
    layer = _layers.PartialConv2D([(0,), (0, 2)], 3, kernel_initializer="ones")
    x = np.random.default_rng(0).normal(size=(2, 5, 6, 3)).astype("float32")
    got = keras.ops.convert_to_numpy(layer(x))
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (1, 2)).sum((-2, -1))
    want = np.stack([windows[..., 0], windows[..., 0] + windows[..., 2]], axis=-1)
    assert got == pytest.approx(want, abs=1e-5)
    assert layer.count_params() == 9 * 3 + 2


def test_subsampling_is_an_average_with_a_coefficient_and_a_bias():
    layer = _layers.Subsampling()
    x = np.arange(32, dtype="float32").reshape(1, 4, 4, 2)
    average = x.reshape(1, 2, 2, 2, 2, 2).mean((2, 4))
    assert keras.ops.convert_to_numpy(layer(x)) == pytest.approx(average)
    layer.set_weights([np.array([1, 0]), np.array([0, 3])])
    got = keras.ops.convert_to_numpy(layer(x))
    assert got[..., 0] == pytest.approx(4 * average[..., 0])
    assert got[..., 1] == pytest.approx(3)


def test_lenets_output_is_the_squared_distance_to_codes_of_plus_and_minus_one(lenet):
    codes = lenet.get_layer("output").codes
    assert set(codes.ravel()) == {-1, 1}
    assert codes.shape == (84, 10)
    x = np.random.default_rng(0).normal(size=(3, 84)).astype("float32")
    got = keras.ops.convert_to_numpy(lenet.get_layer("output")(x))
    want = ((x[:, :, None] - codes) ** 2).sum(axis=1)
    assert got == pytest.approx(want, rel=1e-5)


def test_lenets_squashing_is_1_at_1_and_odd():
    x = np.array([-1.0, 0.0, 1.0, 100.0], dtype="float32")
    got = keras.ops.convert_to_numpy(_layers.scaled_tanh(x))
    assert got == pytest.approx([-1, 0, 1, 1.7159], abs=1e-4)


def test_lenet_runs_and_learns():
    model = models.lenet5(seed=1)
    x = np.random.default_rng(0).normal(size=(40, 32, 32, 1)).astype("float32")
    y = np.arange(40) % 10
    code = model.get_layer("output").codes[:, y]
    assert model.predict(x, verbose=0).shape == (40, 10)
    before = [w.copy() for w in model.get_weights()]

    def own_distance(labels, distances):
        own = keras.ops.one_hot(keras.ops.cast(labels, "int32"), 10)
        return keras.ops.sum(own * distances, axis=1)

    model.compile("adam", own_distance)
    log = model.fit(x, y, epochs=5, verbose=0, shuffle=False)
    assert log.history["loss"][-1] < log.history["loss"][0]
    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights())]
    assert changed == [True] * (len(before) - 1) + [False]
    assert code.shape == (84, 40)


def test_modern_lenet():
    model = models.lenet5(variant="modern")
    assert model.count_params() == 61_706
    p = model.predict(np.zeros((2, 32, 32, 1)), verbose=0)
    assert p.sum(axis=1) == pytest.approx(1, abs=1e-5)
    with pytest.raises(ValueError, match="'original' or 'modern', got 'new'"):
        models.lenet5(variant="new")


def test_alexnet_is_the_papers(alexnet):
    have = costs(alexnet)
    kernels = [tuple(have[f"conv{i}"].output_shape) for i in range(1, 6)]
    assert kernels == [(55, 55, 96), (27, 27, 256), *[(13, 13, 384)] * 2, (13, 13, 256)]
    parameters = {name: cost.parameters for name, cost in have.items()}
    assert parameters["conv2"] == 256 * (5 * 5 * 48 + 1)
    assert parameters["conv4"] == 384 * (3 * 3 * 192 + 1)
    assert sum(parameters.values()) == 60_965_224
    assert sum(cost.multiply_adds for cost in have.values()) == 724_406_816
    assert have["flatten"].output_shape == (6 * 6 * 256,)


def test_alexnet_without_groups_and_with_other_classes():
    ungrouped = models.alexnet(groups=1, initializer="Zeros")
    assert ungrouped.count_params() == 62_378_344
    small = models.alexnet(classes=7, initializer="Zeros")
    assert small.output_shape == (None, 7)


def test_local_response_normalization_by_hand():
    x = np.random.default_rng(0).normal(0, 50, (1, 2, 2, 7)).astype("float32")
    got = keras.ops.convert_to_numpy(_layers.LocalResponseNormalization()(x))
    for c in range(7):
        near = (x[..., max(0, c - 2) : c + 3] ** 2).sum(-1)
        want = x[..., c] / (2 + 1e-4 * near) ** 0.75
        assert got[..., c] == pytest.approx(want, rel=1e-5)


def test_vgg_is_configuration_d(vgg):
    have = costs(vgg)
    assert sum(name.startswith("conv") for name in have) == 13
    assert sum(cost.parameters for cost in have.values()) == 138_357_544
    assert sum(cost.multiply_adds for cost in have.values()) == 15_470_264_320
    convolutions = [c for name, c in have.items() if name.startswith("conv")]
    assert sum(c.multiply_adds for c in convolutions) == 15_346_630_656
    assert have["flatten"].output_shape == (7 * 7 * 512,)


@pytest.mark.parametrize("name", ["alexnet", "vgg"])
def test_large_networks_give_probabilities(name, request):
    model = request.getfixturevalue(name)
    p = model.predict(np.zeros((1, *model.input_shape[1:])), verbose=0)
    assert p == pytest.approx(np.full((1, 1000), 0.001), abs=1e-6)


def test_large_networks_start_at_random_by_their_seed():
    first, again, other = (
        models.alexnet(seed, classes=2).get_layer("conv4").get_weights()[0]
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: models.alexnet(classes=1), "at least 2, got 1"),
        (lambda: models.vgg16(classes=0), "at least 2, got 0"),
        (lambda: models.alexnet(groups=3), "1 or 2, got 3"),
    ],
)
def test_builders_name_a_wrong_argument(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_alexnets_pooling_overlaps(alexnet):
    pools = [x for x in alexnet.layers if isinstance(x, keras.layers.MaxPooling2D)]
    assert [(pool.name, pool.pool_size, pool.strides) for pool in pools] == [
        (f"pool{i}", (3, 3), (2, 2)) for i in (1, 2, 5)
    ]


@pytest.mark.parametrize(
    ("variant", "function"),
    [("original", _layers.scaled_tanh), ("modern", keras.activations.tanh)],
)
def test_lenet_squashes_as_its_variant_says(variant, function):
    layers = models.lenet5(variant=variant).layers
    used = [layer.activation for layer in layers if layer.name.startswith("tanh")]
    assert used == [function] * 6
