"""Networks, optimizers and the perceptron of companion.scratch."""

import numpy as np
import pytest

from companion import datasets, figures, scratch, training
from companion.scratch import (
    SGD,
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    Perceptron,
    ReLU,
    Sequential,
    SimpleRNN,
    one_cycle,
)
from companion.training import classification

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@pytest.fixture(scope="module")
def mnist():
    return datasets.mnist()


@pytest.fixture
def blobs():
    """Three classes that lines separate."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    angle = 2 * np.pi * y / 3
    x = np.stack([np.cos(angle), np.sin(angle)], 1) * 3 + rng.standard_normal((300, 2))
    return x.astype("float32"), y


def small(seed=0, **options):
    return Sequential([Dense(8), ReLU(), Dense(3)], (2,), seed=seed, **options)


def test_a_network_learns_mnist_in_seconds(mnist):
    network = Sequential(
        [
            Conv2D(8, 5, strides=2),
            BatchNormalization(momentum=0.9),
            ReLU(),
            MaxPooling2D(2),
            Flatten(),
            Dense(32),
            ReLU(),
            Dropout(0.1),
            Dense(10),
        ],
        (28, 28, 1),
    )
    x, y = mnist.x_train[:6000], mnist.y_train[:6000]
    rate = one_cycle(0.01)
    history = network.fit(x, y, epochs=2, batch_size=32, learning_rate=rate)
    loss, accuracy = network.evaluate(mnist.x_test[:2000], mnist.y_test[:2000])
    assert accuracy > 0.9
    assert loss < 0.35
    assert history.loss[-1] < history.loss[0] / 2


def test_history_notes_and_validates(blobs):
    x, y = blobs
    seen = []
    network = small()
    history = network.fit(
        x, y, epochs=3, batch_size=7, validation=(x[:50], y[:50]), seed=1,
        on_step=lambda *step: seen.append(step),
    )  # fmt: skip
    assert history.step[-1] == 3 * 43
    assert history.epoch == [43, 86, 129]
    assert len(history.step) == len(history.loss) == len(history.accuracy) == 60
    assert np.all(np.diff(history.step) > 0)
    loss, accuracy = network.evaluate(x[:50], y[:50])
    assert (history.val_loss[-1], history.val_accuracy[-1]) == (loss, accuracy)
    assert [step[0] for step in seen] == list(range(1, 130))
    assert {step[1] for step in seen} == {129}
    windows = np.diff([0, *history.step])
    assert np.average(history.loss, weights=windows) == pytest.approx(
        np.mean([step[2] for step in seen])
    )
    figure = figures.training_curves({"run": history})
    assert len(figure.axes[0].lines) == 2


def test_few_steps_are_all_noted(blobs):
    x, y = blobs
    history = small().fit(x, y, epochs=2, batch_size=100)
    assert history.step == [1, 2, 3, 4, 5, 6]


def test_a_fraction_of_an_epoch_sees_that_fraction(blobs):
    x, y = blobs
    assert small().fit(x, y, epochs=0.5, batch_size=10).step[-1] == 15


def test_a_schedule_sets_the_learning_rate(blobs):
    x, y = blobs
    optimizer, rates = SGD(0.5), []
    small().fit(
        x, y, batch_size=100, epochs=2, optimizer=optimizer,
        learning_rate=lambda done: 0.1 * (1 - done),
        on_step=lambda *step: rates.append(optimizer.learning_rate),
    )  # fmt: skip
    assert rates == pytest.approx([0.1 * (1 - i / 6) for i in range(6)])


def test_runs_repeat_with_their_seeds_only(blobs):
    x, y = blobs
    losses = [
        tuple(small(seed).fit(x, y, seed=order).loss)
        for seed, order in ((0, 0), (0, 0), (1, 0), (0, 1))
    ]
    assert losses[0] == losses[1]
    assert len(set(losses)) == 3


def test_the_networks_seed_fixes_the_masks_of_dropout():
    def masked(seed):
        network = Sequential([Dropout(0.5)], (100,), seed=seed)
        return network.forward(np.ones((1, 100), "float32"), training=True)

    assert np.array_equal(masked(0), masked(0))
    assert not np.array_equal(masked(0), masked(1))


def test_every_epoch_takes_all_examples_in_a_new_order():
    batches = []

    class Note(Layer):
        def _forward(self, x, training):
            batches.append(x[:, 0])
            return x, None

    x, y = np.arange(20, dtype="float32")[:, None], np.arange(20) % 2
    Sequential([Note(), Dense(2)], (1,)).fit(x, y, epochs=3, batch_size=8)
    orders = np.concatenate(batches).reshape(3, 20)
    assert np.array_equal(np.sort(orders), np.tile(x.T, (3, 1)))
    assert len(np.unique(orders, axis=0)) == 3


def test_prediction_does_not_depend_on_the_batches(blobs):
    x, _ = blobs
    network = small()
    p = network.predict(x, batch_size=300)
    assert p.shape == (300, 3)
    assert p.sum(axis=1) == pytest.approx(np.ones(300), abs=1e-6)
    assert network.predict(x, batch_size=7) == pytest.approx(p, abs=1e-6)
    assert p == pytest.approx(scratch.softmax(network.forward(x)), abs=1e-6)


def test_evaluation_does_not_depend_on_the_batches(blobs):
    network = small()
    assert network.evaluate(*blobs, batch_size=7) == pytest.approx(
        network.evaluate(*blobs, batch_size=300)
    )


def test_backward_stops_at_the_first_layer_with_parameters(blobs, monkeypatch):
    network = Sequential([Flatten(), ReLU(), Dense(3)], (2,))
    x, _ = blobs
    network.forward(x)
    gradient = np.ones((300, 3), "float32")
    assert network.backward(gradient).shape == x.shape
    for layer in network.layers[:2]:
        monkeypatch.setattr(layer, "backward", None)  # it must not be called
    assert network.backward(gradient, input_gradient=False) is None
    bare = Sequential([ReLU()], (2,))
    bare.forward(x)
    assert bare.backward(x, input_gradient=False) is None
    assert bare.gradients == bare.parameters == {}


def test_names_are_unique():
    network = Sequential(
        [Dense(2, name="dense_1"), Dense(2), Dense(2), ReLU(), Dense(2)], (2,)
    )
    names = [layer.name for layer in network.layers]
    assert names == ["dense_1", "dense", "dense_2", "re_lu", "dense_3"]
    assert list(network.parameters)[:3] == [
        "dense_1/kernel",
        "dense_1/bias",
        "dense/kernel",
    ]
    with pytest.raises(ValueError, match=r"different layer names, got \['a', 'a'\]"):
        Sequential([Dense(1, name="a"), Dense(1, name="a")], (2,))


def test_weights_are_copied_both_ways():
    network = small()
    weights = network.get_weights()
    weights[0][:] = 7
    assert not (network.layers[0].parameters["kernel"] == 7).any()
    network.set_weights(weights)
    weights[0][:] = 8
    assert (network.layers[0].parameters["kernel"] == 7).all()
    assert network.count_parameters() == 2 * 8 + 8 + 8 * 3 + 3
    with pytest.raises(ValueError, match=r"shapes \[\(2, 8\), .*got \[\(2, 8\)\]"):
        network.set_weights(weights[:1])


def test_a_network_says_what_it_is():
    assert repr(small()).splitlines()[0] == "Dense 'dense': (2,) -> (8,)"


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ([], ValueError, r"one layer or more, each only once, got \[\]"),
        ([ReLU, Dense(1)], TypeError, "expected layers of companion.scratch, got"),
        ([Dense(1), MaxPooling2D(2)], ValueError, "'max_pooling2d': .*got \\(1,\\)"),
    ],
)
def test_a_network_names_wrong_layers(layers, error, message):
    with pytest.raises(error, match=message):
        Sequential(layers, (2,))


def test_a_layer_is_used_once():
    layer = ReLU()
    with pytest.raises(ValueError, match=r"only once, got \['ReLU', 'ReLU'\]"):
        Sequential([layer, layer], (2,))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be .*, got 0"),
        ({"epochs": 1.5}, "epochs must be .*, got 1.5"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"y": np.zeros(3, int)}, r"labels in shape \(300,\).* got \(3,\)"),
        ({"y": np.full(300, 3)}, r"labels must be in 0\.\.2, got 3\.\.3"),
        ({"x": np.zeros((300, 4), "float32")}, r"'dense': .*\(N, 2\), got \(300, 4\)"),
        ({"x": np.zeros((0, 2), "float32")}, "at least one example, got none"),
    ],
)
def test_fit_names_what_is_wrong(blobs, options, message):
    given = {"x": blobs[0], "y": blobs[1], **options}
    with pytest.raises(ValueError, match=message):
        small().fit(**given)


def test_labels_and_inputs_of_a_wrong_dtype_are_named(blobs):
    x, y = blobs
    with pytest.raises(TypeError, match="labels as integers, got float64"):
        small().fit(x, y.astype(float))
    with pytest.raises(TypeError, match=r"'dense': .* float32, got float64"):
        small().fit(x.astype(float), y)
    assert small(dtype="float64").fit(x.astype(float), y).loss


def test_only_logits_can_be_classified():
    network = Sequential([SimpleRNN(2, return_sequences=True)], (3, 1))
    with pytest.raises(
        ValueError, match=r"put out K logits, got output_shape \(3, 2\)"
    ):
        network.evaluate(np.zeros((1, 3, 1), "float32"), [0])


def test_prediction_names_nothing_and_wrong_batches(blobs):
    with pytest.raises(ValueError, match="at least one example, got none"):
        small().predict(blobs[0][:0])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got -1"):
        small().predict(blobs[0], batch_size=-1)
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        small().evaluate(*blobs, batch_size=0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0), "SGD: learning_rate must be positive, got 0"),
        (lambda: SGD(0.1, momentum=1), r"SGD: momentum must be in \[0, 1\), got 1"),
        (lambda: Adam(-1), "Adam: learning_rate must be positive, got -1"),
        (lambda: Adam(beta_1=1), r"Adam: beta_1 must be in \[0, 1\), got 1"),
        (lambda: Adam(beta_2=-0.1), "Adam: beta_2 .* got -0.1"),
        (lambda: Adam(epsilon=0), "Adam: epsilon must be positive, got 0"),
        (lambda: one_cycle(0), "peak must be positive, got 0"),
        (lambda: one_cycle(1, warmup=1), r"warmup must be in \[0, 1\), got 1"),
    ],
)
def test_optimizers_name_wrong_settings(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_optimizers_want_a_gradient_for_every_parameter():
    weights = {"w": np.ones(2), "b": np.ones(1)}
    with pytest.raises(ValueError, match=r"each of \['b', 'w'\], got \['w'\]"):
        SGD().update(weights, {"w": np.ones(2)})
    with pytest.raises(ValueError, match=r"'w' must have shape \(2,\), got \(3,\)"):
        SGD().update(weights, {"w": np.ones(3), "b": np.ones(1)})
    assert weights["w"].tolist() == [1, 1]


def test_an_optimizer_without_a_rule_says_so():
    with pytest.raises(NotImplementedError, match="Optimizer defines no _step"):
        scratch.Optimizer(1.0).update({"w": np.ones(1)}, {"w": np.ones(1)})


def test_momentum_adds_up():
    weights, optimizer = {"w": np.zeros(1)}, SGD(1.0, momentum=0.5)
    path = []
    for _ in range(3):
        optimizer.update(weights, {"w": np.ones(1)})
        path.append(weights["w"].item())
    assert path == [-1, -2.5, -4.25]


def test_one_cycle_without_warm_up_starts_at_the_peak():
    rate = one_cycle(0.1, warmup=0)
    assert rate(0) == pytest.approx(0.1)
    assert rate(1) == pytest.approx(0)


def test_the_perceptron_learns_and_and_fails_xor():
    for y in ([0, 0, 0, 1], [0, 1, 1, 1]):
        perceptron = Perceptron(seed=3).fit(CORNERS, y)
        assert perceptron.predict(CORNERS).tolist() == y
        assert perceptron.errors[-1] == 0
        assert len(perceptron.errors) < 100
    perceptron = Perceptron(epochs=200).fit(CORNERS, [0, 1, 1, 0])
    assert len(perceptron.errors) == 200
    assert min(perceptron.errors) > 0
    assert (perceptron.predict(CORNERS) != [0, 1, 1, 0]).any()


def test_the_perceptron_follows_rosenblatts_rule():
    perceptron = Perceptron(epochs=1).fit(np.array([[2.0, -1.0]]), [1])
    assert perceptron.weights.tolist() == [2, -1]
    assert perceptron.bias == 1
    assert perceptron.errors == [1]


def test_the_perceptron_makes_no_more_mistakes_than_novikoff_allows():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 5))
    true = np.array([1.0, -2, 0.5, 0, 1])
    margin = x @ true / np.linalg.norm(true)
    x, margin = x[np.abs(margin) > 0.2], margin[np.abs(margin) > 0.2]
    perceptron = Perceptron(epochs=1000).fit(x, (margin > 0).astype(int))
    assert perceptron.errors[-1] == 0
    # With the bias as one more weight, x has one more entry, which is 1.
    radius = (np.linalg.norm(x, axis=1) ** 2 + 1).max()
    assert sum(perceptron.errors) <= radius / np.abs(margin).min() ** 2


def test_the_perceptron_repeats_with_its_seed_only():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((60, 3)), rng.integers(0, 2, 60)
    runs = [Perceptron(5, seed).fit(x, y).errors for seed in (0, 0, 1)]
    assert runs[0] == runs[1] != runs[2]


def test_the_perceptron_tells_two_digits_apart(mnist):
    chosen = mnist.y_train < 2
    x, y = mnist.x_train[chosen][:2000].reshape(-1, 784), mnist.y_train[chosen][:2000]
    perceptron = Perceptron(epochs=20).fit(x, y)
    chosen = mnist.y_test < 2
    right = perceptron.predict(mnist.x_test[chosen].reshape(-1, 784))
    assert (right == mnist.y_test[chosen]).mean() > 0.99


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros(3), [0], r"x in shape \(N, F\) .* got \(3,\) and \(1,\)"),
        (np.zeros((2, 3)), [0], r"got \(2, 3\) and \(1,\)"),
        (np.zeros((0, 3)), [], r"got \(0, 3\) and \(0,\)"),
        (np.zeros((2, 3)), [-1, 1], r"labels must be 0 or 1, got \[-1, 1\]"),
    ],
)
def test_the_perceptron_names_wrong_examples(x, y, message):
    with pytest.raises(ValueError, match=message):
        Perceptron().fit(x, y)


def test_the_perceptron_names_what_else_is_wrong():
    with pytest.raises(ValueError, match="epochs must be at least 1, got 0"):
        Perceptron(epochs=0)
    with pytest.raises(RuntimeError, match="call fit"):
        Perceptron().predict(CORNERS)
    perceptron = Perceptron().fit(CORNERS, [0, 0, 0, 1])
    with pytest.raises(ValueError, match=r"x in shape \(N, 2\), got \(4, 1\)"):
        perceptron.predict(CORNERS[:, :1])


def test_one_cycle_is_the_schedule_of_the_recipes():
    recipe = training.Recipe(
        epochs=1, learning_rate=0.1, schedule="one_cycle", warmup=0.3
    )
    theirs, ours = (
        classification._learning_rate(recipe, 100),
        one_cycle(0.1, warmup=0.3),
    )
    want = [float(theirs(step)) for step in range(101)]
    assert [ours(step / 100) for step in range(101)] == pytest.approx(want, abs=1e-6)


def test_fitting_is_training_and_judging_is_not(blobs):
    normalization = BatchNormalization()
    network = Sequential([Dense(8), normalization, ReLU(), Dense(3)], (2,))
    network.fit(*blobs)
    moved = normalization.state["moving_mean"].copy()
    assert moved.all()
    network.predict(blobs[0])
    network.evaluate(*blobs)
    assert np.array_equal(normalization.state["moving_mean"], moved)
