import keras
import numpy as np
import pytest

from companion.exercises import WrongAnswerError, concepts

BASIC = {"machine learning", "neural network"}
RIGHT = {
    "A": {"machine learning"},
    "B": BASIC,
    "C": BASIC | {"deep"},
    "D": BASIC | {"convolutional"},
    "E": BASIC | {"recurrent"},
    "F": set(),
}


def rejects(check, answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        check(answer)


@pytest.mark.parametrize("extra", [set(), {"deep"}])
def test_concepts_accepts(extra, capsys):
    concepts.check_concepts(RIGHT | {"E": RIGHT["E"] | extra})
    assert capsys.readouterr().out == "✓ right: all six programs\n"


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"A": BASIC}, "a decision tree learns"),
        ({"B": {"machine learning"}}, "the oldest neural network"),
        ({"B": BASIC | {"deep"}}, "not a deep one"),
        ({"C": BASIC}, "that is deep"),
        ({"D": BASIC | {"convolutional", "deep"}}, "a single hidden layer"),
        ({"E": BASIC}, "one set of weights"),
        ({"F": {"machine learning"}}, "no learning at all"),
        ({"F": {"rule"}}, r"\['rule'\] are not among the names"),
        ({"G": set()}, "expected the letters A to F"),
    ],
)
def test_concepts_rejects(change, hint):
    rejects(concepts.check_concepts, RIGHT | change, hint)


def conv(h, w, c, n, k):
    return n * (k * k * c + 1)


def dense(h, w, c, n, k):
    return h * w * n * (h * w * c + 1)


def test_layer_parameters_accepts(capsys):
    concepts.check_layer_parameters(lambda *a: (conv(*a), dense(*a)))
    assert capsys.readouterr().out.startswith("✓ right: layer_parameters")


@pytest.mark.parametrize(
    ("first", "second", "hint"),
    [
        (dense, conv, "the convolution comes first"),
        (lambda h, w, c, n, k: n * k * k * c, dense, "has a bias"),
        (lambda h, w, c, n, k: n * (k * k + 1), dense, "spans all channels"),
        (lambda h, w, c, n, k: h * w * conv(h, w, c, n, k), dense, "are shared"),
        (conv, lambda h, w, c, n, k: h * w * n * h * w * c, "of the dense layer has"),
        (conv, lambda h, w, c, n, k: n * (h * w * c + 1), "as many as the conv"),
        (conv, lambda h, w, c, n, k: h * w * n * (h * w + 1), "sees all channels"),
        (conv, lambda *a: 7, "count the weights of one output"),
        (lambda *a: 7, dense, "count the weights of one output"),
    ],
)
def test_layer_parameters_rejects(first, second, hint):
    check = concepts.check_layer_parameters
    rejects(check, lambda *a: (first(*a), second(*a)), hint)


def roll(z, pixels, axis=2):
    return np.roll(z, pixels, axis)


def error(f, x, p):
    return np.abs(f(roll(x, p)) - roll(f(x), p)).max()


def test_equivariance_error_accepts(capsys):
    concepts.check_equivariance_error(error)
    assert "4 maps" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda f, x, p: np.abs(f(roll(x, p)) - f(x)).max(), "that is invariance"),
        (lambda f, x, p: np.abs(f(roll(x, p)) - roll(f(x), p)).mean(), "not the mean"),
        (lambda f, x, p: (f(roll(x, p)) - roll(f(x), p)).max(), "take its size"),
        (
            lambda f, x, p: np.abs(f(roll(x, p, 1)) - roll(f(x), p, 1)).max(),
            "the width is axis 2",
        ),
        (lambda f, x, p: 0.5, "got 0.5, expected 0; compare"),
    ],
)
def test_equivariance_error_rejects(answer, hint):
    rejects(concepts.check_equivariance_error, answer, hint)


def tents(depth):
    later = (np.array([[2, 2], [-4, -4]]), np.array([0, -0.5]))
    first = (np.array([[1, 1]]), np.array([0, -0.5]))
    return [first, *[later] * (depth - 1), (np.array([[2], [-4]]), np.zeros(1))]


def test_tent_layers_accepts(capsys):
    concepts.check_tent_layers(tents)
    assert "depths 1, 2 and 5" in capsys.readouterr().out


def one_hidden_layer(depth):
    units = 2**depth
    return [(np.ones((1, units)), np.zeros(units)), (np.ones((units, 1)), np.zeros(1))]


def repeated(depth):
    first, *_, last = tents(1)
    return [first, *[(np.eye(2), np.zeros(2))] * (depth - 1), last]


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda depth: tents(depth)[:-1], "the output layer is missing"),
        (one_hidden_layer, "at z = 1 the network gives"),
        (lambda depth: tents(depth + 1), "two ReLUs in each hidden layer"),
        (repeated, "depth 2: at z = .* its matrix holds 2 and -4"),
        (
            lambda depth: [(w, 0 * b) for w, b in tents(depth)],
            r"depth 1: .* T\(z\) = 2 relu",
        ),
    ],
)
def test_tent_layers_rejects(answer, hint):
    rejects(concepts.check_tent_layers, answer, hint)


def reuse(model, classes, freeze=lambda layer: True, kept=slice(0, -1), new=False):
    layers = model.layers[kept]
    for layer in layers:
        layer.trainable = not freeze(layer)
    if new:
        layers = [keras.layers.Dense(7, "relu", trainable=False)]
    head = keras.layers.Dense(classes, "softmax")
    return keras.Sequential([keras.Input((5,)), *layers, head])


def test_frozen_accepts(capsys):
    concepts.check_frozen(reuse)
    assert "only the new output" in capsys.readouterr().out


def all_frozen(model, classes):
    model = reuse(model, classes)
    model.trainable = False
    return model


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda m, c: m, r"shape \(None, 4\), expected"),
        (lambda m, c: reuse(m, c, kept=slice(None)), "old output layer"),
        (lambda m, c: reuse(m, c, lambda layer: False), "66 parameters would be"),
        (all_frozen, "0 parameters would be trained, .* freeze the others only"),
        (lambda m, c: reuse(m, c, new=True), "do not hold the given"),
    ],
)
def test_frozen_rejects(answer, hint):
    rejects(concepts.check_frozen, answer, hint)
