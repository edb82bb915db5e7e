import os

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion import models

BUILDERS = {"article_cnn": models.article_cnn, "small_cnn": models.small_cnn}


@pytest.fixture(params=BUILDERS, ids=str)
def builder(request):
    return BUILDERS[request.param]


def test_the_articles_network_is_exactly_the_articles():
    model = models.article_cnn()
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == [
        "Conv2D",
        "MaxPooling2D",
        "Conv2D",
        "MaxPooling2D",
        "Conv2D",
        "Flatten",
        "Dense",
        "Dense",
    ]
    parameters = [cost.parameters for cost in models.layer_costs(model)]
    assert parameters == [320, 0, 18_496, 0, 36_928, 0, 36_928, 650]
    assert model.count_params() == 93_322
    activations = [
        layer.activation.__name__
        for layer in model.layers
        if hasattr(layer, "activation")
    ]
    assert activations == ["relu"] * 4 + ["softmax"]


def test_multiply_adds_of_the_articles_network_by_hand():
    costs = {c.name: c.multiply_adds for c in models.layer_costs(models.article_cnn())}
    assert costs == {
        "conv1": 26 * 26 * 32 * 9,
        "pool1": 0,
        "conv2": 11 * 11 * 64 * 9 * 32,
        "pool2": 0,
        "conv3": 3 * 3 * 64 * 9 * 64,
        "flatten": 0,
        "dense1": 576 * 64,
        "dense2": 64 * 10,
    }


@settings(max_examples=15)
@given(
    st.integers(2, 9),
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(1, 3),
    st.sampled_from(["valid", "same"]),
)
def test_multiply_adds_are_the_products_that_a_loop_makes(
    size, kernel, channels, filters, stride, padding
):
    kernel = min(kernel, size)
    model = keras.Sequential(
        [
            keras.Input((size, size, channels)),
            keras.layers.Conv2D(filters, kernel, stride, padding),
        ]
    )
    h, w, k = model.output_shape[1:]
    products = sum(
        1
        for _ in range(h)
        for _ in range(w)
        for _ in range(k)
        for _ in range(kernel * kernel * channels)
    )
    assert models.layer_costs(model)[0].multiply_adds == products


@settings(max_examples=10)
@given(
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.sampled_from([1, 2, 3])
)
def test_multiply_adds_of_grouped_and_depthwise_convolutions(kernel, c, f, groups):
    model = keras.Sequential(
        [
            keras.Input((5, 6, c * groups)),
            keras.layers.Conv2D(f * groups, kernel, groups=groups),
            keras.layers.DepthwiseConv2D(kernel, padding="same", depth_multiplier=f),
        ]
    )
    grouped, depthwise = models.layer_costs(model)
    positions = (6 - kernel) * (7 - kernel)
    assert grouped.multiply_adds == positions * f * groups * kernel**2 * c
    assert depthwise.multiply_adds == positions * f * groups * f * kernel**2
    assert grouped.parameters == f * groups * (kernel**2 * c + 1)


def test_a_layer_may_tell_its_multiply_adds():
    class Scale(keras.layers.Layer):
        multiply_adds = 12

        def build(self, input_shape):
            self.scale = self.add_weight(shape=())

        def call(self, inputs):
            return inputs * self.scale

    model = keras.Sequential([keras.Input((4, 3)), Scale()])
    assert models.layer_costs(model)[0].multiply_adds == 12


def test_a_layer_whose_products_are_unknown_is_named():
    model = keras.Sequential([keras.Input((4, 3)), keras.layers.LSTM(2, name="cell")])
    with pytest.raises(TypeError, match=r"layer 'cell' \(LSTM\)"):
        models.layer_costs(model)


def test_builders_give_probabilities(builder):
    x = np.random.default_rng(0).random((5, 28, 28, 1), dtype="float32")
    p = builder().predict(x, verbose=0)
    assert p.shape == (5, 10)
    assert p.dtype == np.float32
    assert p.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert (p >= 0).all()


