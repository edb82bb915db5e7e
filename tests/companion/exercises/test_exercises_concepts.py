import numpy as np
import pytest

from companion import models
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


CLOSER = {"negation": "a", "swap": "a", "tea": "b", "ticket": "b", "chinese": "b"}
QUESTIONS = {
    "negation": (
        "The flight was delayed.",
        "The flight was not delayed.",
        "Our plane took off late.",
    ),
    "swap": (
        "The teacher thanked the student.",
        "The student thanked the teacher.",
        "The teacher expressed gratitude to the pupil.",
    ),
    "tea": (
        "Add some sugar to the tea.",
        "Add some interest to the loan.",
        "Sweeten the drink.",
    ),
    "ticket": (
        "The ticket costs 5 dollars.",
        "The ticket costs 5000 dollars.",
        "You pay five dollars for a ticket.",
    ),
    "chinese": ("我饿了。", "I am hungry.", "你好吗？"),
}


def test_closer_accepts_what_the_model_says(capsys):
    encoder = models.sentence_encoder()
    found = {}
    for name, texts in QUESTIONS.items():
        first, *others = encoder(texts)
        a, b = others @ first
        assert abs(a - b) > 0.04
        found[name] = "a" if a > b else "b"
    concepts.check_closer(found)
    assert capsys.readouterr().out == "✓ right: all five predictions\n"


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"negation": "b"}, "negation: two statements that contradict"),
        ({"swap": "b"}, "who does what"),
        ({"tea": "a"}, "the meaning decides"),
        ({"ticket": "a"}, "the same price"),
        ({"chinese": "a"}, "hardly any Chinese characters"),
        ({"chinese": "c"}, 'expected "a" or "b"'),
        ({"more": "a"}, 'expected "a" or "b"'),
    ],
)
def test_closer_rejects(change, hint):
    rejects(concepts.check_closer, CLOSER | change, hint)


def search(question, sentences, encoder, count, sign=-1):
    cosines = encoder(sentences) @ encoder([question])[0]
    return [sentences[i] for i in np.argsort(sign * cosines)[:count]]


def test_search_accepts(capsys):
    concepts.check_search(search)
    assert "6 sentences" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *a: search(*a, sign=1), "these are the farthest"),
        (lambda *a: search(*a)[::-1], "the nearest comes first"),
        (lambda q, s, e, n: search(q, s, e, 2), "return 1 of them"),
        (lambda q, s, e, n: range(n), "not their numbers"),
        (lambda q, s, e, n: s[:n], "sort by the cosine"),
        (lambda q, s, e, n: e(q), "takes a list of texts"),
    ],
)
def test_search_rejects(answer, hint):
    rejects(concepts.check_search, answer, hint)
