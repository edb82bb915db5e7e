"""companion.scratch by itself: derivatives against differences, and clear errors."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion import scratch
from companion.scratch import (
    LSTM,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    ReLU,
    Sigmoid,
    SimpleRNN,
    SoftmaxCrossEntropy,
    Tanh,
    numerical_gradient,
)

# Of the largest entry of the gradient, or of 1 if all are smaller.
TOLERANCE = 1e-6

LAYERS = {
    "dense": (lambda: Dense(3), (4,)),
    "dense on two axes": (lambda: Dense(3), (2, 4)),
    "flatten": (Flatten, (2, 3)),
    "relu": (ReLU, (5,)),
    "sigmoid": (Sigmoid, (5,)),
    "tanh": (Tanh, (5,)),
    "conv": (lambda: Conv2D(2, 3), (5, 6, 2)),
    "conv 1x1": (lambda: Conv2D(2, 1), (3, 2, 2)),
    "conv strided, padded": (lambda: Conv2D(2, (3, 2), (2, 3), "same"), (5, 6, 1)),
    "conv of many channels": (lambda: Conv2D(2, (2, 3), 2), (4, 5, 6)),
    "max": (lambda: MaxPooling2D(2), (5, 4, 2)),
    "max overlapping": (lambda: MaxPooling2D((3, 2), 1, "same"), (4, 5, 2)),
    "average": (lambda: AveragePooling2D(2), (5, 4, 2)),
    "average padded": (lambda: AveragePooling2D(3, 2, "same"), (4, 6, 2)),
    "normalization": (BatchNormalization, (2, 3)),
    "dropout": (lambda: Dropout(0.4, seed=1), (6,)),
    "rnn": (lambda: SimpleRNN(3), (4, 2)),
    "rnn, sequences": (lambda: SimpleRNN(3, return_sequences=True), (4, 2)),
    "lstm": (lambda: LSTM(3), (4, 2)),
    "lstm, sequences": (lambda: LSTM(3, return_sequences=True), (4, 2)),
}


@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_those_of_central_differences(name, training):
    make, shape = LAYERS[name]
    layer, rng = make(), np.random.default_rng(0)
    layer.build(shape, rng, "float64")
    for array in layer.parameters.values():
        array[...] = rng.standard_normal(array.shape)
    if layer.state:
        layer.state["moving_mean"][...] = rng.standard_normal(3)
        layer.state["moving_variance"][...] = rng.uniform(0.5, 2, 3)
    x = rng.standard_normal((3, *shape))
    weights = rng.standard_normal((3, *layer.output_shape))

    def loss(_=None):
        if isinstance(layer, Dropout):
            layer.build(shape, 0, "float64")  # the same mask again
        return (layer.forward(x, training) * weights).sum()

    state = {key: value.copy() for key, value in layer.state.items()}
    loss()
    got = {"x": layer.backward(weights), **layer.gradients}
    for key, value in state.items():
        layer.state[key][...] = value
    for key, array in {"x": x, **layer.parameters}.items():
        want = numerical_gradient(loss, array)
        error = np.abs(got[key] - want).max()
        assert error <= TOLERANCE * max(1, np.abs(want).max()), key


def test_gradient_of_the_loss_is_that_of_central_differences():
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((4, 3)) * 3, np.array([0, 2, 1, 2])
    loss = SoftmaxCrossEntropy()
    want = numerical_gradient(lambda z: loss.forward(z, labels), logits)
    loss.forward(logits, labels)
    assert np.abs(loss.backward() - want).max() <= TOLERANCE


def test_gradients_of_a_whole_network_are_those_of_central_differences():
    network = scratch.Sequential(
        [Conv2D(3, 3), BatchNormalization(), ReLU(), MaxPooling2D(2), Flatten(),
         Dense(4), Tanh(), Dense(3)],
        (6, 6, 2),
        dtype="float64",
    )  # fmt: skip
    rng, loss = np.random.default_rng(0), SoftmaxCrossEntropy()
    x, y = rng.standard_normal((4, 6, 6, 2)), np.array([0, 1, 2, 1])

    def value(_):
        return loss.forward(network.forward(x, training=True), y)

    value(None)
    got = {"x": network.backward(loss.backward()), **network.gradients}
    for key, array in {"x": x, **network.parameters}.items():
        assert np.abs(got[key] - numerical_gradient(value, array)).max() <= TOLERANCE


def test_scratch_needs_numpy_alone():
    code = (
        "import sys; before = set(sys.modules); import numpy, companion;"
        "allowed = {name.split('.')[0] for name in sys.modules};"
        "import companion.scratch;"
        "print({name.split('.')[0] for name in sys.modules} - allowed"
        " - set(sys.stdlib_module_names))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


def test_a_dead_pixel_gets_no_gradient():
    layer = Conv2D(1, 1, strides=2)
    layer.build((3, 4, 1), rng=0)
    layer.forward(np.ones((1, 3, 4, 1), "float32"))
    back = layer.backward(np.ones((1, 2, 2, 1), "float32"))
    seen = back[0, :, :, 0] != 0
    assert seen.tolist() == [
        [True, False, True, False],
        [False] * 4,
        [True, False, True, False],
    ]


def test_one_convolution_by_hand():
    layer = Conv2D(1, (1, 2), strides=(1, 2), padding="same")
    assert layer.build((1, 3, 1), rng=0) == (1, 2, 1)
    layer.parameters["kernel"][:] = np.reshape([10, 1], (1, 2, 1, 1))
    layer.parameters["bias"][:] = 100
    x = np.array([1, 2, 3], "float32").reshape(1, 1, 3, 1)
    assert layer.forward(x).ravel().tolist() == [112, 130]  # a zero follows the 3
    back = layer.backward(np.array([1, 2], "float32").reshape(1, 1, 2, 1))
    assert back.ravel().tolist() == [10, 1, 20]
    assert layer.gradients["kernel"].ravel().tolist() == [1 + 2 * 3, 2]
    assert layer.gradients["bias"].tolist() == [3]


def test_results_do_not_change_behind_your_back():
    rng = np.random.default_rng(0)
    for make, shape in LAYERS.values():
        layer = make()
        layer.build(shape, 0)
        first, second = rng.standard_normal((2, 3, *shape)).astype("float32")
        y = layer.forward(first, training=True)
        kept = y.copy()
        back = layer.backward(np.ones_like(y))
        kept_back = back.copy()
        layer.backward(np.ones_like(layer.forward(second, training=True)))
        assert np.array_equal(y, kept), layer
        assert np.array_equal(back, kept_back), layer


@pytest.mark.parametrize("name", LAYERS)
def test_everything_stays_in_float32(name):
    make, shape = LAYERS[name]
    layer = make()
    layer.build(shape, 0)
    y = layer.forward(np.ones((2, *shape), "float32"), training=True)
    back = layer.backward(np.ones_like(y))
    arrays = [y, back, *layer.parameters.values(), *layer.state.values()]
    assert {array.dtype.name for array in arrays} == {"float32"}
    assert {a.dtype.name for a in layer.gradients.values()} <= {"float32"}
    assert layer.gradients.keys() == layer.parameters.keys()


def test_parameters_repeat_with_the_seed_only():
    kernels = []
    for seed in (1, 1, 2):
        layer = Dense(3)
        layer.build((4,), seed)
        kernels.append(layer.parameters["kernel"])
    assert np.array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])


def test_dropout_keeps_the_mean_and_repeats_with_its_seed():
    outputs = []
    for seed in (0, 0, 1, None):
        layer = Dropout(0.25, seed)
        layer.build((10_000,), rng=5)
        outputs.append(layer.forward(np.ones((1, 10_000), "float32"), training=True))
    assert np.array_equal(outputs[0], outputs[1])
    assert not np.array_equal(outputs[0], outputs[2])
    assert not np.array_equal(outputs[0], outputs[3])
    assert set(np.unique(outputs[0])) == {0, np.float32(4 / 3)}
    assert outputs[0].mean() == pytest.approx(1, abs=0.03)
    nothing = Dropout(0.0, seed=0)
    nothing.build((3,), 0)
    x = np.ones((1, 3), "float32")
    assert np.array_equal(nothing.forward(x, training=True), x)


def test_moving_averages_move_in_training_only():
    layer = BatchNormalization(momentum=0.9)
    layer.build((2,), 0)
    x = np.array([[1, 10], [3, 30]], "float32")
    layer.forward(x)
    assert layer.state["moving_mean"].tolist() == [0, 0]
    layer.forward(x, training=True)
    assert layer.state["moving_mean"] == pytest.approx([0.2, 2.0])
    assert layer.state["moving_variance"] == pytest.approx([0.9 + 0.1, 0.9 + 10])


def test_lstm_starts_by_remembering():
    layer = LSTM(2)
    layer.build((3, 1), 0)
    assert layer.parameters["bias"].tolist() == [0, 0, 1, 1, 0, 0, 0, 0]


def test_windows_of_many_pixels_find_their_maximum():
    # More than 256 positions: one byte does not hold which of them is the largest.
    layer = MaxPooling2D(20)
    layer.build((20, 20, 1), 0)
    x = np.zeros((1, 20, 20, 1), "float32")
    x[0, 19, 3] = 1
    layer.forward(x, training=True)
    back = layer.backward(np.ones((1, 1, 1, 1), "float32"))
    assert np.argwhere(back[0, :, :, 0]).tolist() == [[19, 3]]


@settings(max_examples=30)
@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 5))
def test_every_pixel_is_in_a_window_under_same(size, kernel, stride):
    windows = scratch.Windows((size, 1), (kernel, 1), (stride, 1), "same")
    assert windows.places[0] == -(-size // stride)
    seen = np.zeros((1, size + sum(windows.pads[0]), 1, 1))
    for _, index in windows.offsets():
        seen[index] += 1
    if kernel >= stride:
        assert windows.crop(seen).all()
    assert seen.max() <= -(-kernel // stride)
    assert windows.overlap == (kernel > stride)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(0), "Dense: units must be at least 1, got 0"),
        (lambda: Conv2D(0, 3), "Conv2D: filters must be at least 1, got 0"),
        (lambda: Conv2D(1, 0, name="c"), "Conv2D 'c': kernel_size .* got 0"),
        (lambda: Conv2D(1, (1, 2, 3)), r"kernel_size .* or two, got \(1, 2, 3\)"),
        (lambda: Conv2D(1, 3, 0), "Conv2D: strides must be at least 1, got 0"),
        (lambda: Conv2D(1, 3, padding="full"), "'valid' or 'same', got 'full'"),
        (lambda: MaxPooling2D(0), "MaxPooling2D: pool_size .* got 0"),
        (lambda: MaxPooling2D(2, -1), "MaxPooling2D: strides .* got -1"),
        (lambda: AveragePooling2D(padding=1), "'valid' or 'same', got 1"),
        (lambda: Dropout(1), r"Dropout: rate must be in \[0, 1\), got 1"),
        (lambda: BatchNormalization(1), r"momentum must be in \[0, 1\), got 1"),
        (lambda: BatchNormalization(epsilon=0), "epsilon must be positive, got 0"),
        (lambda: SimpleRNN(-2), "SimpleRNN: units must be at least 1, got -2"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(1.5), r"Dense: units must be a whole number, got 1.5 \(float\)"),
        (lambda: Dense(True), r"got True \(bool\)"),
        (
            lambda: Conv2D(1, "3"),
            r"kernel_size must be a whole number, got '3' \(str\)",
        ),
        (lambda: LSTM(None), r"LSTM: units .* got None"),
    ],
)
def test_wrong_kinds_of_settings_are_named(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (Conv2D(1, 3), (28, 28), r"Conv2D: .* \(H, W, C\), got \(28, 28\)"),
        (Conv2D(1, 3, name="c"), (2, 5, 1), r"'c': windows of \(3, 3\) do not fit .*"
         r"images of \(2, 5\)"),
        (MaxPooling2D(4), (3, 3, 1), r"MaxPooling2D: windows of \(4, 4\)"),
        (MaxPooling2D(2), (4,), r"\(H, W, C\), got \(4,\)"),
        (LSTM(2), (3,), r"LSTM: .* \(T, F\), got \(3,\)"),
        (Dense(2), (), r"sizes of one example, .* got \(\)"),
        (Dense(2), (0,), r"all at least 1, got \(0,\)"),
    ],
)  # fmt: skip
def test_inputs_that_do_not_fit_are_named_when_building(layer, shape, message):
    with pytest.raises(ValueError, match=message):
        layer.build(shape, 0)


def test_wrong_padding_is_named_by_the_windows_too():
    with pytest.raises(ValueError, match="'valid' or 'same', got 'no'"):
        scratch.Windows((3, 3), (1, 1), (1, 1), "no")


def test_wrong_dtype_is_named_when_building():
    with pytest.raises(TypeError, match=r"\('float32', 'float64'\), got float16"):
        Dense(2).build((3,), 0, "float16")


def test_wrong_inputs_and_gradients_are_named():
    layer = Dense(2, name="last")
    with pytest.raises(RuntimeError, match=r"Dense 'last': forward needs .*call build"):
        layer.forward(np.ones((1, 3), "float32"))
    layer.build((3,), 0)
    with pytest.raises(RuntimeError, match=r"'last': backward needs .*call forward"):
        layer.backward(np.ones((1, 2), "float32"))
    with pytest.raises(
        TypeError, match=r"'last': .* input .* float32, got float64; conv"
    ):
        layer.forward(np.ones((1, 3)))
    with pytest.raises(TypeError, match="array of float32, got list"):
        layer.forward([[1, 2, 3]])
    with pytest.raises(ValueError, match=r"input in shape \(N, 3\), got \(1, 4\)"):
        layer.forward(np.ones((1, 4), "float32"))
    with pytest.raises(ValueError, match="at least one example, got none"):
        layer.forward(np.ones((0, 3), "float32"))
    layer.forward(np.ones((4, 3), "float32"))
    with pytest.raises(ValueError, match=r"gradient in shape \(4, 2\), got \(3, 2\)"):
        layer.backward(np.ones((3, 2), "float32"))
    with pytest.raises(TypeError, match=r"gradient .* float32, got float64"):
        layer.backward(np.ones((4, 2)))


def test_a_layer_says_what_it_is():
    layer = Dense(2, name="last")
    layer.build((3,), 0)
    assert repr(layer) == "Dense 'last': (3,) -> (2,)"


def test_a_layer_without_mathematics_says_so():
    layer = scratch.Layer()
    layer.build((1,), 0)
    with pytest.raises(NotImplementedError, match="Layer defines no _forward"):
        layer.forward(np.ones((1, 1), "float32"))
    layer._cache = None, 1
    with pytest.raises(NotImplementedError, match="Layer defines no _backward"):
        layer.backward(np.ones((1, 1), "float32"))


@pytest.mark.parametrize(
    ("logits", "labels", "error", "message"),
    [
        (np.zeros(3), [0], ValueError, r"logits in shape \(N, K\).* got \(3,\)"),
        (np.zeros((0, 3)), [], ValueError, r"got \(0, 3\)"),
        (np.zeros((2, 3)), [0], ValueError, r"labels in shape \(2,\).* got \(1,\)"),
        (np.zeros((1, 3)), [[0]], ValueError, r"got \(1, 1\)"),
        (np.zeros((1, 3)), [0.0], TypeError, "labels as integers, got float64"),
        (np.zeros((2, 3)), [0, 3], ValueError, r"labels must be in 0\.\.2, got 0\.\.3"),
        (np.zeros((2, 3)), [-1, 1], ValueError, r"got -1\.\.1"),
    ],
)
def test_loss_names_wrong_logits_and_labels(logits, labels, error, message):
    with pytest.raises(error, match=f"SoftmaxCrossEntropy: .*{message}"):
        SoftmaxCrossEntropy().forward(logits, labels)


def test_loss_backward_before_forward():
    with pytest.raises(RuntimeError, match=r"SoftmaxCrossEntropy: .*call forward"):
        SoftmaxCrossEntropy().backward()


def test_huge_logits_lose_nothing():
    loss = SoftmaxCrossEntropy()
    assert loss.forward(np.array([[1e4, 0.0]]), np.array([1])) == 1e4
    assert loss.backward().tolist() == [[1, -1]]


def test_numerical_gradient_names_what_is_wrong_and_puts_values_back():
    with pytest.raises(TypeError, match="float64, got float32"):
        numerical_gradient(np.sum, np.ones(2, "float32"))
    with pytest.raises(TypeError, match="float64, got list"):
        numerical_gradient(np.sum, [1.0])
    with pytest.raises(ValueError, match="epsilon must be positive, got 0"):
        numerical_gradient(np.sum, np.ones(2), epsilon=0)
    x = np.array([0.1, 0.2])

    def fail(x):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        numerical_gradient(fail, x)
    numerical_gradient(np.sum, x)
    assert x.tolist() == [0.1, 0.2]


def test_orthogonal_matrices_favor_no_direction():
    rng = np.random.default_rng(0)
    draws = [scratch.orthogonal((3, 3), rng, "float64") for _ in range(1_000)]
    assert np.abs(np.mean(draws, axis=0)).max() < 0.1