def test_builders_repeat_with_the_seed_only(builder):
    first, again, other = (builder(seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again))
    assert not np.array_equal(first[0], other[0])


def test_layers_of_one_model_start_differently(builder):
    dense = [w for w in builder().get_weights() if w.ndim == 4 and w.shape[2] > 1]
    assert not np.array_equal(dense[0].ravel()[:50], dense[1].ravel()[:50])


def test_building_leaves_the_global_random_state_alone(builder):
    np.random.seed(0)  # noqa: NPY002
    want = np.random.random()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    builder()
    assert np.random.random() == want  # noqa: NPY002


def test_builders_take_other_images_and_classes(builder):
    model = builder(input_shape=(32, 40, 3), classes=7)
    assert model.predict(np.zeros((1, 32, 40, 3)), verbose=0).shape == (1, 7)


def test_builders_take_the_smallest_image_they_promise(builder):
    assert builder(input_shape=(18, 18, 1)).output_shape == (None, 10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (28, 28)}, r"\(H, W, C\).*got \(28, 28\)"),
        ({"input_shape": (17, 28, 1)}, r"at least 18, got \(17, 28, 1\)"),
        ({"input_shape": (28, 28, 0)}, r"got \(28, 28, 0\)"),
        ({"classes": 1}, "at least 2, got 1"),
    ],
)
def test_builders_name_a_wrong_argument(builder, arguments, message):
    with pytest.raises(ValueError, match=message):
        builder(**arguments)


def test_small_cnn_without_its_changes():
    names = [layer.name for layer in models.small_cnn(stem="pooled").layers]
    assert "pool1" in names
    plain = models.small_cnn(batch_normalization=False)
    assert not any("norm" in layer.name for layer in plain.layers)
    assert all(
        layer.use_bias for layer in plain.layers if layer.name.startswith("conv")
    )
    with pytest.raises(ValueError, match="'strided' or 'pooled', got 'dense'"):
        models.small_cnn(stem="dense")


@pytest.mark.skipif(
    os.environ.get("ONEDNN_MAX_CPU_ISA", "").upper() in {"SSE41", "AVX", "AVX2"},
    reason="TensorFlow asks the processor for bfloat16, and oneDNN is kept from it",
)
def test_bfloat16_computes_in_bfloat16_and_answers_in_float32(builder):
    model = builder(dtype="mixed_bfloat16")
    assert model.get_layer("conv2").compute_dtype == "bfloat16"
    assert model.get_layer("conv2").kernel.dtype == "float32"
    assert model.predict(np.zeros((1, 28, 28, 1)), verbose=0).dtype == np.float32


def test_feature_maps_are_what_the_layers_compute():
    model = models.article_cnn(seed=3)
    x = np.random.default_rng(0).random((2, 28, 28, 1), dtype="float32")
    maps = models.feature_maps(model, x)
    assert list(maps) == [layer.name for layer in model.layers]
    assert maps["conv1"].shape == (2, 26, 26, 32)
    kernel, bias = model.get_layer("conv1").get_weights()
    patch = x[1, 5:8, 7:10, 0]
    by_hand = np.maximum((patch[..., None] * kernel[:, :, 0]).sum((0, 1)) + bias, 0)
    assert maps["conv1"][1, 5, 7] == pytest.approx(by_hand, abs=1e-5)
    want = maps["conv1"][:, :2, :2].max(axis=(1, 2))
    assert np.array_equal(maps["pool1"][:, 0, 0], want)
    assert maps["dense2"] == pytest.approx(model.predict(x, verbose=0), abs=1e-6)


def test_the_small_network_pools_then_normalizes_then_activates():
    names = [layer.name for layer in models.small_cnn().layers]
    assert names == [
        *("conv1", "norm_conv1", "relu_conv1"),
        *("conv2", "pool2", "norm_conv2", "relu_conv2"),
        *("conv3", "norm_conv3", "relu_conv3", "flatten"),
        *("dense1", "norm_dense1", "relu_dense1", "dense2"),
    ]
