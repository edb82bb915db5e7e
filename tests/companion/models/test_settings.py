"""Every builder refuses settings that make no sense, before Keras sees them."""

import keras
import numpy as np
import pytest

from companion import models
from companion.models.tabular import tabular_mlp

BUILDERS = {
    "article_cnn": models.article_cnn,
    "small_cnn": models.small_cnn,
    "lenet5": models.lenet5,
    "alexnet": lambda seed=0, **options: models.alexnet(
        seed, **{"initializer": "Zeros", **options}
    ),
    "vgg16": lambda seed=0, **options: models.vgg16(
        seed, **{"initializer": "Zeros", **options}
    ),
    "lstm_classifier": lambda seed=0, **options: models.lstm_classifier(
        4, 3, seed=seed, **options
    ),
    "window_network": models.window_network,
    "tabular_mlp": lambda seed=0, **options: tabular_mlp(3, seed=seed, **options),
}
NONSENSE = (np.nan, np.inf, 2.5, -1, True, "3", None)


@pytest.mark.parametrize("seed", [np.nan, 0.5, -1, 2**32, True, "1", None])
@pytest.mark.parametrize("name", BUILDERS)
def test_seeds(name, seed):
    with pytest.raises((TypeError, ValueError), match=r"^seed must be .*got"):
        BUILDERS[name](seed)


@pytest.mark.parametrize("classes", NONSENSE)
@pytest.mark.parametrize("name", sorted(set(BUILDERS) - {"lenet5"}))
def test_classes(name, classes):
    with pytest.raises((TypeError, ValueError), match=r"^classes must be .*got"):
        BUILDERS[name](classes=classes)


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize("name", ["steps", "features", "units"])
def test_sizes_of_the_lstm(name, value):
    settings = {"steps": 4, "features": 3, name: value}
    with pytest.raises((TypeError, ValueError), match=f"^{name} must be .*got"):
        models.lstm_classifier(**settings)


@pytest.mark.parametrize("shape", [(28, np.nan, 1), (28.5, 28, 1), (28, 28, "1")])
@pytest.mark.parametrize("build", [models.article_cnn, models.small_cnn])
def test_input_shapes(build, shape):
    with pytest.raises(ValueError, match=r"input_shape must be \(H, W, C\)"):
        build(input_shape=shape)


@pytest.mark.parametrize("build", [models.alexnet, models.vgg16])
def test_initializers(build):
    with pytest.raises(ValueError, match="keras.initializers.*got 'Foo'"):
        build(initializer="Foo")


def test_numpys_seeds_are_as_good_as_pythons():
    one, other = (
        models.window_network(seed).get_weights() for seed in (7, np.uint32(7))
    )
    assert all(map(np.array_equal, one, other))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((1, 28, 28, 1), "uint8"), "uint8"),
        (np.full((1, 28, 28, 1), np.nan), "x.* 784 "),
        (np.zeros((1, 28, 28)), r"\(N, 28, 28, 1\), got \(1, 28, 28\)"),
        (np.zeros((1, 28, 27, 1)), r"got \(1, 28, 27, 1\)"),
        (np.zeros((0, 28, 28, 1)), "at least one example"),
    ],
)
def test_feature_maps_name_wrong_examples(x, message):
    with pytest.raises((TypeError, ValueError), match=message):
        models.feature_maps(models.window_network(), x)


def test_an_unbuilt_model_has_no_costs():
    with pytest.raises(ValueError, match="built Keras model"):
        models.layer_costs(keras.Sequential([keras.layers.Dense(2)]))
