"""The package's own layers: they save and load, and refuse what does not fit."""

import keras
import numpy as np
import pytest

from companion.models import _layers

LAYERS = {
    "Subsampling": (lambda: _layers.Subsampling(), (4, 6, 3)),
    "PartialConv2D": (
        lambda: _layers.PartialConv2D(
            [(0,), (0, 2)], 3, kernel_initializer=keras.initializers.HeNormal(3)
        ),
        (5, 4, 3),
    ),
    "SquaredDistance": (
        lambda: _layers.SquaredDistance(np.array([[1.0, -1, 0.5], [0, 2, 0.25]])),
        (2,),
    ),
    "LocalResponseNormalization": (
        lambda: _layers.LocalResponseNormalization(),
        (3, 3, 7),
    ),
    "LocallyConnected2D": (
        lambda: _layers.LocallyConnected2D(
            2, 3, 2, "relu", kernel_initializer=keras.initializers.HeNormal(3)
        ),
        (6, 5, 2),
    ),
    "scaled_tanh": (lambda: keras.layers.Activation(_layers.scaled_tanh), (3,)),
}


def test_every_layer_of_the_module_is_tested():
    assert set(LAYERS) == set(_layers.__all__)


@pytest.fixture(params=LAYERS, ids=str)
def model(request):
    make, shape = LAYERS[request.param]
    model = keras.Sequential([keras.Input(shape), make()])
    rng = np.random.default_rng(0)
    if request.param != "SquaredDistance":
        model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    return model


def test_a_saved_layer_comes_back(model, tmp_path):
    x = np.random.default_rng(1).normal(size=(2, *model.input_shape[1:]))
    x = x.astype("float32")
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    want, got = (keras.ops.convert_to_numpy(m(x)) for m in (model, again))
    assert np.array_equal(got, want)
    assert np.abs(want).max() > 0
    assert again.layers[0].get_config() == model.layers[0].get_config()
    assert len(again.trainable_weights) == len(model.trainable_weights)


def test_a_layer_made_anew_from_its_config_starts_alike(model):
    layer = model.layers[0]
    twins = [type(layer).from_config(layer.get_config()) for _ in range(2)]
    for twin in twins:
        twin.build((None, *model.input_shape[1:]))
    for a, b in zip(*(twin.get_weights() for twin in twins)):
        assert np.array_equal(a, b)


def test_layers_are_registered_under_the_packages_name():
    for name in _layers.__all__:
        thing = getattr(_layers, name)
        assert keras.saving.get_registered_name(thing) == f"companion>{name}"


@pytest.mark.parametrize("name", sorted(set(LAYERS) - {"scaled_tanh"}))
def test_layers_compute_in_float16(name):
    make, shape = LAYERS[name]
    config = make().get_config() | {"dtype": "float16"}
    layer = getattr(_layers, name).from_config(config)
    x = np.random.default_rng(0).random((2, *shape)).astype("float16")
    out = keras.ops.convert_to_numpy(layer(x))
    assert out.dtype == np.float16
    assert np.isfinite(out).all()


def test_normalization_does_not_overflow_in_float16():
    layer = _layers.LocalResponseNormalization(dtype="float16")
    out = keras.ops.convert_to_numpy(layer(np.full((1, 1, 1, 5), 300, "float16")))
    near = 300**2 * np.array([3, 4, 5, 4, 3])
    want = 300 / (2 + 1e-4 * near) ** 0.75
    assert out.ravel() == pytest.approx(want, rel=2e-3)


def partial(inputs=((0,),), kernel_size=3):
    return _layers.PartialConv2D(inputs, kernel_size, kernel_initializer="ones")


def local(*settings):
    return _layers.LocallyConnected2D(*settings, kernel_initializer="ones")


@pytest.mark.parametrize(
    ("make", "shape", "message"),
    [
        (_layers.Subsampling, (5, 4, 1), r"must be even, got \(None, 5, 4, 1\)"),
        (_layers.Subsampling, (4, 4), r"shape \(N, H, W, C\)"),
        (_layers.Subsampling, (None, 4, 1), r"fixed shape \(N, H, W, C\)"),
        (partial, (2, 5, 1), "H and W at least 3"),
        (lambda: partial([(0, 3)]), (5, 5, 3), "map 3, but there are 3"),
        (lambda: partial([(0,), ()]), (5, 5, 3), "one input map or more"),
        (lambda: partial([(-1,)]), (5, 5, 3), "from 0 on"),
        (lambda: partial(kernel_size=0), (5, 5, 1), "kernel_size.*0"),
        (lambda: local(0, 3), (5, 5, 1), "filters.*0"),
        (lambda: local(1, 3, np.nan), (5, 5, 1), "strides.*nan"),
        (lambda: local(1, 1.5), (5, 5, 1), r"kernel_size.*1\.5"),
        (lambda: local(1, 6), (5, 5, 1), "H and W at least 6"),
        (lambda: _layers.SquaredDistance(np.ones(3)), (3,), r"\(D, K\), got \(3,\)"),
        (lambda: _layers.SquaredDistance(np.ones((3, 2))), (1,), r"\(N, 3\).*\(.*1\)"),
        (
            lambda: _layers.SquaredDistance(np.full((3, 2), np.nan)),
            (3,),
            "codes.* 6 ",
        ),
    ],
)
def test_what_does_not_fit_is_named(make, shape, message):
    with pytest.raises((TypeError, ValueError), match=message):
        keras.Sequential([keras.Input(shape), make()])
