"""companion.scratch refuses what is no number, and forgets after a failure."""

import inspect

import numpy as np
import pytest

from companion import scratch
from companion.scratch import SGD, Adam, Perceptron, Sequential

NONSENSE = (np.nan, np.inf, -np.inf, True, "1", None)
LAYERS = {
    "AveragePooling2D": (scratch.AveragePooling2D(2), (4, 4, 1)),
    "BatchNormalization": (scratch.BatchNormalization(), (3,)),
    "Conv2D": (scratch.Conv2D(2, 3), (5, 5, 1)),
    "Dense": (scratch.Dense(2), (3,)),
    "Dropout": (scratch.Dropout(0.5), (3,)),
    "Flatten": (scratch.Flatten(), (2, 2)),
    "LSTM": (scratch.LSTM(2), (3, 2)),
    "MaxPooling2D": (scratch.MaxPooling2D(2), (4, 4, 1)),
    "ReLU": (scratch.ReLU(), (3,)),
    "Sigmoid": (scratch.Sigmoid(), (3,)),
    "SimpleRNN": (scratch.SimpleRNN(2), (3, 2)),
    "Tanh": (scratch.Tanh(), (3,)),
}


def test_every_layer_is_tested():
    public = {name: getattr(scratch, name) for name in scratch.__all__}
    layers = {
        name
        for name, thing in public.items()
        if inspect.isclass(thing) and issubclass(thing, scratch.Layer)
    }
    assert layers - {"Layer"} == set(LAYERS)


@pytest.fixture(params=LAYERS)
def built(request):
    layer, shape = LAYERS[request.param]
    layer.build(shape, 0)
    return layer, np.random.default_rng(0).random((2, *shape), dtype="float32")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_layers_refuse_what_is_not_finite_both_ways(bad, built):
    layer, x = built
    y = layer.forward(x, training=True)
    gradient = np.ones_like(y)
    gradient.flat[-1] = bad
    with pytest.raises(ValueError, match=r"gradient must be finite, got 1 of"):
        layer.backward(gradient)
    x = x.copy()
    x.flat[0] = bad
    with pytest.raises(ValueError, match=r"input must be finite, got 1 of"):
        layer.forward(x)


def test_a_layer_forgets_when_the_next_pass_fails(built):
    layer, x = built
    y = layer.forward(x)
    with pytest.raises(ValueError, match="expected the input in shape"):
        layer.forward(x[..., None])
    with pytest.raises(RuntimeError, match="call forward"):
        layer.backward(np.ones_like(y))


def test_a_layer_that_fails_to_build_is_not_built():
    layer = scratch.Conv2D(1, 3)
    layer.build((5, 5, 1), 0)
    with pytest.raises(ValueError, match="do not fit"):
        layer.build((2, 2, 1), 0)
    with pytest.raises(RuntimeError, match="needs a built layer"):
        layer.forward(np.ones((1, 5, 5, 1), "float32"))


@pytest.mark.parametrize("shape", [(2.5,), (np.nan,), (0,), ("3",), ()])
def test_shapes_of_examples(shape):
    with pytest.raises(ValueError, match="input_shape must be"):
        scratch.Dense(1).build(shape, 0)


@pytest.mark.parametrize("seed", [-1, 0.5, np.nan, True, None, "0"])
def test_seeds(seed):
    for make in (
        lambda: scratch.Dense(1).build((2,), seed),
        lambda: Sequential([scratch.Dense(1)], (2,), seed=seed),
        lambda: Perceptron(seed=seed),
        lambda: network().fit(*examples(), seed=seed),
    ):
        with pytest.raises((TypeError, ValueError), match=r"must be .*got"):
            make()


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize(
    "make",
    [
        lambda v: SGD(v),
        lambda v: SGD(0.1, momentum=v),
        lambda v: Adam(v),
        lambda v: Adam(beta_1=v),
        lambda v: Adam(beta_2=v),
        lambda v: Adam(epsilon=v),
        lambda v: scratch.one_cycle(v),
        lambda v: scratch.one_cycle(0.1, v),
        lambda v: scratch.one_cycle(0.1)(v),
        lambda v: scratch.BatchNormalization(v),
        lambda v: scratch.BatchNormalization(epsilon=v),
        lambda v: scratch.Dropout(v),
        lambda v: Perceptron(epochs=v),
        lambda v: network().fit(*examples(), epochs=v),
        lambda v: network().fit(*examples(), batch_size=v),
        lambda v: network().predict(examples()[0], batch_size=v),
        lambda v: network().evaluate(*examples(), batch_size=v),
        lambda v: scratch.numerical_gradient(np.sum, np.ones(2), v),
    ],
)
def test_settings_are_finite_numbers(make, value):
    with pytest.raises((TypeError, ValueError), match=r"must be .*got"):
        make(value)


@pytest.mark.parametrize("done", [-0.1, 1.1])
def test_a_schedule_knows_its_ends(done):
    with pytest.raises(ValueError, match=r"done must be in \[0, 1\]"):
        scratch.one_cycle(0.1)(done)


def network(**options):
    return Sequential([scratch.Dense(2)], (3,), **options)


def examples():
    x = np.random.default_rng(0).random((8, 3), dtype="float32")
    return x, np.arange(8) % 2


def spoiled():
    x, y = examples()
    x[2, 1] = np.nan
    return x, y


def test_networks_refuse_what_is_not_finite():
    x, y = spoiled()
    for action in (
        lambda: network().fit(x, y),
        lambda: network().evaluate(x, y),
        lambda: network().predict(x),
        lambda: network().forward(x),
        lambda: network().fit(*examples(), validation=(x, y)),
    ):
        with pytest.raises(ValueError, match=r"must be finite, got 1 of 24"):
            action()


@pytest.mark.parametrize(
    "change",
    [
        lambda x, y: (x, y[:3]),
        lambda x, y: (x, y + 1),
        lambda x, y: (x, y - 1),
        lambda x, y: (x, y + 0.5),
        lambda x, y: (x[:, :2], y),
        lambda x, y: ((x * 255).astype("uint8"), y),
        lambda x, y: (x[:0], y[:0]),
        lambda x, y: x,
    ],
)
def test_validation_is_checked_before_the_first_step(change):
    steps = []
    with pytest.raises((TypeError, ValueError), match=r"Sequential|Dense"):
        network().fit(
            *examples(),
            validation=change(*examples()),
            on_step=lambda *step: steps.append(step),
        )
    assert steps == []


def test_training_stops_where_the_logits_are_no_numbers():
    x, y = examples()
    steps = []
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match=r"at step \d+ of 400.*below 1e\+38"),
    ):
        network().fit(
            x * 1e4, y, epochs=50, batch_size=1, optimizer=SGD(1e38),
            on_step=lambda *step: steps.append(step),
        )  # fmt: skip
    assert np.isfinite([step[2] for step in steps]).all()


def test_weights_that_are_not_finite_are_refused_and_not_copied():
    one = network()
    before = one.get_weights()
    with pytest.raises(ValueError, match=r"weights\[1\] must be finite"):
        one.set_weights([np.ones((3, 2)), [0, np.nan]])
    assert all(map(np.array_equal, before, one.get_weights()))


def test_a_networks_gradient_is_finite():
    one = network()
    one.forward(examples()[0])
    with pytest.raises(ValueError, match="gradient must be finite"):
        one.backward(np.full((8, 2), np.nan, "float32"))


def test_losses_refuse_what_is_not_finite_and_forget():
    loss, good = scratch.SoftmaxCrossEntropy(), np.zeros((2, 3))
    for logits, labels in ((good * np.nan, [0, 1]), (good, [0, 3])):
        loss.forward(good, np.array([0, 1]))
        with pytest.raises(ValueError, match=r"finite|labels"):
            loss.forward(logits, np.array(labels))
        with pytest.raises(RuntimeError, match="call forward"):
            loss.backward()


def test_softmax_and_sigmoid_refuse_nan_and_take_infinities_that_have_a_limit():
    assert scratch.softmax(np.array([-np.inf, 0.0])).tolist() == [0, 1]
    assert scratch.sigmoid(np.array([-np.inf, np.inf])).tolist() == [0, 1]
    assert scratch.softmax([[1, 1]]).tolist() == [[0.5, 0.5]]
    assert scratch.sigmoid([0]).tolist() == [0.5]
    for bad in (
        [[0, np.nan]],
        [[0, np.inf]],
        [[-np.inf, -np.inf]],
        np.zeros((2, 0)),
        3,
    ):
        with pytest.raises(ValueError, match="softmax"):
            scratch.softmax(bad)
    with pytest.raises(ValueError, match=r"sigmoid: .* 1 NaN"):
        scratch.sigmoid([0, np.nan])


@pytest.mark.parametrize("optimizer", [SGD(0.1), Adam(0.1)])
def test_optimizers_change_nothing_by_a_gradient_that_is_no_number(optimizer):
    weights = {"a": np.ones(2), "b": np.ones(2)}
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="gradient of 'b' must be finite"):
            optimizer.update(weights, {"a": np.ones(2), "b": np.array([0, bad])})
    with pytest.raises(TypeError, match=r"'b' and its gradient .* got list"):
        optimizer.update(weights, {"a": np.ones(2), "b": [1.0, 2.0]})
    assert (weights["a"] == 1).all()
    assert optimizer.steps == 0
    with pytest.raises(TypeError, match="arrays of floats, got int64"):
        optimizer.update({"a": np.array([1, 2])}, {"a": np.ones(2)})


@pytest.mark.parametrize("rate", [np.nan, np.inf, -0.1])
def test_a_learning_rate_set_in_between_is_checked_too(rate):
    optimizer, weights = SGD(0.1), {"w": np.ones(1)}
    optimizer.learning_rate = rate
    with pytest.raises(ValueError, match="learning_rate must be"):
        optimizer.update(weights, {"w": np.ones(1)})
    with pytest.raises(ValueError, match="learning_rate must be"):
        network().fit(*examples(), learning_rate=lambda done: rate)


def test_the_perceptron_refuses_and_forgets():
    x, y = np.array([[0.0, 0], [1, 1]]), np.array([0, 1])
    bad = np.array([[0.0, np.nan], [1, 1]])
    for wrong in ((bad, y), (x, y + 1), (x, [0, np.nan]), (x, y[:1]), (x[:, :0], y)):
        perceptron = Perceptron().fit(x, y)
        with pytest.raises(ValueError, match="Perceptron"):
            perceptron.fit(*wrong)
        with pytest.raises(RuntimeError, match="call fit"):
            perceptron.predict(x)
    with pytest.raises(ValueError, match="x must be finite, got 1 of 4"):
        Perceptron().fit(x, y).predict(bad)


def test_numerical_gradients_are_of_numbers():
    with pytest.raises(ValueError, match="x must be finite"):
        scratch.numerical_gradient(np.sum, np.array([1, np.nan]))
    x = np.array([[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"finite numbers, got nan .* x\[0, 0\] = 1.0"):
        scratch.numerical_gradient(lambda x: np.nan, x)
    assert x.tolist() == [[1, 2]]


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2.5, 3), (np.nan, 2)])
@pytest.mark.parametrize("draw", [scratch.glorot_uniform, scratch.orthogonal])
def test_shapes_of_kernels(draw, shape):
    with pytest.raises(ValueError, match=f"{draw.__name__}: shape must"):
        draw(shape, np.random.default_rng(0))


def test_windows_know_the_size_of_their_images():
    windows = scratch.Windows((4, 4), (3, 3), (1, 1), "same")
    with pytest.raises(ValueError, match=r"\(N, 4, 4, C\), got \(1, 5, 4, 1\)"):
        windows.pad(np.zeros((1, 5, 4, 1)))
    with pytest.raises(ValueError, match=r"\(N, 6, 6, C\), got \(1, 4, 4, 1\)"):
        windows.crop(np.zeros((1, 4, 4, 1)))
    for wrong in ((0, 1), (1.5, 1), (np.nan, 1), (1,)):
        with pytest.raises(ValueError, match="strides must be two whole numbers"):
            scratch.Windows((4, 4), (3, 3), wrong, "same")
